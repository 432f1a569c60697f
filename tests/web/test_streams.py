"""A hundred dropped event streams of a running server lose no event and tell none twice."""

import http.client
import json
import random
import threading
from urllib.parse import urlsplit

import pytest

from tests.web.conftest import draw
from tests.web.test_server import ask, running  # noqa: F401  a fixture

JOBS, PHOTOS, DROPS = 3, 24, 100


def submit(url: str, number: int) -> str:
    """The id of a job of small photos, one of them bad."""
    photos = [draw("png", 24 + number, 16 + index) for index in range(PHOTOS - 1)] + [b"no photo"]
    edge = "edge"
    head = 'Content-Disposition: form-data; name="photos"; filename="{}.png"\r\n\r\n'
    parts = [head.format(index).encode() + photo for index, photo in enumerate(photos)]
    parts.append(b'Content-Disposition: form-data; name="style"\r\n\r\ninverting')
    body = b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts) + b"--edge--\r\n"
    status, _, said = ask(f"{url}/api/v1/jobs", body, Content_Type=f"multipart/form-data; boundary={edge}")
    assert status == 202, said
    return json.loads(said)["id"]


class Reader:
    """Follows a job over connections that drop at random places, in the middle of an event among them."""

    def __init__(self, url: str, job: str, seed: int) -> None:
        self.address = urlsplit(url)
        self.job = job
        self.chance = random.Random(seed)
        self.ids: list[int] = []
        self.drops = 0
        self.ended = False

    def run(self) -> None:
        """Come back until the job has ended."""
        while not self.ended:
            self.connect()
            self.drops += not self.ended

    def connect(self) -> None:
        """One connection, of which a random number of lines is read; the first few are the greeting."""
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=60)
        headers = {"Last-Event-ID": str(self.ids[-1])} if self.ids else {}
        connection.request("GET", f"/api/v1/jobs/{self.job}/events", headers=headers)
        answer = connection.getresponse()
        assert answer.status == 200
        event: dict[str, str] = {}
        for _ in range(self.chance.randint(1, 12)):
            line = answer.readline().decode().rstrip("\n")
            name, _, value = line.partition(": ")
            event |= {name: value} if name else {}
            if not line and "id" in event:
                self.take(event)
            event = event if line else {}
        connection.close()

    def take(self, event: dict[str, str]) -> None:
        """One whole event."""
        if event["event"] == "end":
            self.ended = True
        elif not self.ended:
            self.ids.append(int(event["id"]))


@pytest.fixture
def readers(running):  # noqa: F811
    """A reader of each of some jobs that run at the same time."""
    url, _ = running
    return url, [Reader(url, submit(url, number), seed=number) for number in range(JOBS)]


def test_a_hundred_dropped_streams_lose_no_event(readers):
    url, all_of_them = readers
    threads = [threading.Thread(target=reader.run) for reader in all_of_them]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    for reader in all_of_them:
        assert reader.ended
        job = json.loads(ask(f"{url}/api/v1/jobs/{reader.job}")[2])
        assert reader.ids == list(range(1, job["event"] + 1)), "each once, in order"
        assert job["counts"] == {"done": PHOTOS - 1, "failed": 1}
    assert sum(reader.drops for reader in all_of_them) >= DROPS
