"""The tables of scores: what is in them, that the peer paints each picture once, and that nothing is judged twice."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from bench import markdown_report, peer_pictures, scores, seed_variance
from bench.scores import ScoringRequest
from ganvas.judge import datasets
from ganvas.judge.datasets import EvaluationFolders
from ganvas.learn import recipe as recipes
from ganvas.learn.training import loop
from ganvas.style.catalog import Catalog
from ganvas.style.file import load_style, rewrite_style
from tests.conftest import write_style
from tests.datasets.test_split import paint
from tests.learn.conftest import make_tiny_recipe, write_pictures
from tests.learn.training.test_checkpoints import BrightnessScorer

COLUMNS = ["score", "copying", "lite-paintings", "lite-built-in-3", "identity", "other true works"]


class FakeStyleTransferLite:
    """Paints as the peer would be asked to; what it was asked for is written down."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []

    def stylize(self, image: Path, style: int) -> Image.Image:
        """Style 3 keeps the photo, the others spoil it by their number."""
        self.asked.append((image.name, style))
        photo = Image.open(image).convert("RGB")
        return photo if style == 3 else ImageOps.posterize(photo, 1 + style % 3)

    def stylize_with(self, image: Path, style_image: Path) -> Image.Image:
        """The photo in negative."""
        self.asked.append((image.name, style_image.name))
        return ImageOps.invert(Image.open(image).convert("RGB"))


@pytest.fixture
def scoring_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScoringRequest:
    """Two styles on offer that were trained on two folders of blobs, the second one pairs that are halves."""
    monkeypatch.setenv("GANVAS_DATA", str(tmp_path / "home"))
    monkeypatch.setattr(peer_pictures, "BUILT_IN_STYLE_COUNT", 5)
    monkeypatch.setattr(peer_pictures, "MAX_SELECTION_PHOTOS", 3)
    paint(tmp_path / "sets" / "photos", 30)
    paint(tmp_path / "sets" / "art", 30, first=100)
    folder = tmp_path / "home" / "styles"
    for name, target in (("copying", "art"), ("inverting", "nowhere")):
        style = replace(write_style(folder, name), recipe={"data": {"source": "photos", "target": target}})
        rewrite_style(folder / f"{name}.onnx", style)
    return ScoringRequest(Catalog([folder]), tmp_path / "sets", tmp_path / "out", tmp_path / "runs")


def test_one_command_judges_all_and_writes_the_tables_and_goes_on_where_it_was(
    scoring_request: ScoringRequest, capsys: pytest.CaptureFixture[str]
):
    lite = FakeStyleTransferLite()
    answers = dict(scores.judge_all_styles(scoring_request, ["inverting", "copying"], lite))
    assert list(answers) == ["copying"], "what cannot be judged is named, and the others go on"
    assert "inverting is left out: No pictures in" in capsys.readouterr().out

    text = "\n\n".join(scores.render_sections(scoring_request.catalog, answers))
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    assert COLUMNS in lines
    told = {line[0].split("`")[1]: line[1:] for line in lines if "`" in line[0]}
    assert list(told) == list(scores.REPORTED_SCORES)
    assert told["content"][0].startswith("0.0") and told["content"][3].startswith("0.000")
    assert all(cell[-1] in "+-=" for cell in told["kernel"][1:4])
    assert [line[:2] for line in lines if line[0] == "Copying"] == [
        ["Copying", "Kernel distance x 1000"],
        ["Copying", "Feature distance"],
    ]
    assert (scoring_request.out / "copying" / "report.html").exists()

    painted = len(lite.asked)
    again = dict(scores.judge_all_styles(scoring_request, ["copying"], lite))
    assert again["copying"]["made"] == answers["copying"]["made"]
    assert len(lite.asked) == painted


def test_what_learnt_from_all_pairs_is_judged_on_photos_beside_them_and_on_works_kept_away(
    scoring_request: ScoringRequest,
):
    path = scoring_request.catalog.path("copying")
    data = {"source": "drawn/train/A", "target": "drawn/train/B", "everything": True, "unpaired": {"source": "photos"}}
    rewrite_style(path, replace(load_style(path), recipe={"data": data}, method="house-pairs"))
    rewrite_style(
        scoring_request.catalog.path("inverting"),
        replace(load_style(scoring_request.catalog.path("inverting")), method="house-pairs"),
    )
    folders = scores.find_evaluation_folders(load_style(path), scoring_request.sets)
    assert folders.photos == scoring_request.sets / "photos" and folders.art == scoring_request.sets / "drawn/val/B"
    assert folders.trained == scoring_request.sets / "drawn/train/B"
    assert scores.list_scorable_styles(Catalog([path.parent])) == ["copying"], "the other has seen pairs alone"


