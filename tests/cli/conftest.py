"""The command line in this process, on a data folder of its own. Knows how it is called and what it leaves."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from ganvas.cli import main
from tests.conftest import NETWORKS, write_style


class CommandResult(NamedTuple):
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str


RunCommand = Callable[..., CommandResult]


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with styles of its own, and a working folder that is empty."""
    folder = tmp_path / "home"
    for name in NETWORKS:
        write_style(folder / "styles", name)
    monkeypatch.setenv("GANVAS_DATA", str(folder))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return folder


@pytest.fixture
def run_command(data_folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> RunCommand:
    """Calls ``ganvas`` with words."""

    def run(*words: object) -> CommandResult:
        monkeypatch.setattr(sys, "argv", ["ganvas", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capfd.readouterr()
        return CommandResult(left.value.code or 0, out, err)

    return run


def write_grey_photo(path: Path, value: int = 100, size: tuple[int, int] = (48, 32)) -> Path:
    """A photo of one grey, width x height, in the format of the path's ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((size[1], size[0], 3), value, np.uint8)).save(path)
    return path


def read_mean_grey(path: Path) -> int:
    """The mean level of a picture."""
    with Image.open(path) as picture:
        return round(float(np.asarray(picture.convert("L")).mean()))
