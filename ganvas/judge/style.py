"""How near pictures are to a painter's: style scores. Knows features and folders and nothing of photos or engines."""

from collections.abc import Sequence
from pathlib import Path

from ganvas.errors import BadData
from ganvas.judge import distance, features
from ganvas.split import pictures, split


def quick(made: Path | Sequence[Path], art: Path | Sequence[Path], cache: Path | None = None) -> tuple[float, float]:
    """The kernel distance x 1000 and its standard error between two folders or lists of pictures.

    An art *folder* stands for its unseen side only (``test`` of the split), as a style may have been trained on
    the rest; a list, and a folder of pictures, is taken whole.
    """
    paths = pictures(made) if isinstance(made, Path) else made
    truth = split(art, cache)["test"] if isinstance(art, Path) else art
    for name, found in (("pictures", paths), ("unseen works of art", truth)):
        if len(found) < 3:
            raise BadData(f"Only {len(found)} {name} to judge with.", "Give at least three; fifty say something.")
    mean, error = distance.kernel_distance(features.describe(paths, cache), features.describe(truth, cache))
    return 1000 * mean, 1000 * error
