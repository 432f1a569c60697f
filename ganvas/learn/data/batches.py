"""Two folders of pictures -> the batch of step n.

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
from ganvas.image import decode
from ganvas.learn.data.augment import ColourJitter, CropOptions, apply_colour_jitter, extract_crop, sample_window
from ganvas.learn.data.hints import HintOptions, add_colour_hints
from ganvas.learn.methods.protocol import TrainingBatch, UnpairedBatch
from ganvas.style.noise import NOISE_PERIOD, make_noise_window

Pixels = NDArray[np.uint8]
PairLayout = Literal["none", "names", "halves", "halves-reversed"]
CropBox = tuple[float, float, float, float]  # left, upper, right, lower edge, as shares of width and height
WHOLE_PICTURE: CropBox = (0.0, 0.0, 1.0, 1.0)
CACHE_BYTES = 3 << 30
COLOUR_CANDIDATES = 8


@dataclass(frozen=True)
class UnpairedOptions:
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
    target_part: CropBox = WHOLE_PICTURE
    pairs: PairLayout = "none"
    rotate: float = 0.0
    source_colour: ColourJitter = field(default_factory=ColourJitter)
    target_colour: ColourJitter = field(default_factory=ColourJitter)
    hints: HintOptions = field(default_factory=HintOptions)
    unpaired: UnpairedOptions = field(default_factory=UnpairedOptions)

    def get_crop_options(self) -> CropOptions:
        """How windows are cut."""
        return CropOptions(self.crop, self.zoom, self.flip, self.rotate)


class PictureDataset:
    """The pictures of a domain, decoded once, reduced to ``edge`` and kept in memory up to a limit.

    Of each pixel then a square of ``squares`` pixels a side is made.
    """

    def __init__(self, paths: Sequence[Path], edge: int, box: CropBox = WHOLE_PICTURE, enlarge: int = 1) -> None:
        self.paths, self.edge, self.enlarge = list(paths), edge, enlarge
        self.box = box
        self.cache: dict[int, Pixels] = {}
        self.cache_bytes = 0
        self.lock = Lock()

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> Pixels:
        found = self.cache.get(index)
        return self.keep(index, self.read(index)) if found is None else found

    def read(self, index: int) -> Pixels:
        """A picture from its file.

        Raises:
            BadData: it cannot be read, or nothing of it is meant.
        """
        pixels = crop_to_box(load_picture(self.paths[index]), self.box)
        if not pixels.size:
            raise BadData(f"{self.paths[index]} has no pixel within data.target_part.", "Widen it, or leave this out.")
        return shrink_to_edge(pixels, self.edge).repeat(self.enlarge, 0).repeat(self.enlarge, 1)

    def keep(self, index: int, pixels: Pixels) -> Pixels:
        """The pixels, which are kept while there is room; safe under many threads."""
        with self.lock:
            if index not in self.cache and self.cache_bytes + pixels.nbytes <= CACHE_BYTES:
                self.cache[index] = pixels
                self.cache_bytes += pixels.nbytes
        return pixels

    def drop(self, indices: set[int]) -> None:
        """Forget some of the pictures; those behind them move up."""
        left = [index for index in range(len(self.paths)) if index not in indices]
        self.paths = [self.paths[index] for index in left]
        self.cache = {place: self.cache[index] for place, index in enumerate(left) if index in self.cache}
        self.cache_bytes = sum(pixels.nbytes for pixels in self.cache.values())


def crop_to_box(pixels: Pixels, box: CropBox) -> Pixels:
    """What lies within a part of h x w x 3; a pixel that is cut by its edge is left out."""
    height, width = pixels.shape[:2]
    left, upper, right, lower = box
    return pixels[math.ceil(upper * height) : int(lower * height), math.ceil(left * width) : int(right * width)]


def load_picture(path: Path) -> Pixels:
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


def shrink_to_edge(pixels: Pixels, edge: int) -> Pixels:
    """Pixels with a long edge of at most ``edge``."""
    factor = edge / max(pixels.shape[:2])
    return pixels if factor >= 1 else scale_picture(pixels, factor)


def scale_picture(pixels: Pixels, factor: float) -> Pixels:
    """Pixels h x w x 3 with both sides times ``factor``, at least 1."""
    height, width = (max(1, round(side * factor)) for side in pixels.shape[:2])
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS))


def sample_crops(pictures: PictureDataset, random: Generator, options: DataOptions, jitter: ColourJitter) -> Tensor:
    """``batch`` crops of random pictures: n x 3 x crop x crop in -1..1, channels last."""
    pieces: list[Pixels] = []
    for index in random.integers(len(pictures), size=options.batch):
        pixels = pictures[int(index)]
        piece = extract_crop(pixels, sample_window(pixels, random, options.get_crop_options()), options.crop)
        pieces.append(apply_colour_jitter(piece, random, jitter))
    return stack_to_tensor(pieces)


def sample_paired_crops(
    source: PictureDataset, target: PictureDataset, random: Generator, options: DataOptions
) -> tuple[Tensor, Tensor]:
    """Crops of ``batch`` random pairs, each pair with one window and one change of colours where the two agree."""
    pieces: list[tuple[Pixels, Pixels]] = []
    for index in random.integers(len(source), size=options.batch):
        photo, art = source[int(index)], target[int(index)]
        window = sample_window(photo, random, options.get_crop_options())
        photo, art = extract_crop(photo, window, options.crop), extract_crop(art, window, options.crop)
        if options.hints != HintOptions():
            photo, art = add_colour_hints((photo, art), sample_colour(target, random), random, options.hints)
        pieces.append(
            (
                apply_colour_jitter(photo, random, options.source_colour),
                apply_colour_jitter(art, random, options.target_colour),
            )
        )
    photos, arts = zip(*pieces, strict=True)
    return stack_to_tensor(photos), stack_to_tensor(arts)


def sample_unpaired_crops(
    datasets: tuple[PictureDataset, PictureDataset], random: Generator, options: DataOptions
) -> UnpairedBatch:
    """Crops of photos that have no true picture, and of art."""
    colours = options.source_colour, options.target_colour
    return UnpairedBatch(
        *(sample_crops(side, random, options, jitter) for side, jitter in zip(datasets, colours, strict=True))
    )


def sample_colour(pictures: PictureDataset, random: Generator) -> Pixels:
    """The colour, 3, of some place of one of the pictures, of several places the one that is most of a colour."""
    pixels = pictures[int(random.integers(len(pictures)))].reshape(-1, 3)
    some = pixels[random.integers(len(pixels), size=COLOUR_CANDIDATES)]
    return some[np.ptp(some, axis=1).argmax()]


def stack_to_tensor(pieces: Sequence[Pixels]) -> Tensor:
    """n pieces of h x w x 3 to n x 3 x h x w in -1..1, channels last."""
    x = torch.from_numpy(np.stack(pieces)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return x.contiguous(memory_format=torch.channels_last)


def sample_noise(random: Generator, count: int, size: int) -> Tensor:
    """``count`` windows of the fixed noise: n x 3 x size x size."""
    places = random.integers(NOISE_PERIOD, size=(count, 2))
    return torch.from_numpy(np.stack([make_noise_window(int(top), int(left), size, size) for top, left in places]))


def make_unpaired_only(data: DataOptions) -> DataOptions:
    """The unpaired photos and the art as if there were no pairs: what a discriminator is shown."""
    return replace(
        data, **asdict(data.unpaired), pairs="none", hints=HintOptions(), everything=False, unpaired=UnpairedOptions()
    )


def make_batch_sampler(
    source: PictureDataset,
    target: PictureDataset,
    options: DataOptions,
    seed: int,
    unpaired: tuple[PictureDataset, PictureDataset] | None = None,
) -> Callable[[int], TrainingBatch]:
    """The function from a step's number to its batch; ``beside``: photos without a true picture, and art for them."""

    def sample_batch(step: int) -> TrainingBatch:
        random = np.random.Generator(np.random.PCG64([seed, step]))
        if options.pairs == "none":
            photos = sample_crops(source, random, options, options.source_colour)
            art = sample_crops(target, random, options, options.target_colour)
        else:
            photos, art = sample_paired_crops(source, target, random, options)
        batch = TrainingBatch(step, photos, art, sample_noise(random, options.batch, options.crop))
        return (
            replace(batch, unpaired=sample_unpaired_crops(unpaired, random, make_unpaired_only(options)))
            if unpaired
            else batch
        )

    return sample_batch


class BatchPrefetcher:
    """Makes the next step's batch in a thread while the present one is learnt from."""

    def __init__(self, batch_at: Callable[[int], TrainingBatch]) -> None:
        self.batch_at = batch_at
        self.executor = ThreadPoolExecutor(1)
        self.pending = (-1, self.executor.submit(lambda: None))

    def __call__(self, step: int) -> TrainingBatch:
        waiting, future = self.pending
        batch = future.result() if waiting == step else self.batch_at(step)
        self.pending = (step + 1, self.executor.submit(self.batch_at, step + 1))  # pyright: ignore
        return batch  # pyright: ignore
