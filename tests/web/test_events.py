"""A hundred dropped event streams of a running server lose no event and tell none twice."""

import http.client
import json
import random
import threading
from urllib.parse import urlsplit

import pytest

from tests.web.conftest import draw_picture
from tests.web.test_server import request_url, running_server  # noqa: F401  a fixture

JOBS, PHOTOS, DROPS = 3, 24, 100


def submit_over_http(url: str, number: int) -> str:
    """The id of a job of small photos, one of them bad."""
    photos = [draw_picture("png", 24 + number, 16 + index) for index in range(PHOTOS - 1)] + [b"no photo"]
    edge = "edge"
    head = 'Content-Disposition: form-data; name="photos"; filename="{}.png"\r\n\r\n'
    parts = [head.format(index).encode() + photo for index, photo in enumerate(photos)]
    parts.append(b'Content-Disposition: form-data; name="style"\r\n\r\ninverting')
    body = b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts) + b"--edge--\r\n"
    status, _, said = request_url(f"{url}/api/v1/jobs", body, Content_Type=f"multipart/form-data; boundary={edge}")
    assert status == 202, said
    return json.loads(said)["id"]


class DroppingReader:
    """Follows a job over connections that drop at random places, in the middle of an event among them."""

    def __init__(self, url: str, job: str, seed: int) -> None:
        self.address = urlsplit(url)
        self.job = job
        self.random = random.Random(seed)
        self.event_ids: list[int] = []
        self.drops = 0
        self.ended = False

    def read_to_end(self) -> None:
        """Come back until the job has ended."""
        while not self.ended:
            self.read_one_connection()
            self.drops += not self.ended

    def read_one_connection(self) -> None:
        """One connection, of which a random number of lines is read; the first few are the greeting."""
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=60)
        headers = {"Last-Event-ID": str(self.event_ids[-1])} if self.event_ids else {}
        connection.request("GET", f"/api/v1/jobs/{self.job}/events", headers=headers)
        answer = connection.getresponse()
        assert answer.status == 200
        event: dict[str, str] = {}
        for _ in range(self.random.randint(1, 12)):
            line = answer.readline().decode().rstrip("\n")
            name, _, value = line.partition(": ")
            event |= {name: value} if name else {}
            if not line and "id" in event:
                self.take_event(event)
            event = event if line else {}
        connection.close()

    def take_event(self, event: dict[str, str]) -> None:
        """One whole event."""
        if event["event"] == "end":
            self.ended = True
        elif not self.ended:
            self.event_ids.append(int(event["id"]))


@pytest.fixture
def readers(running_server):  # noqa: F811
    """A reader of each of some jobs that run at the same time."""
    url, _ = running_server
    return url, [DroppingReader(url, submit_over_http(url, number), seed=number) for number in range(JOBS)]


def test_a_hundred_dropped_streams_lose_no_event(readers):
    url, all_of_them = readers
    threads = [threading.Thread(target=reader.read_to_end) for reader in all_of_them]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    for reader in all_of_them:
        assert reader.ended
        job = json.loads(request_url(f"{url}/api/v1/jobs/{reader.job}")[2])
        assert reader.event_ids == list(range(1, job["event"] + 1)), "each once, in order"
        assert job["counts"] == {"done": PHOTOS - 1, "failed": 1}
    assert sum(reader.drops for reader in all_of_them) >= DROPS
