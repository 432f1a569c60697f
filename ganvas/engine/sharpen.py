"""A painted picture enlarged to the photo's size, with the photo's own edges.

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
    FloatPlane,
    IntPlanes,
    RowRange,
    Size,
    StripGeometry,
    count_source_pixels,
    find_source_rows,
    resize_rows_to_planes,
    resize_strip,
    run_bands_in_parallel,
    split_even_bands,
    to_planes,
    write_planes,
)
from ganvas.engine.tiling import Pixels, ignore_progress

NOISE_DEVIATION = 4.0 / 255
TEXTURE_TOLERANCE = 0.4
FULL_CRISPNESS_SCALE = 4
CONTEXT_ROWS = 8
UNIT_BITS = 6
UNIT = 1 << UNIT_BITS


@dataclass(frozen=True)
class UpscaleInputs:
    """The photo, H x W x 3, and it and the picture at the working size, h x w x 3."""

    photo: Pixels
    small_photo: Pixels
    picture: Pixels

    @property
    def scale(self) -> float:
        """How many times the picture is enlarged."""
        return max(self.photo.shape[:2]) / max(self.small_photo.shape[:2])


def enlarge_picture(inputs: UpscaleInputs, on_progress: Callable[[float], None] = ignore_progress) -> Pixels:
    """The picture at the photo's size, H x W x 3; ``on_band`` may raise to stop."""
    size, working = inputs.photo.shape[:2], inputs.small_photo.shape[:2]
    texture, enlarged, apart = measure_fine_texture(inputs), np.empty_like(inputs.photo), np.empty_like(inputs.picture)

    def sharpen_rows(band: RowRange) -> None:
        write_planes(sharpen_band(inputs, texture, band), enlarged[band[0] : band[1]])

    def compare_rows(band: RowRange) -> None:
        # Half the difference, around 128, so that it goes as pixels do.
        differs = to_planes(inputs.picture[band[0] : band[1]]) - resize_rows_to_planes(enlarged, working, band)
        write_planes(np.clip((differs >> np.int16(1)) + np.int16(128), 0, 255), apart[band[0] : band[1]])

    def correct_rows(band: RowRange) -> None:
        part = enlarged[band[0] : band[1]]
        settled = resize_rows_to_planes(apart, size, band)
        settled -= np.int16(128)
        settled *= np.int16(2)
        settled += to_planes(part)
        write_planes(np.clip(settled, 0, 255, out=settled), part)

    run_bands_in_parallel(sharpen_rows, split_even_bands(size), on_progress)
    run_bands_in_parallel(compare_rows, split_even_bands(working, count_source_pixels(size, working)))
    run_bands_in_parallel(correct_rows, split_even_bands(size))
    return enlarged


