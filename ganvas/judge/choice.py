"""Which checkpoint of a training is the one to keep. Knows scores on validation photos and art, never the test ones.

The training knows none of this: the command line hands it ``Trial.scores`` as a function of a checkpoint's network,
and ``rank``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from ganvas.engine.engine import reach_of, working_size
from ganvas.engine.resample import resize
from ganvas.engine.session import Session
from ganvas.engine.tiling import TILE, paint
from ganvas.errors import BadData
from ganvas.judge import features, style
from ganvas.judge.content import View, feature_distance
from ganvas.judge.distance import kernel_distance
from ganvas.judge.features import Pixels
from ganvas.style import Style

MOST = 32  # photos; more cost more at each checkpoint than they tell
CHOSEN_BY = ("style", "content")

Scores = Mapping[str, float]


def rank(checkpoints: Mapping[str, Scores]) -> str:
    """The name of the checkpoint with the smallest sum of ranks of its ``style`` and its ``content``: less is better.

    Equal scores share a rank; of checkpoints with the same sum, the one nearer to the style is taken, then the last.
    Raises BadData when there is none.
    """
    if not checkpoints:
        raise BadData("There are no checkpoints to choose from.")
    names = list(checkpoints)
    sums = {name: sum(place(name, key, checkpoints) for key in CHOSEN_BY) for name in names}
    return min(reversed(names), key=lambda name: (sums[name], checkpoints[name]["style"]))


def place(name: str, key: str, checkpoints: Mapping[str, Scores]) -> int:
    """How many checkpoints are better by this score."""
    return sum(other[key] < checkpoints[name][key] for other in checkpoints.values())


class Trial:
    """The same validation photos and works for every checkpoint of a run."""

    def __init__(self, photos: Sequence[Pixels], art: Iterable[Pixels]) -> None:
        self.photos, self.views = photos, [View(photo) for photo in photos]
        self.art = features.see(map(features.crops, art))

    def scores(self, paint: Callable[[Pixels], Pixels]) -> dict[str, float]:
        """``style``: the kernel distance x 1000, ``content``: the feature distance, of the pictures painted.

        ``style_error`` and ``content_error`` are their standard errors.
        """
        pictures = [paint(photo) for photo in self.photos]
        mean, error = kernel_distance(features.see(map(features.crops, pictures)), self.art)
        kept = [feature_distance(view, View(made)) for view, made in zip(self.views, pictures, strict=True)]
        return {
            "style": style.THOUSAND * mean,
            "style_error": style.THOUSAND * error,
            "content": float(np.mean(kept)),
            "content_error": float(np.std(kept, ddof=1) / len(kept) ** 0.5),
        }


def spread(paths: Sequence[Path]) -> list[Path]:
    """At most MOST of the pictures, from the first to the last."""
    return [paths[round(place)] for place in np.linspace(0, len(paths) - 1, min(MOST, len(paths)))]


def painted(network: Session, about: Style, photo: Pixels) -> Pixels:
    """What the engine would show the network, and what comes of it at that size; ``about`` is of a file to be."""
    small = resize(photo, working_size(about, 1.0, photo.shape[:2]))
    return paint(network, small, reach_of(about, tile_of(about, small)))


def tile_of(about: Style, small: Pixels) -> int:
    """The side of a tile; a network that looks at the whole picture is run whole."""
    return TILE if about.halo is not None else max(small.shape)
