"""The style's brushwork in the photo's own colours. Knows arrays and nothing of styles.

In Oklab (Ottosson 2020, https://bottosson.github.io/posts/oklab): the lightness is the picture's, brought to the
photo's mean and spread, and its broad light and shade most of the way to the photo's own, for to people these are
part of a thing's colour; hue and chroma are the photo's. Both are laid in the picture's strokes and not sprayed over
them: what comes from the photo is first made to follow the picture's lightness by a guided filter (He, Sun and Tang
2010, "Guided Image Filtering").
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from ganvas.engine.blend import nearby
from ganvas.engine.resample import Plane, over_bands, resize, within
from ganvas.engine.tiling import Pixels, ignore

MARGIN = 192
SAMPLE = 256
STRETCH = 1.25
SHADE = 0.7
TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929],
     [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]], np.float32)  # fmt: skip
TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468],
     [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]], np.float32)  # fmt: skip
FROM_LAB, FROM_LMS = np.linalg.inv(TO_LAB), np.linalg.inv(TO_LMS)
STEPS = np.arange(256) / 255
LINEAR = np.where(STEPS <= 0.04045, STEPS / 12.92, ((STEPS + 0.055) / 1.055) ** 2.4).astype(np.float32)


def recolour(photo: Pixels, picture: Pixels, on_band: Callable[[float], None] = ignore) -> Pixels:
    """The picture with the photo's colours: h x w x 3 of both to the same. ``on_band`` may raise to stop."""
    ours, painted = sample(photo), sample(picture)
    gain = float((ours.std() / max(painted.std(), 1e-3)).clip(1 / STRETCH, STRETCH))
    shift = float(ours.mean() - gain * painted.mean())
    return over_bands(partial(recolour_band, gain=gain, shift=shift), MARGIN, (photo, picture), on_band)


def sample(pixels: Pixels) -> Plane:
    """The lightness, 0..1, of a thumbnail."""
    return lightness(resize(pixels, within(pixels.shape[:2], SAMPLE)))


def recolour_band(photo: Pixels, picture: Pixels, gain: float, shift: float) -> Pixels:
    """Rows with MARGIN rows around them to the rows."""
    ours = to_oklab(photo)
    light = (lightness(picture) * gain + shift).astype(np.float32)
    broad = follow(light, ours[..., 0] - light, 4, 1e-2) + light
    light += np.float32(SHADE) * (broad - light)
    painted = np.stack([light, *(follow(light, ours[..., side], 2, 1e-3) for side in (1, 2))], -1)
    return from_oklab(painted[MARGIN:-MARGIN])


def follow(guide: Plane, values: Plane, levels: int, calm: float) -> Plane:
    """``values`` as a locally linear function of the guide; ``calm`` is the variance that counts as none."""
    middle, centre = nearby(guide, levels), nearby(values, levels)
    variance = nearby(guide * guide, levels) - middle * middle + np.float32(calm)
    slope = (nearby(guide * values, levels) - middle * centre) / variance
    return nearby(slope, levels) * guide + nearby(centre - slope * middle, levels)


def lightness(pixels: Pixels) -> Plane:
    """The first of Oklab's three, h x w in 0..1."""
    return np.ascontiguousarray(to_oklab(pixels)[..., 0])


def to_oklab(pixels: Pixels) -> Plane:
    """h x w x 3 sRGB to lightness 0..1 and two axes of colour."""
    return np.cbrt(LINEAR[pixels] @ TO_LMS.T) @ TO_LAB.T


def from_oklab(lab: Plane) -> Pixels:
    """The same back; a colour that sRGB lacks is drawn towards the grey of its lightness until it has it."""
    linear = (lab @ FROM_LAB.T) ** 3 @ FROM_LMS.T
    grey = lab[..., :1].clip(0, 1) ** 3
    away = linear - grey
    room = np.where(away > 0, 1 - grey, -grey) / np.where(np.abs(away) < 1e-6, np.float32(1e-6), away)
    linear = grey + away * np.abs(room).min(axis=-1, keepdims=True).clip(0, 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear.clip(1e-6, 1) ** (1 / 2.4) - 0.055)
    return (encoded.clip(0, 1) * 255 + 0.5).astype(np.uint8)