def test_scores_in_the_file_do_not_make_it_another_style_but_another_network_or_size_does(
    scoring_request: ScoringRequest,
):
    folder = scoring_request.catalog.path("copying").parent
    folders = scores.find_evaluation_folders(scoring_request.catalog.get("copying"), scoring_request.sets)
    before = scores.hash_inputs(folder / "copying.onnx", folders, scoring_request.out)
    rewrite_style(folder / "copying.onnx", replace(load_style(folder / "copying.onnx"), scores={"kernel": 1.0}))
    assert scores.hash_inputs(folder / "copying.onnx", folders, scoring_request.out) == before
    assert scores.hash_inputs(folder / "inverting.onnx", folders, scoring_request.out) != before
    rewrite_style(folder / "copying.onnx", replace(load_style(folder / "copying.onnx"), canvas=333))
    assert scores.hash_inputs(folder / "copying.onnx", folders, scoring_request.out) != before


def test_the_peer_paints_each_photo_once_and_again_when_its_painting_changes(scoring_request: ScoringRequest):
    folders, lite = (
        EvaluationFolders(scoring_request.sets / "photos", scoring_request.sets / "art"),
        FakeStyleTransferLite(),
    )
    given, own = peer_pictures.make_peer_pictures(lite, folders, scoring_request.out / "one", scoring_request.out)
    chosen = datasets.select_sets(folders)
    assert {path.stem for path in given.glob("*.png")} == {path.stem for path in chosen.photos}
    assert own.name == "lite-built-in-3" and own.parent == scoring_request.out
    photo = chosen.photos[0]
    assert np.array_equal(np.asarray(Image.open(own / f"{photo.stem}.png")), np.asarray(Image.open(photo)))

    count = len(lite.asked)
    assert peer_pictures.make_peer_pictures(lite, folders, scoring_request.out / "one", scoring_request.out) == [
        given,
        own,
    ]
    assert len(lite.asked) == count, "nothing is painted twice"
    peer_pictures.make_peer_pictures(lite, folders, scoring_request.out / "another", scoring_request.out)
    new = lite.asked[count:]
    assert len(new) == len(chosen.photos) and not [style for _, style in new if isinstance(style, int)]

    painting = peer_pictures.choose_painting(photo, chosen.trained)
    count = len(lite.asked)
    Image.open(painting).rotate(180).save(painting)
    peer_pictures.make_peer_pictures(lite, folders, scoring_request.out / "one", scoring_request.out)
    assert (photo.name, painting.name) in lite.asked[count:]


def test_the_last_state_of_a_run_is_judged_beside_the_best(tmp_path: Path):
    domains = write_pictures(tmp_path / "photos", 6, 1), write_pictures(tmp_path / "art", 6, 2)
    recipe = recipes.override_settings(make_tiny_recipe("house", domains, 4), ["schedule.judge_every=1"])
    loop.start_training(recipe, tmp_path / "tiny", scorer=FixedBestScorer(best=3))
    (path,) = scores.export_last_checkpoint(tmp_path / "tiny", tmp_path)
    assert path.name == "tiny-last.onnx"
    assert load_style(path).made["steps"] == 4
    assert scores.export_last_checkpoint(tmp_path / "nothing", tmp_path) == []


class FixedBestScorer(BrightnessScorer):
    """Finds one step best, whatever its scores."""

    def __init__(self, best: int) -> None:
        self.chosen = best

    def select_best(self, trials: object) -> int:
        return self.chosen


def test_seeds_are_compared_score_by_score(
    scoring_request: ScoringRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    files: Sequence[Path] = [scoring_request.catalog.path(name) for name in ("copying", "inverting")]
    write_style(tmp_path / "third", "blurring")
    page = tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n")
    words = [*map(str, files), str(tmp_path / "third" / "blurring.onnx"), "--write"]
    words += ["--photos", str(scoring_request.sets / "photos"), "--art", str(scoring_request.sets / "art")]
    monkeypatch.setattr("sys.argv", ["seeds", *words])
    monkeypatch.setattr(markdown_report.write_section, "__defaults__", (page,))
    seed_variance.main()
    text = page.read_text()
    assert "## Run to run" in text and "3 seeds" in text
    row = next(line for line in text.splitlines() if "`ssim`" in line)
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    values = [float(cell) for cell in cells[1:4]]
    assert float(cells[4]) == pytest.approx(np.std(values, ddof=1), abs=1e-3)
    assert float(cells[5]) == pytest.approx(max(values) - min(values), abs=1e-3)
    assert json.loads(cells[6]) in (0, 1, 2)
