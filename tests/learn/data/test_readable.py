"""What is learnt from when folders are not as they should be: few pictures, one work, bad files, other kinds."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.advise.facts import gather_facts
from ganvas.datasets.split import fingerprint_picture, split_folder
from ganvas.errors import BadData
from ganvas.learn import recipe as recipes
from ganvas.learn.data.check import check_dataset
from ganvas.learn.data.domains import load_domains as domains_of
from ganvas.learn.data.readable import NAMED, open_pictures
from ganvas.learn.recipe import Recipe
from ganvas.learn.training import loop
from ganvas.learn.training.samples import SampleSheet
from tests.house import ROOT
from tests.learn.conftest import make_tiny_recipe, write_pictures

HEIC = ROOT / "tests" / "fixtures" / "images" / "p3.heic"
Folders = tuple[Path, Path]


def shown(folder: Path, count: int, name: str) -> Path:
    """A film's frames: one work under many names, each a little further along."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(1)
    wide = Image.fromarray(random.integers(0, 256, (6, 10, 3), np.uint8)).resize((240, 120))
    for number in range(count):
        wide.crop((number, 0, number + 180, 120)).save(folder / f"{name}{number:03}.png")
    return folder


def keep_some(recipe: Recipe) -> Recipe:
    """The recipe with pictures kept for choosing and judging."""
    return recipes.override_settings(recipe, ["data.everything=false"])


@pytest.mark.parametrize("name", ["frame", "clip", "shot", "DJI", "mov"])
def test_frames_of_one_shot_are_learnt_from_whatever_their_name(name: str, tmp_path: Path):
    folder = shown(tmp_path / name, 12, name)
    assert {side: len(paths) for side, paths in split_folder(folder).items()} == {
        "train": 12,
        "validation": 0,
        "test": 0,
    }


def test_of_few_pictures_some_are_always_learnt_from(tmp_path: Path):
    for count in (1, 2, 3, 4):
        for seed in range(8):
            folder = write_pictures(tmp_path / f"{count}-{seed}", count, 10 * seed + count)
            for path in list(folder.iterdir()):
                path.rename(folder / f"{seed}-{path.name}")
            parts = split_folder(folder)
            assert len(parts["train"]) >= count / 4 and sum(map(len, parts.values())) == count


@pytest.mark.parametrize("count", [1, 3])
def test_a_run_over_few_pictures_learns_and_says_that_none_are_kept(count: int, tmp_path: Path):
    folders = write_pictures(tmp_path / "photos", count, 1), shown(tmp_path / "art", 5, "frame")
    said: list[str] = []
    loop.start_training(keep_some(make_tiny_recipe("house", folders, 2)), tmp_path / "run", tell=said.append)
    assert (
        f"{folders[1]}: 5 of 5 pictures are learnt from; too few works to keep any for choosing or for judging." in said
    )


@pytest.mark.parametrize("name", ["house", "dcgan"])
def test_one_picture_may_be_the_target(name: str, domains: Folders, tmp_path: Path):
    recipe = keep_some(make_tiny_recipe(name, (domains[0], domains[1] / "03.png"), 2))
    method = loop.start_training(recipe, tmp_path / "run")
    assert method.list_generators() and (tmp_path / "run" / "samples" / "step-000002.jpg").exists()
    assert [path.name for path in open_pictures(recipe.data).target.paths] == ["03.png"]


def test_advice_is_given_for_one_picture(domains: Folders):
    assert (gather_facts(domains[0], domains[1] / "03.png").art, gather_facts(None, domains[1] / "03.png").photos) == (
        1,
        0,
    )