def measure_fine_texture(inputs: UpscaleInputs) -> FloatPlane:
    """Variance of the photo's light that the working size does not show, 0..1: h/2 x w/2, rounded up."""
    halved = -(-inputs.small_photo.shape[0] // 2), -(-inputs.small_photo.shape[1] // 2)
    return (compute_mean_square(inputs.photo, halved) - compute_mean_square(inputs.small_photo, halved)).clip(0)


def sharpen_band(inputs: UpscaleInputs, texture: FloatPlane, band: RowRange) -> IntPlanes:
    """The enlarged rows of the picture with the photo's fine light, where the picture follows the photo, as planes."""
    size, (height, width) = inputs.photo.shape[:2], inputs.small_photo.shape[:2]
    first, last = find_source_rows(band, size, (height, width))
    first, last = max(0, first - CONTEXT_ROWS) // 2 * 2, min(height, last + CONTEXT_ROWS)
    small, near = inputs.small_photo[first:last], inputs.picture[first:last]
    own, halved = StripGeometry(first, height, width), StripGeometry(first / 2, height / 2, width / 2)

    shown = resize_strip(to_luma(small)[None], own, size, band, BICUBIC)
    detail = to_luma(inputs.photo[band[0] : band[1]]) - shown
    gain = compute_gains(halve_pixels(small), halve_pixels(near), texture[first // 2 : -(-last // 2)])
    sharp = divide_by_unit(resize_strip(gain, halved, size, band) * detail)
    levels = to_planes(near)
    sharp += resize_strip(levels, own, size, band, BICUBIC)
    darkest, lightest = (
        resize_strip(filter_extreme(levels, choose), own, size, band) for choose in (np.minimum, np.maximum)
    )
    away = 2 * sharp - darkest - lightest
    away *= compute_crispness(inputs.scale)
    sharp += divide_by_unit(away)
    np.maximum(sharp, darkest, out=sharp)
    return np.minimum(sharp, lightest, out=sharp)


def divide_by_unit(levels: IntPlanes) -> IntPlanes:
    """In place: divided by UNIT, and rounded."""
    levels += np.int16(UNIT // 2)
    levels >>= np.int16(UNIT_BITS)
    return levels


def compute_crispness(scale: float) -> np.int16:
    """By how much values are drawn away from the middle: 0 at no enlargement, UNIT / 2 (half of it) from CRISP on."""
    return np.int16(UNIT / 2 * min(1.0, (scale - 1) / (FULL_CRISPNESS_SCALE - 1)))


def to_luma(pixels: Pixels) -> Pixels:
    """Rec. 601 luma of h x w x 3: h x w."""
    return np.asarray(Image.fromarray(pixels).convert("L"))


def halve_pixels(pixels: Pixels) -> Pixels:
    """h x w x 3 at half the size: enough to see what follows what, as in the fast guided filter, at a quarter of it."""
    return np.asarray(Image.fromarray(pixels).reduce(2))


def compute_mean_square(pixels: Pixels, size: Size) -> FloatPlane:
    """The mean square of the luma, 0..1, over each pixel of a smaller size: height x width."""
    squares = np.empty(size, np.float32)

    def compute_band(band: RowRange) -> None:
        first, last = find_source_rows(band, size, pixels.shape[:2])
        plane = Image.fromarray(to_unit_range(to_luma(pixels[first:last])) ** 2)
        scale = pixels.shape[0] / size[0]
        box = (0, band[0] * scale - first, pixels.shape[1], min(band[1] * scale - first, last - first))
        squares[band[0] : band[1]] = np.asarray(plane.resize((size[1], band[1] - band[0]), Image.Resampling.BOX, box))

    run_bands_in_parallel(compute_band, split_even_bands(size, count_source_pixels(pixels.shape[:2], size)))
    return squares


def compute_gains(small: Pixels, picture: Pixels, texture: FloatPlane) -> Pixels:
    """How far each channel of the picture follows the photo's light, 0..127 for 0 to almost 2: 3 x h x w."""
    guide, made = to_unit_range(to_luma(small)), to_unit_range(to_luma(picture))
    values = np.stack([guide, made, *to_unit_range(to_planes(picture))])
    means, noise = average_3x3(values), np.float32(NOISE_DEVIATION**2)
    covariance = average_3x3(guide * values) - means[0] * means
    variance = covariance[0] + noise
    own = average_3x3(made * made) - means[1] ** 2 + noise
    follows = covariance[1].clip(0) ** 2 / (variance * own)
    follows /= 1 + (average_3x3(texture) / variance / np.float32(TEXTURE_TOLERANCE)) ** 2
    return average_3x3(covariance[2:] / variance * follows * np.float32(UNIT)).clip(0, 127).astype(np.uint8)


def to_unit_range(values: Pixels) -> FloatPlane:
    """0..255 to 0..1."""
    return values.astype(np.float32) * np.float32(1 / 255)


def average_3x3(values: FloatPlane) -> FloatPlane:
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


def filter_extreme(levels: Pixels, choose: np.ufunc) -> Pixels:
    """The minimum or maximum of planes, c x h x w, over 3 x 3 pixels."""
    tall = levels.copy()
    choose(tall[:, 1:], levels[:, :-1], out=tall[:, 1:])
    choose(tall[:, :-1], levels[:, 1:], out=tall[:, :-1])
    wide = tall.copy()
    choose(wide[..., 1:], tall[..., :-1], out=wide[..., 1:])
    choose(wide[..., :-1], tall[..., 1:], out=wide[..., :-1])
    return wide
