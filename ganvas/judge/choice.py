"""Which checkpoint of a training is the one to keep. Knows scores on validation photos and art, never the test ones.

The training knows none of this: the command line hands it ``Trial.scores`` as a function of a checkpoint's pictures,
and asks ``rank`` at the end.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from ganvas.errors import BadData
from ganvas.judge import features, style
from ganvas.judge.content import View, feature_distance
from ganvas.judge.distance import kernel_distance
from ganvas.judge.features import Pixels

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

    def __init__(self, photos: Sequence[Path], art: Sequence[Path], cache: Path | None = None) -> None:
        self.photos = [features.load(path) for path in photos[:MOST]]
        self.art = features.describe(art, cache)

    def scores(self, paint: Callable[[Pixels], Pixels]) -> dict[str, float]:
        """``style``: the kernel distance x 1000, ``content``: the feature distance, of the pictures painted."""
        pictures = [paint(photo) for photo in self.photos]
        mean, _ = kernel_distance(features.see(map(features.crops, pictures)), self.art)
        kept = [feature_distance(View(photo), View(made)) for photo, made in zip(self.photos, pictures, strict=True)]
        return {"style": style.THOUSAND * mean, "content": float(np.mean(kept))}
