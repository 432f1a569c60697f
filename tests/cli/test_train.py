"""``ganvas train``, ``resume`` and ``export``: from two folders to a style on offer."""

import json
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from ganvas.cli.train import find_unused_folder, resolve_data_folders
from ganvas.learn import recipe as recipes
from ganvas.style.file import load_style
from tests.cli.conftest import CommandResult, RunCommand, write_grey_photo
from tests.learn.conftest import SUBPROCESS_ENVIRONMENT, write_pictures

TINY_RECIPE_OPTIONS = [
    *(
        "--set",
        "options.generator.channels=[4, 4, 8]",
        "--set",
        "options.generator.blocks=1",
        "--set",
        "options.width=4",
    ),
    *(
        "--set",
        'options.layers=["1_2"]',
        "--set",
        "options.warm_steps=2",
        "--set",
        "data.crop=32",
        "--set",
        "data.batch=1",
    ),
    *("--set", "data.everything=true", "--set", "schedule.threads=1", "--set", "about.canvas=128"),
]
RunTrain = Callable[..., CommandResult]


@pytest.fixture(scope="session")
def folder_options(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """Options that name a folder of photos and a folder of art."""
    root = tmp_path_factory.mktemp("sets")
    photos, art = write_pictures(root / "photos", 6, 1), write_pictures(root / "art", 6, 2)
    return ["--source", photos, "--target", art]


@pytest.fixture
def run_train(run_command: RunCommand, folder_options: list[object]) -> RunTrain:
    """Calls ``ganvas train`` on tiny folder_options with tiny networks."""
    return lambda *words: run_command("train", *folder_options, *TINY_RECIPE_OPTIONS, *words)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_two_folders_become_a_style_that_makes_pictures(
    run_train: RunTrain, run_command: RunCommand, data_folder: Path
):
    answer = run_train("--name", "mine", "--steps", 3)
    assert answer.code == 0, answer.err
    assert Path(answer.out.strip()).parent == data_folder / "styles"
    assert load_style(Path(answer.out.strip())).made["steps"] == 3
    assert "step 3/3" in answer.err
    assert answer.err.count("the last one becomes the style: The recipe learns from all pictures.") == 1
    assert Path("runs/mine/log.jsonl").exists()
    assert run_command("stylize", write_grey_photo(Path("sea.png")), "--style", "mine").code == 0

    again = json.loads(run_command("export", "runs/mine", "--json").out)
    assert (again["style"], again["version"]) == ("mine", 2)
    assert run_command("export", "runs/mine", "--out", "here.onnx", "--checkpoint", "last").out == "here.onnx\n"
    assert "Choose best, last." in run_command("export", "runs/mine", "--checkpoint", "2").err
    assert load_style(Path("here.onnx")).name == "mine"


def test_a_dry_run_prints_a_recipe_that_can_be_run_and_writes_nothing(run_train: RunTrain):
    answer = run_train("--name", "mine", "--minutes", 0.02, "--dry-run")
    recipe = tomllib.loads(answer.out)
    assert recipe["schedule"]["steps"] > 0
    assert recipe["data"]["crop"] == 32
    assert not Path("runs").exists()


def test_a_recipe_is_read_and_changed_by_options(run_command: RunCommand, run_train: RunTrain):
    Path("mine.toml").write_text(run_train("--name", "mine", "--steps", 5, "--dry-run").out)
    changed = tomllib.loads(run_command("train", "mine.toml", "--name", "1912", "--steps", 9, "--dry-run").out)
    assert (changed["name"], changed["schedule"]["steps"]) == ("1912", 9)
    minutes = tomllib.loads(run_command("train", "mine.toml", "--minutes", 0.02, "--dry-run").out)
    assert minutes["schedule"]["minutes"] == 0.02


@pytest.mark.parametrize("doctor", ["off", "watch", "act"])
def test_the_doctor_is_asked_for_by_name(run_train: RunTrain, doctor: str):
    answer = run_train("--name", "mine", "--steps", 1, "--doctor", doctor, "--dry-run")
    assert tomllib.loads(answer.out)["schedule"]["doctor"] == doctor


def test_a_doctor_who_is_not_known_is_refused(run_train: RunTrain):
    answer = run_train("--name", "mine", "--steps", 1, "--doctor", "house", "--dry-run")
    assert answer.code == 2 and "watch" in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ["--name", "Not A Name", "--steps", 1],
        ["--name", "mine", "--set", "options.nothing=1"],
        ["--name", "mine", "--set", "options"],
        ["--name", "mine", "--method", "house"],
    ],
    ids=str,
)
def test_a_mistake_is_told_before_anything_is_done(run_train: RunTrain, words: list[object]):
    assert run_train(*words).code == 2
    assert not Path("runs").exists()


