"""Pictures out of noise: seeds in, pixels out, in styles of the kind ``sampler``.

A seed is a picture: the same seed gives the same picture on every machine, up to the rounding of its processor.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from ganvas.engine import session
from ganvas.engine.session import Session
from ganvas.errors import BadControls
from ganvas.style.catalog import Catalog

Pixels = NDArray[np.uint8]
Codes = NDArray[np.float32]
BATCH_SIZE = 16


def sample_pictures(
    catalog: Catalog,
    style: str,
    make_codes: Callable[[int], Codes],
    open: Callable[[Path], Session] = session.open_network,
) -> list[Pixels]:
    """A picture h x w x 3 for each row of the codes; ``codes`` is asked with the width that the network wants.

    Raises UnknownStyle; BadControls for a style that makes pictures of photos.
    """
    known = catalog.get(style)
    if known.kind != "sampler":
        raise BadControls(f"{known.name} makes pictures of photos, not out of noise.", "Use ganvas stylize.")
    path = catalog.path(f"{known.name}@{known.version}")
    run, z = open(path), make_codes(read_code_width(path))
    made = [run(z[first : first + BATCH_SIZE]) for first in range(0, len(z), BATCH_SIZE)]
    return [picture for y in made for picture in split_to_pixels(y)]


def read_code_width(path: Path) -> int:
    """How many numbers a code has."""
    return onnx.load(path).graph.input[0].type.tensor_type.shape.dim[1].dim_value


def make_code(seed: int, width: int) -> Codes:
    """The code of a seed: 1 x width from N(0, 1)."""
    return np.random.Generator(np.random.PCG64(seed)).standard_normal((1, width)).astype(np.float32)


def make_seed_codes(seeds: Sequence[int]) -> Callable[[int], Codes]:
    """The codes of seeds, in their order."""
    return lambda width: np.concatenate([make_code(seed, width) for seed in seeds])


def interpolate_codes(first: int, last: int, count: int) -> Callable[[int], Codes]:
    """``count`` codes from one seed to another, along the sphere where codes lie (White 2016, arXiv 1609.04468)."""

    def make_codes(width: int) -> Codes:
        a, b = make_code(first, width), make_code(last, width)
        cosine = float((a * b).sum() / (np.linalg.norm(a) * np.linalg.norm(b)))
        angle = np.arccos(np.clip(cosine, -1, 1))
        share = np.linspace(0, 1, count)[:, None]
        if angle < 1e-6:
            return np.repeat(a, count, 0)
        return ((np.sin((1 - share) * angle) * a + np.sin(share * angle) * b) / np.sin(angle)).astype(np.float32)

    return make_codes


def split_to_pixels(y: NDArray[np.float32]) -> list[Pixels]:
    """n x 3 x h x w in -1..1 to n of h x w x 3."""
    return list((y.clip(-1, 1) * 127.5 + 128).astype(np.uint8).transpose(0, 2, 3, 1))


def arrange_grid(pictures: Sequence[Pixels], columns: int = 0) -> Pixels:
    """Pictures of one size in rows of ``columns`` (0: as square as can be), white where none is left."""
    columns = columns or int(np.ceil(np.sqrt(len(pictures))))
    rows = -(-len(pictures) // columns)
    height, width = pictures[0].shape[:2]
    sheet = np.full((rows * height, columns * width, 3), 255, np.uint8)
    for index, picture in enumerate(pictures):
        top, left = index // columns * height, index % columns * width
        sheet[top : top + height, left : left + width] = picture
    return sheet
