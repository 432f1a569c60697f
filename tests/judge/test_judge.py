"""The whole judge, on a few photos and prints: who wins is known; the report says it, and it can be done again."""

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.engine.engine import Engine
from ganvas.errors import BadData
from ganvas.judge import cost, features, report, serialise
from ganvas.judge import judge as judging
from ganvas.judge.datasets import EvaluationFolders, EvaluationSets
from ganvas.judge.judge import Judgement, JudgeOptions, compare_subjects, judge_subjects, score_picture
from ganvas.judge.scores import SCORES
from ganvas.style.catalog import Catalog
from tests.conftest import write_style
from tests.judge.conftest import add_noise, blur_picture, reduce_picture

FOLDERS = EvaluationFolders(Path("photos"), Path("<art> & more"))


@pytest.fixture(scope="module")
def sets(
    photos: list[Path], unseen_prints: list[Path], other_prints: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> EvaluationSets:
    """Six small photos; the works of the validation side stand for trained and other ones."""
    folder = tmp_path_factory.mktemp("photos")
    small = [folder / f"{path.stem}.png" for path in photos[:6]]
    for path, given in zip(small, photos, strict=False):
        Image.fromarray(reduce_picture(features.load_picture(given))).save(path)
    return EvaluationSets(small, unseen_prints[:10], other_prints[:8], other_prints[8:14])


@pytest.fixture(scope="module")
def judgement(sets: EvaluationSets, unseen_prints: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    """A style that blurs against the photos, noise made elsewhere, and true works."""
    folder = tmp_path_factory.mktemp("subjects")
    write_style(folder / "styles", "blurring")
    (folder / "noise").mkdir()
    (folder / "true").mkdir()
    for path in sets.photos:
        Image.fromarray(add_noise(features.load_picture(path), 60)).save(folder / "noise" / f"{path.stem}.png")
    for path in unseen_prints[10:18]:
        Image.fromarray(features.load_picture(path)).save(folder / "true" / f"{path.stem}.png")
    engine = Engine(Catalog([folder / "styles"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cost, "LONG_EDGES", (64,))
        return judge_subjects(engine, ["blurring", "identity", str(folder / "noise"), str(folder / "true")], sets)


@pytest.fixture(scope="module")
def judgement_json(judgement: Judgement) -> dict:
    """The same as data, by way of JSON."""
    return json.loads(
        json.dumps(serialise.serialise_judgement(judgement, ["blurring", "identity"], FOLDERS, 1.5), allow_nan=False)
    )


def test_identity_has_perfect_content_and_no_faults(judgement: Judgement):
    figures = judgement.results[1].compute_estimates()
    assert list(figures) == list(SCORES)
    assert figures["content"].value == figures["self_similarity"].value == figures["colour"].value == 0
    assert figures["edges"].value == figures["ssim"].value == 1
    assert all(figures[name].value == 0 for name in ("checkerboard", "blotches", "grain", "border", "remembered"))


def test_true_works_have_the_best_style_and_no_content(judgement: Judgement):
    kernels = {judged.subject.name: judged.compute_estimates()["kernel"].value for judged in judgement.results}
    assert min(kernels, key=lambda name: kernels[name]) == "true"
    assert not {"content", "both", "checkerboard"} & set(judgement.results[3].compute_estimates())
    assert judgement.true_work_estimates["kernel"].value < kernels["identity"]


def test_who_keeps_more_wins_in_content(judgement: Judgement):
    blurring, identity, noisy, true = judgement.results
    assert compare_subjects(blurring, identity)["content"].verdict == "lost"
    assert compare_subjects(identity, noisy)["ssim"].verdict == "won"
    assert compare_subjects(identity, blurring)["colour"].verdict == "undecided"
    assert "content" not in compare_subjects(blurring, true)
    assert compare_subjects(true, noisy)["kernel"].verdict == "won"


def test_a_subject_against_itself_is_undecided(judgement: Judgement):
    gaps = compare_subjects(judgement.results[0], judgement.results[0])
    assert {gap.verdict for gap in gaps.values()} == {"undecided"}
    assert {gap.estimate.value for gap in gaps.values()} == {0}


def test_a_style_has_a_cost_and_a_folder_has_none(judgement: Judgement):
    style, *others = judgement.results
    assert style.extra_json["cost"]["parameters"] == 75
    assert style.extra_json["serving"]["seam"]["most"] <= 1
    assert not any("cost" in other.extra_json for other in others)


def test_the_answer_says_what_it_was_made_with(judgement_json: dict, sets: EvaluationSets):
    assert judgement_json["sets"]["photos"].keys() == {path.name for path in sets.photos}
    assert judgement_json["question"]["art"] == "<art> & more"
    assert judgement_json["versions"]["numpy"] == np.__version__
    assert judgement_json["machine"]["cores"] >= 1
    assert len(judgement_json["subjects"][0]["each"]["content"]) == len(sets.photos)


def test_the_style_file_gets_the_figures(judgement_json: dict):
    kept = serialise.extract_style_scores(judgement_json)
    assert kept["content"] == judgement_json["subjects"][0]["scores"]["content"]
    assert kept["sets"]["photos"] == 6
    assert len(json.dumps(kept)) < 5000


class ParsedReport(HTMLParser):
    """What a page holds: texts, images and what is loaded from elsewhere."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.images: list[str] = []
        self.outside: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note images and references."""
        found = dict(attrs)
        source = found.get("src") or found.get("href") or ""
        if tag == "img":
            self.images.append(source)
        if source and not source.startswith("data:"):
            self.outside.append(source)

    def handle_data(self, data: str) -> None:
        """Collect the texts."""
        self.text += data


def test_the_report_is_one_page_with_everything_in_it(judgement: Judgement, judgement_json: dict, tmp_path: Path):
    made = report.render_page(judgement_json, judgement)
    page = ParsedReport(made)
    assert not page.outside
    pairs = 2 * (1 + 3 * 3)  # the nearest unseen work, and three pictures of all but the photos, beside trained works
    assert len(page.images) == 6 * (4 + 2) + pairs  # a photo, its three pictures, and the two that lie on each other
    assert all(about.title in page.text for about in SCORES.values())
    assert "undecided" in page.text
    for row in ("Seam between tiles", "Lost by computing in bf16", "PyTorch against the file", "A photo of 64 px"):
        assert row in page.text
    assert "<art>" not in made
    (tmp_path / "report.html").write_text(made)
    assert serialise.load_judgement(tmp_path / "report.html") == judgement_json


def test_the_nearest_pictures_stand_beside_the_works_that_were_trained_on(judgement: Judgement, judgement_json: dict):
    assert {name: len(pairs) for name, pairs in judgement.nearest_pairs.items()} == {
        "": 1, "blurring": 3, "identity": 0, "noise": 3, "true": 3
    }  # fmt: skip
    told = judgement_json["subjects"][0]["nearest"]
    assert [pair["gap"] for pair in told] == sorted(pair["gap"] for pair in told)
    least, middle, most = judgement_json["unseen_works"].values()
    assert 0 < least <= middle <= most
    page = ParsedReport(report.render_page(judgement_json, judgement))
    assert f"{told[0]['picture']}, and {told[0]['work']} that was trained on: {told[0]['gap']:.3f}" in page.text
    assert f"{least:.3f} (the nearest)" in page.text


def test_a_picture_that_was_copied_is_the_nearest_and_named_as_remembered(sets: EvaluationSets, tmp_path: Path):
    for path in sets.photos:
        Image.fromarray(features.load_picture(path)).save(tmp_path / f"{path.stem}.png")
    copied = Image.open(sets.trained[3]).convert("RGB")
    copied.save(tmp_path / "a-copy.png")
    for path in sets.photos:
        path = tmp_path / f"{path.stem}.png"
        path.rename(tmp_path / f"loose-{path.name}")
    found = judge_subjects(Engine(Catalog([])), [str(tmp_path)], sets)
    made = json.loads(json.dumps(serialise.serialise_judgement(found, [str(tmp_path)], FOLDERS, 1.0)))
    first = made["subjects"][0]["nearest"][0]
    assert (first["picture"], first["work"]) == ("a-copy.png", sets.trained[3].name)
    assert first["gap"] < 0.01 < made["unseen_works"]["least"]
    assert report.render_page(made, found).count("; remembered") == 1
    pair = found.nearest_pairs[tmp_path.name][0]
    assert np.abs(pair.picture.astype(int) - pair.work).max() == 0


def test_two_files_of_one_name_are_two_subjects(sets: EvaluationSets, tmp_path: Path):
    for folder, style in (("best", "blurring"), ("last", "copying")):
        write_style(tmp_path / folder, style)
        (tmp_path / folder / f"{style}.onnx").rename(tmp_path / folder / "mine.onnx")
    words = [str(tmp_path / folder / "mine.onnx") for folder in ("best", "last")]
    found = judge_subjects(Engine(Catalog([])), words, sets, JudgeOptions(with_cost=False))
    assert [judged.subject.name for judged in found.results] == words
    assert found.results[0].compute_estimates()["content"].value > found.results[1].compute_estimates()["content"].value
    assert "cost" not in found.results[0].extra_json


def test_what_was_seen_of_pictures_made_elsewhere_is_kept_and_of_styles_is_not(
    sets: EvaluationSets, style_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    engine, terms = Engine(Catalog([style_folder])), JudgeOptions(tmp_path / "cache", with_cost=False)
    first = judge_subjects(engine, ["copying", "identity"], sets, terms)
    looks: list[int] = []
    monkeypatch.setattr(judging, "score_picture", lambda *pair: looks.append(1) or score_picture(*pair))
    again = judge_subjects(engine, ["copying", "identity"], sets, terms)
    assert len(looks) == len(sets.photos)
    for one, other in zip(first.results, again.results, strict=True):
        assert one.compute_estimates() == other.compute_estimates()
    judge_subjects(engine, ["identity"], sets, JudgeOptions(with_cost=False))
    assert len(looks) == 2 * len(sets.photos)


def test_judging_again_comes_out_as_before(judgement: Judgement, sets: EvaluationSets, judgement_json: dict):
    again = judge_subjects(Engine(Catalog([])), ["identity"], sets)
    new = serialise.serialise_judgement(again, ["identity"], FOLDERS, 1.0)
    old = {**judgement_json, "subjects": [judgement_json["subjects"][1]]}
    assert serialise.list_changed_scores(old, new) == []
    old["subjects"][0]["scores"]["kernel"]["value"] += 100
    assert [change["score"] for change in serialise.list_changed_scores(old, new)] == ["kernel"]


@pytest.mark.parametrize("text", ["", "nothing", "[]", '{"question": 1}', serialise.JSON_OPENING_TAG + "{"])
def test_what_is_no_report_is_refused(text: str, tmp_path: Path):
    (tmp_path / "report.html").write_text(text)
    with pytest.raises(BadData, match="holds no judgement"):
        serialise.load_judgement(tmp_path / "report.html")


def test_progress_is_told_and_may_stop_it(sets: EvaluationSets):
    class Stopped(Exception):
        pass

    heard: list[float] = []

    def on_part(fraction: float, what: str) -> None:
        heard.append(fraction)
        if len(heard) == 4:
            raise Stopped

    with pytest.raises(Stopped):
        judge_subjects(Engine(Catalog([])), ["identity"], sets, JudgeOptions(on_progress=on_part))
    assert heard == sorted(heard)


def test_blurring_more_keeps_less(sets: EvaluationSets, tmp_path: Path):
    for amount in (1, 4):
        folder = tmp_path / f"blur{amount}"
        folder.mkdir()
        for path in sets.photos:
            Image.fromarray(blur_picture(features.load_picture(path), amount)).save(folder / f"{path.stem}.png")
    found = judge_subjects(Engine(Catalog([])), [str(tmp_path / "blur1"), str(tmp_path / "blur4")], sets)
    gaps = compare_subjects(*found.results)
    assert {gaps[name].verdict for name in ("content", "self_similarity", "edges", "ssim")} == {"won"}
