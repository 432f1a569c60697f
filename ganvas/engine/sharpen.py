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

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ganvas.engine.kernel import BICUBIC
from ganvas.engine.resample import (
    Band,
    Levels,
    Plane,
    Size,
    Strip,
    even_bands,
    level_rows,
    needed,
    planes,
    put,
    side_by_side,
    stretch,
    weight,
)
from ganvas.engine.tiling import Pixels, ignore

NOISE = 4.0 / 255
TEXTURE = 0.4
CRISP = 4
CONTEXT = 8
UNIT_BITS = 6
UNIT = 1 << UNIT_BITS


@dataclass(frozen=True)
class Pair:
    """The photo, H x W x 3, and it and the picture at the working size, h x w x 3."""

    photo: Pixels
    small: Pixels
    picture: Pixels

    @property
    def scale(self) -> float:
        """How many times the picture is enlarged."""
        return max(self.photo.shape[:2]) / max(self.small.shape[:2])


def enlarge(pair: Pair, on_band: Callable[[float], None] = ignore) -> Pixels:
    """The picture at the photo's size, H x W x 3; ``on_band`` may raise to stop."""
    size, working = pair.photo.shape[:2], pair.small.shape[:2]
    texture, enlarged, apart = texture_of(pair), np.empty_like(pair.photo), np.empty_like(pair.picture)

    def sharpen(band: Band) -> None:
        put(sharpen_band(pair, texture, band), enlarged[band[0] : band[1]])

    def compare(band: Band) -> None:
        # Half the difference, around 128, so that it goes as pixels do.
        differs = planes(pair.picture[band[0] : band[1]]) - level_rows(enlarged, working, band)
        put(np.clip((differs >> np.int16(1)) + np.int16(128), 0, 255), apart[band[0] : band[1]])

    def settle(band: Band) -> None:
        part = enlarged[band[0] : band[1]]
        settled = level_rows(apart, size, band)
        settled -= np.int16(128)
        settled *= np.int16(2)
        settled += planes(part)
        put(np.clip(settled, 0, 255, out=settled), part)

    side_by_side(sharpen, even_bands(size), on_band)
    side_by_side(compare, even_bands(working, weight(size, working)))
    side_by_side(settle, even_bands(size))
    return enlarged


def texture_of(pair: Pair) -> Plane:
    """Variance of the photo's light that the working size does not show, 0..1: h/2 x w/2, rounded up."""
    halved = -(-pair.small.shape[0] // 2), -(-pair.small.shape[1] // 2)
    return (power(pair.photo, halved) - power(pair.small, halved)).clip(0)


def sharpen_band(pair: Pair, texture: Plane, band: Band) -> Levels:
    """The enlarged rows of the picture with the photo's fine light, where the picture follows the photo, as planes."""
    size, (height, width) = pair.photo.shape[:2], pair.small.shape[:2]
    first, last = needed(band, size, (height, width))
    first, last = max(0, first - CONTEXT) // 2 * 2, min(height, last + CONTEXT)
    small, near = pair.small[first:last], pair.picture[first:last]
    own, halved = Strip(first, height, width), Strip(first / 2, height / 2, width / 2)

    shown = stretch(grey(small)[None], own, size, band, BICUBIC)
    detail = grey(pair.photo[band[0] : band[1]]) - shown
    gain = gains(half(small), half(near), texture[first // 2 : -(-last // 2)])
    sharp = shifted(stretch(gain, halved, size, band) * detail)
    levels = planes(near)
    sharp += stretch(levels, own, size, band, BICUBIC)
    darkest, lightest = (stretch(extreme(levels, choose), own, size, band) for choose in (np.minimum, np.maximum))
    away = 2 * sharp - darkest - lightest
    away *= crispness(pair.scale)
    sharp += shifted(away)
    np.maximum(sharp, darkest, out=sharp)
    return np.minimum(sharp, lightest, out=sharp)


def shifted(levels: Levels) -> Levels:
    """In place: divided by UNIT, and rounded."""
    levels += np.int16(UNIT // 2)
    levels >>= np.int16(UNIT_BITS)
    return levels


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
        squares[band[0] : band[1]] = np.asarray(plane.resize((size[1], band[1] - band[0]), Image.Resampling.BOX, box))

    side_by_side(work, even_bands(size, weight(pixels.shape[:2], size)))
    return squares


def gains(small: Pixels, picture: Pixels, texture: Plane) -> Pixels:
    """How far each channel of the picture follows the photo's light, 0..127 for 0 to almost 2: 3 x h x w."""
    guide, made = unit(grey(small)), unit(grey(picture))
    values = np.stack([guide, made, *unit(planes(picture))])
    means, noise = nearby(values), np.float32(NOISE**2)
    covariance = nearby(guide * values) - means[0] * means
    variance = covariance[0] + noise
    own = nearby(made * made) - means[1] ** 2 + noise
    follows = covariance[1].clip(0) ** 2 / (variance * own)
    follows /= 1 + (nearby(texture) / variance / np.float32(TEXTURE)) ** 2
    return nearby(covariance[2:] / variance * follows * np.float32(UNIT)).clip(0, 127).astype(np.uint8)


def unit(values: Pixels) -> Plane:
    """0..255 to 0..1."""
    return values.astype(np.float32) * np.float32(1 / 255)


def nearby(values: Plane) -> Plane:
    """The mean over 3 x 3 pixels around each, the border repeated: h x w, or planes."""
    for axis in (-2, -1):
        given, total = values.swapaxes(axis, 0), values.copy()
        sums = total.swapaxes(axis, 0)
        sums[1:] += given[:-1]
        sums[:1] += given[:1]
        sums[:-1] += given[1:]
        sums[-1:] += given[-1:]
        total *= np.float32(1 / 3)
        values = total
    return values


def extreme(levels: Pixels, choose: np.ufunc) -> Pixels:
    """The minimum or maximum of planes, c x h x w, over 3 x 3 pixels."""
    tall = levels.copy()
    choose(tall[:, 1:], levels[:, :-1], out=tall[:, 1:])
    choose(tall[:, :-1], levels[:, 1:], out=tall[:, :-1])
    wide = tall.copy()
    choose(wide[..., 1:], tall[..., :-1], out=wide[..., 1:])
    choose(wide[..., :-1], tall[..., 1:], out=wide[..., :-1])
    return wide
