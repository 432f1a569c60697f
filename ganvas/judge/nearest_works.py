"""Pictures beside the trained works that they are nearest to, for a person to see whether one was copied.

Knows subjects and sets, and what was found to be nearest; finds nothing itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganvas.engine.resample import fit_within, resize
from ganvas.judge.features import Pixels, load_picture
from ganvas.judge.memorisation import NearestTrained
from ganvas.judge.subjects import IDENTITY, Subject

MAX_NAMED_PICTURES = 5  # nearest pictures that an answer names
MAX_SHOWN_PAIRS = 3  # of these that a report shows
MAX_EDGE = 420  # pixels, the longest side that is shown


@dataclass(frozen=True)
class PictureAndWork:
    """A picture and the trained work that it is nearest to, small: h x w x 3 each."""

    picture: Pixels
    work: Pixels


def list_nearest_pictures(
    nearest: NearestTrained, names: Sequence[Path], works: Sequence[Path]
) -> list[dict[str, Any]]:
    """The nearest pictures by name, each with its trained work and how far it is from it: the nearest first."""
    order: list[int] = np.argsort(nearest.cosine_distance, kind="stable")[:MAX_NAMED_PICTURES].tolist()
    nearest_indices: list[int] = nearest.work_index.tolist()
    return [
        {"picture": names[i].name, "work": works[nearest_indices[i]].name, "gap": float(nearest.cosine_distance[i])}
        for i in order
    ]


def make_nearest_pairs(
    subject: Subject, nearest: NearestTrained, photos: Sequence[Path], works: Sequence[Path]
) -> list[PictureAndWork]:
    """The first of these pictures, made again, beside the works; of the photos themselves none."""
    if subject.kind == IDENTITY:
        return []
    order: list[int] = np.argsort(nearest.cosine_distance, kind="stable")[:MAX_SHOWN_PAIRS].tolist()
    nearest_indices: list[int] = nearest.work_index.tolist()
    return [
        PictureAndWork(
            reduce_picture(make_subject_picture(subject, photos, i)),
            reduce_picture(load_picture(works[nearest_indices[i]])),
        )
        for i in order
    ]


def make_subject_picture(subject: Subject, photos: Sequence[Path], index: int) -> Pixels:
    """What the subject makes of a photo; of pictures of no photos the picture itself."""
    if subject.make_picture is None:
        return load_picture(subject.unpaired_pictures[index])
    return subject.make_picture(photos[index], load_picture(photos[index]))


def make_unseen_pair(nearest: NearestTrained, unseen: Sequence[Path], works: Sequence[Path]) -> list[PictureAndWork]:
    """The unseen work that is nearest to a trained one, beside it: how near two works of the painter may be."""
    first = int(np.argmin(nearest.cosine_distance))
    return [
        PictureAndWork(
            reduce_picture(load_picture(unseen[first])),
            reduce_picture(load_picture(works[int(nearest.work_index[first])])),
        )
    ]


def summarise_unseen_gaps(nearest: NearestTrained) -> dict[str, float]:
    """How far unseen works are from the trained ones: the nearest, the middle and the farthest of them."""
    return {
        "least": float(nearest.cosine_distance.min()),
        "middle": float(np.median(nearest.cosine_distance)),
        "most": float(nearest.cosine_distance.max()),
    }


def reduce_picture(pixels: Pixels) -> Pixels:
    """A picture as it is shown."""
    return resize(pixels, fit_within(pixels.shape[:2], MAX_EDGE))
