"""Colour hints that are given to the generator beside a drawing.

Line art says nothing of its colours, so they are guessed. Two more things are learnt beside it from the same pairs: to
keep to dabs of colour where somebody put them (hints: Zhang 2017, https://arxiv.org/abs/1705.02999), and to lay flat
colour where all of it is there already, shaded and grained as in a photo, with lines or without.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy import ndimage

from ganvas.learn.data.augment import ColourJitter, apply_colour_jitter

Pixels = NDArray[np.uint8]

LINE_LEVEL, PAPER_LEVEL = (
    128,
    250,
)  # a drawing's pixel is a line below, a picture's is paper above, in its darkest channel
LINELESS_SHARE = 0.5  # share of painted pairs from which the lines are taken
MAX_DABS, DAB_RADIUS = 6, (0.02, 0.1)  # at most so many; of the side
SHADE_RANGE, GRAIN_DEVIATION, MAX_BLUR_RADIUS = (0.6, 1.15), 14.0, 1.2  # light, deviation in 0..255, pixels
LIGHT_JITTER = ColourJitter(brightness=0.1, contrast=0.2, hue=8.0)
MAX_DESATURATION = 0.75  # at most so much of the saturation is lost


@dataclass(frozen=True)
class HintOptions:
    """Shares of the pairs, 0 to 1, whose drawing has colours of its true picture.

    ``dabs``: spots of them; ``painted``: all of them, under light and grain, half of the time without lines in the
    drawing and the picture. ``ground``: share of these two whose paper has a colour, in both. ``turned``: share of the
    dabbed ones all of whose hues are turned by one angle, so that what a thing is tells nothing and the dabs tell all.
    """

    dabs: float = 0.0
    painted: float = 0.0
    ground: float = 0.0
    turned: float = 0.0


def add_colour_hints(
    pair: tuple[Pixels, Pixels], colour: Pixels, random: Generator, hints: HintOptions
) -> tuple[Pixels, Pixels]:
    """A drawing and its picture, h x w x 3 each, with what chance gives the drawing; ``colour`` (3) is for a ground."""
    drawing, picture = pair
    kind, ground, bare, turned, angle = random.random(5)
    if kind >= hints.dabs + hints.painted:
        return pair
    painted = kind < hints.painted
    if painted and bare < LINELESS_SHARE:
        picture = inpaint_lines(drawing, picture)
    if not painted and turned < hints.turned:
        picture = rotate_hues(picture, angle)
    if ground < hints.ground:
        drawing, picture = tint_paper(drawing, picture, colour), tint_paper(picture, picture, colour)
    return (simulate_photo(picture, random) if painted else add_dabs(drawing, picture, random)), picture


def inpaint_lines(drawing: Pixels, picture: Pixels) -> Pixels:
    """The picture with each pixel of a line in the nearest colour beside it."""
    lines = ndimage.binary_dilation(drawing.min(2) < LINE_LEVEL, iterations=2)
    if lines.all():
        return picture
    nearest = np.asarray(ndimage.distance_transform_edt(lines, return_distances=False, return_indices=True))
    return picture[nearest[0], nearest[1]]


def rotate_hues(picture: Pixels, angle: float) -> Pixels:
    """The picture with all hues turned by so much of a whole turn, 0 to 1; what is grey stays grey."""
    values = np.array(Image.fromarray(picture).convert("HSV"))
    values[..., 0] += np.uint8(angle * 256)  # round and round
    return np.asarray(Image.fromarray(values, "HSV").convert("RGB"))


def tint_paper(pixels: Pixels, picture: Pixels, colour: Pixels) -> Pixels:
    """Pixels with the colour where the picture is paper, and under lines that are thin enough to stand on paper."""
    neutral = picture.max(2).astype(np.int16) - picture.min(2) < 16
    paper = ndimage.binary_dilation(picture.min(2) > PAPER_LEVEL, iterations=2) & neutral
    return np.where(paper[..., None], pixels.astype(np.uint16) * colour // 255, pixels).astype(np.uint8)


def add_dabs(drawing: Pixels, picture: Pixels, random: Generator) -> Pixels:
    """The drawing with discs in the picture's colours here and there, under its lines, and over them into the next."""
    inside = np.argwhere((picture.min(2) <= PAPER_LEVEL) & (drawing.min(2) >= LINE_LEVEL))
    if not len(inside):
        return drawing
    height, width = drawing.shape[:2]
    rows, columns = np.ogrid[:height, :width]
    painted = np.full_like(drawing, 255)
    for row, column in inside[random.integers(len(inside), size=random.integers(1, MAX_DABS + 1))]:
        radius = random.uniform(*DAB_RADIUS) * height
        painted[(rows - row) ** 2 + (columns - column) ** 2 <= radius**2] = picture[row, column]
    return np.minimum(drawing, painted)


def simulate_photo(picture: Pixels, random: Generator) -> Pixels:
    """The picture as a photo might show it: in uneven light, paler, blurred, with grain of several sizes."""
    height, width = picture.shape[:2]
    fade = 1 - random.uniform(0, MAX_DESATURATION)
    values = apply_colour_jitter(picture, random, LIGHT_JITTER).astype(np.float32)
    grey = values.mean(2, keepdims=True)
    values = (grey + (values - grey) * fade) * upscale_plane(random.uniform(*SHADE_RANGE, (4, 4)), height, width)
    image = Image.fromarray(values.clip(0, 255).astype(np.uint8))
    values = np.asarray(image.filter(ImageFilter.GaussianBlur(random.uniform(0, MAX_BLUR_RADIUS)))).astype(np.float32)
    for size in (1, 3, 8):
        noise = random.normal(0, random.uniform(0, GRAIN_DEVIATION), (-(-height // size), -(-width // size)))
        values += upscale_plane(noise, height, width)
    return values.clip(0, 255).astype(np.uint8)


def upscale_plane(values: NDArray[np.float64], height: int, width: int) -> NDArray[np.float32]:
    """A small plane at height x width x 1, bicubic."""
    image = Image.fromarray(values.astype(np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))[..., None]
