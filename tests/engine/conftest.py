"""What the engine's tests share: a small network that is built like the house's own, and real photos."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from ganvas.style.file import Style, save_style
from ganvas.style.stroke_settings import StrokeSettings

HALO, MULTIPLE = 16, 4
NO_STROKES = StrokeSettings()
SHOWN = "popos_kait-herzog-8242.jpg", "unsplash_seondol-son-skcd9onunjw-unsplash.jpg", "budgie_casa-mila.jpg"


def local_network(channels: int = 3) -> onnx.ModelProto:
    """Convolutions down by 4 and up again with a skip, and a norm over the channels at one pixel; 14 pixels decide one.

    Weights are random but large enough that every one of those pixels matters.
    """
    random = np.random.Generator(np.random.PCG64(7))
    weights = [numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "twice")]
    nodes = []

    def convolve(source: str, target: str, shape: tuple[int, int], stride: int = 1) -> None:
        kernel = random.normal(0, 1.2 / (3 * shape[1] ** 0.5), (*shape, 3, 3)).astype(np.float32)
        weights.append(numpy_helper.from_array(kernel, f"{target}.weight"))
        options = {"pads": [1, 1, 1, 1], "strides": [stride, stride]}
        nodes.append(helper.make_node("Conv", [source, f"{target}.weight"], [target], **options))

    def apply(operator: str, sources: list[str], target: str, **options: object) -> None:
        nodes.append(helper.make_node(operator, sources, [target], **options))

    convolve("x", "full", (6, channels))
    apply("Relu", ["full"], "fuller")
    convolve("fuller", "half", (8, 6), 2)
    apply("Relu", ["half"], "halves")
    convolve("halves", "quarter", (8, 8), 2)
    apply("Mul", ["quarter", "quarter"], "squares")
    apply("ReduceMean", ["squares"], "power", axes=[1], keepdims=1)
    weights.append(numpy_helper.from_array(np.array(1e-3, np.float32), "little"))
    apply("Add", ["power", "little"], "floor")
    apply("Sqrt", ["floor"], "length")
    apply("Div", ["quarter", "length"], "even")
    for source, target in (("even", "again"), ("up", "finer")):
        if source == "up":
            resize = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
            apply("Resize", ["again", "", "twice"], "up", **resize)
        convolve(source, target, (8, 8))
    apply("Resize", ["finer", "", "twice"], "large", mode="linear", coordinate_transformation_mode="half_pixel")
    convolve("large", "back", (6, 8))
    apply("Add", ["back", "fuller"], "both")
    convolve("both", "out", (3, 6))
    apply("Tanh", ["out"], "y")
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", wide, "h", "w"])
        for name, wide in (("x", channels), ("y", 3))
    ]
    graph = helper.make_graph(nodes, "local", ends[:1], ends[1:], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def write_local(
    folder: Path,
    name: str = "local",
    canvas: int = 256,
    grain: float = 0.0,
    texture=False,
    strokes=NO_STROKES,
) -> Style:
    """The local network as a style file."""
    folder.mkdir(parents=True, exist_ok=True)
    noise = {"grain": grain, "texture": texture, "strokes": strokes.plain()}
    style = Style(name, {"en": name}, halo=HALO, multiple=MULTIPLE, canvas=canvas, **noise, licence="CC0-1.0")
    return save_style(local_network((6 if texture else 3) + strokes.channels), style, folder / f"{name}.onnx")


@pytest.fixture(scope="session")
def local_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A style file of the local network."""
    folder = tmp_path_factory.mktemp("local")
    write_local(folder)
    return folder / "local.onnx"


@pytest.fixture(scope="session", params=SHOWN)
def photo(request: pytest.FixtureRequest, data_sets: Path) -> np.ndarray:
    """A real photo, H x W x 3."""
    return np.asarray(Image.open(data_sets / "photos" / request.param).convert("RGB"))


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A photo of white noise: every pixel matters."""
    return np.random.Generator(np.random.PCG64(seed)).integers(0, 256, (height, width, 3), dtype=np.uint8)
