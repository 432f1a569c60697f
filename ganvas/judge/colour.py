"""Oklab and luma of sRGB pixels."""

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]

# Ottosson 2020, https://bottosson.github.io/posts/oklab: linear sRGB to cone responses, and these to Oklab.
LINEAR_SRGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
LMS_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
BT601_LUMA_WEIGHTS = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601


def compute_linear_levels() -> Plane:
    """The light that each of the 256 values of sRGB stands for (IEC 61966-2-1)."""
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


SRGB_TO_LINEAR = compute_linear_levels()


def convert_srgb_to_oklab(pixels: NDArray[np.uint8]) -> Plane:
    """h x w x 3 sRGB to Oklab: lightness 0..1, green to red, blue to yellow."""
    return np.cbrt(SRGB_TO_LINEAR[pixels] @ LINEAR_SRGB_TO_LMS.T) @ LMS_TO_OKLAB.T


def compute_luma(pixels: NDArray[np.uint8]) -> Plane:
    """h x w x 3 sRGB to h x w brightness, 0..255."""
    return np.asarray(pixels @ BT601_LUMA_WEIGHTS, np.float64)
