"""The split: its shares, that it stays when pictures are added, and that one work stays on one side."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from ganvas.datasets.split import SIDE_SHARES, assign_side, filter_pictures, group_works, split_folder
from ganvas.errors import BadData
from ganvas.listing import list_pictures


def scene(seed: int, height: int = 96, width: int = 128) -> Image.Image:
    """A picture unlike any of another seed: blobs of colour of all sizes, the larger the stronger."""
    random = np.random.default_rng(seed)
    sheets = [
        Image.fromarray(random.integers(0, 256, (3 * size, 4 * size, 3), np.uint8)).resize((width, height))
        for size in (1, 2, 4, 8)
    ]
    mixed = sum(np.asarray(sheet, np.float32) / 2**turn for turn, sheet in enumerate(sheets))
    return Image.fromarray((mixed / 1.875).astype(np.uint8))


def paint(folder: Path, count: int, first: int = 0) -> None:
    """A folder of scenes."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(first, first + count):
        scene(seed).save(folder / f"scene{seed}.png")


def where(folder: Path) -> dict[str, str]:
    """The side of each picture by its place in the folder."""
    return {str(path.relative_to(folder)): name for name, paths in split_folder(folder).items() for path in paths}


def test_the_shares_are_as_said():
    found = [assign_side(f"work {number}") for number in range(20_000)]
    for name, share in SIDE_SHARES.items():
        assert found.count(name) / len(found) == pytest.approx(share, abs=0.01)


def test_every_picture_falls_on_one_side(tmp_path: Path):
    paint(tmp_path, 30)
    found = split_folder(tmp_path)
    assert list(found) == ["train", "validation", "test"]
    assert sorted(path for paths in found.values() for path in paths) == list_pictures(tmp_path)


def test_adding_pictures_moves_no_other(tmp_path: Path):
    paint(tmp_path, 30)
    before = where(tmp_path)
    paint(tmp_path / "more", 30, first=100)
    scene(3, 480, 640).save(tmp_path / "more" / "scene3-large.png")
    after = where(tmp_path)
    assert {name: after[name] for name in before} == before


def test_the_split_does_not_hang_on_the_place_of_the_folder(tmp_path: Path):
    paint(tmp_path / "one", 12)
    shutil.copytree(tmp_path / "one", tmp_path / "other" / "deep")
    assert where(tmp_path / "one") == where(tmp_path / "other" / "deep")


def test_versions_of_one_work_are_one_work(tmp_path: Path):
    paint(tmp_path, 20)
    scene(5, 384, 512).save(tmp_path / "a-larger-version.jpg", quality=70)
    ImageEnhance.Color(ImageEnhance.Brightness(scene(5)).enhance(0.7)).enhance(0.4).save(tmp_path / "another-scan.png")
    scene(5).resize((256, 256)).save(tmp_path / "squeezed.webp")
    scene(5).crop((16, 0, 112, 96)).save(tmp_path / "the-middle-square.png")
    found = [paths for paths in group_works(tmp_path, list_pictures(tmp_path)).values() if len(paths) > 1]
    assert [{path.stem for path in paths} for paths in found] == [
        {"scene5", "a-larger-version", "another-scan", "squeezed", "the-middle-square"}
    ]


def test_tiles_belong_to_their_work_by_their_name(tmp_path: Path):
    paint(tmp_path, 3)
    for number in range(4):
        scene(50 + number).save(tmp_path / f"scene1_{number:02d}.png")
    found = group_works(tmp_path, list_pictures(tmp_path))
    assert len(found) == 3
    assert len(found["scene1"]) == 5


def test_tiles_and_titles_belong_together_by_the_manifest(tmp_path: Path):
    paint(tmp_path / "full", 2)
    paint(tmp_path / "tiles", 2, first=60)
    (tmp_path / "manifest.csv").write_text(
        "file,author_or_credit,title,note\n"
        "full/scene0.png,Guo Xi,Early Spring,\n"
        "full/scene1.png,Fan Kuan,Travellers,\n"
        "tiles/scene60.png,,,crop of full/scene0.png\n"
        "tiles/scene61.png,Fan Kuan,Travellers,\n"
    )
    found = group_works(tmp_path, list_pictures(tmp_path))
    assert {name: [path.stem for path in paths] for name, paths in found.items()} == {
        "scene0": ["scene0", "scene60"],
        "scene1": ["scene1", "scene61"],
    }