def test_works_that_are_all_kept_aside_are_not_said_to_be_missing(tmp_path: Path, domains: Folders):
    art = write_pictures(tmp_path / "art", 14, 2)
    kept = next(path.name for paths in (split_folder(art)["test"], split_folder(art)["validation"]) for path in paths)
    recipe = recipes.override_settings(
        keep_some(make_tiny_recipe("house", (domains[0], art))), [f'data.target_only=["{kept}"]']
    )
    with pytest.raises(BadData, match=r"1 pictures in .* that match .* are kept for choosing and judging.*everything"):
        domains_of(recipe.data)


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    """Six pictures, and what lies among pictures: damage, wrong kinds, a sidecar."""
    folder = write_pictures(tmp_path / "spoilt", 6, 1)
    whole = (folder / "00.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "text.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    (folder / "empty.webp").write_bytes(b"")
    (folder / "._x.jpg").write_bytes(b"\0\5\026\7")
    Image.open(folder / "01.png").save(folder / "drawn.bmp")
    return folder


def test_bad_files_are_left_out_before_the_first_step_and_named(spoilt: Path, domains: Folders, tmp_path: Path):
    said: list[str] = []
    recipe = make_tiny_recipe("house", (spoilt, domains[1]), 4)
    loop.start_training(recipe, tmp_path / "run", tell=said.append)
    left = {Path(line.split(": ")[1]).name: line for line in said if line.startswith("Left out: ")}
    assert left.keys() == {"cut.png", "text.jpg", "empty.webp", "drawn.bmp"}
    assert "damaged" in left["text.jpg"] and "empty" in left["empty.webp"] and "not read" in left["drawn.bmp"]
    assert {path.name for path in open_pictures(recipe.data).source.paths} == {f"0{index}.png" for index in range(6)}


def test_leaving_out_moves_no_picture_to_another_place(spoilt: Path):
    found = open_pictures(make_tiny_recipe("house", (spoilt, spoilt)).data).source
    assert all(np.array_equal(found[index], np.asarray(Image.open(path))) for index, path in enumerate(found.paths))


def test_the_sheet_leaves_bad_photos_out(spoilt: Path, domains: Folders, tmp_path: Path):
    assert 0 < len(SampleSheet(make_tiny_recipe("house", (spoilt, domains[1])), tmp_path).photos) <= 6


def test_of_many_bad_files_a_few_are_named_and_the_rest_counted(domains: Folders, tmp_path: Path):
    folder = write_pictures(tmp_path / "photos", 2, 1)
    for number in range(NAMED + 5):
        (folder / f"bad{number}.jpg").write_bytes(b"no picture")
    notes = [
        note for note in open_pictures(make_tiny_recipe("house", (folder, domains[1])).data).notes if "Left out" in note
    ]
    assert len(notes) == NAMED + 1 and "5 more; ganvas data check names all" in notes[-1]


def test_a_folder_of_which_nothing_can_be_read_is_refused_before_a_run_is_made(domains: Folders, tmp_path: Path):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "x.jpg").write_bytes(b"no picture")
    with pytest.raises(BadData, match=r"None of the pictures that would be learnt from can be read; .*x\.jpg"):
        loop.start_training(make_tiny_recipe("house", (tmp_path / "bad", domains[1])), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_pair_goes_as_one(domains: Folders, tmp_path: Path):
    photos, art = write_pictures(tmp_path / "a", 5, 1), write_pictures(tmp_path / "b", 5, 2)
    (photos / "01.png").write_bytes(b"no picture")
    (art / "03.png").write_bytes(b"no picture")
    found = open_pictures(make_tiny_recipe("pix2pix", (photos, art)).data)
    assert [path.name for path in found.source.paths] == ["00.png", "02.png", "04.png"]
    assert [path.name for path in found.target.paths] == ["00.png", "02.png", "04.png"]


def test_captions_and_hidden_files_are_no_partners(tmp_path: Path):
    photos, art = write_pictures(tmp_path / "a", 4, 1), write_pictures(tmp_path / "b", 4, 2)
    for path in list(art.iterdir()):
        path.with_suffix(".txt").write_text("a caption")
        (art / f"._{path.name}").write_bytes(b"\0\5\026\7")
    assert {path.suffix for path in open_pictures(make_tiny_recipe("pix2pix", (photos, art)).data).target.paths} == {
        ".png"
    }
    (art / "02.png").unlink()
    with pytest.raises(BadData, match=r"1 pictures of .* have no partner in .*: 02"):
        open_pictures(make_tiny_recipe("pix2pix", (photos, art)).data)


def test_a_heic_is_learnt_from_and_has_a_look_of_its_own(domains: Folders, tmp_path: Path):
    folder = write_pictures(tmp_path / "photos", 2, 1)
    (folder / "phone.HEIC").write_bytes(HEIC.read_bytes())
    found = open_pictures(make_tiny_recipe("house", (folder, domains[1])).data).source
    assert [path.name for path in found.paths] == ["00.png", "01.png", "phone.HEIC"]
    assert found[2].shape[2] == 3 and fingerprint_picture(folder / "phone.HEIC").any()


def test_a_file_that_vanishes_is_told_by_its_name(domains: Folders, tmp_path: Path):
    folder = write_pictures(tmp_path / "photos", 2, 1)
    found = open_pictures(make_tiny_recipe("house", (folder, domains[1])).data).source
    found.cache.clear()
    (folder / "00.png").unlink()
    with pytest.raises(BadData, match=r"00\.png cannot be trained on: No such file"):
        found[0]


def test_the_check_of_data_names_kinds_that_are_not_read(spoilt: Path):
    (broken,) = [one for one in check_dataset(spoilt, "source").findings if one.kind == "broken"]
    assert {path.name for path in broken.paths} == {"cut.png", "text.jpg", "empty.webp", "drawn.bmp"}


def test_bad_pictures_among_the_kept_ones_stop_no_run_either(domains: Folders, tmp_path: Path):
    photos = write_pictures(tmp_path / "photos", 14, 1)
    for path in split_folder(photos)["validation"]:
        path.write_bytes(b"no picture")
    loop.start_training(keep_some(make_tiny_recipe("house", (photos, domains[1]), 2)), tmp_path / "run")
    assert (tmp_path / "run" / "samples" / "step-000002.jpg").exists()
