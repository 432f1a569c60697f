"""The highest memory of a process that makes one picture, decoding and encoding with it.

Each figure is taken in a process of its own (``python -m bench.memory STYLE PHOTO``), because memory is counted by its
highest point; what the process that decodes takes is in ``bench/images.py``.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.markdown_report import describe_machine, format_markdown_table
from ganvas.engine.engine import Engine
from ganvas.image import DecodeLimits, Photo, encode
from ganvas.judge.cost import read_peak_memory
from ganvas.storage.blobs import Store
from ganvas.style.catalog import Catalog
from ganvas.stylize import Ask, stylize

ROOT = Path(__file__).resolve().parent.parent
MEGAPIXELS = (1, 6, 24, 100)


def measure_memory(style: str, folder: Path) -> str:
    """The section of the page: memory and time by size."""
    lines: list[list[str]] = []
    with tempfile.TemporaryDirectory() as place:
        for size in MEGAPIXELS:
            photo = Path(place) / f"{size}.jpg"
            photo.write_bytes(encode(Photo(make_noise_photo(round((size * 1e6) ** 0.5))), "jpeg", 90))
            peak, seconds = measure_in_subprocess(style, photo, folder)
            lines.append([str(size), f"{peak / 2**20:.0f} MB", f"{seconds:.1f} s"])
    head = ["megapixels", "highest resident memory", "JPEG to JPEG, opening the network with it"]
    return f"`python -m bench --style {style}`. {describe_machine()}\n\n{format_markdown_table(head, lines)}"


def measure_in_subprocess(style: str, photo: Path, folder: Path) -> tuple[int, float]:
    """Bytes of memory and seconds of a process that makes one picture in a style of a folder."""
    command = [sys.executable, "-m", "bench.memory", style, str(photo), str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    return int(told[0]), float(told[1])


def make_picture(style: str, photo: Path, folder: Path) -> None:
    """Make one picture, and print this process's highest memory in bytes and the seconds."""
    with tempfile.TemporaryDirectory() as place:
        begun = time.perf_counter()
        engine, ask = Engine(Catalog([folder])), Ask(style, format="jpeg")
        stylize(engine, Store(Path(place)), photo.read_bytes(), ask, limits=DecodeLimits(seconds=120))
        seconds = time.perf_counter() - begun
    print(read_peak_memory(), seconds)


def make_noise_photo(side: int) -> NDArray[np.uint8]:
    """A photo of side x side, made in little memory."""
    random = np.random.Generator(np.random.PCG64(1))
    small = random.integers(0, 256, (max(2, side // 8), max(2, side // 8), 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((side, side), Image.Resampling.BILINEAR))


if __name__ == "__main__":
    make_picture(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
