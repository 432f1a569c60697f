import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from ganvas.engine import sampler
from ganvas.errors import BadControls
from ganvas.style.catalog import Catalog
from ganvas.style.file import Style, save_style
from tests.conftest import write_style

WIDTH, SIZE = 5, 8


def model() -> onnx.ModelProto:
    """y = tanh(z W) as a picture."""
    random = np.random.Generator(np.random.PCG64(0))
    weights = numpy_helper.from_array(random.normal(size=(WIDTH, 3 * SIZE * SIZE)).astype(np.float32), "w")
    shape = numpy_helper.from_array(np.array([-1, 3, SIZE, SIZE]), "shape")
    nodes = [
        helper.make_node("MatMul", ["z", "w"], ["flat"]),
        helper.make_node("Tanh", ["flat"], ["soft"]),
        helper.make_node("Reshape", ["soft", "shape"], ["y"]),
    ]
    z = helper.make_tensor_value_info("z", TensorProto.FLOAT, ["n", WIDTH])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3, SIZE, SIZE])
    graph = helper.make_graph(nodes, "sampler", [z], [y], [weights, shape])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


@pytest.fixture
def catalog(tmp_path) -> Catalog:
    write_style(tmp_path, "copying")
    save_style(model(), Style("fruit", {"en": "Fruit"}, kind="sampler"), tmp_path / "fruit.onnx")
    return Catalog([tmp_path])


def test_a_seed_is_a_picture_whatever_is_asked_with_it(catalog):
    many = sampler.sample_pictures(catalog, "fruit", sampler.make_seed_codes(range(1, 40)))
    alone = sampler.sample_pictures(catalog, "fruit", sampler.make_seed_codes([7]))[0]
    assert len(many) == 39 and many[0].shape == (SIZE, SIZE, 3)
    assert np.abs(many[6].astype(int) - alone).max() <= 1
    assert np.abs(many[5].astype(int) - alone).max() > 10


def test_a_walk_begins_and_ends_at_its_seeds_and_goes_in_small_steps(catalog):
    walk = sampler.sample_pictures(catalog, "fruit", sampler.interpolate_codes(3, 8, 30))
    ends = sampler.sample_pictures(catalog, "fruit", sampler.make_seed_codes([3, 8]))
    steps = [np.abs(walk[i].astype(int) - walk[i + 1]).mean() for i in range(29)]
    assert np.abs(walk[0].astype(int) - ends[0]).max() <= 1 and np.abs(walk[-1].astype(int) - ends[1]).max() <= 1
    assert max(steps) < np.abs(ends[0].astype(int) - ends[1]).mean() / 3


def test_a_walk_from_a_seed_to_itself_stays(catalog):
    walk = sampler.sample_pictures(catalog, "fruit", sampler.interpolate_codes(3, 3, 4))
    assert all(np.array_equal(walk[0], step) for step in walk)


def test_a_style_for_photos_is_refused(catalog):
    with pytest.raises(BadControls, match=r"makes pictures of photos.*ganvas stylize"):
        sampler.sample_pictures(catalog, "copying", sampler.make_seed_codes([1]))


def test_the_grid_holds_every_picture_and_is_white_beyond_them():
    pictures = [np.full((4, 6, 3), level, np.uint8) for level in (10, 20, 30, 40, 50)]
    sheet = sampler.arrange_grid(pictures)
    assert sheet.shape == (8, 18, 3) and sheet[0, 0, 0] == 10 and sheet[4, 6, 0] == 50 and sheet[-1, -1, 0] == 255
