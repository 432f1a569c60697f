"""Networks that look at the whole picture, in tiles, by the statistics of a thumbnail."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from ganvas.engine import engine as engines
from ganvas.engine import session, thumbnail_norm
from ganvas.engine.controls import Controls
from ganvas.engine.engine import MAX_WHOLE_PIXELS, Engine, compute_working_size
from ganvas.engine.resample import resize
from ganvas.engine.thumbnail_norm import Tiled, build_statistics_model, build_tile_model
from ganvas.engine.tiling import TileGeometry, run_in_tiles, to_batch
from ganvas.errors import BadStyle
from ganvas.style.catalog import Catalog
from ganvas.style.file import Style, load_style, save_style
from tests.conftest import inverting
from tests.engine.conftest import noise

HALO, MULTIPLE = 12, 2
ABOUT = Style("whole", {"en": "Whole"}, fixed_halo=HALO, multiple=MULTIPLE, canvas=512, licence="CC0-1.0")
RUNTIMES = [session.open_openvino, session.open_onnxruntime]


def normed(opset: int = 18, constants: bool = False) -> onnx.ModelProto:
    """Convolutions down and up with instance norms between them, each with gains of its own."""
    random = np.random.Generator(np.random.PCG64(3))
    nodes, weights, last = [], [], "x"
    for place, (inner, outer, stride) in enumerate([(3, 6, 1), (6, 8, 2), (8, 8, 1)]):
        kernel = random.normal(0, 1 / (3 * inner**0.5), (outer, inner, 3, 3)).astype(np.float32)
        weights.append(numpy_helper.from_array(kernel, f"kernel{place}"))
        ends = [f"{name}{place}" for name in ("convolved", "normed", "bent")]
        nodes.append(
            helper.make_node("Conv", [last, f"kernel{place}"], ends[:1], pads=[1, 1, 1, 1], strides=[stride, stride])
        )
        for name, middle in (("gain", 1.0), ("bias", 0.0)):
            values = numpy_helper.from_array(random.normal(middle, 0.3, outer).astype(np.float32), f"{name}{place}")
            if constants:
                nodes.append(helper.make_node("Constant", [], [f"{name}{place}"], value=values))
            else:
                weights.append(values)
        nodes.append(helper.make_node("InstanceNormalization", [ends[0], f"gain{place}", f"bias{place}"], ends[1:2]))
        nodes.append(helper.make_node("Relu", ends[1:2], ends[2:]))
        last = ends[2]
    weights.append(numpy_helper.from_array(random.normal(0, 0.2, (8, 3, 4, 4)).astype(np.float32), "up"))
    nodes.append(helper.make_node("ConvTranspose", [last, "up"], ["large"], pads=[1, 1, 1, 1], strides=[2, 2]))
    nodes.append(helper.make_node("Tanh", ["large"], ["y"]))
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 3, "h", "w"]) for name in "xy"]
    graph = helper.make_graph(nodes, "normed", ends[:1], ends[1:], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A style file of such a network."""
    save_style(normed(), ABOUT, tmp_path / "whole.onnx")
    return tmp_path / "whole.onnx"


@pytest.mark.parametrize("way", RUNTIMES)
@pytest.mark.parametrize(("opset", "constants"), [(17, False), (18, False), (18, True)])
def test_a_photo_with_its_own_statistics_is_what_the_whole_network_makes(tmp_path, way, opset, constants):
    save_style(normed(opset, constants), ABOUT, tmp_path / "whole.onnx")
    x = to_batch(noise(64, 96))
    model = normed(opset, constants)
    tiled = Tiled(
        *(way(made.SerializeToString(), "fp32", 0) for made in (build_statistics_model(model), build_tile_model(model)))
    )
    assert np.abs(tiled.bind_thumbnail(x)(x) - way(tmp_path / "whole.onnx", "fp32", 0)(x)).max() < 1e-4


def test_with_given_statistics_tiles_are_equal_to_the_whole(path):
    tiled = thumbnail_norm.open_tiled(path, "fp32")
    pixels = noise(150, 190)
    network = tiled.bind_thumbnail(to_batch(pixels[:80, :80]))
    reach = TileGeometry(HALO, MULTIPLE)
    whole = run_in_tiles(network, pixels, replace(reach, max_tile=1000)).astype(int)
    assert np.abs(run_in_tiles(network, pixels, replace(reach, max_tile=48)) - whole).max() <= 1


