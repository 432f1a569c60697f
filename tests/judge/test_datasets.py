"""Which pictures are judged with: the unseen sides, never the trained ones; the same again by their contents."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ganvas.datasets.split import split_folder
from ganvas.errors import BadData
from ganvas.judge.datasets import EvaluationFolders, find_recorded_sets, hash_sets, select_sets
from tests.datasets.test_split import paint


@pytest.fixture
def evaluation_folders(tmp_path: Path) -> EvaluationFolders:
    """Photos and art of sixty pictures each."""
    paint(tmp_path / "photos", 60)
    paint(tmp_path / "art", 60, first=100)
    return EvaluationFolders(tmp_path / "photos", tmp_path / "art")


def test_only_unseen_pictures_are_judged_with(evaluation_folders: EvaluationFolders):
    sets, art, photos = (
        select_sets(evaluation_folders),
        split_folder(evaluation_folders.art),
        split_folder(evaluation_folders.photos),
    )
    assert sets.art == art["test"]
    assert sets.photos == photos["test"]
    assert sets.trained == art["train"]
    assert sets.other == art["validation"]


def test_checkpoints_are_chosen_on_the_validation_side(evaluation_folders: EvaluationFolders):
    sets = select_sets(EvaluationFolders(evaluation_folders.photos, evaluation_folders.art, "validation"))
    assert sets.art == split_folder(evaluation_folders.art)["validation"]
    assert not set(sets.photos) & set(select_sets(evaluation_folders).photos)


def test_a_folder_that_nothing_was_trained_on_can_be_taken_whole(evaluation_folders: EvaluationFolders):
    assert (
        len(select_sets(EvaluationFolders(evaluation_folders.photos, evaluation_folders.art, every_photo=True)).photos)
        == 60
    )


def test_a_folder_of_art_that_nothing_was_learnt_from_is_unseen_but_for_what_shows_true_works(
    evaluation_folders, tmp_path
):
    paint(tmp_path / "learnt", 5, first=200)
    asked = replace(evaluation_folders, trained=tmp_path / "learnt")
    sets, sides = select_sets(asked), split_folder(evaluation_folders.art)
    assert sorted(sets.art) == sorted([*sides["train"], *sides["test"]]) and sets.other == sides["validation"]
    assert sorted(sets.trained) == sorted((tmp_path / "learnt").iterdir())
    assert find_recorded_sets(asked, hash_sets(sets)) == sets


def test_too_small_a_folder_is_refused(tmp_path: Path):
    paint(tmp_path / "few", 3)
    with pytest.raises(BadData, match="test side"):
        select_sets(EvaluationFolders(tmp_path / "few", tmp_path / "few"))


def test_the_trained_side_cannot_be_judged_on(evaluation_folders: EvaluationFolders):
    with pytest.raises(BadData, match="no side 'train'"):
        select_sets(EvaluationFolders(evaluation_folders.photos, evaluation_folders.art, "train"))


def test_the_same_pictures_are_found_again_wherever_they_are(evaluation_folders: EvaluationFolders, tmp_path: Path):
    before = select_sets(evaluation_folders)
    moved = EvaluationFolders(tmp_path / "elsewhere" / "p", tmp_path / "elsewhere" / "a")
    shutil.copytree(evaluation_folders.photos, moved.photos)
    shutil.copytree(evaluation_folders.art, moved.art)
    paint(moved.photos, 30, first=300)  # more pictures change nothing
    after = find_recorded_sets(moved, hash_sets(before))
    assert hash_sets(after) == hash_sets(before)


def test_two_files_of_one_name_in_two_folders_are_two_pictures(tmp_path: Path):
    for name in ("spring", "autumn"):
        paint(tmp_path / "art" / name, 30, first=100 if name == "spring" else 200)
        for path in list((tmp_path / "art" / name).iterdir()):
            path.rename(path.with_name(f"{int(path.stem[5:]) % 100}.png"))
    paint(tmp_path / "photos", 30)
    sets = select_sets(EvaluationFolders(tmp_path / "photos", tmp_path / "art"))
    described = hash_sets(sets)
    assert len(described["trained"]) == len(sets.trained) > 30
    assert any(name.startswith("spring/") for name in described["trained"])
    assert (
        hash_sets(find_recorded_sets(EvaluationFolders(tmp_path / "photos", tmp_path / "art"), described)) == described
    )


def test_a_part_of_the_art_is_judged_with_where_a_part_was_learnt_from(evaluation_folders: EvaluationFolders):
    whole, part = select_sets(evaluation_folders), select_sets(replace(evaluation_folders, only=("scene1?[0-6].png",)))
    assert set(part.trained) < set(whole.trained) and set(part.art) <= set(whole.art)
    assert part.photos == whole.photos


def test_a_picture_that_is_missing_is_named(evaluation_folders: EvaluationFolders):
    sets = select_sets(evaluation_folders)
    described = hash_sets(sets)
    Path(sets.photos[0]).write_bytes(Path(sets.photos[1]).read_bytes())
    with pytest.raises(BadData, match=sets.photos[0].name):
        find_recorded_sets(evaluation_folders, described)
