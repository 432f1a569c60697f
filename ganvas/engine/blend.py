"""Between the photo and the picture without a double exposure.

A plain mean of photo and picture shows both: the photo's eye, and half a width beside it the painted one. So both are
taken apart into bands of scales (the Laplacian pyramid of Burt and Adelson 1983, "The Laplacian Pyramid as a Compact
Image Code"), and

- colour and large forms, the coarsest band, go from one to the other linearly;
- in the finer bands a place where only one of the two has something goes linearly too, and so does one where they
  agree (the correlation nearby is high): no ghost can come from either;
- where both have something and disagree, one of them is chosen, the one whose energy nearby, weighted by the
  strength, is greater. So with growing strength strokes replace the photo's detail place by place and scale by scale,
  first in skin and sky, last at the eyes; and at no place are there two of them. The picture is favoured a little,
  so that the half of the way, where people look first, is not where the two are equal.

The fine bands are those of the luma, for that is where the eye sees edges.

Strength 0 is the photo, 1 the picture, and all between is continuous.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from ganvas.engine.resample import FloatPlane, apply_in_bands
from ganvas.engine.tiling import Pixels, ignore_progress

PYRAMID_LEVELS = 5
MARGIN_ROWS = 128
CHOICE_SHARPNESS = 8
ENERGY_FLOOR = 0.25
PICTURE_BIAS = 0.6
LUMA_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)


def blend_pictures(
    photo: Pixels, picture: Pixels, strength: float, on_progress: Callable[[float], None] = ignore_progress
) -> Pixels:
    """h x w x 3 of both to the same; ``strength`` from 0, the photo, to 1, the picture. ``on_band`` may raise."""
    if strength in (0, 1):
        return picture if strength else photo
    return apply_in_bands(partial(blend_band, strength=strength), MARGIN_ROWS, (photo, picture), on_progress)


def blend_band(photo: Pixels, picture: Pixels, strength: float) -> Pixels:
    """Rows with MARGIN rows around them, sides multiples of 64, to the rows."""
    light, other = photo @ LUMA_WEIGHTS, picture @ LUMA_WEIGHTS
    inner = slice(MARGIN_ROWS, -MARGIN_ROWS)
    change = (blend_pyramid(light, other, strength, PYRAMID_LEVELS) - interpolate_linearly(light, other, strength))[
        inner
    ]
    first, second = (pixels[inner].astype(np.float32) for pixels in (photo, picture))
    return (interpolate_linearly(first, second, strength) + change[..., None] + 0.5).clip(0, 255).astype(np.uint8)


def interpolate_linearly(photo: FloatPlane, picture: FloatPlane, share: float) -> FloatPlane:
    """The photo less ``share`` of it, and so much of the picture."""
    return photo + (picture - photo) * np.float32(share)


def blend_pyramid(photo: FloatPlane, picture: FloatPlane, strength: float, levels: int) -> FloatPlane:
    """The luma of both, h x w: the finest band blended by place, the rest by the next level."""
    if not levels:
        return interpolate_linearly(photo, picture, strength)
    low_photo, low_picture = downsample_by_two(photo), downsample_by_two(picture)
    low = blend_pyramid(low_photo, low_picture, strength, levels - 1)
    reach = max(2, levels - 1)
    return upsample_by_two(low) + blend_detail_band(
        photo - upsample_by_two(low_photo), picture - upsample_by_two(low_picture), strength, reach
    )


def blend_detail_band(photo: FloatPlane, picture: FloatPlane, strength: float, neighbourhood_levels: int) -> FloatPlane:
    """One band, h x w with mean 0: linear where there is no conflict, one of the two where there is.

    ``reach`` is how far one looks for a conflict, as levels of ``nearby``: some 40 pixels of the picture in the fine
    bands, farther than a style moves an edge.
    """
    own, theirs, shared = (
        average_neighbourhood(product, neighbourhood_levels)
        for product in (photo * photo, picture * picture, photo * picture)
    )
    own, theirs = own + np.float32(ENERGY_FLOOR), theirs + np.float32(ENERGY_FLOOR)
    conflict = (2 * (np.sqrt(own * theirs) - shared.clip(0)) / (own + theirs)).clip(0, 1)
    ratio = (np.float32(((1 - strength) / strength) ** 2 * PICTURE_BIAS) * own / theirs).clip(1e-4, 1e4)
    chosen = 1 / (1 + ratio ** (CHOICE_SHARPNESS // 2))
    share = conflict * (chosen - np.float32(strength)) + np.float32(strength)
    return photo + (picture - photo) * share


def average_neighbourhood(plane: FloatPlane, levels: int) -> FloatPlane:
    """The mean around each pixel, over ten of them, or 20, 40.. with more levels; sides are multiples of 2**levels."""
    return upsample_by_two(average_neighbourhood(downsample_by_two(plane), levels - 1)) if levels else plane


def downsample_by_two(plane: FloatPlane) -> FloatPlane:
    """h x w to h/2 x w/2 by the binomial filter 1 4 6 4 1, the border repeated."""
    for _ in (0, 1):
        wide = np.pad(plane, [(2, 2), (0, 0)], mode="edge")
        half = (wide[:-4:2] + wide[4::2]) * np.float32(1 / 16)
        half += (wide[1:-3:2] + wide[3:-1:2]) * np.float32(1 / 4)
        half += wide[2:-2:2] * np.float32(3 / 8)
        plane = half.T
    return plane


def upsample_by_two(plane: FloatPlane) -> FloatPlane:
    """h x w to 2h x 2w by the same filter."""
    for _ in (0, 1):
        wide = np.pad(plane, [(1, 1), (0, 0)], mode="edge")
        large = np.empty((2 * plane.shape[0], plane.shape[1]), np.float32)
        large[::2] = (wide[:-2] + wide[2:]) * np.float32(1 / 8) + wide[1:-1] * np.float32(3 / 4)
        large[1::2] = (wide[1:-1] + wide[2:]) * np.float32(1 / 2)
        plane = large.T
    return plane
