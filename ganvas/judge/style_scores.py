"""Style scores: how near pictures are to a painter's works."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganvas.datasets.split import split_folder
from ganvas.errors import BadData
from ganvas.judge import features, frechet, kernel_distance, memorisation
from ganvas.judge.kernel_distance import Features, SetDistance
from ganvas.listing import list_pictures

KERNEL_SCALE = 1000.0
MIN_PICTURES = 3
SUBSAMPLE_SEED = 20


@dataclass(frozen=True)
class ReferenceFeatures:
    """The painter's works as the network sees them: ``unseen`` to compare with, ``trained`` that a style may know."""

    unseen: Features
    trained: Features

    @cached_property
    def unseen_nearest(self) -> memorisation.NearestTrained:
        """How near the unseen works are to the trained ones."""
        return memorisation.find_nearest_trained(self.unseen, self.trained)

    def compute_frechet_floor(self, count: int) -> float:
        """The Frechet distance that ``count`` true works get to the unseen ones (all the trained, if they are fewer).

        This is the bias of small sets: what is above it is unlike the painter.
        """
        order = np.random.Generator(np.random.PCG64(SUBSAMPLE_SEED)).permutation(len(self.trained))[:count]
        some = frechet.InnerProducts(self.trained[order], self.unseen)
        return some.compute_distance(np.arange(len(order)), np.arange(len(self.unseen)))


@dataclass(frozen=True)
class StyleScores:
    """``kernel`` and ``kernel_aware`` are x 1000; ``nearest``: the trained work that each picture is nearest to."""

    kernel: SetDistance
    kernel_aware: SetDistance
    frechet: SetDistance
    frechet_floor: float
    freedom: float
    remembered: NDArray[np.float64]
    nearest_trained: memorisation.NearestTrained


def compute_style_scores(pictures: Features, references: ReferenceFeatures) -> StyleScores:
    """The style scores of pictures (n x c x d)."""
    kernel = scale_distance(kernel_distance.jackknife_kernel_distance(pictures, references.unseen), KERNEL_SCALE)
    near = memorisation.find_nearest_trained(pictures, references.trained)
    freedom = memorisation.compute_freedom(near, references.unseen_nearest)
    return StyleScores(
        kernel=kernel,
        kernel_aware=scale_distance(kernel, 1 / max(freedom, 0.01)),
        frechet=frechet.jackknife_frechet_distance(frechet.InnerProducts(pictures, references.unseen)),
        frechet_floor=references.compute_frechet_floor(len(pictures)),
        freedom=freedom,
        remembered=memorisation.flag_memorised(near, references.unseen_nearest),
        nearest_trained=near,
    )


def scale_distance(distance: SetDistance, factor: float) -> SetDistance:
    """A distance in another unit."""
    return SetDistance(
        distance.value * factor,
        distance.leave_one_out_a * factor,
        distance.leave_one_out_b * factor,
    )


def combine_style_and_content(frechet_distance: SetDistance, floor: float, content: NDArray[np.float64]) -> SetDistance:
    """(1 + content) x (1 + style), with what it is without each photo and each work; content is by photo: n.

    The form of ArtFID (Wright & Ommer 2022, arXiv:2207.12280), whose style is the Frechet distance; here less what
    true works get, since that alone would outweigh all else in small sets.
    """
    without = np.array([np.delete(content, group).mean() for group in frechet.make_jackknife_groups(len(content))])
    return SetDistance(
        float((1 + content.mean()) * compute_excess_factor(np.array(frechet_distance.value), floor)),
        (1 + without) * compute_excess_factor(frechet_distance.leave_one_out_a, floor),
        (1 + content.mean()) * compute_excess_factor(frechet_distance.leave_one_out_b, floor),
    )


def compute_excess_factor(distances: NDArray[np.float64], floor: float) -> NDArray[np.float64]:
    """1 + what is above the floor."""
    return 1 + np.maximum(distances - floor, 0)


def compare_folders(
    pictures: Path | Sequence[Path], art: Path | Sequence[Path], cache: Path | None = None
) -> tuple[float, float]:
    """The kernel distance x 1000 and its standard error between two folders or lists of pictures.

    An art *folder* stands for its unseen side only (``test`` of the split), as a style may have been trained on
    the rest; a list, and a folder of pictures, is taken whole. Raises BadData for fewer than FEWEST pictures.
    """
    paths = list_pictures(pictures) if isinstance(pictures, Path) else pictures
    truth = split_folder(art, cache)["test"] if isinstance(art, Path) else art
    for name, found in (("pictures", paths), ("unseen works of art", truth)):
        if len(found) < MIN_PICTURES:
            raise BadData(f"Only {len(found)} {name} to judge with.", "Give at least three; fifty say something.")
    mean, error = kernel_distance.compute_kernel_distance(
        features.extract_file_features(paths, cache), features.extract_file_features(truth, cache)
    )
    return KERNEL_SCALE * mean, KERNEL_SCALE * error
