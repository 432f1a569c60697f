"""A network that looks at the whole picture, in tiles: its norms are given the statistics of a thumbnail.

An instance norm (Ulyanov 2016, https://arxiv.org/abs/1607.08022) turns each map into ``gain * map + shift``, and takes
both numbers from mean and deviation of the whole map. Taken once, from the photo made smaller, they can be given to
all tiles alike (Chen 2022, https://arxiv.org/abs/2103.11784); what is left of the network is local.

So of the graph in a style file two are made: one from a thumbnail to the numbers of all its norms, one from a tile and
these numbers to the picture. Knows ONNX graphs and networks; nothing of styles and pixels.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from ganvas.engine import session
from ganvas.engine.session import Batch, CancelCheck, Network, Precision, Session, make_cancellable
from ganvas.errors import BadStyle

NORM_OPERATOR = "InstanceNormalization"
STATISTICS = "statistics"  # 1 x 2c x 1 x 1, c the channels of all norms: gains and shifts, norm after norm
AXES_INPUT_OPSET = 18  # of ReduceMean, in this operator set
THUMBNAIL_PIXELS = 1_000_000  # of a thumbnail


@dataclass(frozen=True)
class Tiled:
    """A network opened twice: for a thumbnail's statistics, and for tiles that are given them. Safe under threads."""

    statistics_network: Network
    tile_network: Network

    def bind_thumbnail(self, thumbnail: Batch, check: CancelCheck = lambda: None) -> Session:
        """The network for the tiles of a photo, by its thumbnail 1 x 3 x h x w in -1..1; watched, see ``session``."""
        statistics, paint = (
            make_cancellable(self.statistics_network, check)(thumbnail),
            make_cancellable(self.tile_network, check),
        )
        return lambda x: paint(x, statistics)


def open_tiled(path: Path, precision: Precision = "auto", threads: int = 0) -> Tiled:
    """Open the network in a style file for tiles; it is measured in fp32, since all tiles hang on that.

    Raises:
        BadStyle: there is no norm in it that could be measured, or it cannot be opened.
    """
    model = onnx.load_model(path, load_external_data=False)
    measure = session.open_network(build_statistics_model(model).SerializeToString(), "fp32", threads)
    return Tiled(measure, session.open_network(build_tile_model(model).SerializeToString(), precision, threads))


@dataclass(frozen=True)
class InstanceNorm:
    """One instance norm of a graph: its node, its channels, and where its gains begin among the statistics."""

    node: NodeProto
    channels: int
    start: int

    def name_value(self, part: str) -> str:
        """A name of its own for something inside it."""
        return f"{self.node.output[0]}.{part}"


