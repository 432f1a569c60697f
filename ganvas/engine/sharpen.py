"""A painted picture enlarged to the photo's size, with the photo's own edges. Knows arrays and nothing of styles.

Enlarging alone would make a large picture soft. The detail that is finer than the working size comes from the photo:
its luma less that of the photo at the working size, times how far the picture follows the photo nearby. That factor
is the gain of a local linear model at the working size, as in the fast guided filter (He and Sun 2015,
https://arxiv.org/abs/1505.00996), here for each channel, and

- the model's share of explained variance reduces it, so that where the style painted something of its own (strokes,
  a flat sky) the photo's texture and noise do not come back;
- so does texture that is finer than the working size where it is stronger than what the working size shows: an edge
  is both, the curls of a wallpaper are only the one, and would lie over broad strokes as on another sheet;
- the result stays between the darkest and lightest value of the enlarged picture nearby, so that an edge becomes
  sharp, but gets no rim and is not drawn a second time.

Strokes have no edges in the photo that could come back. What lies between those two values is drawn away from their
middle, more so the more the picture is enlarged: so strokes end as paint does and not as something out of focus
(after Kramer and Bruckner 1975, "Iterations of a non-linear transformation for enhancement of digital images").

At last the picture is reduced again, and what it differs from what was painted is taken off (Irani and Peleg 1991,
"Improving resolution by image registration"), so that pictures of one photo at several sizes look alike when reduced.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from ganvas.engine.resample import (
    BICUBIC,
    BOX,
    Band,
    Plane,
    Size,
    Strip,
    bands,
    needed,
    resize,
    rows,
    side_by_side,
    stretch,
)
from ganvas.engine.tiling import Pixels, ignore

NOISE = 4.0 / 255
TEXTURE = 0.4
CRISP = 4
CONTEXT = 8
RADIUS = 1
SIDE = range(2 * RADIUS + 1)
UNIT_BITS = 6
UNIT = 1 << UNIT_BITS


@dataclass(frozen=True)
class Pair:
    """The photo, H x W x 3, and it and the picture at the working size, h x w x 3."""

    photo: Pixels
    small: Pixels
    picture: Pixels

    @cached_property
    def texture(self) -> Plane:
        """Variance of the photo's light that the working size does not show, 0..1: h/2 x w/2, rounded up."""
        halved = -(-self.small.shape[0] // 2), -(-self.small.shape[1] // 2)
        return (power(self.photo, halved) - power(self.small, halved)).clip(0)

    @property
    def scale(self) -> float:
        """How many times the picture is enlarged."""
        return max(self.photo.shape[:2]) / max(self.small.shape[:2])


def enlarge(pair: Pair, on_band: Callable[[float], None] = ignore) -> Pixels:
    """The picture at the photo's size, H x W x 3; ``on_band`` may raise to stop."""
    size = pair.photo.shape[:2]
    enlarged = np.empty_like(pair.photo)

    def sharpen(band: Band) -> None:
        enlarged[band[0] : band[1]] = sharpen_band(pair, band)

    side_by_side(sharpen, list(bands(size)), on_band)
    # Half the difference, around 128, so that it goes as pixels do.
    apart = pair.picture.astype(np.int16) - resize(enlarged, pair.small.shape[:2])
    apart = (apart // 2 + 128).clip(0, 255).astype(np.uint8)

    def settle(band: Band) -> None:
        change = (rows(apart, size, band).astype(np.int16) - np.int16(128)) * np.int16(2)
        enlarged[band[0] : band[1]] = (change + enlarged[band[0] : band[1]]).clip(0, 255)

    side_by_side(settle, list(bands(size)))
    return enlarged


def sharpen_band(pair: Pair, band: Band) -> Pixels:
    """The enlarged rows of the picture with the photo's fine light, where the picture follows the photo."""
    size, (height, width) = pair.photo.shape[:2], pair.small.shape[:2]
    first, last = needed(band, size, (height, width))
    first, last = max(0, first - CONTEXT) // 2 * 2, min(height, last + CONTEXT)
    small, near = pair.small[first:last], pair.picture[first:last]
    own, halved = Strip(first, height, width), Strip(first / 2, height / 2, width / 2)

    detail = grey(pair.photo[band[0] : band[1]]).astype(np.int16) - stretch(grey(small), own, size, band, BICUBIC)
    gain = stretch(gains(half(small), half(near), pair.texture[first // 2 : -(-last // 2)]), halved, size, band)
    sharp = (gain * detail[..., None] + np.int16(UNIT // 2)) >> np.int16(UNIT_BITS)
    sharp += stretch(near, own, size, band, BICUBIC)
    darkest, lightest = (stretch(extreme(near, choose), own, size, band) for choose in (np.minimum, np.maximum))
    away = 2 * sharp - darkest - lightest
    sharp += (away * crispness(pair.scale) + np.int16(UNIT // 2)) >> np.int16(UNIT_BITS)
    return np.clip(sharp, darkest, lightest).astype(np.uint8)


def crispness(scale: float) -> np.int16:
    """By how much values are drawn away from the middle: 0 at no enlargement, UNIT / 2 (half of it) from CRISP on."""
    return np.int16(UNIT / 2 * min(1.0, (scale - 1) / (CRISP - 1)))


def grey(pixels: Pixels) -> Pixels:
    """Rec. 601 luma of h x w x 3: h x w."""
    return np.asarray(Image.fromarray(pixels).convert("L"))


def half(pixels: Pixels) -> Pixels:
    """h x w x 3 at half the size: enough to see what follows what, as in the fast guided filter, at a quarter of it."""
    return np.asarray(Image.fromarray(pixels).reduce(2))


def power(pixels: Pixels, size: Size) -> Plane:
    """The mean square of the luma, 0..1, over each pixel of a smaller size: height x width."""
    squares = np.empty(size, np.float32)

    def work(band: Band) -> None:
        first, last = needed(band, size, pixels.shape[:2])
        plane = Image.fromarray(unit(grey(pixels[first:last])) ** 2)
        scale = pixels.shape[0] / size[0]
        box = (0, band[0] * scale - first, pixels.shape[1], min(band[1] * scale - first, last - first))
        squares[band[0] : band[1]] = np.asarray(plane.resize((size[1], band[1] - band[0]), BOX, box))

    side_by_side(work, list(bands(size, max(1, pixels.shape[0] * pixels.shape[1] // (size[0] * size[1])))))
    return squares


def gains(small: Pixels, picture: Pixels, texture: Plane) -> Pixels:
    """How far each channel of the picture follows the photo's light, 0..127 for 0 to almost 2: h x w x 3."""
    guide, made = unit(grey(small)), unit(grey(picture))
    middle, noise = nearby(guide), np.float32(NOISE**2)
    variance = nearby(guide * guide) - middle * middle + noise
    own = nearby(made * made) - nearby(made) ** 2 + noise

    def covariance(values: Plane) -> Plane:
        return nearby(guide * values) - middle * nearby(values)

    follows = covariance(made).clip(0) ** 2 / (variance * own)
    follows /= 1 + (nearby(texture) / variance / np.float32(TEXTURE)) ** 2
    gain = np.empty(picture.shape, np.uint8)
    for channel in range(3):
        slope = covariance(unit(picture[..., channel])) / variance
        gain[..., channel] = nearby(slope * follows * np.float32(UNIT)).clip(0, 127)
    return gain


def unit(values: Pixels) -> Plane:
    """0..255 to 0..1."""
    return values.astype(np.float32) * np.float32(1 / 255)


def nearby(values: Plane) -> Plane:
    """The mean over a square of RADIUS pixels around each, the border repeated."""
    for _ in (0, 1):
        wide = np.pad(values, [(RADIUS, RADIUS), (0, 0)], mode="edge")
        total = sum_of(wide[start : start + values.shape[0]] for start in SIDE)
        total *= np.float32(1 / len(SIDE))
        values = total.T
    return values


def sum_of(parts: Iterator[Plane]) -> Plane:
    """The sum, in a new plane."""
    total = next(parts).copy()
    for part in parts:
        total += part
    return total


def extreme(pixels: Pixels, choose: np.ufunc) -> Pixels:
    """The minimum or maximum of each channel over 3 x 3 pixels."""
    tall = pixels.copy()
    choose(tall[1:], pixels[:-1], out=tall[1:])
    choose(tall[:-1], pixels[1:], out=tall[:-1])
    wide = tall.copy()
    choose(wide[:, 1:], tall[:, :-1], out=wide[:, 1:])
    choose(wide[:, :-1], tall[:, 1:], out=wide[:, :-1])
    return wide
