"""Resampling along rows and columns as products with small matrices.

Numbers and rounding are those of Pillow's antialiased filters (bicubic with a = -0.5, and bilinear), to the level. A
filter's matrix has numbers near its diagonal alone, so it is cut into blocks of some places and what decides them: the
products of these take somewhat less time than Pillow does, and need no copies into another library's pictures.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating[Any]]
Weights = NDArray[np.float32]
ROW_BLOCK, COLUMN_BLOCK = 32, 8  # places of a block along a row and along a column: what was fastest
COLUMNS_PER_PRODUCT = (
    1024  # columns that one product takes: larger ones, the library would share out among threads of its own
)
ROWS_PER_GROUP = 64  # rows that are rounded at a time, while they are in the processor's cache
CACHED_MATRICES = 64  # matrices that are kept


class ResampleFilter(NamedTuple):
    """How much a pixel counts by its distance, as far as ``reach`` pixels of the smaller of the two pictures."""

    radius: float
    weigh: Callable[[Numbers], Numbers]


@dataclass(frozen=True)
class SampleSpan:
    """``count`` places, spread evenly from ``start`` to ``end`` of a line of ``length`` pixels."""

    start: float
    end: float
    length: int
    count: int


def weigh_cubic(distance: Numbers) -> Numbers:
    """Keys 1981, "Cubic convolution interpolation for digital image processing", a = -0.5."""
    x = np.abs(distance)
    return np.where(x < 1, (1.5 * x - 2.5) * x * x + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2)


def weigh_triangle(distance: Numbers) -> Numbers:
    """Falls in a line to 0 at a distance of 1."""
    return 1 - np.abs(distance)


BICUBIC, BILINEAR = ResampleFilter(2.0, weigh_cubic), ResampleFilter(1.0, weigh_triangle)


@lru_cache(CACHED_MATRICES)
def build_weight_blocks(span: SampleSpan, filter: ResampleFilter, size: int) -> tuple[tuple[int, ...], Weights]:
    """The matrix from a line to a span in blocks of ``size`` places: where each begins, and n x size x k weights."""
    scale = (span.end - span.start) / span.count
    wide = max(scale, 1.0)
    blocks = -(-span.count // size)
    centres = span.start + (np.minimum(np.arange(blocks * size), span.count - 1) + 0.5) * scale
    first = np.maximum((centres - filter.radius * wide + 0.5).astype(int), 0)
    last = np.minimum((centres + filter.radius * wide + 0.5).astype(int), span.length)
    width = int((last[size - 1 :: size] - first[::size]).max())
    begins = np.minimum(first[::size], span.length - width)
    places = (begins[:, None] + np.arange(width))[:, None, :]
    centres, first, last = (each.reshape(blocks, size, 1) for each in (centres, first, last))
    seen = (places >= first) & (places < last)
    weights = np.where(seen, filter.weigh((places + 0.5 - centres) / wide), 0)
    weights /= weights.sum(2, keepdims=True)
    return tuple(begins.tolist()), weights.astype(np.float32)


def resample_rows(levels: NDArray[Any], span: SampleSpan, filter: ResampleFilter) -> Weights:
    """c x h x w to c x h x ``span.count``, whole numbers in 0..255."""
    planes = levels.astype(np.float32)
    begins, weights = build_weight_blocks(span, filter, ROW_BLOCK if span.length < 3 * span.count else COLUMN_BLOCK)
    size, width = weights.shape[1:]
    made = np.empty((*planes.shape[:2], span.count), np.float32)
    for top, bottom in split_range(planes.shape[1], ROWS_PER_GROUP):
        part = made[:, top:bottom]
        for at, begin, block in zip(range(0, span.count, size), begins, weights, strict=True):
            given = planes[:, top:bottom, begin : begin + width]
            np.matmul(given, block[: span.count - at].T, out=part[..., at : at + size])
        part += np.float32(0.5)
        np.trunc(part, out=part)
        np.clip(part, 0, 255, out=part)
    return made


def resample_columns(planes: Weights, span: SampleSpan, filter: ResampleFilter) -> NDArray[np.int16]:
    """c x h x w to c x ``span.count`` x w, whole numbers in 0..255."""
    begins, weights = build_weight_blocks(span, filter, COLUMN_BLOCK)
    height = weights.shape[2]
    made = np.empty((planes.shape[0], span.count, planes.shape[2]), np.int16)
    for left, right in split_range(planes.shape[2], COLUMNS_PER_PRODUCT):
        group = np.empty((planes.shape[0], ROWS_PER_GROUP, right - left), np.float32)
        for top, bottom in split_range(span.count, ROWS_PER_GROUP):
            part = group[:, : bottom - top]
            for at in range(top, bottom, COLUMN_BLOCK):
                given = planes[:, begins[at // COLUMN_BLOCK] : begins[at // COLUMN_BLOCK] + height, left:right]
                np.matmul(
                    weights[at // COLUMN_BLOCK][: bottom - at], given, out=part[:, at - top : at - top + COLUMN_BLOCK]
                )
            part += np.float32(0.5)
            made[:, top:bottom, left:right] = part
    return np.clip(made, 0, 255, out=made)


def split_range(length: int, size: int) -> Iterator[tuple[int, int]]:
    """Start and end of each piece of a line."""
    return ((start, min(start + size, length)) for start in range(0, length, size))
