"""How much of the photo's structure is kept: content scores, at 256 px.

All scores are of one photo and its picture, brought to a short side of 256 px; means and intervals are made elsewhere.
"""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from ganvas.judge import colour
from ganvas.judge.efficientnet import STAGES, open_stage_network
from ganvas.judge.features import Pixels, prepare_network_input

SHORT_SIDE = 256  # pixels
COMPARED_STAGES = (2, 3, 4, 5)  # the stages whose features are compared: from edges to parts of things
SIMILARITY_STAGE = 3  # the stage whose positions are the patches of self-similarity, 8 px apart
SOFTMAX_TEMPERATURE = 0.1  # the temperature of the softmax over patches
EDGE_SHARE = 0.10  # the share of a picture that counts as edges
EDGE_TOLERANCE = 2  # pixels that an edge may move by
COLOUR_SHORT_SIDE = 32  # pixels, the short side at which colours are compared, so that strokes are not
SSIM_BLUR, SSIM_C1, SSIM_C2 = 1.5, (0.01 * 255) ** 2, (0.03 * 255) ** 2

Plane = NDArray[np.float64]


class ContentView:
    """A picture at 256 px, and what the scores look at in it."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = resize_short_side(pixels, SHORT_SIDE)

    @cached_property
    def stage_features(self) -> dict[int, NDArray[np.float32]]:
        """What the network sees, by stage: positions x channels, each position of length 1."""
        flat = open_stage_network(COMPARED_STAGES)(prepare_network_input(self.pixels[None]))[0]
        seen: dict[int, NDArray[np.float32]] = {}
        for stage in COMPARED_STAGES:
            channels, (height, width) = STAGES[stage - 1][3], compute_stage_size(self.pixels.shape[:2], stage)
            size = channels * height * width
            columns = flat[:size].reshape(channels, -1).T
            flat = flat[size:]
            seen[stage] = columns / np.maximum(np.linalg.norm(columns, axis=1, keepdims=True), 1e-6)
        return seen

    @cached_property
    def patch_similarities(self) -> NDArray[np.float32]:
        """How each patch resembles the others, as shares of 1: patches x patches."""
        patches = self.stage_features[SIMILARITY_STAGE]
        close = patches @ patches.T / np.float32(SOFTMAX_TEMPERATURE)
        close = np.exp(close - close.max(axis=1, keepdims=True))
        return close / close.sum(axis=1, keepdims=True)

    @cached_property
    def luminance(self) -> Plane:
        """h x w, 0..255."""
        return colour.compute_luma(self.pixels)

    @cached_property
    def edge_mask(self) -> NDArray[np.bool_]:
        """Where the strongest changes of brightness are: h x w."""
        soft = ndimage.gaussian_filter(self.luminance, 1.5)
        strength = np.hypot(ndimage.sobel(soft, 0), ndimage.sobel(soft, 1))
        return strength > max(float(np.quantile(strength, 1 - EDGE_SHARE)), 1.0)

    @cached_property
    def small_oklab(self) -> Plane:
        """Oklab of the picture at TINY pixels."""
        return colour.convert_srgb_to_oklab(resize_short_side(self.pixels, COLOUR_SHORT_SIDE))


def compute_stage_size(size: tuple[int, int], stage: int) -> tuple[int, int]:
    """Height and width of what a stage sees: each stride of two halves, rounded up."""
    height, width = size
    for _, _, stride, _, _ in ((0, 0, 2, 0, 0), *STAGES[:stage]):
        height, width = -(-height // stride), -(-width // stride)
    return height, width


def resize_short_side(pixels: Pixels, short: int) -> Pixels:
    """The picture with its short side brought to ``short`` pixels."""
    height, width = pixels.shape[:2]
    scale = short / min(height, width)
    size = max(short, round(width * scale)), max(short, round(height * scale))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def compute_feature_distance(photo: ContentView, picture: ContentView) -> float:
    """1 - cosine of what the network sees at each place, over places and stages: 0 the same, 1 unlike."""
    gaps = [
        np.square(photo.stage_features[stage] - picture.stage_features[stage]).sum(axis=1).mean() / 2
        for stage in COMPARED_STAGES
    ]
    return float(np.mean(gaps))


def compute_self_similarity_divergence(photo: ContentView, picture: ContentView) -> float:
    """How far the pattern of which patches resemble which has changed: 0 when kept.

    CFSD of Chung, Hyun & Heo 2024 (arXiv:2312.09008), the divergence of Kullback and Leibler, on our features.
    """
    kept, made = photo.patch_similarities, picture.patch_similarities
    return float((kept * np.log((kept + 1e-9) / (made + 1e-9))).sum(axis=1).mean())


def compute_edge_agreement(photo: ContentView, picture: ContentView) -> float:
    """The share of edges that both have within NEAR pixels (harmonic mean of both directions): 1 when all."""
    if not photo.edge_mask.any() or not picture.edge_mask.any():
        return float(photo.edge_mask.any() == picture.edge_mask.any())
    kept = (picture.edge_mask & dilate_edges(photo.edge_mask)).sum() / picture.edge_mask.sum()
    found = (photo.edge_mask & dilate_edges(picture.edge_mask)).sum() / photo.edge_mask.sum()
    return float(2 * kept * found / max(kept + found, 1e-9))


def dilate_edges(edges: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """All places within NEAR pixels of an edge."""
    return np.asarray(ndimage.maximum_filter(edges, 2 * EDGE_TOLERANCE + 1), np.bool_)


def compute_ssim(photo: ContentView, picture: ContentView) -> float:
    """SSIM of the brightness (Wang et al. 2004, Gaussian window of 11 px): 1 when kept."""
    x, y = photo.luminance, picture.luminance
    mean_x, mean_y = blur_with_ssim_window(x), blur_with_ssim_window(y)
    deviations = blur_with_ssim_window(x * x) - mean_x**2, blur_with_ssim_window(y * y) - mean_y**2
    together = blur_with_ssim_window(x * y) - mean_x * mean_y
    over = (2 * mean_x * mean_y + SSIM_C1) * (2 * together + SSIM_C2)
    under = (mean_x**2 + mean_y**2 + SSIM_C1) * (deviations[0] + deviations[1] + SSIM_C2)
    return float((over / under).mean())


def blur_with_ssim_window(plane: Plane) -> Plane:
    """The plane under SSIM's window."""
    return ndimage.gaussian_filter(plane, SSIM_BLUR, truncate=3.5)


def compute_colour_change(photo: ContentView, picture: ContentView) -> float:
    """The mean distance in Oklab, x 100, of colours at TINY pixels: 0 when kept, about 2 is just seen."""
    return float(100 * np.linalg.norm(photo.small_oklab - picture.small_oklab, axis=2).mean())


CONTENT_SCORES: dict[str, Callable[[ContentView, ContentView], float]] = {
    "content": compute_feature_distance,
    "self_similarity": compute_self_similarity_divergence,
    "edges": compute_edge_agreement,
    "ssim": compute_ssim,
    "colour": compute_colour_change,
}
