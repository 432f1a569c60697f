"""A style that somebody brings is tried at the size at which it is served, with limits of memory and time."""

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from ganvas.cli.compose import find_built_in_styles
from ganvas.engine.tile_trial import try_served_tile
from ganvas.errors import BadStyle
from ganvas.style.file import Style, check_style, save_style
from tests.conftest import global_norm, network
from tests.engine.conftest import write_local


def enlarging(mode: str) -> onnx.ModelProto:
    """A few hundred bytes that enlarge a map ten times and reduce it again."""
    sizes = {"up": [1, 1, 10, 10], "down": [1, 1, 0.1, 0.1]}
    nodes = [
        helper.make_node("Resize", ["x", "", "up"], ["large"], mode=mode),
        helper.make_node("Resize", ["large", "", "down"], ["y"], mode=mode),
    ]
    return network(nodes, [numpy_helper.from_array(np.asarray(size, np.float32), name) for name, size in sizes.items()])


@pytest.mark.parametrize(("mode", "halo"), [("nearest", 32), ("linear", 64), ("linear", None)])
def test_a_network_that_is_small_at_64_pixels_and_huge_as_served_is_refused(tmp_path, mode, halo):
    path = tmp_path / "a.onnx"
    save_style(enlarging(mode), Style("swelling", {"en": "Swelling"}, halo=halo), path)
    check_style(path)
    with pytest.raises(BadStyle, match="One tile of the network takes more than"):
        try_served_tile(path)


def test_honest_styles_pass_at_the_size_that_is_served(tmp_path):
    write_local(tmp_path, "local")
    write_local(tmp_path, "laid", texture=True)
    save_style(global_norm(), Style("global", {"en": "Global"}), tmp_path / "global.onnx")
    for path in sorted(tmp_path.iterdir()):
        try_served_tile(path)


@pytest.mark.parametrize("name", ["monet", "popart"])
def test_built_in_styles_pass_at_the_size_that_is_served(name):
    try_served_tile(find_built_in_styles() / f"{name}.onnx")