def build_statistics_model(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model from x to STATISTICS. Raises BadStyle where there is no norm that could be measured."""
    version = next(opset.version for opset in model.opset_import if opset.domain in ("", "ai.onnx"))
    found = find_norms(model)
    measured = copy_model(model)
    measured.graph.node.extend(node for norm in found for node in build_statistics_nodes(norm, version))
    numbers = [norm.name_value(part) for norm in found for part in ("gain", "shift")]
    measured.graph.node.append(helper.make_node("Concat", numbers, [STATISTICS], axis=1))
    measured.graph.initializer.append(make_constant("a.channel", [1, -1, 1, 1]))
    measured.graph.initializer.append(make_constant("its.sides", [2, 3]))
    measured.graph.ClearField("output")
    measured.graph.output.append(helper.make_tensor_value_info(STATISTICS, TensorProto.FLOAT, [1, None, 1, 1]))
    return measured


def build_statistics_nodes(norm: InstanceNorm, version: int) -> Iterator[NodeProto]:
    """The nodes from a norm's map n x c x h x w to its gain and shift, n x c x 1 x 1 each."""
    x, scale, bias = norm.node.input
    named = norm.name_value
    epsilon = next((a.f for a in norm.node.attribute if a.name == "epsilon"), 1e-5)
    yield build_mean_node(x, named("mean"), version)
    yield helper.make_node("Sub", [x, named("mean")], [named("apart")])
    yield helper.make_node("Mul", [named("apart"), named("apart")], [named("square")])
    yield build_mean_node(named("square"), named("variance"), version)
    little = numpy_helper.from_array(np.array(epsilon, np.float32))
    yield helper.make_node("Constant", [], [named("epsilon")], value=little)
    yield helper.make_node("Add", [named("variance"), named("epsilon")], [named("safe")])
    yield helper.make_node("Sqrt", [named("safe")], [named("deviation")])
    yield helper.make_node("Reshape", [scale, "a.channel"], [named("scale")])
    yield helper.make_node("Reshape", [bias, "a.channel"], [named("bias")])
    yield helper.make_node("Div", [named("scale"), named("deviation")], [named("gain")])
    yield helper.make_node("Mul", [named("mean"), named("gain")], [named("drift")])
    yield helper.make_node("Sub", [named("bias"), named("drift")], [named("shift")])


def build_mean_node(x: str, y: str, version: int) -> NodeProto:
    """The mean of each channel, as the operator set writes it."""
    if version < AXES_INPUT_OPSET:
        return helper.make_node("ReduceMean", [x], [y], axes=[2, 3], keepdims=1)
    return helper.make_node("ReduceMean", [x, "its.sides"], [y], keepdims=1)


def build_tile_model(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model from x and STATISTICS to y. Raises BadStyle where there is no norm that could be measured."""
    found = {norm.node.output[0]: norm for norm in find_norms(model)}
    painted = copy_model(model)
    painted.graph.ClearField("node")
    for node in model.graph.node:
        norm = found.get(node.output[0]) if node.output else None
        painted.graph.node.extend(build_affine_nodes(norm) if norm else [node])
    for norm in found.values():
        ends = (norm.start, norm.start + norm.channels, norm.start + 2 * norm.channels)
        painted.graph.initializer.extend(
            make_constant(norm.name_value(str(place)), [end]) for place, end in enumerate(ends)
        )
    painted.graph.initializer.append(make_constant("its.channels", [1]))
    count = 2 * sum(norm.channels for norm in found.values())
    painted.graph.input.append(helper.make_tensor_value_info(STATISTICS, TensorProto.FLOAT, [1, count, 1, 1]))
    return painted


def build_affine_nodes(norm: InstanceNorm) -> Iterator[NodeProto]:
    """The nodes in place of a norm: its map times the given gain, plus the given shift."""
    named = norm.name_value
    for part, first, last in (("gain", "0", "1"), ("shift", "1", "2")):
        place = [STATISTICS, named(first), named(last), "its.channels"]
        yield helper.make_node("Slice", place, [named(part)])
    yield helper.make_node("Mul", [norm.node.input[0], named("gain")], [named("scaled")])
    yield helper.make_node("Add", [named("scaled"), named("shift")], [norm.node.output[0]])


def find_norms(model: onnx.ModelProto) -> list[InstanceNorm]:
    """The instance norms of a graph, in its order.

    Raises:
        BadStyle: there is none, or one whose weights do not lie in the graph.
    """
    sizes = {tensor.name: tensor.dims[0] for tensor in model.graph.initializer if len(tensor.dims) == 1}
    for node in model.graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value" and len(node.attribute[0].t.dims) == 1:
            sizes[node.output[0]] = node.attribute[0].t.dims[0]
    found: list[InstanceNorm] = []
    for node in model.graph.node:
        if node.op_type == NORM_OPERATOR:
            if node.input[1] not in sizes:
                raise BadStyle("The weights of a norm do not lie in the network.", "Its fixed_halo must be null.")
            start = found[-1].start + 2 * found[-1].channels if found else 0
            found.append(InstanceNorm(node, sizes[node.input[1]], start))
    if not found:
        raise BadStyle("The network has no instance norm that could be measured.", "Its fixed_halo must be null.")
    return found


def copy_model(model: onnx.ModelProto) -> onnx.ModelProto:
    """Another model with the same in it."""
    other = onnx.ModelProto()
    other.CopyFrom(model)
    return other


def make_constant(name: str, values: list[int]) -> TensorProto:
    """Whole numbers in the graph."""
    return numpy_helper.from_array(np.array(values, np.int64), name)
