"""Features are of the files' content: kept where asked, found again, upright, on white."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.errors import BadData
from ganvas.judge import features
from ganvas.judge.efficientnet import FEATURE_COUNT
from ganvas.judge.features import CROP_SIZE, CROPS_PER_PICTURE, extract_file_features, load_picture, take_crops


@pytest.fixture
def picture_paths(tmp_path: Path) -> list[Path]:
    """Three pictures of noise."""
    random = np.random.default_rng(1)
    made = [tmp_path / f"{number}.png" for number in range(3)]
    for path in made:
        Image.fromarray(random.integers(0, 256, (60, 90, 3), np.uint8)).save(path)
    return made


def test_a_picture_has_its_crops(picture_paths: list[Path]):
    assert extract_file_features(picture_paths).shape == (3, CROPS_PER_PICTURE, FEATURE_COUNT)


@pytest.mark.parametrize("size", [(60, 90), (90, 60), (700, 300), (256, 256), (1, 400)])
def test_crops_lie_along_the_whole_picture(size: tuple[int, int]):
    found = take_crops(np.zeros((*size, 3), np.uint8))
    assert found.shape == (CROPS_PER_PICTURE, CROP_SIZE, CROP_SIZE, 3)


def test_what_was_seen_is_kept_by_content(picture_paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cache = tmp_path / "cache"
    seen = extract_file_features(picture_paths, cache)
    moved = [Path(shutil.copy(path, tmp_path / f"moved-{path.name}")) for path in picture_paths]
    monkeypatch.setattr(features, "extract_features", lambda pictures: pytest.fail("seen again"))
    np.testing.assert_array_equal(extract_file_features(moved, cache), seen)
    with pytest.raises(pytest.fail.Exception):
        extract_file_features(moved[:2], cache)


def test_a_picture_is_upright_and_on_white(tmp_path: Path):
    clear = np.zeros((4, 6, 4), np.uint8)
    Image.fromarray(clear).save(tmp_path / "clear.png")
    assert (load_picture(tmp_path / "clear.png") == 255).all()
    turned = Image.new("RGB", (6, 4))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif)
    assert load_picture(tmp_path / "turned.jpg").shape == (6, 4, 3)


def test_a_file_that_is_no_picture_is_named(tmp_path: Path):
    (tmp_path / "broken.png").write_bytes(b"no")
    with pytest.raises(BadData, match=r"broken\.png"):
        load_picture(tmp_path / "broken.png")
