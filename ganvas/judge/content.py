"""How much of the photo's structure is kept: content scores, at 256 px. Knows pairs of pictures, nothing of art.

All scores are of one photo and its picture, brought to a short side of 256 px; means and intervals are made elsewhere.
"""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from ganvas.judge import colour
from ganvas.judge.features import Pixels, to_batch
from ganvas.judge.sight import STAGES, looker

SHORT = 256  # pixels
LOOKS = (2, 3, 4, 5)  # the stages whose features are compared: from edges to parts of things
PATCHES = 3  # the stage whose positions are the patches of self-similarity, 8 px apart
SHARPNESS = 0.1  # the temperature of the softmax over patches
EDGES = 0.10  # the share of a picture that counts as edges
NEAR = 2  # pixels that an edge may move by
TINY = 32  # pixels, the short side at which colours are compared, so that strokes are not
SSIM_BLUR, SSIM_C1, SSIM_C2 = 1.5, (0.01 * 255) ** 2, (0.03 * 255) ** 2

Plane = NDArray[np.float64]


class View:
    """A picture at 256 px, and what the scores look at in it."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = shrink(pixels, SHORT)

    @cached_property
    def looks(self) -> dict[int, NDArray[np.float32]]:
        """What the network sees, by stage: positions x channels, each position of length 1."""
        flat = looker(LOOKS)(to_batch(self.pixels[None]))[0]
        seen: dict[int, NDArray[np.float32]] = {}
        for stage in LOOKS:
            channels, (height, width) = STAGES[stage - 1][3], places(self.pixels.shape[:2], stage)
            size = channels * height * width
            columns = flat[:size].reshape(channels, -1).T
            flat = flat[size:]
            seen[stage] = columns / np.maximum(np.linalg.norm(columns, axis=1, keepdims=True), 1e-6)
        return seen

    @cached_property
    def likeness(self) -> NDArray[np.float32]:
        """How each patch resembles the others, as shares of 1: patches x patches."""
        patches = self.looks[PATCHES]
        close = patches @ patches.T / np.float32(SHARPNESS)
        close = np.exp(close - close.max(axis=1, keepdims=True))
        return close / close.sum(axis=1, keepdims=True)

    @cached_property
    def luminance(self) -> Plane:
        """h x w, 0..255."""
        return colour.luminance(self.pixels)

    @cached_property
    def edges(self) -> NDArray[np.bool_]:
        """Where the strongest changes of brightness are: h x w."""
        soft = ndimage.gaussian_filter(self.luminance, 1.5)
        strength = np.hypot(ndimage.sobel(soft, 0), ndimage.sobel(soft, 1))
        return strength > max(float(np.quantile(strength, 1 - EDGES)), 1.0)

    @cached_property
    def colours(self) -> Plane:
        """Oklab of the picture at TINY pixels."""
        return colour.oklab(shrink(self.pixels, TINY))


def places(size: tuple[int, int], stage: int) -> tuple[int, int]:
    """Height and width of what a stage sees: each stride of two halves, rounded up."""
    height, width = size
    for _, _, stride, _, _ in ((0, 0, 2, 0, 0), *STAGES[:stage]):
        height, width = -(-height // stride), -(-width // stride)
    return height, width


def shrink(pixels: Pixels, short: int) -> Pixels:
    """The picture with its short side brought to ``short`` pixels."""
    height, width = pixels.shape[:2]
    scale = short / min(height, width)
    size = max(short, round(width * scale)), max(short, round(height * scale))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def feature_distance(photo: View, picture: View) -> float:
    """1 - cosine of what the network sees at each place, over places and stages: 0 the same, 1 unlike."""
    gaps = [np.square(photo.looks[stage] - picture.looks[stage]).sum(axis=1).mean() / 2 for stage in LOOKS]
    return float(np.mean(gaps))


def self_similarity(photo: View, picture: View) -> float:
    """How far the pattern of which patches resemble which has changed: 0 when kept.

    CFSD of Chung, Hyun & Heo 2024 (arXiv:2312.09008), the divergence of Kullback and Leibler, on our features.
    """
    kept, made = photo.likeness, picture.likeness
    return float((kept * np.log((kept + 1e-9) / (made + 1e-9))).sum(axis=1).mean())


def edge_agreement(photo: View, picture: View) -> float:
    """The share of edges that both have within NEAR pixels (harmonic mean of both directions): 1 when all."""
    if not photo.edges.any() or not picture.edges.any():
        return float(photo.edges.any() == picture.edges.any())
    kept = (picture.edges & widen(photo.edges)).sum() / picture.edges.sum()
    found = (photo.edges & widen(picture.edges)).sum() / photo.edges.sum()
    return float(2 * kept * found / max(kept + found, 1e-9))


def widen(edges: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """All places within NEAR pixels of an edge."""
    return np.asarray(ndimage.maximum_filter(edges, 2 * NEAR + 1), np.bool_)


def structure(photo: View, picture: View) -> float:
    """SSIM of the brightness (Wang et al. 2004, Gaussian window of 11 px): 1 when kept."""
    x, y = photo.luminance, picture.luminance
    mean_x, mean_y = soften(x), soften(y)
    deviations = soften(x * x) - mean_x**2, soften(y * y) - mean_y**2
    together = soften(x * y) - mean_x * mean_y
    over = (2 * mean_x * mean_y + SSIM_C1) * (2 * together + SSIM_C2)
    under = (mean_x**2 + mean_y**2 + SSIM_C1) * (deviations[0] + deviations[1] + SSIM_C2)
    return float((over / under).mean())


def soften(plane: Plane) -> Plane:
    """The plane under SSIM's window."""
    return ndimage.gaussian_filter(plane, SSIM_BLUR, truncate=3.5)


def colour_change(photo: View, picture: View) -> float:
    """The mean distance in Oklab, x 100, of colours at TINY pixels: 0 when kept, about 2 is just seen."""
    return float(100 * np.linalg.norm(photo.colours - picture.colours, axis=2).mean())


CONTENT: dict[str, Callable[[View, View], float]] = {
    "content": feature_distance,
    "self_similarity": self_similarity,
    "edges": edge_agreement,
    "ssim": structure,
    "colour": colour_change,
}
