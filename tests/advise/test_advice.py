from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.advise.advice import Pace, recommend_recipe
from ganvas.advise.facts import TrainingFacts, gather_facts
from ganvas.advise.rules import ADVICE_RULES, TrainingGoal
from ganvas.errors import BadData
from tests.house import ROOT

UNPAIRED = TrainingFacts(
    photos=500, art=300, median_short_side=500, paired_share=0.0, cores=2, supports_bf16=True, memory_gib=16
)
PAIRED = TrainingFacts(500, 500, 256, 1.0, 2, True, 16)
ART_ALONE = TrainingFacts(0, 2000, 128, 0.0, 2, True, 16)
FOLDERS = {"source": Path("photos"), "target": Path("art")}


DEFAULT_GOAL = TrainingGoal()


def advise_on(facts: TrainingFacts, goal: TrainingGoal = DEFAULT_GOAL, seconds: float = 0.5):
    folders = FOLDERS if facts.photos else {"target": Path("art")}
    return recommend_recipe(
        facts, goal, folders, "mine", lambda recipe: Pace(seconds, "fp32", "Computing in fp32: so it is.")
    )


@pytest.mark.parametrize(("facts", "method"), [(UNPAIRED, "house"), (PAIRED, "house-pairs"), (ART_ALONE, "dcgan")])
def test_the_data_decides_the_method(facts, method):
    advice = advise_on(facts)
    assert advice.recipe["method"] == method and advice.reasons


@pytest.mark.parametrize("facts", [UNPAIRED, PAIRED, ART_ALONE, TrainingFacts(40, 20, 100, 0.5, 2, False, 4)])
@pytest.mark.parametrize("aim", ["quality", "speed", "stability"])
@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize(("minutes", "use"), [(5, "film"), (90, "photos")])
def test_every_advice_is_a_recipe_that_fits(facts, aim, device, minutes, use):
    from ganvas.learn import recipe as recipes

    advice = advise_on(facts, TrainingGoal(minutes, device, aim, use))
    assert recipes.build_recipe(advice.recipe).method == advice.recipe["method"]


def test_the_estimate_is_that_of_the_measurement():
    assert advise_on(UNPAIRED, TrainingGoal(minutes=10), seconds=0.5).steps == 1200
    assert any(
        "about 20 minutes would be enough" in text
        for text in advise_on(PAIRED, TrainingGoal(minutes=10), 1.25 * 0.384).warnings
    )


def test_advice_says_what_is_known_of_it_beside_the_defaults():
    page = " ".join((ROOT / "docs" / "handbook" / "advice.md").read_text(encoding="utf-8").split())
    assert "more of the photo" in advise_on(UNPAIRED).versus_defaults and "more of the photo is kept" in page
    assert (
        "not measured" in advise_on(PAIRED).versus_defaults and "not measured" in advise_on(ART_ALONE).versus_defaults
    )


def test_few_pictures_missing_pairs_and_slow_processors_are_told():
    text = " ".join(advise_on(TrainingFacts(100, 20, 300, 0.5, 2, False, 8)).warnings)
    assert "very few" in text and "50% of the photos have a partner" in text and "bf16" in text


def test_facts_are_read_from_folders(tmp_path):
    for folder, size in (("a", (64, 48)), ("b", (200, 100))):
        (tmp_path / folder).mkdir()
        for index in range(3):
            Image.fromarray(np.zeros((size[1], size[0], 3), np.uint8)).save(tmp_path / folder / f"{index}.png")
    (tmp_path / "b" / "2.png").rename(tmp_path / "b" / "9.png")
    facts = gather_facts(tmp_path / "a", tmp_path / "b")
    assert (facts.photos, facts.art, facts.median_short_side) == (3, 3, 100) and facts.paired_share == pytest.approx(
        2 / 3
    )
    assert gather_facts(None, tmp_path / "b").photos == 0
    with pytest.raises(BadData, match=r"No pictures"):
        gather_facts(tmp_path / "none", tmp_path / "b")


def test_the_page_shows_every_rule_with_what_it_sets():
    page = (ROOT / "docs" / "handbook" / "advice.md").read_text()
    rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("| ")}
    for rule in ADVICE_RULES:
        assert rule.name in rows, f"docs/handbook/advice.md has no row for {rule.name!r}"
        assert not [key for key in rule.settings if f"`{key.removeprefix('options.')}" not in rows[rule.name]]
