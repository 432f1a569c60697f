"""Tiles against the whole picture, at sizes from one pixel up."""

from dataclasses import replace

import numpy as np
import pytest

from ganvas.engine import session
from ganvas.engine.tiling import TileGeometry, reflect_indices, run_in_tiles, run_tile, split_side, to_batch, to_pixels
from ganvas.errors import Cancelled
from ganvas.style.noise import make_noise_window
from ganvas.style.stroke_settings import StrokeSettings
from tests.engine.conftest import HALO, MULTIPLE, noise, write_local

SIZES = [
    (1, 1), (1, 2), (2, 1), (3, 3), (5, 7), (1, 40), (13, 1), (16, 16), (17, 33), (31, 64), (47, 47), (64, 65),
    (96, 97), (100, 3), (127, 129), (131, 131), (160, 90), (1, 5000), (2500, 2), (201, 333),
]  # fmt: skip
GRAINED = TileGeometry(HALO, MULTIPLE, 0.2, max_tile=32)


def whole(run, pixels: np.ndarray, reach: TileGeometry) -> np.ndarray:
    """The definition, by numpy: reflect by the border, run at once, cut off."""
    (height, width), border = pixels.shape[:2], reach.picture_margin
    sides = [(border, border + -side % reach.multiple) for side in (height, width)]
    padded = np.pad(pixels, (*sides, (0, 0)), mode="reflect")
    noise = make_noise_window(-border, -border, *padded.shape[:2])[None]
    x = to_batch(padded) + reach.grain * noise
    x = np.concatenate([x, noise], 1) if reach.texture else x
    return run(x)[:, :, border : border + height, border : border + width]


def tiled(run, pixels: np.ndarray, reach: TileGeometry) -> np.ndarray:
    """The network's numbers, tile by tile."""
    y = np.full((1, 3, *pixels.shape[:2]), np.nan, np.float32)
    for top, bottom in split_side(pixels.shape[0], reach):
        for left, right in split_side(pixels.shape[1], reach):
            tile = run_tile(run, pixels, (top, left, bottom - top, right - left), reach)
            y[:, :, top:bottom, left:right] = tile
    return y


@pytest.fixture(scope="module", params=["openvino", "onnxruntime"])
def exact(request, local_file):
    way = {"openvino": session.open_openvino, "onnxruntime": session.open_onnxruntime}[request.param]
    return way(local_file, "fp32", 0)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_tiles_equal_the_whole_in_fp32(exact, height, width):
    pixels = noise(height, width)
    assert np.abs(tiled(exact, pixels, GRAINED) - whole(exact, pixels, GRAINED)).max() <= 1e-5


@pytest.mark.parametrize(("height", "width"), [(1, 5), (64, 65), (201, 333)])
def test_tiles_with_their_strokes_equal_the_whole(tmp_path, height, width):
    strokes = StrokeSettings((9.0, 5.0), (16.0, 7.0), (5.0, 2.0), (0.0, 12.0))
    write_local(tmp_path, strokes=strokes)
    run = session.open_network(tmp_path / "local.onnx", "fp32")
    reach = TileGeometry(HALO, MULTIPLE, max_tile=32, strokes=strokes)
    pixels = noise(height, width)
    at_once = tiled(run, pixels, replace(reach, max_tile=512))
    assert np.abs(tiled(run, pixels, reach) - at_once).max() <= 1e-5


@pytest.mark.parametrize(("height", "width"), [(1, 5), (64, 65), (131, 131), (201, 333)])
@pytest.mark.parametrize("added", [0.0, 0.2])
def test_tiles_with_their_texture_equal_the_whole(tmp_path, added, height, width):
    write_local(tmp_path, texture=True)
    run, reach = session.open_network(tmp_path / "local.onnx", "fp32"), replace(GRAINED, grain=added, texture=True)
    pixels = noise(height, width)
    assert np.abs(tiled(run, pixels, reach) - whole(run, pixels, reach)).max() <= 1e-5


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_tiles_are_within_one_level_of_the_whole_in_what_is_served(local_file, height, width):
    run = session.open_network(local_file)
    pixels = noise(height, width)
    one, other = run_in_tiles(run, pixels, GRAINED), to_pixels(whole(run, pixels, GRAINED))
    assert one.shape == pixels.shape
    assert np.abs(one.astype(int) - other).max() <= 1


def test_a_halo_that_is_too_small_shows(exact):
    pixels = noise(100, 100)
    short = TileGeometry(4, MULTIPLE, max_tile=32)
    assert np.abs(tiled(exact, pixels, short) - whole(exact, pixels, short)).max() > 1e-3


def test_pieces_cover_a_side_and_are_multiples():
    for size in (1, 3, 31, 32, 33, 100, 5000):
        pieces = split_side(size, TileGeometry(0, 4, max_tile=32))
        assert [start for start, _ in pieces] == [0, *(end for _, end in pieces[:-1])]
        assert pieces[-1][1] == size
        assert all((end - start) % 4 == 0 for start, end in pieces[:-1])
        assert all(end - start <= 32 for start, end in pieces)


def test_a_mirror_agrees_with_numpy_however_far():
    for size in (1, 2, 3, 10):
        line = np.arange(size)
        assert np.array_equal(line[reflect_indices(np.arange(-25, size + 25), size)], np.pad(line, 25, mode="reflect"))


def test_all_levels_survive_the_way_to_the_network_and_back():
    pixels = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    x = to_batch(pixels)
    assert (x.min(), x.max()) == (-1, 1)
    assert np.array_equal(to_pixels(x), pixels)


def test_numbers_beyond_the_range_are_cut_off():
    assert to_pixels(np.full((1, 3, 1, 1), 1.5, np.float32)).max() == 255
    assert to_pixels(np.full((1, 3, 1, 1), -1.5, np.float32)).max() == 0


def test_progress_rises_to_one():
    heard: list[float] = []
    run_in_tiles(lambda x: x, noise(70, 70), TileGeometry(0, max_tile=32), heard.append)
    assert heard == sorted(heard)
    assert (len(heard), heard[0], heard[-1]) == (10, 0, 1)


def test_raising_from_progress_stops_at_the_next_tile():
    ran: list[int] = []

    def run(x):
        ran.append(1)
        return x

    def stop(fraction: float) -> None:
        if len(ran) == 2:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        run_in_tiles(run, noise(70, 70), TileGeometry(0, max_tile=32), stop)
    assert len(ran) == 2
