"""From the working size to the photo's own, with the photo's own edges. Knows arrays and nothing of styles.

Enlarging alone would make a large picture soft. The detail that is finer than the working size comes from the photo:
its luma less that of the photo at the working size, times how far the picture follows the photo nearby. That factor
is the gain of a local linear model at the working size, as in the fast guided filter (He and Sun 2015,
https://arxiv.org/abs/1505.00996), here for each channel, and

- the model's share of explained variance reduces it, so that where the style painted something of its own (strokes,
  a flat sky) the photo's texture and noise do not come back;
- the result stays between the darkest and lightest value of the enlarged picture nearby, so that an edge becomes
  sharp, but gets no rim and is not drawn a second time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ganvas.engine.resample import (
    BICUBIC,
    BILINEAR,
    Band,
    Plane,
    Strip,
    bands,
    needed,
    resize,
    rows,
    side_by_side,
    stretch,
)
from ganvas.engine.tiling import Pixels

Fine = NDArray[np.int16]
RADIUS = 1
SIDE = range(2 * RADIUS + 1)
CONTEXT = 4 * RADIUS + 4
NOISE = 4.0 / 255
UNIT_BITS = 6
UNIT = 1 << UNIT_BITS
FEATHER = 0.004


@dataclass(frozen=True)
class Work:
    """What is finished: the photo, H x W x 3; it and the picture at the working size, h x w x 3; and how.

    With ``strength`` below 1 the photo's own fine detail comes in, all of it at 0; with ``colour`` "photo" its fine
    colour does; outside of the ``mask`` (H x W of any size, 255 inside) the photo itself.
    """

    photo: Pixels
    small: Pixels
    picture: Pixels
    strength: float = 1.0
    colour: str = "style"
    mask: Pixels | None = None


def finish(work: Work, on_band: Callable[[float], None]) -> Pixels:
    """The picture at the photo's size, H x W x 3, in bands of rows."""
    size = work.photo.shape[:2]
    mask = None if work.mask is None else feather(work.mask, work.small.shape[:2])
    if size == work.small.shape[:2] and mask is None:
        return work.picture
    finished = np.empty_like(work.photo)

    def do(band: Band) -> None:
        made = finish_band(work, band)
        finished[band[0] : band[1]] = made if mask is None else compose(work.photo, made, mask, band)

    side_by_side(do, list(bands(size)), on_band)
    return finished


def finish_band(work: Work, band: Band) -> Pixels:
    """The rows of one band of the finished picture, without the mask."""
    size, small = work.photo.shape[:2], work.small.shape[:2]
    picture = rows(work.picture, size, band)
    if size == small:
        return picture
    sharp = sharpen(work, picture, band) if max(size) > max(small) else picture
    if work.strength == 1 and work.colour == "style":
        return sharp
    fine = work.photo[band[0] : band[1]].astype(np.int16) - rows(work.small, size, band)
    if work.colour == "photo":
        sharp = add(sharp, fine - luma(fine)[..., None])
    if work.strength < 1:
        plain = add(picture, fine)
        sharp = add(plain, np.rint((sharp.astype(np.int16) - plain) * np.float32(work.strength)).astype(np.int16))
    return sharp


def add(pixels: Pixels, detail: Fine) -> Pixels:
    """The sum, kept in 0..255."""
    return (detail + pixels).clip(0, 255).astype(np.uint8)


def luma(colours: Fine) -> Fine:
    """Rec. 601 luma of h x w x 3 values in -255..255, in integers: h x w."""
    weighed = colours[..., 0] * np.int16(38) + colours[..., 1] * np.int16(75) + colours[..., 2] * np.int16(15)
    return weighed >> np.int16(7)


def grey(pixels: Pixels) -> Pixels:
    """Rec. 601 luma of h x w x 3: h x w."""
    return np.asarray(Image.fromarray(pixels).convert("L"))


def sharpen(work: Work, picture: Pixels, band: Band) -> Pixels:
    """The enlarged rows of the picture with the photo's fine light, where the picture follows the photo."""
    size, (height, width) = work.photo.shape[:2], work.small.shape[:2]
    first, last = needed(band, size, (height, width))
    first, last = max(0, first - CONTEXT) // 2 * 2, min(height, last + CONTEXT)
    small, near = work.small[first:last], work.picture[first:last]
    own, halved = Strip(first, height, width), Strip(first / 2, height / 2, width / 2)

    detail = grey(work.photo[band[0] : band[1]]).astype(np.int16) - stretch(grey(small), own, size, band, BICUBIC)
    gain = stretch(gains(half(small), half(near)), halved, size, band)
    detail = (gain * detail[..., None] + np.int16(UNIT // 2)) >> np.int16(UNIT_BITS)
    darkest, lightest = (stretch(extreme(near, choose), own, size, band) for choose in (np.minimum, np.maximum))
    return np.clip(detail + picture, darkest, lightest).astype(np.uint8)


def half(pixels: Pixels) -> Pixels:
    """h x w x 3 at half the size: enough to see what follows what, as in the fast guided filter, at a quarter of it."""
    return np.asarray(Image.fromarray(pixels).reduce(2))


def gains(small: Pixels, picture: Pixels) -> Pixels:
    """How far each channel of the picture follows the photo's light, 0..127 for 0 to almost 2: h x w x 3."""
    guide, made = unit(grey(small)), unit(grey(picture))
    middle, noise = nearby(guide), np.float32(NOISE**2)
    variance = nearby(guide * guide) - middle * middle + noise
    own = nearby(made * made) - nearby(made) ** 2 + noise

    def covariance(values: Plane) -> Plane:
        return nearby(guide * values) - middle * nearby(values)

    follows = covariance(made).clip(0) ** 2 / (variance * own)
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


def feather(mask: Pixels, size: tuple[int, int]) -> Pixels:
    """The mask at the working size with soft edges."""
    image = Image.fromarray(resize(mask, size))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(max(size) * FEATHER)))


def compose(photo: Pixels, made: Pixels, mask: Pixels, band: Band) -> Pixels:
    """The rows of a band: ``made`` inside of the mask, the photo outside."""
    share = rows(mask, photo.shape[:2], band, BILINEAR)[..., None].astype(np.float32) / np.float32(255)
    outside = photo[band[0] : band[1]]
    return np.rint(outside + (made.astype(np.float32) - outside) * share).astype(np.uint8)
