"""Ten times more clients than can be served: what they get, how long it takes, and what it costs in memory.

Run by hand (``python -m bench.overload --seconds 60``) and by ``make soak``. It starts a server of its own on this
machine. It knows the API as any client does and nothing of how the server works.
"""

import argparse
import asyncio
import io
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import numpy as np
import psutil
from PIL import Image

from ganvas.errors import MissingDependency

SERVER_SETTINGS = {"GANVAS_WORKERS": "2", "GANVAS_WAITING": "8"}
CLIENTS_PER_PLACE = 10
RETRY_SECONDS = 0.2  # seconds after which a refused client asks again, whatever it was told
SERVER_URL = re.compile(r"http://\S+?:\d+")


@dataclass
class OverloadResult:
    """What the clients saw, and the server's memory in MB at the start, at its most and at the end."""

    seconds: float
    clients: int
    statuses: Counter[str] = field(default_factory=Counter[str])
    durations: list[float] = field(default_factory=list[float])
    refusal_durations: list[float] = field(default_factory=list[float])
    missing_retry_after: int = 0
    memory: list[float] = field(default_factory=list[float])

    def summarise(self) -> dict[str, object]:
        """The figures in a row."""
        accepted, refused = sorted(self.durations), sorted(self.refusal_durations)
        asked = self.statuses.total()
        return {
            "seconds": round(self.seconds, 1),
            "clients": self.clients,
            "statuses": dict(self.statuses),
            "share_refused": round(self.statuses["429"] / max(1, asked), 4),
            "refused_without_retry_after": self.missing_retry_after,
            "accepted_per_second": round(len(accepted) / self.seconds, 2),
            "accepted_p50": round(compute_quantile(accepted, 0.5), 3),
            "accepted_p99": round(compute_quantile(accepted, 0.99), 3),
            "accepted_max": round(compute_quantile(accepted, 1.0), 3),
            "refused_p50": round(compute_quantile(refused, 0.5), 3),
            "refused_p99": round(compute_quantile(refused, 0.99), 3),
            "memory_mb_warm": round(self.memory[0]),
            "memory_mb_most": round(max(self.memory)),
            "memory_mb_each_tenth": [round(self.memory[len(self.memory) * part // 10]) for part in range(10)],
            "memory_mb_end": round(self.memory[-1]),
        }


def compute_quantile(ordered: list[float], share: float) -> float:
    """A quantile of values in order; nothing gives 0."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def make_photo(width: int = 800, height: int = 600) -> bytes:
    """A JPEG with something in every place."""
    random = np.random.default_rng(1)
    coarse = random.integers(0, 256, (height // 20, width // 20, 3), np.uint8)
    data = io.BytesIO()
    Image.fromarray(coarse).resize((width, height)).save(data, "jpeg", quality=90)
    return data.getvalue()


@contextmanager
def run_server(environment: Mapping[str, str]) -> Generator[tuple[str, psutil.Process]]:
    """A Ganvas of its own, in a folder of its own, on a free port; stopped at the end."""
    with TemporaryDirectory(prefix="ganvas-overload-") as folder:
        start = "from ganvas.cli import main; main()"
        command = [sys.executable, "-c", start, "serve", "--port", "0", "--data", folder]
        with (Path(folder) / "log").open("w") as log:
            process = subprocess.Popen(
                command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert process.stdout
        try:
            said = SERVER_URL.search(process.stdout.readline())
            assert said, (Path(folder) / "log").read_text()
            yield said[0], psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(30)
            process.stdout.close()


def measure_resident_memory(process: psutil.Process) -> float:
    """MB of the server and of the processes that it started; shared pages count once (PSS)."""
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            total += one.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / 2**20


async def run_client(client: httpx2.AsyncClient, request: httpx2.Request, load: OverloadResult) -> None:
    """One client: asks again and again until it is cancelled."""
    while True:
        began = time.perf_counter()
        try:
            answer = await client.post(request.url, content=request.content, headers=request.headers)
        except httpx2.TransportError as error:
            load.statuses[type(error).__name__] += 1
            await asyncio.sleep(RETRY_SECONDS)
            continue
        load.statuses[str(answer.status_code)] += 1
        took = time.perf_counter() - began
        if answer.status_code == 201:
            load.durations.append(took)
        else:
            load.refusal_durations.append(took)
            load.missing_retry_after += answer.status_code == 429 and "retry-after" not in answer.headers
            await asyncio.sleep(RETRY_SECONDS)


async def warm_up_server(client: httpx2.AsyncClient, request: httpx2.Request, places: int) -> None:
    """Fill all places some times: networks are opened as often as they are run at once, and decoders are started."""
    for _ in range(4):
        asked = (client.post(request.url, content=request.content, headers=request.headers) for _ in range(places))
        for answer in await asyncio.gather(*asked):
            assert answer.status_code == 201, answer.text


async def record_memory(process: psutil.Process, load: OverloadResult) -> None:
    """Measure the memory each second."""
    while True:
        load.memory.append(await asyncio.to_thread(measure_resident_memory, process))
        await asyncio.sleep(1)


async def run_clients(url: str, process: psutil.Process, seconds: float, clients: int) -> OverloadResult:
    """Let so many clients ask for so long."""
    load = OverloadResult(seconds, clients)
    limits = httpx2.Limits(max_connections=clients + 1)
    async with httpx2.AsyncClient(base_url=url, timeout=120, limits=limits) as client:
        styles = (await client.get("/api/v1/styles")).json()["styles"]
        if not styles:
            raise MissingDependency(
                "The server has no style to make pictures in.", "Set GANVAS_STYLES to a folder of them."
            )
        fields = {"style": styles[0]["name"], "format": "jpeg"}
        form = client.build_request("POST", "/api/v1/pictures", data=fields, files={"photo": make_photo()})
        await form.aread()  # one body for all, so that the clients cost little beside the server
        await warm_up_server(client, form, clients // CLIENTS_PER_PLACE)
        load.memory.append(measure_resident_memory(process))
        tasks = [asyncio.create_task(run_client(client, form, load)) for _ in range(clients)]
        tasks.append(asyncio.create_task(record_memory(process, load)))
        await asyncio.sleep(seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(2)
        load.memory.append(measure_resident_memory(process))
    return load


def measure_overload(seconds: float, environment: Mapping[str, str] | None = None) -> OverloadResult:
    """Start a server, storm it, and say what happened."""
    settings = {**SERVER_SETTINGS, **(environment or {})}
    places = int(settings["GANVAS_WORKERS"]) + int(settings["GANVAS_WAITING"])
    with run_server(settings) as (url, process):
        return asyncio.run(run_clients(url, process, seconds, CLIENTS_PER_PLACE * places))


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    print(json.dumps(measure_overload(parser.parse_args().seconds).summarise(), indent=1))


if __name__ == "__main__":
    main()
