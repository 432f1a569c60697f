"""Which checkpoint of a training is the one to keep.

The training knows none of this: the command line hands it ``Trial.scores`` as a function of a checkpoint's network,
and ``rank``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from ganvas.engine.engine import compute_working_size, make_tile_geometry
from ganvas.engine.resample import resize
from ganvas.engine.session import Session
from ganvas.engine.tiling import TILE_SIDE, run_in_tiles
from ganvas.errors import BadData
from ganvas.judge import features, style_scores
from ganvas.judge.content_scores import ContentView, compute_feature_distance
from ganvas.judge.features import Pixels
from ganvas.judge.kernel_distance import compute_kernel_distance
from ganvas.style.file import Style

MAX_VALIDATION_PHOTOS = 32  # photos; more cost more at each checkpoint than they tell
RANKING_SCORES = ("style", "content")

CheckpointScores = Mapping[str, float]


def select_checkpoint(checkpoints: Mapping[str, CheckpointScores]) -> str:
    """The name of the checkpoint with the smallest sum of ranks of its ``style`` and its ``content``: less is better.

    Equal scores share a rank; of checkpoints with the same sum, the one nearer to the style is taken, then the last.
    Raises BadData when there is none.
    """
    if not checkpoints:
        raise BadData("There are no checkpoints to choose from.")
    names = list(checkpoints)
    sums = {name: sum(count_better_checkpoints(name, key, checkpoints) for key in RANKING_SCORES) for name in names}
    return min(reversed(names), key=lambda name: (sums[name], checkpoints[name]["style"]))


def count_better_checkpoints(name: str, key: str, checkpoints: Mapping[str, CheckpointScores]) -> int:
    """How many checkpoints are better by this score."""
    return sum(other[key] < checkpoints[name][key] for other in checkpoints.values())


class CheckpointEvaluator:
    """The same validation photos and works for every checkpoint of a run."""

    def __init__(self, photos: Sequence[Pixels], art: Iterable[Pixels]) -> None:
        self.photos, self.views = photos, [ContentView(photo) for photo in photos]
        self.art = features.extract_features(map(features.take_crops, art))

    def score_pictures(self, stylize: Callable[[Pixels], Pixels]) -> dict[str, float]:
        """``style``: the kernel distance x 1000, ``content``: the feature distance, of the pictures painted.

        ``style_error`` and ``content_error`` are their standard errors.
        """
        pictures = [stylize(photo) for photo in self.photos]
        mean, error = compute_kernel_distance(features.extract_features(map(features.take_crops, pictures)), self.art)
        kept = [
            compute_feature_distance(view, ContentView(made)) for view, made in zip(self.views, pictures, strict=True)
        ]
        return {
            "style": style_scores.KERNEL_SCALE * mean,
            "style_error": style_scores.KERNEL_SCALE * error,
            "content": float(np.mean(kept)),
            "content_error": float(np.std(kept, ddof=1) / len(kept) ** 0.5),
        }


def pick_evenly_spaced(paths: Sequence[Path]) -> list[Path]:
    """At most MOST of the pictures, from the first to the last."""
    return [paths[round(place)] for place in np.linspace(0, len(paths) - 1, min(MAX_VALIDATION_PHOTOS, len(paths)))]


def stylize_at_working_size(network: Session, style: Style, photo: Pixels) -> Pixels:
    """What the engine would show the network, and what comes of it at that size; ``about`` is of a file to be."""
    small = resize(photo, compute_working_size(style, 1.0, photo.shape[:2]))
    return run_in_tiles(network, small, make_tile_geometry(style, choose_tile_size(style, small)))


def choose_tile_size(style: Style, small: Pixels) -> int:
    """The side of a tile; a network that looks at the whole picture is run whole."""
    return TILE_SIDE if style.halo is not None else max(small.shape)
