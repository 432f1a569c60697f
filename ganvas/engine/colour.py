"""The style's brushwork in the photo's own colours.

In Oklab (Ottosson 2020, https://bottosson.github.io/posts/oklab): the lightness is the picture's, brought to the
photo's mean and spread, and its broad light and shade most of the way to the photo's own, for to people these are
part of a thing's colour; hue and chroma are the photo's. Both are laid in the picture's strokes and not sprayed over
them: what comes from the photo is first made to follow the picture's lightness by a guided filter (He, Sun and Tang
2010, "Guided Image Filtering").
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from ganvas.engine.blend import average_neighbourhood
from ganvas.engine.resample import FloatPlane, apply_in_bands, fit_within, resize
from ganvas.engine.tiling import Pixels, ignore_progress

MARGIN_ROWS = 192
SAMPLE_EDGE = 256
MAX_CONTRAST_GAIN = 1.25
SHADING_SHARE = 0.7
RGB_TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929],
     [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]], np.float32)  # fmt: skip
LMS_TO_OKLAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468],
     [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]], np.float32)  # fmt: skip
OKLAB_TO_LMS, LMS_TO_RGB = np.linalg.inv(LMS_TO_OKLAB), np.linalg.inv(RGB_TO_LMS)
SRGB_STEPS = np.arange(256) / 255
SRGB_TO_LINEAR = np.where(SRGB_STEPS <= 0.04045, SRGB_STEPS / 12.92, ((SRGB_STEPS + 0.055) / 1.055) ** 2.4).astype(
    np.float32
)


def restore_photo_colours(
    photo: Pixels, picture: Pixels, on_progress: Callable[[float], None] = ignore_progress
) -> Pixels:
    """The picture with the photo's colours: h x w x 3 of both to the same. ``on_band`` may raise to stop."""
    ours, painted = sample_lightness(photo), sample_lightness(picture)
    gain = float((ours.std() / max(painted.std(), 1e-3)).clip(1 / MAX_CONTRAST_GAIN, MAX_CONTRAST_GAIN))
    shift = float(ours.mean() - gain * painted.mean())
    return apply_in_bands(
        partial(restore_band_colours, gain=gain, shift=shift), MARGIN_ROWS, (photo, picture), on_progress
    )


def sample_lightness(pixels: Pixels) -> FloatPlane:
    """The lightness, 0..1, of a thumbnail."""
    return compute_lightness(resize(pixels, fit_within(pixels.shape[:2], SAMPLE_EDGE)))


def restore_band_colours(photo: Pixels, picture: Pixels, gain: float, shift: float) -> Pixels:
    """Rows with MARGIN rows around them to the rows."""
    ours = to_oklab(photo)
    light = (compute_lightness(picture) * gain + shift).astype(np.float32)
    broad = apply_guided_filter(light, ours[..., 0] - light, 4, 1e-2) + light
    light += np.float32(SHADING_SHARE) * (broad - light)
    painted = np.stack([light, *(apply_guided_filter(light, ours[..., side], 2, 1e-3) for side in (1, 2))], -1)
    return from_oklab(painted[MARGIN_ROWS:-MARGIN_ROWS])


def apply_guided_filter(guide: FloatPlane, values: FloatPlane, levels: int, regularisation: float) -> FloatPlane:
    """``values`` as a locally linear function of the guide; ``calm`` is the variance that counts as none."""
    middle, centre = average_neighbourhood(guide, levels), average_neighbourhood(values, levels)
    variance = average_neighbourhood(guide * guide, levels) - middle * middle + np.float32(regularisation)
    slope = (average_neighbourhood(guide * values, levels) - middle * centre) / variance
    return average_neighbourhood(slope, levels) * guide + average_neighbourhood(centre - slope * middle, levels)


def compute_lightness(pixels: Pixels) -> FloatPlane:
    """The first of Oklab's three, h x w in 0..1."""
    return np.ascontiguousarray(to_oklab(pixels)[..., 0])


def to_oklab(pixels: Pixels) -> FloatPlane:
    """h x w x 3 sRGB to lightness 0..1 and two axes of colour."""
    return np.cbrt(SRGB_TO_LINEAR[pixels] @ RGB_TO_LMS.T) @ LMS_TO_OKLAB.T


def from_oklab(lab: FloatPlane) -> Pixels:
    """The same back; a colour that sRGB lacks is drawn towards the grey of its lightness until it has it."""
    linear = (lab @ OKLAB_TO_LMS.T) ** 3 @ LMS_TO_RGB.T
    grey = lab[..., :1].clip(0, 1) ** 3
    away = linear - grey
    room = np.where(away > 0, 1 - grey, -grey) / np.where(np.abs(away) < 1e-6, np.float32(1e-6), away)
    linear = grey + away * np.abs(room).min(axis=-1, keepdims=True).clip(0, 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear.clip(1e-6, 1) ** (1 / 2.4) - 0.055)
    return (encoded.clip(0, 1) * 255 + 0.5).astype(np.uint8)
