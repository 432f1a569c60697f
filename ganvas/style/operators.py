"""The operators that a style's network may hold, and a trial run of it.

A file that somebody brings is hostile until it has been looked at: operators from an allow-list, in the default
domain, no subgraphs, no functions, no data outside the file, one input and one output. The trial runs it once in a
disposable process with limits on memory and time, so that the worst file can do no more than be refused.
"""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto

from ganvas.environment import reduce_environment
from ganvas.errors import BadStyle
from ganvas.style.stroke_settings import STROKE_CHANNELS

LOCAL_OPERATOR_NAMES = """
    Abs Add AveragePool BatchNormalization Cast Clip Concat Constant ConstantOfShape Conv ConvTranspose DepthToSpace
    Div Elu Equal Erf Exp Expand Flatten Floor Gather Gelu HardSigmoid HardSwish Identity LeakyRelu Log Max MaxPool Min
    Mish Mul Neg PRelu Pad Pow Reciprocal ReduceL2 ReduceMean ReduceSum ReduceSumSquare Relu Reshape Resize Round Selu
    Shape Sigmoid Slice Softplus SpaceToDepth Split Sqrt Squeeze Sub Tanh Transpose Unsqueeze Where"""
GLOBAL_OPERATOR_NAMES = """
    Gemm GlobalAveragePool GlobalMaxPool GroupNormalization InstanceNormalization LayerNormalization LpNormalization
    MatMul ReduceMax ReduceMin Softmax"""
LOCAL_OPERATORS, GLOBAL_OPERATORS = frozenset(LOCAL_OPERATOR_NAMES.split()), frozenset(GLOBAL_OPERATOR_NAMES.split())
# What a network may hold that is run in tiles with the statistics of a thumbnail: maps stay n x c x h x w.
TILEABLE_OPERATORS = LOCAL_OPERATORS - {"Flatten", "Reshape", "Squeeze", "Unsqueeze"} | {"InstanceNormalization"}
ALLOWED_OPSETS = range(11, 24)
COLOUR_CHANNELS = 3
MAX_NODES = 4000
WEIGHT_TYPES = (TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32, TensorProto.BOOL)
TRIAL_SECONDS = 60


def check_operators(model: onnx.ModelProto, about: Mapping[str, Any]) -> None:
    """Raise BadStyle when the network holds what a style that says this of itself may not; runs nothing."""
    halo = about.get("halo")
    graph = model.graph
    if model.functions or model.training_info or graph.sparse_initializer:
        raise BadStyle("The network holds functions, training or sparse data.", "Export it plain, as one graph.")
    for opset in model.opset_import:
        if opset.domain not in ("", "ai.onnx") or opset.version not in ALLOWED_OPSETS:
            raise BadStyle(
                f"The network uses operator set {opset.domain[:40] or 'ai.onnx'} {opset.version}.",
                f"It must be ai.onnx from {ALLOWED_OPSETS.start} to {ALLOWED_OPSETS.stop - 1}.",
            )
    if len(graph.node) > MAX_NODES:
        raise BadStyle(f"The network has {len(graph.node)} operations.", f"At most {MAX_NODES} are run.")
    for tensor in graph.initializer:
        check_tensor(tensor)
    version = max((opset.version for opset in model.opset_import), default=ALLOWED_OPSETS.start)
    for node in graph.node:
        check_node(node, None if is_channel_softmax(node, version) else halo)
    check_norms(graph, halo, about.get("fixed_halo"))
    wide = 2 * COLOUR_CHANNELS if about.get("texture") else COLOUR_CHANNELS
    wide += STROKE_CHANNELS if about.get("strokes") else 0
    check_inputs_and_outputs(graph, about.get("kind", "transfer"), wide)


def check_tensor(tensor: onnx.TensorProto) -> None:
    """Weights lie in the file and are plain numbers."""
    if tensor.external_data or tensor.data_location == TensorProto.EXTERNAL:
        raise BadStyle("The network's weights lie outside of the file.", "Save them inside: a style is one file.")
    if tensor.data_type not in WEIGHT_TYPES:
        raise BadStyle("The network's weights are of a type that is not run.", "They must be float32.")


