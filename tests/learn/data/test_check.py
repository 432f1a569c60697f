import shutil

import numpy as np
import pytest
from PIL import Image

from ganvas.errors import BadData
from ganvas.learn.data.check import check_dataset, write_cleaned_copy
from ganvas.listing import list_pictures
from tests.learn.conftest import write_pictures

PICTURE_SIZE = (96, 120)


def group_findings(found):
    """The findings by kind, as names of files."""
    return {finding.kind: {path.name for path in finding.paths} for finding in found.findings}


@pytest.fixture
def folder(tmp_path):
    """Ten pictures with the texture that a photo or a painting has up to its edges."""
    folder = write_pictures(tmp_path / "art", 10, 5, PICTURE_SIZE)
    random = np.random.Generator(np.random.PCG64(6))
    for path in folder.iterdir():
        pixels = np.asarray(Image.open(path)) * 0.8 + random.normal(20, 12, (*PICTURE_SIZE, 1))
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path)
    return folder


def test_a_sound_folder_has_nothing_but_that_it_is_small(folder):
    found = check_dataset(folder, "target")
    assert set(group_findings(found)) <= {"few"} and found.count == 10 and found.sizes == (96, 96, 96)


def test_every_fault_is_found_and_mended_in_a_copy(folder, tmp_path):
    (folder / "broken.jpg").write_bytes(b"\xff\xd8 no")
    Image.open(folder / "01.png").resize((110, 88)).save(folder / "again.jpg", quality=85)
    Image.open(folder / "02.png").resize((40, 30)).save(folder / "tiny.png")
    framed = np.pad(np.asarray(Image.open(folder / "03.png")), ((9, 9), (9, 9), (0, 0)), constant_values=250)
    Image.fromarray(framed).save(folder / "03.png")
    Image.fromarray(np.asarray(Image.open(folder / "04.png")) // 8 + np.array([220, 0, 0], np.uint8)).save(
        folder / "04.png"
    )
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    found = check_dataset(folder, "target")
    seen = group_findings(found)
    assert seen["broken"] == {"broken.jpg"} and "tiny.png" in seen["small"] and "again.jpg" in seen["same"]
    assert seen["frame"] == {"03.png"} and seen["cast"] == {"04.png"}
    count = write_cleaned_copy(found, tmp_path / "mended")
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}, "nothing is changed in place"
    mended = list_pictures(tmp_path / "mended")
    assert len(mended) == count == 10
    with Image.open(tmp_path / "mended" / "03.png") as cut:
        assert cut.size == (120, 96)
    assert not {"broken", "small", "same", "frame"} & set(group_findings(check_dataset(tmp_path / "mended", "target")))


def test_the_colour_cast_of_a_photo_is_mended_and_that_of_art_is_left(folder, tmp_path):
    paths = sorted(folder.iterdir())
    for path in paths:  # all of one tint, but for the fifth
        grey = np.asarray(Image.open(path)).mean(2, keepdims=True).repeat(3, 2) * 0.6
        grey[..., 0] += 90 * (path == paths[4])
        Image.fromarray(grey.astype(np.uint8)).save(path)
    found = {role: check_dataset(folder, role) for role in ("source", "target")}
    for role, one in found.items():
        assert group_findings(one)["cast"] == {paths[4].name}
        write_cleaned_copy(one, tmp_path / role)
    mended, left = (np.asarray(Image.open(tmp_path / role / paths[4].name)).mean((0, 1)) for role in found)
    assert abs(mended[0] - mended[2]) < 5 and left[0] - left[2] > 80
    assert "cast" not in group_findings(check_dataset(tmp_path / "source", "source"))


def test_a_leak_between_train_and_test_is_found(folder, tmp_path):
    (tmp_path / "set" / "test").mkdir(parents=True)
    shutil.move(folder, tmp_path / "set" / "train")
    Image.open(tmp_path / "set" / "train" / "05.png").save(tmp_path / "set" / "test" / "x.jpg", quality=90)
    assert group_findings(check_dataset(tmp_path / "set", "source"))["leak"] == {"05.png"}


def test_a_full_folder_is_not_written_into(folder):
    with pytest.raises(BadData, match=r"not empty"):
        write_cleaned_copy(check_dataset(folder, "target"), folder)


def test_an_empty_folder_says_so(tmp_path):
    with pytest.raises(BadData, match=r"No pictures"):
        check_dataset(tmp_path, "source")
