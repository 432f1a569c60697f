"""The comparison of methods, options and advice in small: it trains, scores, and says what it found."""

import argparse

import numpy as np
import pytest

from bench import methods, paired_metrics
from ganvas.image import decode
from ganvas.learn.training.pace import Chosen
from tests.learn.conftest import make_tiny_recipe, write_pictures


@pytest.fixture(autouse=True)
def train_in_this_process(monkeypatch):
    """A process for each training costs seconds and tells nothing here."""
    monkeypatch.setattr(methods, "train_in_subprocess", methods.train_and_export)


@pytest.fixture
def domain_folders(tmp_path):
    """A folder of photos and one of art."""
    return write_pictures(tmp_path / "photos", 6, 1), write_pictures(tmp_path / "art", 6, 2)


@pytest.fixture
def arguments(tmp_path):
    """What the command line would say."""
    return argparse.Namespace(only=[], minutes=0.01, runs=tmp_path / "runs", sets=tmp_path)


def test_two_recipes_are_trained_scored_and_drawn(arguments, domain_folders, tmp_path):
    wanted = {
        name: methods.recipes.override_settings(make_tiny_recipe("house", domain_folders, 3), [f'name="{name}"'])
        for name in ("one", "two")
    }
    rows = methods.train_and_score(wanted, arguments.runs)
    assert rows["one"]["steps"] == 3 and rows["one"]["MB"] > 50
    assert {"style", "style_error", "content", "content_error", "seconds a step"} < rows["two"].keys()
    again = methods.train_and_score({"one": wanted["one"]}, arguments.runs)
    assert again["one"]["style"] == rows["one"]["style"], "a run that is there goes on, and this one was finished"
    methods.draw_contact_sheet(wanted, arguments.runs, tmp_path / "sheet.jpg")
    assert decode((tmp_path / "sheet.jpg").read_bytes()).pixels.shape[1] > 3 * 48
    text = methods.format_table(rows)
    assert text.splitlines()[0].startswith("|  | steps | seconds a step") and "| one | 3 |" in text


def test_every_row_is_a_recipe_that_fits(data_sets, monkeypatch):
    monkeypatch.setenv("GANVAS_DATA_SETS", str(data_sets))
    named = {name: (name, ()) for name in (*methods.METHOD_RECIPES, *methods.PAIRED_RECIPES)}
    found = methods.load_recipes({**methods.OPTION_VARIANTS, **named}, ["schedule.minutes=1.0"])
    assert found["house-cold"].options.warm_steps == 0 and found["fastcut-pixel"].options.generator.norm == "pixel"
    assert {recipe.schedule.minutes for recipe in found.values()} == {1.0}
    assert methods.filter_rows(methods.OPTION_VARIANTS, ["house"]).keys() == {"house"}


def test_advice_and_default_have_the_same_minutes_and_pictures(domain_folders, monkeypatch):
    monkeypatch.setattr(methods.loop, "measure_pace", lambda recipe: (0.5, Chosen("fp32", "so it is")))
    advised, default = methods.build_advised_and_default(*domain_folders, 5.0, ["schedule.threads=1"]).values()
    assert advised.data.target == default.data.target and advised.schedule == default.schedule
    assert advised.options != default.options, "five minutes are few: the advice is a shorter warm start"


@pytest.mark.parametrize(("style", "content", "words"), [
    (100.0, 0.2, "beats the default"), (100.0, 0.9, "farther from the photo"), (149.0, 0.2, "undecided"),
    (200.0, 0.1, "loses"),
])  # fmt: skip
def test_the_verdict_says_what_is_true(style, content, words):
    errors = {"style_error": 5.0, "content_error": 0.05}
    found = methods.judge_advice(
        {"style": style, "content": content, **errors}, {"style": 150.0, "content": 0.2, **errors}
    )
    assert words in found


def test_pairs_are_judged_against_copying_and_the_mean_colour(tmp_path):
    folders = []
    for side, seed in (("A", 1), ("B", 2)):
        folders.append(write_pictures(tmp_path / "train" / side, 4, seed, (32, 32)))
        write_pictures(tmp_path / "val" / side, 3, seed + 2, (32, 32))
    recipe = make_tiny_recipe("house-pairs", (folders[0], folders[1]), 2)
    methods.train_and_export(recipe, tmp_path / "run")
    found = paired_metrics.score_pairs(recipe, tmp_path / "run" / methods.STYLE_FILE)
    assert found.keys() == {"style", "copy", "mean colour"}
    assert all(set(figures) == {"L1", "PSNR", "SSIM", "L1 where it changes"} for figures in found.values())


def test_equal_pictures_are_equal_and_different_ones_are_not():
    random = np.random.default_rng(0)
    one, other = (random.uniform(0, 255, (24, 24, 3)) for _ in range(2))
    same, apart = (
        paired_metrics.compute_pair_scores([one], [one], [other]),
        paired_metrics.compute_pair_scores([one], [other], [one]),
    )
    assert apart["L1 where it changes"] >= apart["L1"] > same["L1 where it changes"] == 0
    assert same["L1"] == 0 and same["SSIM"] == pytest.approx(1) and same["PSNR"] > 100
    assert apart["L1"] > 50 and apart["SSIM"] < 0.1 and apart["PSNR"] < 10