def test_without_a_recipe_both_folders_and_a_name_are_needed(run_command: RunCommand):
    answer = run_command("train", "--source", ".")
    assert answer.code == 2
    assert "--target" in answer.err


def test_what_is_not_a_run_cannot_go_on(run_command: RunCommand, tmp_path: Path):
    for command in ("resume", "export"):
        answer = run_command(command, tmp_path)
        assert answer.code == 2
        assert "holds no run" in answer.err


def test_every_folder_that_a_recipe_names_is_looked_up_where_the_sets_lie(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("GANVAS_DATA_SETS", str(tmp_path))
    plain = {"source": "drawn", "target": str(tmp_path), "pairs": "names", "unpaired": {"source": "photos"}}
    data = resolve_data_folders(recipes.build_recipe({"name": "some", "method": "house-pairs", "data": plain})).data
    found = data.source, data.target, data.unpaired.source
    assert found == (str(tmp_path / "drawn"), str(tmp_path), str(tmp_path / "photos"))


def test_a_new_run_takes_a_folder_of_its_own(tmp_path: Path):
    assert find_unused_folder(tmp_path / "mine") == tmp_path / "mine"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine-2").mkdir()
    assert find_unused_folder(tmp_path / "mine") == tmp_path / "mine-3"


def restore_interrupts() -> None:
    """Let a child heed interrupts, where these tests run behind a shell that has them ignored (``make test &``)."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupted_run_says_how_to_go_on_and_does(
    run_command: RunCommand, folder_options: list[object], data_folder: Path
):
    words = ["train", *map(str, folder_options), *TINY_RECIPE_OPTIONS, "--name", "mine", "--steps", "400", "--json"]
    words += ["--set", "schedule.checkpoint_every=1"]
    child = subprocess.Popen(
        [sys.executable, "-c", "from ganvas.cli import main; main()", *words],
        env={**SUBPROCESS_ENVIRONMENT, "GANVAS_DATA": str(data_folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=restore_interrupts,
    )
    assert child.stdout is not None
    first = json.loads(child.stdout.readline())
    assert first["step"] == 1
    child.send_signal(signal.SIGINT)
    _, err = child.communicate()
    assert child.returncode == 130
    assert "ganvas resume runs/mine" in err

    recipe = Path("runs/mine/recipe.toml")
    recipe.write_text(recipe.read_text().replace("steps = 400", "steps = 30"))
    answer = run_command("resume", "runs/mine", "--json")
    assert answer.code == 0, answer.err
    assert json.loads(answer.out.splitlines()[-1])["style"] == "mine"


def test_one_picture_is_a_look(run_command: RunCommand, folder_options: list[object]):
    art = Path(str(folder_options[3])) / "02.png"
    options = ("--name", "one", "--steps", 2, "--set", "data.everything=false", "--json")
    answer = run_command("train", "--source", folder_options[1], "--target", art, *TINY_RECIPE_OPTIONS, *options)
    assert answer.code == 0, answer.err
    assert (
        f"{art}: 1 of 1 pictures are learnt from; too few works to keep any for choosing or for judging." in answer.err
    )
    assert json.loads(answer.out.splitlines()[-1])["style"] == "one"


def test_the_precision_is_asked_for_by_name_and_told(run_train: RunTrain):
    answer = run_train("--name", "mine", "--steps", 1, "--precision", "fp32", "--dry-run")
    assert tomllib.loads(answer.out)["schedule"]["precision"] == "fp32"
    assert "Computing in fp32: the recipe says so." in answer.err
    answer = run_train("--name", "mine", "--steps", 1, "--precision", "int8", "--dry-run")
    assert answer.code == 2 and "bf16" in answer.err


def test_what_auto_is_here_is_what_train_and_advise_say_first(
    run_train: RunTrain, run_command: RunCommand, folder_options: list[object]
):
    answer = run_train("--name", "mine", "--steps", 1)
    lines = [line for line in answer.err.splitlines() if "checkpoint is chosen" not in line]
    assert lines[0].startswith("Computing in "), answer.err
    said = 'precision = "bf16"' if "Computing in bf16" in lines[0] else 'precision = "fp32"'
    assert said in Path("runs/mine/recipe.toml").read_text()
    assert "# Computing in " in run_command("advise", *folder_options, "--minutes", 0.2).out
