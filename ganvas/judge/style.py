"""How near pictures are to a painter's: style scores. Knows features of pictures and of art, nothing of photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganvas.errors import BadData
from ganvas.judge import distance, features, frechet, memory
from ganvas.judge.distance import Distance, Features
from ganvas.split import pictures, split

THOUSAND = 1000.0
FEWEST = 3
SEED = 20


@dataclass(frozen=True)
class Truth:
    """The painter's works as the network sees them: ``unseen`` to compare with, ``trained`` that a style may know."""

    unseen: Features
    trained: Features

    @cached_property
    def memory(self) -> memory.Memory:
        """How near the unseen works are to the trained ones."""
        return memory.recall(self.unseen, self.trained)

    def floor(self, count: int) -> float:
        """The Frechet distance that ``count`` true works get to the unseen ones (all the trained, if they are fewer).

        This is the bias of small sets: what is above it is unlike the painter.
        """
        order = np.random.Generator(np.random.PCG64(SEED)).permutation(len(self.trained))[:count]
        some = frechet.Products(self.trained[order], self.unseen)
        return some.distance(np.arange(len(order)), np.arange(len(self.unseen)))


@dataclass(frozen=True)
class StyleScores:
    """``kernel`` and ``kernel_aware`` are x 1000; ``nearest``: the trained work that each picture is nearest to."""

    kernel: Distance
    kernel_aware: Distance
    frechet: Distance
    frechet_floor: float
    freedom: float
    remembered: NDArray[np.float64]
    nearest: memory.Memory


def score(made: Features, truth: Truth) -> StyleScores:
    """The style scores of pictures (n x c x d)."""
    kernel = scale(distance.measure(made, truth.unseen), THOUSAND)
    near = memory.recall(made, truth.trained)
    freedom = memory.freedom(near, truth.memory)
    return StyleScores(
        kernel=kernel,
        kernel_aware=scale(kernel, 1 / max(freedom, 0.01)),
        frechet=frechet.measure(frechet.Products(made, truth.unseen)),
        frechet_floor=truth.floor(len(made)),
        freedom=freedom,
        remembered=memory.remembered(near, truth.memory),
        nearest=near,
    )


def scale(found: Distance, factor: float) -> Distance:
    """A distance in another unit."""
    return Distance(found.mean * factor, found.without_a * factor, found.without_b * factor)


def both(frechet_distance: Distance, floor: float, content: NDArray[np.float64]) -> Distance:
    """(1 + content) x (1 + style), with what it is without each photo and each work; content is by photo: n.

    The form of ArtFID (Wright & Ommer 2022, arXiv:2207.12280), whose style is the Frechet distance; here less what
    true works get, since that alone would outweigh all else in small sets.
    """
    without = np.array([np.delete(content, group).mean() for group in frechet.groups(len(content))])
    return Distance(
        float((1 + content.mean()) * beyond(np.array(frechet_distance.mean), floor)),
        (1 + without) * beyond(frechet_distance.without_a, floor),
        (1 + content.mean()) * beyond(frechet_distance.without_b, floor),
    )


def beyond(distances: NDArray[np.float64], floor: float) -> NDArray[np.float64]:
    """1 + what is above the floor."""
    return 1 + np.maximum(distances - floor, 0)


def quick(made: Path | Sequence[Path], art: Path | Sequence[Path], cache: Path | None = None) -> tuple[float, float]:
    """The kernel distance x 1000 and its standard error between two folders or lists of pictures.

    An art *folder* stands for its unseen side only (``test`` of the split), as a style may have been trained on
    the rest; a list, and a folder of pictures, is taken whole. Raises BadData for fewer than FEWEST pictures.
    """
    paths = pictures(made) if isinstance(made, Path) else made
    truth = split(art, cache)["test"] if isinstance(art, Path) else art
    for name, found in (("pictures", paths), ("unseen works of art", truth)):
        if len(found) < FEWEST:
            raise BadData(f"Only {len(found)} {name} to judge with.", "Give at least three; fifty say something.")
    mean, error = distance.kernel_distance(features.describe(paths, cache), features.describe(truth, cache))
    return THOUSAND * mean, THOUSAND * error
