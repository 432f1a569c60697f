"""Scores of artefacts that no painter would make.

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
from ganvas.judge.content_scores import resize_short_side
from ganvas.judge.features import Pixels

SMALL_SHORT_SIDE = 256  # pixels
MIN_SHORT_SIDE = 16  # pixels under which there is no telling a grid, or a border from what is inside
SPECTRUM_PATCH = 128  # pixels, a side of the squares whose spectra are averaged
MIN_GRID_FREQUENCY = SPECTRUM_PATCH // 16  # cycles a patch: slower ones are motif, not grid
SPECTRUM_MEDIAN_BINS = 9  # bins of the spectrum around each, that say what is usual there
PEAK_RATIO = 3.0  # times the usual that counts as a peak
FLAT_DEVIATION = 0.02  # of Oklab's lightness: places that vary less are flat
FINE_BLUR_SHARE, COARSE_BLUR_SHARE = 0.015, 0.06  # of the short side: a blotch is between these
BORDER_SHARE, INNER_BORDER_SHARE = 0.015, 0.045  # of the short side: the border, and what it is compared with

Plane = NDArray[np.float64]


class ArtefactView:
    """A picture at full size, and what the faults are measured on."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        self.short = min(pixels.shape[:2])

    @cached_property
    def oklab(self) -> Plane:
        """h x w x 3 Oklab."""
        return colour.convert_srgb_to_oklab(self.pixels)

    @cached_property
    def small_oklab(self) -> Plane:
        """Oklab with a short side of at most SMALL pixels, for what is seen from afar."""
        return colour.convert_srgb_to_oklab(resize_short_side(self.pixels, min(SMALL_SHORT_SIDE, self.short)))

    @cached_property
    def power_spectrum(self) -> Plane:
        """The mean power spectrum of the brightness over patches that overlap by half (Welch 1967): rows x columns."""
        side = min(SPECTRUM_PATCH, self.short)
        if side < MIN_SHORT_SIDE:
            return np.zeros((side, side))
        plane = colour.compute_luma(self.pixels)
        window = np.hanning(side)[:, None] * np.hanning(side)[None, :]
        starts = [sorted({*range(0, length - side, max(side // 2, 1)), length - side}) for length in plane.shape]
        total = np.zeros((side, side))
        for top in starts[0]:
            for left in starts[1]:
                patch = plane[top : top + side, left : left + side]
                total += np.abs(np.fft.fft2((patch - patch.mean()) * window)) ** 2
        return total / (len(starts[0]) * len(starts[1]) * np.square(window).sum() * side**2)

    @cached_property
    def small_flatness(self) -> Plane:
        """How flat each place of ``small`` is, 0 to 1, by how much the brightness varies around it."""
        bright = self.small_oklab[..., 0]
        reach = COARSE_BLUR_SHARE / 2 * min(bright.shape)
        variance = ndimage.gaussian_filter(bright**2, reach) - ndimage.gaussian_filter(bright, reach) ** 2
        return np.exp(-np.maximum(variance, 0) / FLAT_DEVIATION**2)

    @cached_property
    def flatness(self) -> Plane:
        """The same at full size: h x w."""
        height, width = self.pixels.shape[:2]
        calm = Image.fromarray(self.small_flatness.astype(np.float32))
        return np.asarray(calm.resize((width, height), Image.Resampling.BILINEAR), np.float64)


def measure_grid_energy(surface: ArtefactView) -> float:
    """The deviation, in levels of 255, that lies in sharp peaks of the spectrum: a regular grid, a checkerboard."""
    power = surface.power_spectrum
    usual = ndimage.median_filter(power, SPECTRUM_MEDIAN_BINS, mode="wrap")
    side = len(power)
    reach = np.abs(np.fft.fftfreq(side) * side)
    fast = np.maximum(reach[:, None], reach[None, :]) >= MIN_GRID_FREQUENCY * side / SPECTRUM_PATCH
    peaks = np.where(fast & (power > PEAK_RATIO * usual), power - usual, 0.0)
    return float(np.sqrt(peaks.sum()))


def measure_added_checkerboard(photo: ArtefactView, picture: ArtefactView) -> float:
    """The grid that the picture has and the photo has not, in levels of 255."""
    return measure_grid_energy(picture) - measure_grid_energy(photo)


def measure_blotchiness(surface: ArtefactView, flatness: Plane) -> float:
    """How much colour wanders, in Oklab x 100, at the size of blotches, where ``calm`` is."""
    fine, coarse = (share * min(flatness.shape) for share in (FINE_BLUR_SHARE, COARSE_BLUR_SHARE))
    wander = 0.0
    for channel in (1, 2):
        plane = surface.small_oklab[..., channel]
        band = ndimage.gaussian_filter(plane, fine) - ndimage.gaussian_filter(plane, coarse)
        wander += float((flatness * band**2).sum() / (flatness.sum() + 1e-6))
    return 100 * float(np.sqrt(wander))


def measure_added_blotches(photo: ArtefactView, picture: ArtefactView) -> float:
    """Colour that wanders where the photo is flat, and does not wander there: Oklab x 100."""
    return measure_blotchiness(picture, photo.small_flatness) - measure_blotchiness(photo, photo.small_flatness)


def measure_fine_texture(surface: ArtefactView, flatness: Plane) -> float:
    """The deviation of the finest detail, in levels of 255, where ``flat`` is."""
    plane = colour.compute_luma(surface.pixels)
    fine = plane - ndimage.gaussian_filter(plane, 1.5)
    return float(np.sqrt((flatness * fine**2).sum() / (flatness.sum() + 1e-6)))


def measure_added_grain(photo: ArtefactView, picture: ArtefactView) -> float:
    """Fine texture where the photo is flat, beyond the photo's own: paper and brush, or noise."""
    return measure_fine_texture(picture, photo.flatness) - measure_fine_texture(photo, photo.flatness)


def measure_border_change(photo: ArtefactView, picture: ArtefactView) -> float:
    """How much more or less the picture departs from its photo along its border than just inside: Oklab x 100."""
    if photo.short < MIN_SHORT_SIDE:
        return 0.0
    change = picture.oklab - photo.oklab
    outer, inner = (max(1, round(share * photo.short)) for share in (BORDER_SHARE, INNER_BORDER_SHARE))
    steps: list[float] = []
    for side in (change, change[::-1], change.swapaxes(0, 1), change.swapaxes(0, 1)[::-1]):
        gap = side[:outer].mean(axis=(0, 1)) - side[outer : outer + inner].mean(axis=(0, 1))
        steps.append(float(np.square(gap).sum()))
    return 100 * float(np.sqrt(np.mean(steps)))


ARTEFACT_SCORES: dict[str, Callable[[ArtefactView, ArtefactView], float]] = {
    "checkerboard": measure_added_checkerboard,
    "blotches": measure_added_blotches,
    "grain": measure_added_grain,
    "border": measure_border_change,
}
