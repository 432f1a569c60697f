"""Faults of serving a style: seams of tiles, lost precision.

Differences are in levels of 255, between two ways that should give one picture.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ganvas.engine import session
from ganvas.engine.engine import compute_working_size, make_tile_geometry
from ganvas.engine.resample import resize
from ganvas.engine.tiling import Pixels, run_in_tiles
from ganvas.style.file import Style

MAX_TRIAL_PHOTOS = 3  # photos


def measure_serving_artefacts(path: Path, style: Style, photos: Sequence[Pixels]) -> dict[str, Any]:
    """Seam error and what bf16 loses, over the first TRIALS photos; ``seam`` is None for a style without a halo."""
    exact = session.open_network(path, "fp32")
    fast = session.open_network(path, "bf16")
    seams: list[dict[str, float]] = []
    losses: list[dict[str, float]] = []
    for pixels in photos[:MAX_TRIAL_PHOTOS]:
        small = resize(pixels, compute_working_size(replace(style, fixed_halo=None), 1.0, pixels.shape[:2]))
        whole = make_tile_geometry(style, max(small.shape))
        picture = run_in_tiles(exact, small, whole)
        losses.append(measure_pixel_gap(picture, run_in_tiles(fast, small, whole)))
        if style.halo is not None:
            tiles = replace(whole, max_tile=max(small.shape[:2]) // 2)
            seams.append(measure_pixel_gap(picture, run_in_tiles(exact, small, tiles)))
    return {"seam": take_largest_gaps(seams), "bf16": take_largest_gaps(losses), "parity": dict(style.parity)}


def measure_pixel_gap(one: Pixels, other: Pixels) -> dict[str, float]:
    """The mean and the largest difference of two pictures, in levels."""
    apart = np.abs(one.astype(np.int16) - other)
    return {"mean": float(apart.mean()), "most": float(apart.max())}


def take_largest_gaps(gaps: Sequence[dict[str, float]]) -> dict[str, float] | None:
    """The largest of each over the photos; None where nothing was tried."""
    return {key: max(each[key] for each in gaps) for key in ("mean", "most")} if gaps else None