def test_a_folder_of_tiles_uses_the_manifest_above_it(tmp_path: Path):
    paint(tmp_path / "tiles", 2)
    (tmp_path / "manifest.csv").write_text(
        "file,note\ntiles/scene0.png,crop of full/a.png\ntiles/scene1.png,crop of full/a.png\n"
    )
    assert list(group_works(tmp_path / "tiles", list_pictures(tmp_path / "tiles"))) == ["a"]


def test_many_things_of_one_layout_are_not_one_work(tmp_path: Path):
    random = np.random.default_rng(0)
    for number in range(40):
        sheet = np.full((64, 64, 3), 250, np.uint8)
        sheet[8:56, 8:56] = 90
        sheet[20:44, 20:44] = random.integers(0, 256, (24, 24, 3))
        Image.fromarray(sheet).save(tmp_path / f"fruit{number}.png")
    assert max(map(len, group_works(tmp_path, list_pictures(tmp_path)).values())) < 10


def test_what_was_seen_is_kept_and_changes_nothing(tmp_path: Path):
    paint(tmp_path / "art", 12)
    cache = tmp_path / "cache"
    fresh = split_folder(tmp_path / "art", cache)
    (kept,) = cache.iterdir()
    assert split_folder(tmp_path / "art", cache) == fresh == split_folder(tmp_path / "art")
    scene(5, 384, 512).save(tmp_path / "art" / "scene0.png")  # no longer what was seen
    assert split_folder(tmp_path / "art", cache) == split_folder(tmp_path / "art")
    assert list(cache.iterdir()) == [kept]


def test_choosing_a_part_of_a_folder_moves_nothing_to_another_side(tmp_path: Path):
    paint(tmp_path / "a", 30)
    paint(tmp_path / "b", 20, first=30)
    for paths in split_folder(tmp_path).values():
        assert filter_pictures(paths, tmp_path, ["b/*"]) == [path for path in paths if path.parent.name == "b"]
        assert filter_pictures(paths, tmp_path, []) == paths


def test_a_picture_that_cannot_be_read_still_has_a_side(tmp_path: Path):
    paint(tmp_path, 3)
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    (tmp_path / "broken-too.png").write_bytes(b"not a picture either")
    assert sum(map(len, split_folder(tmp_path).values())) == 5
    assert len(group_works(tmp_path, list_pictures(tmp_path))) == 5


def test_a_folder_without_pictures_is_refused(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(BadData, match="No pictures"):
        split_folder(tmp_path)


def test_larger_monets_lie_with_their_crops(data_sets: Path):
    found = group_works(data_sets / "monet", list_pictures(data_sets / "monet"))
    together = [{path.stem for path in paths} for paths in found.values() if len(paths) > 1]
    assert {"e9f686534b", "nga_sainte-adresse-1990-59-1"} in together
    assert max(map(len, together)) == 2


def test_unlike_photos_and_prints_are_works_of_their_own(data_sets: Path):
    for name, most in (("photos", 4), ("ukiyoe", 0)):
        paths = list_pictures(data_sets / name)
        assert len(paths) - len(group_works(data_sets / name, paths)) <= most


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_manifest_is_read_as_spreadsheets_save_it(tmp_path: Path, encoding: str):
    paint(tmp_path, 2)
    (tmp_path / "manifest.csv").write_bytes(
        "file,note\r\nscene0.png,crop of full/海.png\r\nscene1.png,crop of full/海.png\r\n".encode(encoding)
    )
    assert list(group_works(tmp_path, list_pictures(tmp_path))) == ["海"]


def test_a_manifest_in_another_encoding_is_told(tmp_path: Path):
    paint(tmp_path, 1)
    (tmp_path / "manifest.csv").write_bytes("file,note\nscene0.png,海\n".encode("gbk"))
    with pytest.raises(BadData, match=r"manifest\.csv is neither UTF-8 nor UTF-16"):
        split_folder(tmp_path)
