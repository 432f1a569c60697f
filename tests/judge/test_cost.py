"""Cost: numbers that can be counted by hand, and a measurement in a process of its own."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from ganvas.judge import cost
from ganvas.style.file import Style, save_style
from tests.conftest import blurring, network, write_style


def make_strided_network() -> onnx.ModelProto:
    """Down to half the size and eight channels, up again."""
    down = numpy_helper.from_array(np.zeros((8, 3, 2, 2), np.float32), "down")
    up = numpy_helper.from_array(np.zeros((8, 3, 2, 2), np.float32), "up")
    return network(
        [
            helper.make_node("Conv", ["x", "down"], ["small"], strides=[2, 2]),
            helper.make_node("ConvTranspose", ["small", "up"], ["y"], strides=[2, 2]),
        ],
        [down, up],
    )


def test_parameters_and_operations_are_what_a_person_counts():
    assert cost.count_parameters(make_strided_network()) == 2 * 8 * 3 * 2 * 2
    assert cost.count_operations(make_strided_network(), 64, 96) == 2 * (2 * 96 * 32 * 48)
    assert cost.count_operations(blurring(), 10, 20) == 2 * 3 * 25 * 10 * 20


def test_operations_that_cannot_be_told_are_not_made_up():
    model = network([helper.make_node("Resize", ["x", "", "", "sizes"], ["small"]), *make_strided_network().graph.node])
    model.graph.node[1].input[0] = "small"
    assert cost.count_operations(model, 64, 96) is None


def test_a_photo_is_priced_at_four_sizes():
    assert cost.LONG_EDGES == (256, 512, 1024, 4096)


def test_each_size_is_measured_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_style(tmp_path, "blurring")
    monkeypatch.setattr(cost, "LONG_EDGES", (96,))
    found = cost.measure_style_cost(tmp_path / "blurring.onnx")
    size = found["sizes"]["96"]
    assert found["bytes"] == (tmp_path / "blurring.onnx").stat().st_size
    assert size["operations"] == 2 * 3 * 25 * 171 * 256  # at its canvas of 256 px
    assert size["seconds"] > 0
    assert size["memory"] > 2**24


def test_what_cannot_be_measured_is_not_made_up(tmp_path: Path):
    (tmp_path / "broken.onnx").write_bytes(b"no")
    assert cost.measure_in_subprocess(tmp_path / "broken.onnx", 64) == {"seconds": None, "memory": None}


def test_a_style_alone_is_the_only_one(tmp_path: Path):
    save_style(make_strided_network(), Style("strided", {"en": "Strided"}, halo=2, multiple=2), tmp_path / "any.onnx")
    (tmp_path / "alone").mkdir()
    engine, style = cost.open_single_style_engine(tmp_path / "any.onnx", tmp_path / "alone")
    assert engine.catalog.names() == [style.name] == ["strided"]
