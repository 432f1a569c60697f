"""Two folders of pictures -> the batch of step n. Knows no networks and no methods.

The batch is a function of the seed and the step number alone, so a run that was killed goes on bit for bit.
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Literal

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ganvas.errors import BadData, GanvasError
from ganvas.grain import PERIOD, grain
from ganvas.image import decode
from ganvas.learn.augment import Cut, Jitter, choose, recolour, take
from ganvas.learn.hints import Hints, hinted
from ganvas.learn.method import Batch, Beside

Pixels = NDArray[np.uint8]
Pairs = Literal["none", "names", "halves", "halves-reversed"]
Part = tuple[float, float, float, float]  # left, upper, right, lower edge, as shares of width and height
WHOLE: Part = (0.0, 0.0, 1.0, 1.0)
KEPT = 3 << 30
PLACES = 8


@dataclass(frozen=True)
class Unpaired:
    """Photos that have no true picture, learnt from beside pairs; none where ``source``, their folder, is not named.

    What is made of them is held against art of the pairs' target. The sizes and the batch are as in ``DataOptions``.
    """

    source: str = ""
    source_edge: int = 400
    target_edge: int = 224
    crop: int = 128
    batch: int = 3
    zoom: tuple[float, float] = (0.7, 1.1)


@dataclass(frozen=True)
class DataOptions:
    """Where the pictures are and how they are cut.

    ``source_edge`` and ``target_edge``: pictures with a longer long edge are reduced to this many pixels. A crop of
    ``crop`` pixels is taken from a picture scaled by a factor between ``zoom``'s two, mirrored half of the time, turned
    by at most ``rotate`` degrees, and its colours varied. ``pairs``: pictures that belong together have the same
    ``names`` in both folders, or are ``halves`` of one picture in ``source``, the photo on the left
    (``halves-reversed``: on the right); a pair is cut as one. ``everything``: learn also from the
    pictures that are kept for judging. ``target_only``: patterns of places under ``target`` (``tiles/ss074*``), where
    a part of the art is meant. ``target_part``: of each picture of the art only what lies between these shares of its
    width and height (left, upper, right, lower edge), for sheets with borders or captions. ``target_enlarge``: each
    pixel of the art becomes a square of so many a side, for art whose pixels are meant to be seen. ``hints``: colours
    of its true picture that a pair's drawing is given now and then. ``unpaired``: photos beside the pairs.
    """

    source: str = ""
    target: str = ""
    source_edge: int = 512
    target_edge: int = 512
    target_enlarge: int = 1
    crop: int = 128
    batch: int = 4
    zoom: tuple[float, float] = (0.7, 1.1)
    flip: bool = True
    everything: bool = False
    target_only: tuple[str, ...] = ()
    target_part: Part = WHOLE
    pairs: Pairs = "none"
    rotate: float = 0.0
    source_colour: Jitter = field(default_factory=Jitter)
    target_colour: Jitter = field(default_factory=Jitter)
    hints: Hints = field(default_factory=Hints)
    unpaired: Unpaired = field(default_factory=Unpaired)

    def cut(self) -> Cut:
        """How windows are cut."""
        return Cut(self.crop, self.zoom, self.flip, self.rotate)


class Pictures:
    """The pictures of a domain, decoded once, reduced to ``edge`` and kept in memory up to a limit.

    Of each pixel then a square of ``squares`` pixels a side is made.
    """

    def __init__(self, paths: Sequence[Path], edge: int, part: Part = WHOLE, squares: int = 1) -> None:
        self.paths, self.edge, self.squares = list(paths), edge, squares
        self.part = part
        self.kept: dict[int, Pixels] = {}
        self.size = 0
        self.lock = Lock()

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> Pixels:
        found = self.kept.get(index)
        return self.keep(index, self.read(index)) if found is None else found

    def read(self, index: int) -> Pixels:
        """A picture from its file.

        Raises:
            BadData: it cannot be read, or nothing of it is meant.
        """
        pixels = part_of(opened(self.paths[index]), self.part)
        if not pixels.size:
            raise BadData(f"{self.paths[index]} has no pixel within data.target_part.", "Widen it, or leave this out.")
        return reduced(pixels, self.edge).repeat(self.squares, 0).repeat(self.squares, 1)

    def keep(self, index: int, pixels: Pixels) -> Pixels:
        """The pixels, which are kept while there is room; safe under many threads."""
        with self.lock:
            if index not in self.kept and self.size + pixels.nbytes <= KEPT:
                self.kept[index] = pixels
                self.size += pixels.nbytes
        return pixels

    def drop(self, indices: set[int]) -> None:
        """Forget some of the pictures; those behind them move up."""
        left = [index for index in range(len(self.paths)) if index not in indices]
        self.paths = [self.paths[index] for index in left]
        self.kept = {place: self.kept[index] for place, index in enumerate(left) if index in self.kept}
        self.size = sum(pixels.nbytes for pixels in self.kept.values())


def part_of(pixels: Pixels, part: Part) -> Pixels:
    """What lies within a part of h x w x 3; a pixel that is cut by its edge is left out."""
    height, width = pixels.shape[:2]
    left, upper, right, lower = part
    return pixels[math.ceil(upper * height) : int(lower * height), math.ceil(left * width) : int(right * width)]


def opened(path: Path) -> Pixels:
    """The pixels of a file, h x w x 3 in sRGB, over white where it is transparent.

    Raises:
        BadData: it cannot be read; the message names the file.
    """
    try:
        photo = decode(path.read_bytes())
    except OSError as error:
        what = f"{path} cannot be trained on: {error.strerror or error}."
        raise BadData(what, "Give a file that is there and may be read.") from error
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


def drawn(pictures: Pictures, random: Generator, options: DataOptions, jitter: Jitter) -> Tensor:
    """``batch`` crops of random pictures: n x 3 x crop x crop in -1..1, channels last."""
    pieces: list[Pixels] = []
    for index in random.integers(len(pictures), size=options.batch):
        pixels = pictures[int(index)]
        piece = take(pixels, choose(pixels, random, options.cut()), options.crop)
        pieces.append(recolour(piece, random, jitter))
    return to_tensor(pieces)


def drawn_pairs(source: Pictures, target: Pictures, random: Generator, options: DataOptions) -> tuple[Tensor, Tensor]:
    """Crops of ``batch`` random pairs, each pair with one window and one change of colours where the two agree."""
    pieces: list[tuple[Pixels, Pixels]] = []
    for index in random.integers(len(source), size=options.batch):
        photo, art = source[int(index)], target[int(index)]
        window = choose(photo, random, options.cut())
        photo, art = take(photo, window, options.crop), take(art, window, options.crop)
        if options.hints != Hints():
            photo, art = hinted((photo, art), any_colour(target, random), random, options.hints)
        pieces.append((recolour(photo, random, options.source_colour), recolour(art, random, options.target_colour)))
    photos, arts = zip(*pieces, strict=True)
    return to_tensor(photos), to_tensor(arts)


def drawn_beside(sides: tuple[Pictures, Pictures], random: Generator, options: DataOptions) -> Beside:
    """Crops of photos that have no true picture, and of art."""
    colours = options.source_colour, options.target_colour
    return Beside(*(drawn(side, random, options, jitter) for side, jitter in zip(sides, colours, strict=True)))


def any_colour(pictures: Pictures, random: Generator) -> Pixels:
    """The colour, 3, of some place of one of the pictures, of several places the one that is most of a colour."""
    pixels = pictures[int(random.integers(len(pictures)))].reshape(-1, 3)
    some = pixels[random.integers(len(pixels), size=PLACES)]
    return some[np.ptp(some, axis=1).argmax()]


def to_tensor(pieces: Sequence[Pixels]) -> Tensor:
    """n pieces of h x w x 3 to n x 3 x h x w in -1..1, channels last."""
    x = torch.from_numpy(np.stack(pieces)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return x.contiguous(memory_format=torch.channels_last)


def grains(random: Generator, count: int, size: int) -> Tensor:
    """``count`` windows of the fixed noise: n x 3 x size x size."""
    places = random.integers(PERIOD, size=(count, 2))
    return torch.from_numpy(np.stack([grain(int(top), int(left), size, size) for top, left in places]))


def alone(data: DataOptions) -> DataOptions:
    """The unpaired photos and the art as if there were no pairs: what a discriminator is shown."""
    return replace(data, **asdict(data.unpaired), pairs="none", hints=Hints(), everything=False, unpaired=Unpaired())


def batches(
    source: Pictures, target: Pictures, options: DataOptions, seed: int, beside: tuple[Pictures, Pictures] | None = None
) -> Callable[[int], Batch]:
    """The function from a step's number to its batch; ``beside``: photos without a true picture, and art for them."""

    def batch_at(step: int) -> Batch:
        random = np.random.Generator(np.random.PCG64([seed, step]))
        if options.pairs == "none":
            photos = drawn(source, random, options, options.source_colour)
            art = drawn(target, random, options, options.target_colour)
        else:
            photos, art = drawn_pairs(source, target, random, options)
        batch = Batch(step, photos, art, grains(random, options.batch, options.crop))
        return replace(batch, beside=drawn_beside(beside, random, alone(options))) if beside else batch

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
