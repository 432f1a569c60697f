"""What it costs to read and to write a picture: processor time and memory, by format and size.

Run by hand (``python -m bench.images``). Each figure is taken in a process of its own, because memory is counted by
its highest point. Processor time and not the clock, so that a busy machine gives the same figures; the clock of the
smallest photo is given too, because it shows what a process for each photo costs.
"""

import argparse
import io
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from ganvas import image
from ganvas.errors import TooLarge

SIZES_BY_MEGAPIXELS = {1: (832, 1248), 12: (3000, 4000), 24: (4000, 6000), 100: (8333, 12000)}
FORMATS = ("jpeg", "png", "webp", "avif")
MIB = 2**20
SMALL_PHOTO_REPEATS = 20  # times that the smallest photo is read for its time by the clock


def make_test_picture(height: int, width: int) -> image.Pixels:
    """A picture with soft parts, edges and grain: uint8 height x width x 3, the same each time."""
    random = np.random.default_rng(0)
    patch = random.integers(0, 160, (64, 64, 3)).repeat(16, 0).repeat(16, 1) + random.integers(0, 24, (1024, 1024, 3))
    slope = np.linspace(0, 70, width).astype(np.uint8)[None, :, None]
    tiles = (-(-height // 1024), -(-width // 1024), 1)
    return np.tile(patch.astype(np.uint8), tiles)[:height, :width] + slope


def read_children_usage() -> tuple[float, float]:
    """Processor seconds and most megabytes of the ended processes below this one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / (1024 if sys.platform == "linux" else MIB)


def read_peak_megabytes() -> float:
    """Most megabytes of this process; Linux says it without what its parent had when it was forked."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def measure_encoding(format: str, megapixels: int) -> dict[str, float]:
    """What encoding costs; memory with the pixels in it."""
    photo = image.Photo(make_test_picture(*SIZES_BY_MEGAPIXELS[megapixels]))
    began = time.process_time()
    data = image.encode(photo, format)
    return {"seconds": time.process_time() - began, "memory": read_peak_megabytes(), "bytes": len(data)}


def measure_decoding(format: str, megapixels: int) -> dict[str, float]:
    """What decoding costs in its own process; memory with the file and the pixels in it."""
    image.start_decoders()
    image.stop_decoders()
    loading, _ = read_children_usage()
    image.start_decoders()  # before the file is here, which would be counted as its own
    data = sys.stdin.buffer.read()
    limits = image.DecodeLimits(bytes=2**30, seconds=600)
    began = time.perf_counter()
    for _ in range(SMALL_PHOTO_REPEATS if megapixels == 1 else 1):
        assert image.decode(data, limits).pixels.shape[:2] == SIZES_BY_MEGAPIXELS[megapixels]
    clock = (time.perf_counter() - began) / (SMALL_PHOTO_REPEATS if megapixels == 1 else 1)
    while len(psutil.Process().children(recursive=True)) > 1:  # the one that forks hands on figures of who has ended
        time.sleep(0.1)
    image.stop_decoders()
    used, most = read_children_usage()
    return {
        "seconds": (used - 2 * loading) / (SMALL_PHOTO_REPEATS if megapixels == 1 else 1),
        "memory": most,
        "clock": clock,
    }


def measure_in_subprocess(operation: str, format: str, megapixels: int, data: bytes = b"") -> dict[str, float]:
    """One measurement in a fresh process."""
    command = [sys.executable, "-m", "bench.images", "--one", operation, format, str(megapixels)]
    run = subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout)


def encode_test_file(format: str, pixels: image.Pixels) -> tuple[bytes, bool]:
    """A file to be read, and whether we write such a one ourselves; for what is too much for us Pillow is asked."""
    try:
        return image.encode(image.Photo(pixels), format), True
    except TooLarge:
        data = io.BytesIO()
        Image.fromarray(pixels).save(data, format, quality=50, **{"webp": {"method": 0}, "avif": {"speed": 10}}[format])
        return data.getvalue(), False


def format_row(format: str, megapixels: int) -> str:
    """Both measurements of a format and a size, as a line of a table."""
    data, ours = encode_test_file(format, make_test_picture(*SIZES_BY_MEGAPIXELS[megapixels]))
    figures = [
        measure_in_subprocess("read", format, megapixels, data),
        *([measure_in_subprocess("written", format, megapixels)] if ours else []),
    ]
    cells = [f"{each['seconds']:.2f} s | {each['memory']:.0f} MB" for each in figures]
    return f"| {format} | {megapixels} | {' | '.join(cells if ours else [*cells, 'refused | '])} |"


def main() -> None:
    """The table, or with ``--one`` a single figure of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=3, metavar=("WHAT", "KIND", "MEGAPIXELS"))
    asked = parser.parse_args()
    if asked.one:
        what, kind, megapixels = asked.one
        print(json.dumps({"read": measure_decoding, "written": measure_encoding}[what](kind, int(megapixels))))
        return
    print("| format | megapixels | decode | memory | encode | memory |\n|---|---|---|---|---|---|")
    for kind in FORMATS:
        for megapixels in SIZES_BY_MEGAPIXELS:
            print(format_row(kind, megapixels), flush=True)
    small = measure_in_subprocess(
        "read", "jpeg", 1, image.encode(image.Photo(make_test_picture(*SIZES_BY_MEGAPIXELS[1])), "jpeg")
    )
    print(f"\nA JPEG of one megapixel by the clock: {small['clock'] * 1000:.0f} ms.")


if __name__ == "__main__":
    main()