class Listening:
    """Opens networks and hears the sizes that they are given."""

    def __init__(self) -> None:
        self.areas: list[int] = []

    def open(self, path):
        return self.heard(session.open_onnxruntime(path, "fp32", 0))

    def open_tiled(self, path):
        tiled = thumbnail_norm.open_tiled(path, "fp32")
        return Tiled(self.heard(tiled.statistics_network), self.heard(tiled.tile_network))

    def heard(self, network):
        def run(*given):
            self.areas.append(given[0].shape[2] * given[0].shape[3])
            return network(*given)

        return run


def test_a_photo_above_the_limit_is_painted_in_tiles_and_looks_like_the_whole(path, photo, monkeypatch):
    catalog, heard = Catalog([path.parent]), Listening()
    whole = Engine(catalog, heard.open, open_tiled=heard.open_tiled).apply("whole", photo).astype(int)
    assert len(heard.areas) == 1
    monkeypatch.setattr(engines, "MAX_WHOLE_PIXELS", 60_000)
    monkeypatch.setattr(engines, "THUMBNAIL_PIXELS", 40_000)
    monkeypatch.setattr(engines, "TILE_SIDE", 128)
    heard.areas.clear()
    picture = Engine(catalog, heard.open, open_tiled=heard.open_tiled).apply("whole", photo)
    assert len(heard.areas) > 2
    assert max(heard.areas) <= max(42_000, (128 + 2 * HALO + 2 * MULTIPLE) ** 2), "memory is that of a tile"
    small = resize(photo, compute_working_size(ABOUT, 1.0, photo.shape[:2]))
    blind = run_in_tiles(session.open_onnxruntime(path, "fp32", 0), small, TileGeometry(HALO, MULTIPLE, max_tile=128))
    exact = run_in_tiles(
        session.open_onnxruntime(path, "fp32", 0), small, TileGeometry(0, MULTIPLE, max_tile=1000)
    ).astype(int)
    assert np.abs(picture - whole).mean() < 0.5 * np.abs(blind - exact).mean(), "tiles by their own statistics"


def test_finer_strokes_are_had_at_any_size(path):
    style, size = load_style(path), (3000, 4000)
    height, width = compute_working_size(replace(style, canvas=2048), 0.5, size)
    assert height * width > 4 * MAX_WHOLE_PIXELS
    held = compute_working_size(replace(style, canvas=2048, fixed_halo=None), 0.5, size)
    assert held[0] * held[1] == pytest.approx(MAX_WHOLE_PIXELS, rel=0.01)


def test_below_the_limit_the_network_is_opened_once_and_run_whole(path, pixels):
    heard = Listening()
    engine = Engine(Catalog([path.parent]), heard.open, open_tiled=heard.open_tiled)
    assert engine.apply("whole", pixels, Controls(stroke=4.0)).shape == pixels.shape
    assert len(heard.areas) == 1


@pytest.mark.parametrize(("model", "halo", "words"), [
    (normed(), 4, "no norm that takes statistics"), (inverting(), None, "no norm that takes statistics"),
])  # fmt: skip
def test_a_file_cannot_say_that_it_has_statistics_to_fix_where_it_has_none(tmp_path, model, halo, words):
    with pytest.raises(BadStyle, match=words if halo is None else "looks at the whole picture|" + words):
        save_style(model, replace(ABOUT, halo=halo), tmp_path / "bad.onnx")


def test_what_statistics_do_not_make_local_is_refused(tmp_path):
    model = normed()
    model.graph.node.insert(0, helper.make_node("GlobalAveragePool", ["x"], ["light"]))
    with pytest.raises(BadStyle, match="GlobalAveragePool, which statistics do not make local"):
        save_style(model, ABOUT, tmp_path / "bad.onnx")


def test_a_norm_whose_weights_are_computed_is_refused():
    model = normed()
    norm = next(node for node in model.graph.node if node.op_type == "InstanceNormalization")
    model.graph.node.insert(0, helper.make_node("Identity", [norm.input[1]], ["elsewhere"]))
    norm.input[1] = "elsewhere"
    with pytest.raises(BadStyle, match="do not lie in the network"):
        build_tile_model(model)
    with pytest.raises(BadStyle, match="no instance norm"):
        build_statistics_model(inverting())
