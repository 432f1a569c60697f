"""Faults of serving: a network that keeps its word has no seams; one that looks farther than it says has."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from ganvas.judge.serving_artefacts import measure_pixel_gap, measure_serving_artefacts
from ganvas.style.file import Style, save_style
from tests.conftest import NETWORKS, network


def read_cpu_flags() -> str:
    """What the processor can do, where the system tells."""
    told = Path("/proc/cpuinfo")
    return told.read_text() if told.exists() else ""


def measure_test_network(tmp_path: Path, network: str, halo: int | None) -> dict:
    """The trials of a network that claims this halo, at a canvas of 256 px."""
    path = tmp_path / f"{network}.onnx"
    style = save_style(
        NETWORKS[network][0](), Style(network, {"en": network}, halo=halo, canvas=256, parity={"max": 0.5}), path
    )
    photos = [np.random.default_rng(seed).integers(0, 256, (96, 144, 3), np.uint8) for seed in range(2)]
    return measure_serving_artefacts(path, style, photos)


def test_a_local_network_has_no_seams(tmp_path: Path):
    found = measure_test_network(tmp_path, "blurring", 2)
    assert found["seam"]["most"] <= 1  # a rounding of half a level
    assert found["seam"]["mean"] < 0.01
    assert found["bf16"]["most"] <= 4
    assert found["parity"] == {"max": 0.5}


def test_a_halo_that_is_too_small_shows(tmp_path: Path):
    assert measure_test_network(tmp_path, "blurring", 0)["seam"]["most"] > 5


def test_a_network_that_looks_at_the_whole_has_no_tiles(tmp_path: Path):
    assert measure_test_network(tmp_path, "global", None)["seam"] is None


def make_large_offset_network() -> onnx.ModelProto:
    """Adds 60 and takes it away again, which in numbers of eight bits leaves steps of a quarter."""
    one = np.eye(3, dtype=np.float32)[..., None, None]
    known = {"one": one, "up": np.full(3, 60, np.float32), "down": np.full(3, -60, np.float32)}
    return network(
        [
            helper.make_node("Conv", ["x", "one", "up"], ["far"]),
            helper.make_node("Conv", ["far", "one", "down"], ["y"]),
        ],
        [numpy_helper.from_array(value, name) for name, value in known.items()],
    )


@pytest.mark.skipif("avx512_bf16" not in read_cpu_flags(), reason="this processor does not compute in bf16")
def test_what_is_lost_by_computing_in_bf16_shows(tmp_path: Path):
    path = tmp_path / "far.onnx"
    style = save_style(make_large_offset_network(), Style("far", {"en": "Far"}, halo=0, canvas=256), path)
    photo = np.random.default_rng(1).integers(0, 256, (96, 144, 3), np.uint8)
    found = measure_serving_artefacts(path, style, [photo])
    assert found["bf16"]["most"] > 8 > 1 >= found["seam"]["most"]


def test_a_gap_is_the_mean_and_the_most():
    one = np.array([[[10, 250, 0]]], np.uint8)
    assert measure_pixel_gap(one, np.array([[[16, 250, 3]]], np.uint8)) == {"mean": 3.0, "most": 6.0}
