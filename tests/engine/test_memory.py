"""Memory does not grow with the photo but for the photo and the picture themselves."""

from pathlib import Path

import pytest

from bench.memory import make_noise_photo, measure_in_subprocess
from ganvas.image import Photo, encode
from tests.engine.conftest import write_local

GIB = 2**30


def peak(folder: Path, megapixels: int) -> int:
    """The highest resident memory of a process that makes a picture of so many megapixels."""
    write_local(folder, "local", canvas=1024)
    photo = folder / "photo.jpg"
    photo.write_bytes(encode(Photo(make_noise_photo(round((megapixels * 1e6) ** 0.5))), "jpeg", 90))
    return measure_in_subprocess("local", photo, folder)[0]


def test_24_megapixels_take_less_than_600_mb(tmp_path):
    assert peak(tmp_path, 24) < 0.6 * GIB


@pytest.mark.soak
def test_100_megapixels_take_less_than_one_and_a_half_gb(tmp_path):
    assert peak(tmp_path, 100) < 1.5 * GIB
