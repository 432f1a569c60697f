"""``ganvas judge``: from folders to figures, a report, the same again, and scores in the style file."""

import json
from pathlib import Path

import pytest

from ganvas.judge import cost, serialise
from ganvas.judge import judge as judging
from ganvas.judge.judge import score_picture
from ganvas.style.file import load_style
from tests.cli.conftest import RunCommand
from tests.conftest import write_style
from tests.datasets.test_split import paint


@pytest.fixture
def folder_options(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options that name folders of photos and art, made of blobs."""
    paint(Path("photos"), 36)
    paint(Path("art"), 36, first=100)
    monkeypatch.setattr(cost, "LONG_EDGES", (64,))
    return ["--photos", "photos", "--art", "art"]


def test_a_style_is_judged_reported_and_judged_again(run_command: RunCommand, folder_options: list[str]):
    first = run_command("judge", "blurring", *folder_options, "--against", "identity", "--report", "report.html")
    assert first.code == 0, first.err
    lines = {line.split()[0]: line for line in first.out.splitlines()}
    assert lines["SCORE"].split()[1:3] == ["blurring", "identity"]
    assert "lost" in lines["content"] or "undecided" in lines["content"]
    assert "0.000" in lines["content"]

    again = run_command("judge", "--again", "report.html")
    assert again.code == 0, again.err
    assert "All figures came out as before." in again.err

    report = Path("report.html")
    value = serialise.load_judgement(report)["subjects"][0]["scores"]["ssim"]["value"]
    report.write_text(report.read_text().replace(str(value), "0.123"))
    changed = run_command("judge", "--again", "report.html", "--json")
    assert changed.code == 1
    assert [change["score"] for change in json.loads(changed.out)["changes"]] == ["ssim"]


def test_what_was_judged_is_found_again_wherever_it_is_now(
    run_command: RunCommand, folder_options: list[str], monkeypatch: pytest.MonkeyPatch
):
    write_style(Path(), "inverting")
    words = ["judge", "inverting.onnx", *folder_options, "--against", "identity", "--report", "report.html"]
    assert run_command(*words).code == 0
    Path("elsewhere").mkdir()
    for name in ("photos", "art", "inverting.onnx", "report.html"):
        Path(name).rename(Path("elsewhere") / name)
    paint(Path("elsewhere/art"), 5, first=500)  # a folder that has grown

    gone = run_command("judge", "--again", "elsewhere/report.html")
    assert gone.code == 2
    monkeypatch.chdir("elsewhere")
    looked: list[int] = []
    monkeypatch.setattr(judging, "score_picture", lambda *pair: looked.append(1) or score_picture(*pair))
    assert run_command("judge", "--again", "report.html").code == 0
    assert len(looked) == 2 * len(serialise.load_judgement(Path("report.html"))["sets"]["photos"]), (
        "nothing is taken from before"
    )

    Path("inverting.onnx").rename("renamed.onnx")
    there = ["--photos", "photos", "--art", "art", "--again", "report.html"]
    assert run_command("judge", "renamed.onnx", *there).code == 0
    write_style(Path(), "blurring")
    other = run_command("judge", "blurring.onnx", *there)
    assert other.code == 1
    assert "sha256 was" in other.err and "content was" in other.err
    assert run_command("judge", "renamed.onnx", "--against", "identity", "--against", "identity", *there).code == 2


def test_scores_are_written_into_a_file_that_is_not_published(run_command: RunCommand, folder_options: list[str]):
    write_style(Path(), "inverting")
    done = run_command("judge", "inverting.onnx", *folder_options, "--write", "--json")
    assert done.code == 0, done.err
    style = load_style(Path("inverting.onnx"))
    assert style.scores["content"] == json.loads(done.out)["subjects"][0]["scores"]["content"]
    assert run_command("styles", "add", "inverting.onnx").code in (0, 2)


def test_a_published_style_never_changes(run_command: RunCommand, folder_options: list[str]):
    done = run_command("judge", "blurring", *folder_options, "--write")
    assert done.code == 2
    assert "not a style file" in done.err
    write_style(Path(), "inverting")
    Path("inverting.onnx").chmod(0o444)
    done = run_command("judge", "inverting.onnx", *folder_options, "--write")
    assert done.code == 2
    assert "published" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "nothing to judge by"),
        (["blurring", "--photos", "photos"], "nothing to judge by"),
        (["blurrin", "--photos", "photos", "--art", "art"], "blurring"),
        (["--again", "missing.html"], "holds no judgement"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    run_command: RunCommand, folder_options: list[str], words: list[str], said: str
):
    done = run_command("judge", *words)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1
