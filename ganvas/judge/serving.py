"""Faults of serving a style: seams of tiles, lost precision. Knows the engine's parts; nothing of art or scores.

Differences are in levels of 255, between two ways that should give one picture.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ganvas.engine import session
from ganvas.engine.engine import reach_of, working_size
from ganvas.engine.resample import resize
from ganvas.engine.tiling import Pixels, paint
from ganvas.style import Style

TRIALS = 3  # photos


def trials(path: Path, style: Style, photos: Sequence[Pixels]) -> dict[str, Any]:
    """Seam error and what bf16 loses, over the first TRIALS photos; ``seam`` is None for a style without a halo."""
    exact = session.open(path, "fp32")
    fast = session.open(path, "bf16")
    seams: list[dict[str, float]] = []
    losses: list[dict[str, float]] = []
    for pixels in photos[:TRIALS]:
        small = resize(pixels, working_size(replace(style, fixed_halo=None), 1.0, pixels.shape[:2]))
        whole = reach_of(style, max(small.shape))
        picture = paint(exact, small, whole)
        losses.append(gap(picture, paint(fast, small, whole)))
        if style.halo is not None:
            tiles = replace(whole, tile=max(small.shape[:2]) // 2)
            seams.append(gap(picture, paint(exact, small, tiles)))
    return {"seam": worst(seams), "bf16": worst(losses), "parity": dict(style.parity)}


def gap(one: Pixels, other: Pixels) -> dict[str, float]:
    """The mean and the largest difference of two pictures, in levels."""
    apart = np.abs(one.astype(np.int16) - other)
    return {"mean": float(apart.mean()), "most": float(apart.max())}


def worst(gaps: Sequence[dict[str, float]]) -> dict[str, float] | None:
    """The largest of each over the photos; None where nothing was tried."""
    return {key: max(each[key] for each in gaps) for key in ("mean", "most")} if gaps else None
