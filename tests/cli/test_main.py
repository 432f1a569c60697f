"""The command itself: help, version, mistakes."""

from importlib.metadata import entry_points

import pytest

from ganvas import __version__
from ganvas.cli import COMMANDS, LazyCommands
from ganvas.cli.optional import OptionalPackages
from ganvas.errors import MissingDependency
from tests.cli.conftest import RunCommand


def test_help_names_every_command(run_command: RunCommand):
    answer = run_command("--help")
    assert answer.code == 0
    assert all(f"  {name} " in answer.out for name in COMMANDS)


def test_the_version_is_told(run_command: RunCommand):
    assert run_command("--version").out == f"ganvas {__version__}\n"


def test_an_unknown_command_is_refused_with_a_near_one(run_command: RunCommand):
    answer = run_command("stylise")
    assert answer.code == 2
    assert "stylize" in answer.err


def test_a_bad_setting_is_one_line(run_command: RunCommand, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GANVAS_PORT", "many")
    answer = run_command("styles")
    assert answer.code == 2
    assert answer.err.startswith("ganvas: GANVAS_PORT")
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(run_command: RunCommand, name: str):
    answer = run_command(name, "--help")
    assert answer.code == 0
    assert f"Usage: ganvas {name}" in answer.out


def test_commands_are_loaded_one_at_a_time():
    places = {"good": "ganvas.cli.serve:serve_app", "bad": "ganvas.cli.nothing:nothing"}
    assert LazyCommands(places)["good"].name == "good"
    with pytest.raises(ModuleNotFoundError):
        LazyCommands(places)["bad"]


def test_a_missing_part_of_the_installation_says_what_to_install():
    with pytest.raises(MissingDependency, match=r"ganvas\[learn\]"), OptionalPackages("learn"):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")
    with pytest.raises(ModuleNotFoundError), OptionalPackages("learn"):
        raise ModuleNotFoundError("No module named 'ganvas.nothing'", name="ganvas.nothing")


def test_the_installed_command_is_this_one():
    (command,) = entry_points(group="console_scripts", name="ganvas")
    assert command.value == "ganvas.cli:main"
