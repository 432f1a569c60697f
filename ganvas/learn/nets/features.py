"""Frozen features: VGG-16 (HED), conv1_1 to conv4_3, for content losses and projected discriminators.

The weights come with the package (see ``ganvas/learn/weights``); nothing is fetched. Knows no losses.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import max_pool2d, relu

from ganvas.errors import MissingDependency

WEIGHTS_PATH = Path(__file__).parent.parent / "weights" / "vgg16_conv1_to_conv4.safetensors"
VGG_LAYERS = ("1_1", "1_2", "2_1", "2_2", "3_1", "3_2", "3_3", "4_1", "4_2", "4_3")
VIEW_PREFIXES = ("/", "@")
BLOCK_CHANNELS = {"1": 64, "2": 128, "3": 256, "4": 512}
MEAN_BGR = (103.939, 116.779, 123.68)


class VggFeatures(nn.Module):
    """Feature maps after the ReLU of the named layers ("1_2", "3_3"); stride 1, 2, 4, 8 for the first digit 1 to 4.

    Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556; weights as trained on by HED (Xie and Tu 2015).
    The parameters are frozen: gradients flow to the picture and stop there.
    """

    mean: Tensor

    def __init__(self, last: str = "4_3") -> None:
        super().__init__()
        self.layer_names = VGG_LAYERS[: VGG_LAYERS.index(last) + 1]
        self.convolutions = nn.ModuleDict({name: load_convolution(name) for name in self.layer_names})
        self.register_buffer("mean", torch.tensor(MEAN_BGR).view(1, 3, 1, 1), persistent=False)
        self.requires_grad_(False).eval().to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]

    def forward(self, x: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """n x 3 x h x w in -1..1 to a map for each wanted layer."""
        x = (x.flip(1) + 1) * 127.5 - self.mean
        found: dict[str, Tensor] = {}
        for name in self.layer_names:
            if name in ("2_1", "3_1", "4_1"):
                x = max_pool2d(x, 2, ceil_mode=True)
            x = relu(self.convolutions[name](x))
            if name in layers:
                found[name] = x
            if len(found) == len(layers):
                break
        return found


def split_view_prefix(layer: str) -> tuple[str, str]:
    """The sign that a layer's name begins with (of SIGNS, or none: see ``look``), and its name."""
    sign = layer[:1] if layer[:1] in VIEW_PREFIXES else ""
    return sign, layer.removeprefix(sign)


def get_layer_channels(layer: str) -> int:
    """How many maps a layer has, by its name, whatever sign it begins with."""
    return BLOCK_CHANNELS[split_view_prefix(layer)[1][0]]


def load_convolution(name: str) -> nn.Conv2d:
    """The 3 x 3 convolution of this layer with its weights from the file."""
    weight, bias = (load_vgg_weights()[f"conv{name}.{part}"].float() for part in ("weight", "bias"))
    layer = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
    layer.load_state_dict({"weight": weight, "bias": bias})
    return layer


@cache
def load_vgg_weights() -> dict[str, Tensor]:
    """The tensors of the weights file, half precision.

    Raises:
        Missing: the file is not beside the code.
    """
    if not WEIGHTS_PATH.exists():
        raise MissingDependency(
            f"The feature network {WEIGHTS_PATH.name} is not installed.", "Install ganvas[learn] again."
        )
    return load_file(WEIGHTS_PATH)
