from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.advise.advice import Pace, advise
from ganvas.advise.facts import Facts, gather
from ganvas.advise.rules import RULES, Wish
from ganvas.errors import BadData
from tests.house import ROOT

UNPAIRED = Facts(photos=500, art=300, edge=500, pairs=0.0, cores=2, bf16=True, memory=16)
PAIRED = Facts(500, 500, 256, 1.0, 2, True, 16)
ALONE = Facts(0, 2000, 128, 0.0, 2, True, 16)
FOLDERS = {"source": Path("photos"), "target": Path("art")}


PLAIN = Wish()


def given(facts: Facts, wish: Wish = PLAIN, seconds: float = 0.5):
    folders = FOLDERS if facts.photos else {"target": Path("art")}
    return advise(facts, wish, folders, "mine", lambda recipe: Pace(seconds, "fp32", "Computing in fp32: so it is."))


@pytest.mark.parametrize(("facts", "method"), [(UNPAIRED, "house"), (PAIRED, "house-pairs"), (ALONE, "dcgan")])
def test_the_data_decides_the_method(facts, method):
    advice = given(facts)
    assert advice.recipe["method"] == method and advice.reasons


@pytest.mark.parametrize("facts", [UNPAIRED, PAIRED, ALONE, Facts(40, 20, 100, 0.5, 2, False, 4)])
@pytest.mark.parametrize("aim", ["quality", "speed", "stability"])
@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize(("minutes", "use"), [(5, "film"), (90, "photos")])
def test_every_advice_is_a_recipe_that_fits(facts, aim, device, minutes, use):
    from ganvas.learn import recipe as recipes

    advice = given(facts, Wish(minutes, device, aim, use))
    assert recipes.build(advice.recipe).method == advice.recipe["method"]


def test_the_estimate_is_that_of_the_measurement():
    assert given(UNPAIRED, Wish(minutes=10), seconds=0.5).steps == 1200
    assert any(
        "about 20 minutes would be enough" in text for text in given(PAIRED, Wish(minutes=10), 1.25 * 0.384).warnings
    )


def test_advice_says_what_is_known_of_it_beside_the_defaults():
    page = " ".join((ROOT / "docs" / "handbook" / "advice.md").read_text(encoding="utf-8").split())
    assert "more of the photo" in given(UNPAIRED).beside_defaults and "more of the photo is kept" in page
    assert "not measured" in given(PAIRED).beside_defaults and "not measured" in given(ALONE).beside_defaults


def test_few_pictures_missing_pairs_and_slow_processors_are_told():
    text = " ".join(given(Facts(100, 20, 300, 0.5, 2, False, 8)).warnings)
    assert "very few" in text and "50% of the photos have a partner" in text and "bf16" in text


def test_facts_are_read_from_folders(tmp_path):
    for folder, size in (("a", (64, 48)), ("b", (200, 100))):
        (tmp_path / folder).mkdir()
        for index in range(3):
            Image.fromarray(np.zeros((size[1], size[0], 3), np.uint8)).save(tmp_path / folder / f"{index}.png")
    (tmp_path / "b" / "2.png").rename(tmp_path / "b" / "9.png")
    facts = gather(tmp_path / "a", tmp_path / "b")
    assert (facts.photos, facts.art, facts.edge) == (3, 3, 100) and facts.pairs == pytest.approx(2 / 3)
    assert gather(None, tmp_path / "b").photos == 0
    with pytest.raises(BadData, match=r"No pictures"):
        gather(tmp_path / "none", tmp_path / "b")


def test_the_page_shows_every_rule_with_what_it_sets():
    page = (ROOT / "docs" / "handbook" / "advice.md").read_text()
    rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("| ")}
    for rule in RULES:
        assert rule.name in rows, f"docs/handbook/advice.md has no row for {rule.name!r}"
        assert not [key for key in rule.settings if f"`{key.removeprefix('options.')}" not in rows[rule.name]]
