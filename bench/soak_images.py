"""Feeds the decoder every bad picture there is and many made worse.

Run by hand (``python -m bench.soak_images --rounds 20000``) and by ``make soak``. Every file must end in a picture or
in one clear error: this counts both, and fails at anything else, at more time than the limits allow, and at memory
without bounds. The bad pictures are read from the folder ``bad-images`` of the shared picture sets.
"""

import argparse
import os
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from ganvas import image
from ganvas.errors import BadPhoto, TooLarge
from ganvas.image.formats import detect_format

DATA_SETS = Path(os.environ.get("GANVAS_DATA_SETS", Path(__file__).parents[2] / "shared" / "data"))
MAX_DECODE_SECONDS = (
    image.DecodeLimits().max_wall_seconds
)  # that a photo may take by the clock on a machine that does much else
MAX_DECODER_MEGABYTES = 1536  # MB that a process may reach
BATCH_SIZE = 64  # files in memory at a time
BOUNDARY_BYTES = (
    b"\0",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\0\0\0\0",
    b"\0\0\0\x01",
)


@dataclass
class DecodeTally:
    """What came of the files: how many of each outcome, the slowest, and what must not be."""

    outcomes: Counter[str] = field(default_factory=Counter[str])
    slowest: tuple[float, str] = (0.0, "")
    failures: list[str] = field(default_factory=list[str])

    def decode_file(self, name: str, data: bytes) -> None:
        """Decode one file and write down what came of it."""
        began = time.monotonic()
        try:
            photo = image.decode(data)
            outcome = "a picture" if photo.pixels.ndim == 3 and photo.pixels.size else "no pixels"
        except (BadPhoto, TooLarge) as error:
            outcome = "its decoder died" if "decoder failed" in error.what else type(error).__name__
            if not error.what or not error.right or "\n" in str(error):
                self.failures.append(f"{name}: an unclear error: {error!r}")
        took = time.monotonic() - began
        self.outcomes[outcome] += 1
        self.slowest = max(self.slowest, (took, name))
        if took > MAX_DECODE_SECONDS + 2 or outcome == "no pixels":
            self.failures.append(f"{name}: {outcome} after {took:.1f} s")


def list_bad_images(folder: Path = DATA_SETS / "bad-images") -> list[Path]:
    """Every file of the folder, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def load_seed_files(paths: Iterable[Path], largest: int = 200_000) -> list[tuple[str, bytes]]:
    """The files that a decoder would look at, with their names, the large ones apart."""
    files = ((str(path), path.read_bytes()) for path in paths)
    return [(name, data) for name, data in files if detect_format(data) and len(data) <= largest]


def mutate_files(files: list[tuple[str, bytes]], rounds: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Files made worse, the same ones for the same seed: bytes changed, cut, doubled, swapped between files."""
    chance = random.Random(seed)
    for n in range(rounds):
        name, data = files[chance.randrange(len(files))]
        worse = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 4, 16))):
            mutate_bytes(worse, files[chance.randrange(len(files))][1], chance)
        yield f"{n} of {Path(name).name}", bytes(data[:12] + worse[12:] if chance.random() < 0.5 else worse)


def mutate_bytes(data: bytearray, other: bytes, chance: random.Random) -> None:
    """One change at a random place, more often near the beginning, where the header is."""
    reach = len(data) if chance.random() < 0.5 else min(len(data), 256)
    at = chance.randrange(reach + 1)
    length = chance.choice((1, 2, 4, 16, 256))
    kind = chance.randrange(6)
    if kind == 0 and at < len(data):
        data[at] ^= 1 << chance.randrange(8)
    elif kind == 1:
        put = chance.choice(BOUNDARY_BYTES)
        data[at : at + len(put)] = put
    elif kind == 2:
        data[at : at + length] = chance.randbytes(length)
    elif kind == 3:
        del data[at : at + length]
    elif kind == 4:
        data[at:at] = data[at : at + length]
    else:
        start = chance.randrange(len(other) + 1)
        data[at : at + length] = other[start : start + length]


def decode_files(files: Iterable[tuple[str, bytes]], threads: int = 2) -> DecodeTally:
    """Decode all the files, some at a time."""
    tally, coming = DecodeTally(), iter(files)
    with ThreadPoolExecutor(threads) as pool:
        while jobs := [pool.submit(tally.decode_file, name, data) for name, data in islice(coming, BATCH_SIZE)]:
            for job in jobs:
                job.result()
    return tally


def read_peak_megabytes(who: int) -> float:
    """The most resident memory so far of this process, or of the ended ones below it."""
    return resource.getrusage(who).ru_maxrss / (1024 if sys.platform == "linux" else 2**20)


def print_tally_row(title: str, tally: DecodeTally, seconds: float) -> None:
    """The tally as a line of a table."""
    outcomes = ", ".join(f"{count:,} {outcome}" for outcome, count in tally.outcomes.most_common())
    count, (slowest, name) = tally.outcomes.total(), tally.slowest
    print(
        f"| {title} | {count:,} | {outcomes} | {seconds / count * 1000:.1f} ms | {slowest:.2f} s ({Path(name).name}) |"
    )


def decode_and_report(title: str, files: Iterable[tuple[str, bytes]]) -> list[str]:
    """Feed files, say what came of them, and hand back what must not be."""
    began = time.monotonic()
    tally = decode_files(files)
    print_tally_row(title, tally, time.monotonic() - began)
    return tally.failures


def main() -> int:
    """The whole folder, then as many rounds of worse ones as asked for; 1 if anything happened that must not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    paths = list_bad_images()
    if not paths:
        print(f"There are no bad pictures below {DATA_SETS}: set GANVAS_DATA_SETS.")
        return 1
    open_files = len(os.listdir("/dev/fd"))
    print("| files | count | came of them | each | slowest |\n|---|---|---|---|---|")
    failures = decode_and_report("bad-images, all", ((str(path), path.read_bytes()) for path in paths))
    failures += decode_and_report("made worse", mutate_files(load_seed_files(paths), asked.rounds, asked.seed))
    image.stop_decoders()
    child = read_peak_megabytes(resource.RUSAGE_CHILDREN)
    print(
        f"\nMost resident memory: {child:.0f} MB in a decoder, "
        f"{read_peak_megabytes(resource.RUSAGE_SELF):.0f} MB in the server."
    )
    if child > MAX_DECODER_MEGABYTES:
        failures.append(f"a decoder reached {child:.0f} MB")
    if len(os.listdir("/dev/fd")) > open_files:
        failures.append("files were left open")
    print("\n".join(failures))
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
