"""What is wrong with a picture that no painter would do: faults. Knows photos and pictures, not how they were made.

Each fault is measured in the photo and in the picture, and what the photo has already is taken off: a
picture that is its photo has none. Faults of serving (seams, precision) are in ``serving``.
"""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from ganvas.judge import colour
from ganvas.judge.content import shrink
from ganvas.judge.features import Pixels

SMALL = 256  # pixels
SMALLEST = 16  # pixels under which there is no telling a grid, or a border from what is inside
PATCH = 128  # pixels, a side of the squares whose spectra are averaged
LOWEST = PATCH // 16  # cycles a patch: slower ones are motif, not grid
AROUND = 9  # bins of the spectrum around each, that say what is usual there
PEAK = 3.0  # times the usual that counts as a peak
FLAT = 0.02  # of Oklab's lightness: places that vary less are flat
FINE, COARSE = 0.015, 0.06  # of the short side: a blotch is between these
OUTER, INNER = 0.015, 0.045  # of the short side: the border, and what it is compared with

Plane = NDArray[np.float64]


class Surface:
    """A picture at full size, and what the faults are measured on."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        self.short = min(pixels.shape[:2])

    @cached_property
    def lab(self) -> Plane:
        """h x w x 3 Oklab."""
        return colour.oklab(self.pixels)

    @cached_property
    def small(self) -> Plane:
        """Oklab with a short side of at most SMALL pixels, for what is seen from afar."""
        return colour.oklab(shrink(self.pixels, min(SMALL, self.short)))

    @cached_property
    def spectrum(self) -> Plane:
        """The mean power spectrum of the brightness over patches that overlap by half (Welch 1967): rows x columns."""
        side = min(PATCH, self.short)
        if side < SMALLEST:
            return np.zeros((side, side))
        plane = colour.luminance(self.pixels)
        window = np.hanning(side)[:, None] * np.hanning(side)[None, :]
        starts = [sorted({*range(0, length - side, max(side // 2, 1)), length - side}) for length in plane.shape]
        total = np.zeros((side, side))
        for top in starts[0]:
            for left in starts[1]:
                patch = plane[top : top + side, left : left + side]
                total += np.abs(np.fft.fft2((patch - patch.mean()) * window)) ** 2
        return total / (len(starts[0]) * len(starts[1]) * np.square(window).sum() * side**2)

    @cached_property
    def calm(self) -> Plane:
        """How flat each place of ``small`` is, 0 to 1, by how much the brightness varies around it."""
        bright = self.small[..., 0]
        reach = COARSE / 2 * min(bright.shape)
        variance = ndimage.gaussian_filter(bright**2, reach) - ndimage.gaussian_filter(bright, reach) ** 2
        return np.exp(-np.maximum(variance, 0) / FLAT**2)

    @cached_property
    def flat(self) -> Plane:
        """The same at full size: h x w."""
        height, width = self.pixels.shape[:2]
        calm = Image.fromarray(self.calm.astype(np.float32))
        return np.asarray(calm.resize((width, height), Image.Resampling.BILINEAR), np.float64)


def grid_energy(surface: Surface) -> float:
    """The deviation, in levels of 255, that lies in sharp peaks of the spectrum: a regular grid, a checkerboard."""
    power = surface.spectrum
    usual = ndimage.median_filter(power, AROUND, mode="wrap")
    side = len(power)
    reach = np.abs(np.fft.fftfreq(side) * side)
    fast = np.maximum(reach[:, None], reach[None, :]) >= LOWEST * side / PATCH
    peaks = np.where(fast & (power > PEAK * usual), power - usual, 0.0)
    return float(np.sqrt(peaks.sum()))


def checkerboard(photo: Surface, picture: Surface) -> float:
    """The grid that the picture has and the photo has not, in levels of 255."""
    return grid_energy(picture) - grid_energy(photo)


def blotchiness(surface: Surface, calm: Plane) -> float:
    """How much colour wanders, in Oklab x 100, at the size of blotches, where ``calm`` is."""
    fine, coarse = (share * min(calm.shape) for share in (FINE, COARSE))
    wander = 0.0
    for channel in (1, 2):
        plane = surface.small[..., channel]
        band = ndimage.gaussian_filter(plane, fine) - ndimage.gaussian_filter(plane, coarse)
        wander += float((calm * band**2).sum() / (calm.sum() + 1e-6))
    return 100 * float(np.sqrt(wander))


def blotches(photo: Surface, picture: Surface) -> float:
    """Colour that wanders where the photo is flat, and does not wander there: Oklab x 100."""
    return blotchiness(picture, photo.calm) - blotchiness(photo, photo.calm)


def fineness(surface: Surface, flat: Plane) -> float:
    """The deviation of the finest detail, in levels of 255, where ``flat`` is."""
    plane = colour.luminance(surface.pixels)
    fine = plane - ndimage.gaussian_filter(plane, 1.5)
    return float(np.sqrt((flat * fine**2).sum() / (flat.sum() + 1e-6)))


def grain(photo: Surface, picture: Surface) -> float:
    """Fine texture where the photo is flat, beyond the photo's own: paper and brush, or noise."""
    return fineness(picture, photo.flat) - fineness(photo, photo.flat)


def border(photo: Surface, picture: Surface) -> float:
    """How much more or less the picture departs from its photo along its border than just inside: Oklab x 100."""
    if photo.short < SMALLEST:
        return 0.0
    change = picture.lab - photo.lab
    outer, inner = (max(1, round(share * photo.short)) for share in (OUTER, INNER))
    steps: list[float] = []
    for side in (change, change[::-1], change.swapaxes(0, 1), change.swapaxes(0, 1)[::-1]):
        gap = side[:outer].mean(axis=(0, 1)) - side[outer : outer + inner].mean(axis=(0, 1))
        steps.append(float(np.square(gap).sum()))
    return 100 * float(np.sqrt(np.mean(steps)))


FAULTS: dict[str, Callable[[Surface, Surface], float]] = {
    "checkerboard": checkerboard,
    "blotches": blotches,
    "grain": grain,
    "border": border,
}