def check_node(node: onnx.NodeProto, halo: int | None) -> None:
    """One operation: known, of the default domain, without graphs in it, and local where a halo is given."""
    if node.domain not in ("", "ai.onnx") or node.op_type not in LOCAL_OPERATORS | GLOBAL_OPERATORS:
        raise BadStyle(f"The network uses {(node.domain + ' ' + node.op_type).strip()[:60]}, which is not run.")
    if halo is not None and node.op_type in GLOBAL_OPERATORS:
        raise BadStyle(f"The network uses {node.op_type}, which looks at the whole picture.", "Its halo must be null.")
    for attribute in node.attribute:
        for tensor in [attribute.t] if attribute.HasField("t") else attribute.tensors:
            check_tensor(tensor)
        sparse = attribute.HasField("sparse_tensor") or attribute.sparse_tensors
        if attribute.HasField("g") or attribute.graphs or sparse:
            raise BadStyle(f"The network's {node.op_type} holds a graph or a sparse tensor.", "Export it plain.")


def is_channel_softmax(node: onnx.NodeProto, version: int) -> bool:
    """Whether it is a softmax over the channels of each pixel; before version 13 it was one over all that follows."""
    axes = [attribute.i for attribute in node.attribute if attribute.name == "axis"]
    return node.op_type == "Softmax" and version >= 13 and axes == [1]


def check_norms(graph: onnx.GraphProto, halo: int | None, fixed_halo: int | None) -> None:
    """With the statistics of a thumbnail nothing may be left that looks at the whole picture."""
    if fixed_halo is None:
        return
    kinds = {node.op_type for node in graph.node}
    if halo is not None or "InstanceNormalization" not in kinds:
        raise BadStyle("The network has no norm that takes statistics of a thumbnail.", "Its fixed_halo must be null.")
    if kinds - TILEABLE_OPERATORS:
        others = (
            f"The network uses {', '.join(sorted(kinds - TILEABLE_OPERATORS))}, which statistics do not make local."
        )
        raise BadStyle(others, "Its fixed_halo must be null.")


def check_inputs_and_outputs(graph: onnx.GraphProto, kind: str, channels: int) -> None:
    """One float32 input and one output y, n x 3 x h x w; a transfer's is x, n x channels x h x w, with free sides."""
    weights = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in weights]
    if [value.name for value in inputs] != ["x" if kind == "transfer" else "z"] or len(graph.output) != 1:
        raise BadStyle("The network has other ends than one input x (a sampler: z) and one output y.")
    ends = [*inputs, *graph.output] if kind == "transfer" else [*graph.output]
    for end in ends:
        wide = channels if end.name == "x" else COLOUR_CHANNELS
        kinds = end.type.tensor_type
        sides = [side.dim_value if side.HasField("dim_value") else None for side in kinds.shape.dim]
        if kinds.elem_type != TensorProto.FLOAT or len(sides) != 4 or sides[1] not in (wide, None):
            raise BadStyle(f"The network's {end.name[:20]} is not float32, n x {wide} x h x w.")
        if kind == "transfer" and (sides[0], sides[2], sides[3]) != (None, None, None):
            raise BadStyle(f"The network's {end.name[:20]} has a fixed size.", "Export it with n, h and w dynamic.")


def run_trial(path: Path, preview: bytes, kind: str, halo: int | None, multiple: int) -> None:
    """Run the network at a small size, and read the preview, in a process of its own; raises BadStyle."""
    environment = reduce_environment()
    environment |= {"PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}
    about = {"kind": kind, "halo": halo, "multiple": multiple, "preview": base64.b64encode(preview).decode()}
    question = json.dumps({"path": str(path), **about}).encode()
    command = [sys.executable, "-m", "ganvas.style.trial"]
    try:
        child = subprocess.run(
            command, input=question, env=environment, capture_output=True, timeout=TRIAL_SECONDS, check=False
        )
        answer = json.loads(child.stdout)
    except subprocess.TimeoutExpired as error:
        raise BadStyle(f"The network did not finish a small picture in {TRIAL_SECONDS} s.") from error
    except ValueError as error:
        raise BadStyle("The network cannot be run: it failed, or took too much memory or time.") from error
    if answer["error"]:
        raise BadStyle(answer["error"])
