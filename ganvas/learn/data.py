"""Two folders of pictures -> the batch of step n. Knows no networks and no methods.

The batch is a function of the seed and the step number alone, so a run that was killed goes on bit for bit.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ganvas.errors import BadData, GanvasError
from ganvas.grain import PERIOD, grain
from ganvas.image import decode
from ganvas.learn.method import Batch

Pixels = NDArray[np.uint8]
KEPT = 3 << 30


@dataclass(frozen=True)
class DataOptions:
    """Where the pictures are and how they are cut.

    ``source_edge`` and ``target_edge``: pictures with a longer long edge are reduced to this many pixels. A crop of
    ``crop`` pixels is taken from a picture scaled by a factor between ``zoom``'s two, and mirrored half of the time.
    """

    source: str
    target: str
    source_edge: int = 512
    target_edge: int = 512
    crop: int = 128
    batch: int = 4
    zoom: tuple[float, float] = (0.7, 1.1)
    flip: bool = True
    everything: bool = False


class Pictures:
    """The pictures of a domain, decoded once, reduced to ``edge`` and kept in memory up to a limit."""

    def __init__(self, paths: Sequence[Path], edge: int) -> None:
        self.paths, self.edge = list(paths), edge
        self.kept: dict[int, Pixels] = {}
        self.size = 0

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> Pixels:
        if index not in self.kept:
            pixels = reduced(opened(self.paths[index]), self.edge)
            if self.size + pixels.nbytes > KEPT:
                return pixels
            self.kept[index] = pixels
            self.size += pixels.nbytes
        return self.kept[index]


def opened(path: Path) -> Pixels:
    """The pixels of a file, h x w x 3 in sRGB, over white where it is transparent.

    Raises:
        BadData: it cannot be read; the message names the file.
    """
    try:
        photo = decode(path.read_bytes())
    except GanvasError as error:
        raise BadData(f"{path} cannot be trained on: {error.what}", error.right or "Remove or mend the file.") from None
    if photo.alpha is None:
        return photo.pixels
    cover = photo.alpha[..., None].astype(np.float32) / 255
    return (photo.pixels * cover + 255 * (1 - cover)).round().astype(np.uint8)


def reduced(pixels: Pixels, edge: int) -> Pixels:
    """Pixels with a long edge of at most ``edge``."""
    factor = edge / max(pixels.shape[:2])
    return pixels if factor >= 1 else resized(pixels, factor)


def resized(pixels: Pixels, factor: float) -> Pixels:
    """Pixels h x w x 3 with both sides times ``factor``, at least 1."""
    height, width = (max(1, round(side * factor)) for side in pixels.shape[:2])
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS))


def cut(pixels: Pixels, random: Generator, options: DataOptions) -> Pixels:
    """A crop x crop x 3 window at a random place and scale; small pictures are enlarged until it fits."""
    low, high = options.zoom
    factor = float(np.exp(random.uniform(np.log(low), np.log(high))))
    short = min(pixels.shape[:2])
    factor = max(factor, options.crop / short)
    window = options.crop / factor
    top, left = (random.uniform(0, side - window) if side > window else 0.0 for side in pixels.shape[:2])
    box = (left, top, left + min(window, pixels.shape[1]), top + min(window, pixels.shape[0]))
    square = (options.crop, options.crop)
    piece = np.asarray(Image.fromarray(pixels).resize(square, Image.Resampling.LANCZOS, box))
    return piece[:, ::-1] if options.flip and random.random() < 0.5 else piece


def drawn(pictures: Pictures, random: Generator, options: DataOptions) -> Tensor:
    """``batch`` crops of random pictures: n x 3 x crop x crop in -1..1, channels last."""
    chosen = random.integers(len(pictures), size=options.batch)
    pieces = np.stack([cut(pictures[int(index)], random, options) for index in chosen])
    x = torch.from_numpy(pieces).permute(0, 3, 1, 2).float() / 127.5 - 1
    return x.contiguous(memory_format=torch.channels_last)


def grains(random: Generator, count: int, size: int) -> Tensor:
    """``count`` windows of the fixed noise: n x 3 x size x size."""
    places = random.integers(PERIOD, size=(count, 2))
    return torch.from_numpy(np.stack([grain(int(top), int(left), size, size) for top, left in places]))


def batches(source: Pictures, target: Pictures, options: DataOptions, seed: int) -> Callable[[int], Batch]:
    """The function from a step's number to its batch."""

    def batch_at(step: int) -> Batch:
        random = np.random.Generator(np.random.PCG64([seed, step]))
        photos, art = drawn(source, random, options), drawn(target, random, options)
        return Batch(step, photos, art, grains(random, options.batch, options.crop))

    return batch_at


class Ahead:
    """Makes the next step's batch in a thread while the present one is learnt from."""

    def __init__(self, batch_at: Callable[[int], Batch]) -> None:
        self.batch_at = batch_at
        self.pool = ThreadPoolExecutor(1)
        self.next = (-1, self.pool.submit(lambda: None))

    def __call__(self, step: int) -> Batch:
        waiting, future = self.next
        batch = future.result() if waiting == step else self.batch_at(step)
        self.next = (step + 1, self.pool.submit(self.batch_at, step + 1))  # pyright: ignore
        return batch  # pyright: ignore
