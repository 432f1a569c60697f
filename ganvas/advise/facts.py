"""Facts: what can be seen of two folders and of a machine without opening a network."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from PIL import Image

from ganvas.datasets.split import open_picture
from ganvas.errors import BadData
from ganvas.listing import get_base_folder, list_pictures

MAX_SAMPLED_PICTURES = 300


@dataclass(frozen=True)
class TrainingFacts:
    """``edge``: the middle short side of the art in pixels. ``pairs``: the share of photos with a partner by name.

    ``bf16``: whether the processor multiplies in it. ``memory`` in GiB. No ``photos``: only art was given.
    """

    photos: int
    art: int
    median_short_side: int
    paired_share: float
    cores: int
    supports_bf16: bool
    memory_gib: float


def gather_facts(source: Path | None, target: Path) -> TrainingFacts:
    """The facts of two folders, or of art alone, and of this machine.

    Raises:
        BadData: a folder without pictures.
    """
    photos, art = list_pictures(source) if source else [], list_pictures(target)
    for folder, found in ((source, photos), (target, art)):
        if folder is not None and not found:
            raise BadData(f"No pictures in {folder}.", "Give a folder of pictures.")
    names = {path.relative_to(get_base_folder(target)).with_suffix("") for path in art}
    paired = [path for path in photos if source and path.relative_to(get_base_folder(source)).with_suffix("") in names]
    share = len(paired) / len(photos) if photos else 0.0
    return TrainingFacts(
        len(photos),
        len(art),
        measure_median_short_side(art),
        share,
        os.cpu_count() or 1,
        detect_bf16(),
        read_memory_gib(),
    )


def measure_median_short_side(paths: Sequence[Path]) -> int:
    """The middle short side, of as many pictures as are looked at."""
    sizes: list[int] = []
    for path in paths[:: -(-len(paths) // MAX_SAMPLED_PICTURES)]:
        try:
            with open_picture(path) as picture:
                sizes.append(min(picture.size))
        except (OSError, Image.DecompressionBombError):
            continue
    return int(median(sizes)) if sizes else 0


def detect_bf16() -> bool:
    """Whether Linux says that the processor multiplies in bf16."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return "avx512_bf16" in text or "amx_bf16" in text


def read_memory_gib() -> float:
    """GiB of memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
