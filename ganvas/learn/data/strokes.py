"""Stroke maps of the photos of a batch."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ganvas.engine.strokes import compute_stroke_map
from ganvas.style.stroke_settings import StrokeSettings

PATTERNS = 1_000_003  # how many patterns of seeds there are to learn from


def draw_strokes(photos: Tensor, settings: StrokeSettings, step: int = 0) -> Tensor:
    """The stroke map of each photo, n x 3 x h x w in -1..1 to n x STROKE_CHANNELS x h x w, channels last.

    Each photo of each ``step`` has a pattern of seeds of its own; the first of step 0 has the settings' own. It takes
    some milliseconds a crop, less than reading a kept one, so nothing is kept.
    """
    levels = ((photos.detach().float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    patterns = [(settings.seed + step * len(levels) + place) % PATTERNS for place in range(len(levels))]
    maps = [
        compute_stroke_map(pixels, replace(settings, seed=pattern))
        for pixels, pattern in zip(levels, patterns, strict=True)
    ]
    return torch.from_numpy(np.stack(maps)).contiguous(memory_format=torch.channels_last)
