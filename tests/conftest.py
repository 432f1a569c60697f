"""What tests of every part share: the root of the picture sets, and tiny style files. Knows no part from inside."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from ganvas.style.file import Style, save_style

ROOT = Path(__file__).resolve().parent.parent
DATA_SETS = Path(os.environ.get("GANVAS_DATA_SETS", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def data_sets() -> Path:
    """The root of the shared picture sets; a test that asks for it is skipped where they are missing."""
    if not DATA_SETS.is_dir():
        pytest.skip(f"the picture sets are not at {DATA_SETS}: set GANVAS_DATA_SETS")
    return DATA_SETS


def network(nodes: Sequence[onnx.NodeProto], weights: Sequence[onnx.TensorProto] = ()) -> onnx.ModelProto:
    """A model from x to y, n x 3 x h x w with n, h and w free."""
    sides = ["n", 3, "h", "w"]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, sides)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, sides)
    graph = helper.make_graph(list(nodes), "style", [x], [y], list(weights))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def inverting() -> onnx.ModelProto:
    """y = -x: the negative."""
    return network([helper.make_node("Neg", ["x"], ["y"])])


def copying() -> onnx.ModelProto:
    """y = x: changes nothing."""
    return network([helper.make_node("Identity", ["x"], ["y"])])


def blurring() -> onnx.ModelProto:
    """A 5 x 5 box over each channel: looks two pixels around itself."""
    box = numpy_helper.from_array(np.full((3, 1, 5, 5), 1 / 25, np.float32), "box")
    return network([helper.make_node("Conv", ["x", "box"], ["y"], pads=[2, 2, 2, 2], group=3)], [box])


def global_norm() -> onnx.ModelProto:
    """InstanceNorm: looks at the whole picture."""
    scale = numpy_helper.from_array(np.full(3, 0.5, np.float32), "scale")
    shift = numpy_helper.from_array(np.zeros(3, np.float32), "shift")
    return network([helper.make_node("InstanceNormalization", ["x", "scale", "shift"], ["y"])], [scale, shift])


NETWORKS: dict[str, tuple[Callable[[], onnx.ModelProto], int | None]] = {
    "inverting": (inverting, 0),
    "copying": (copying, 0),
    "blurring": (blurring, 2),
    "global": (global_norm, None),
}


def write_style(folder: Path, name: str) -> Style:
    """One of NETWORKS as the style file ``folder/name.onnx``."""
    model, halo = NETWORKS[name]
    title = {"en": name.capitalize(), "zh": f"试验 {name}"}
    style = Style(name, title, method="test", halo=halo, canvas=256, licence="CC0-1.0")
    folder.mkdir(parents=True, exist_ok=True)
    return save_style(model(), style, folder / f"{name}.onnx")


@pytest.fixture
def style_folder(tmp_path: Path) -> Path:
    """A folder with one style file for each of NETWORKS."""
    folder = tmp_path / "styles"
    for name in NETWORKS:
        write_style(folder, name)
    return folder


@pytest.fixture
def pixels() -> np.ndarray:
    """A photo of 96 x 128 with something in every place: uint8 96 x 128 x 3."""
    rows, columns = np.mgrid[0:96, 0:128]
    channels = [rows * 2, columns * 2, (rows + columns) % 64 * 4]
    return np.stack(channels, -1).astype(np.uint8)
