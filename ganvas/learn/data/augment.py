"""What is changed by chance about pictures before a network sees them.

Places and colours are drawn from one generator of chance, and only where the options ask for them: a setting that is
left at nothing changes no batch of another recipe. A pair is cut with one ``Window``, so that it stays a pair.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
ColourMatrix = NDArray[np.float32]
ROTATION_MARGIN = 0.22  # of a window's side: what a turned window needs around itself

TO_YIQ: ColourMatrix = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]], np.float32)


@dataclass(frozen=True)
class CropOptions:
    """How windows are cut: side in pixels, smallest and largest scale, mirrored half of the time, turned by degrees."""

    crop: int
    zoom: tuple[float, float]
    flip: bool
    rotate: float


@dataclass(frozen=True)
class ColourJitter:
    """How colours vary: brightness +- a share of the range, contrast and saturation times 1 +- x, hue +- degrees."""

    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    hue: float = 0.0


@dataclass(frozen=True)
class CropWindow:
    """A square of ``side`` pixels at (top, left) of a picture whose short side has ``short``, and its changes."""

    top: float
    left: float
    side: float
    short: int
    flip: bool
    angle: float


def sample_window(pixels: Pixels, random: Generator, options: CropOptions) -> CropWindow:
    """A window at a random place and scale of h x w x 3; of small pictures the whole."""
    low, high = options.zoom
    factor = float(np.exp(random.uniform(np.log(low), np.log(high))))
    short = min(pixels.shape[:2])
    side = options.crop / max(factor, options.crop / short)
    top, left = (random.uniform(0, length - side) if length > side else 0.0 for length in pixels.shape[:2])
    flip = bool(options.flip and random.random() < 0.5)
    angle = float(random.uniform(-options.rotate, options.rotate)) if options.rotate else 0.0
    return CropWindow(top, left, side, short, flip, angle)


def extract_crop(pixels: Pixels, window: CropWindow, crop: int) -> Pixels:
    """What the window shows of a picture, or of its pair at another size: crop x crop x 3."""
    scale = min(pixels.shape[:2]) / window.short
    top, left, side = window.top * scale, window.left * scale, window.side * scale
    if window.angle:
        piece = extract_rotated_crop(pixels, (top, left, side), window.angle, crop)
    elif side == crop:  # nothing is resized: pixels stay as they are
        piece = pixels[int(top) : int(top) + crop, int(left) : int(left) + crop]
    else:
        box = (left, top, min(left + side, pixels.shape[1]), min(top + side, pixels.shape[0]))
        piece = np.asarray(Image.fromarray(pixels).resize((crop, crop), Image.Resampling.LANCZOS, box))
    return piece[:, ::-1] if window.flip else piece


def extract_rotated_crop(pixels: Pixels, square: tuple[float, float, float], angle: float, crop: int) -> Pixels:
    """A window turned about its middle, on a picture that goes on as in a mirror."""
    top, left, side = square
    edge = int(np.ceil(ROTATION_MARGIN * side)) + 1
    wide = np.pad(pixels, ((edge, edge), (edge, edge), (0, 0)), mode="symmetric")
    around = side * (1 + 2 * ROTATION_MARGIN)
    box = (left + edge - ROTATION_MARGIN * side, top + edge - ROTATION_MARGIN * side)
    size = round(crop * (1 + 2 * ROTATION_MARGIN))
    larger = Image.fromarray(wide).resize(
        (size, size),
        Image.Resampling.LANCZOS,
        (*box, min(box[0] + around, wide.shape[1]), min(box[1] + around, wide.shape[0])),
    )
    margin = (size - crop) // 2
    return np.asarray(larger.rotate(angle, Image.Resampling.BICUBIC))[margin : margin + crop, margin : margin + crop]


def apply_colour_jitter(piece: Pixels, random: Generator, jitter: ColourJitter) -> Pixels:
    """The piece h x w x 3 in somewhat other colours."""
    if jitter == ColourJitter():
        return piece
    brightness, contrast, saturation, hue = random.uniform(-1, 1, 4)
    yiq = piece.astype(np.float32) @ TO_YIQ.T
    turn = np.deg2rad(hue * jitter.hue)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]], np.float32)
    yiq[..., 1:] = yiq[..., 1:] @ spin.T * (1 + saturation * jitter.saturation)
    mean = yiq[..., 0].mean()
    yiq[..., 0] = (yiq[..., 0] - mean) * (1 + contrast * jitter.contrast) + mean + 255 * brightness * jitter.brightness
    return (yiq @ np.linalg.inv(TO_YIQ).T).clip(0, 255).round().astype(np.uint8)
