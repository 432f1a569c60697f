"""The measurement of speed measures what it says; no figure is asserted."""

from pathlib import Path

from bench import speed
from tests.conftest import write_style


def test_operations_are_counted_at_the_working_size(tmp_path: Path):
    write_style(tmp_path, "blurring")
    (path,) = tmp_path.glob("*.onnx")
    assert speed.count_convolution_operations(path, (1, 3, 64, 48)) == 2 * 3 * 25 * 64 * 48


def test_the_photo_fills_the_square_that_is_measured():
    assert speed.make_test_photo().shape == (speed.PHOTO_SIDE, speed.PHOTO_SIDE, 3)


def test_the_fastest_of_some_rounds_is_what_counts():
    calls: list[int] = []
    assert speed.time_fastest_call(lambda: calls.append(1), rounds=3) >= 0
    assert len(calls) >= 3
