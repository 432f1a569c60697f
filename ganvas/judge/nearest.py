"""Pictures beside the trained works that they are nearest to, for a person to see whether one was copied.

Knows subjects and sets, and what was found to be nearest; finds nothing itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganvas.engine.resample import resize, within
from ganvas.judge.features import Pixels, load
from ganvas.judge.memory import Memory
from ganvas.judge.subject import IDENTITY, Subject

NAMED = 5  # nearest pictures that an answer names
SHOWN = 3  # of these that a report shows
EDGE = 420  # pixels, the longest side that is shown


@dataclass(frozen=True)
class Pair:
    """A picture and the trained work that it is nearest to, small: h x w x 3 each."""

    picture: Pixels
    work: Pixels


def named(found: Memory, names: Sequence[Path], works: Sequence[Path]) -> list[dict[str, Any]]:
    """The nearest pictures by name, each with its trained work and how far it is from it: the nearest first."""
    order: list[int] = np.argsort(found.gap, kind="stable")[:NAMED].tolist()
    nearest: list[int] = found.nearest.tolist()
    return [{"picture": names[i].name, "work": works[nearest[i]].name, "gap": float(found.gap[i])} for i in order]


def shown(subject: Subject, found: Memory, photos: Sequence[Path], works: Sequence[Path]) -> list[Pair]:
    """The first of these pictures, made again, beside the works; of the photos themselves none."""
    if subject.kind == IDENTITY:
        return []
    order: list[int] = np.argsort(found.gap, kind="stable")[:SHOWN].tolist()
    nearest: list[int] = found.nearest.tolist()
    return [Pair(small(picture(subject, photos, i)), small(load(works[nearest[i]]))) for i in order]


def picture(subject: Subject, photos: Sequence[Path], index: int) -> Pixels:
    """What the subject makes of a photo; of pictures of no photos the picture itself."""
    if subject.make is None:
        return load(subject.loose[index])
    return subject.make(photos[index], load(photos[index]))


def true(found: Memory, unseen: Sequence[Path], works: Sequence[Path]) -> list[Pair]:
    """The unseen work that is nearest to a trained one, beside it: how near two works of the painter may be."""
    first = int(np.argmin(found.gap))
    return [Pair(small(load(unseen[first])), small(load(works[int(found.nearest[first])])))]


def usual(found: Memory) -> dict[str, float]:
    """How far unseen works are from the trained ones: the nearest, the middle and the farthest of them."""
    return {"least": float(found.gap.min()), "middle": float(np.median(found.gap)), "most": float(found.gap.max())}


def small(pixels: Pixels) -> Pixels:
    """A picture as it is shown."""
    return resize(pixels, within(pixels.shape[:2], EDGE))
