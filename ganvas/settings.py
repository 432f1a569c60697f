"""Settings: what a person sets for all of Ganvas, read from ``GANVAS_...`` once.

Each field is the variable ``GANVAS_`` and its name in capitals, as ``GANVAS_MAX_PIXELS``.
"""

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ganvas.errors import BadSettings

PREFIX = "GANVAS_"
SLIP_SIMILARITY = 0.74  # how alike two names are (difflib) for one to be a slip of the other


def find_data_folder(environ: Mapping[str, str]) -> Path:
    """Where data lies when nothing is said (XDG Base Directory 0.8)."""
    given = Path(environ.get("XDG_DATA_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".local" / "share") / "ganvas"


@dataclass(frozen=True)
class Settings:
    """All settings. Paths are as given; sizes in bytes and pixels; times in seconds.

    ``data``: the folder of all that is kept. ``token``: what callers must show; needed for any ``host`` that is not
    this machine. ``hosts``: names by which the server may be called beside its address. ``workers``: pictures made at
    a time, ``waiting``: how many more may wait, ``keep``: how long one is kept that nobody owns. ``threads`` for one
    picture, 0 is all. ``styles``: further folders of style files. ``database``: an SQLAlchemy URL; empty is SQLite
    in ``data``. ``precision``: auto, fp32 or bf16. ``data_sets``: where the folders that recipes name lie.

    ``wait_bytes``, ``wait_pixels``: a larger photo is not waited for but becomes a job. ``max_style_bytes``: of a style
    that is sent. ``warm``: open the networks when the server starts, ``networks`` at most. ``streams``: connections on
    which events are listened for. ``uploads``: jobs that are received at a time, each of ``job_bytes`` at most and of
    ``job_pictures``; ``owner_jobs`` and ``owner_pictures`` are what one owner may have unfinished. ``slots``: pictures
    that a worker makes at a time; ``silence``: after how long a worker that is not heard of is taken for dead;
    ``tries``: how often a picture may kill its worker. ``free_bytes``: of the disks that must stay free when files are
    taken in.
    """

    data: Path = field(default_factory=lambda: find_data_folder(os.environ))
    host: str = "127.0.0.1"
    port: int = 8000
    token: str = field(default="", repr=False)
    hosts: tuple[str, ...] = ()
    max_bytes: int = 64 * 2**20
    max_pixels: int = 100_000_000
    workers: int = 2
    waiting: int = 16
    keep: int = 86400
    threads: int = 0
    styles: tuple[Path, ...] = ()
    database: str = field(default="", repr=False)
    precision: str = "auto"
    data_sets: Path = Path("../shared/data")
    wait_bytes: int = 24 * 2**20
    wait_pixels: int = 40_000_000
    max_style_bytes: int = 64 * 2**20
    warm: bool = True
    networks: int = 16
    streams: int = 500
    uploads: int = 4
    job_bytes: int = 2 * 2**30
    job_pictures: int = 2000
    owner_jobs: int = 100
    owner_pictures: int = 10_000
    slots: int = 2
    silence: int = 15
    tries: int = 8
    free_bytes: int = 512 * 2**20

    @property
    def database_url(self) -> str:
        """The URL of the database that is used."""
        return self.database or f"sqlite:///{self.data / 'ganvas.db'}"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """The settings of an environment. Raises BadSettings, which names the variable and what it may be."""
        reject_misspelt_settings(environ)
        given = {each.name: environ.get(name_variable(each.name), "") for each in fields(cls)}
        values: dict[str, Any] = {"data": find_data_folder(environ)}
        values |= {name: SETTING_READERS[name](name, text) for name, text in given.items() if text}
        return cls(**values)


def name_variable(name: str) -> str:
    """The variable of a field."""
    return PREFIX + name.upper()


def reject_misspelt_settings(environ: Mapping[str, str]) -> None:
    """Raises BadSettings for a name that is nearly one of ours; others that begin like ours are not our affair."""
    known = [each.name for each in fields(Settings)]
    ours = (name for name in environ if name.startswith(PREFIX))
    for name in ours:
        near = difflib.get_close_matches(name.removeprefix(PREFIX).lower(), known, 1, SLIP_SIMILARITY)
        if near and name_variable(near[0]) != name:
            raise BadSettings(f"There is no setting {name}.", f"Did you mean {name_variable(near[0])}?")


def make_integer_reader(minimum: int, maximum: int | None = None) -> Callable[[str, str], int]:
    """A reader of whole numbers in a range; ``100_000_000`` is one too."""

    def read_integer(name: str, text: str) -> int:
        most_said = f"from {minimum} to {maximum}" if maximum is not None else f"of {minimum} or more"
        if text.startswith("tcp://"):
            right = "Set enableServiceLinks: false, or give the service another name."
            raise BadSettings(f"{name_variable(name)} was set by Kubernetes for a service of this name.", right)
        try:
            value = int(text)
        except ValueError:
            value = minimum - 1
        if value < minimum or (maximum is not None and value > maximum):
            raise BadSettings(f"{name_variable(name)} is {text[:40]!r}.", f"Give a whole number {most_said}.")
        return value

    return read_integer


def read_text(name: str, text: str) -> str:
    """A reader of text, as it is."""
    return text.strip()


def read_folder(name: str, text: str) -> Path:
    """A reader of one path; ``~`` is the home folder."""
    return Path(text).expanduser()


def read_folders(name: str, text: str) -> tuple[Path, ...]:
    """A reader of paths, separated as in PATH."""
    return tuple(read_folder(name, part) for part in text.split(os.pathsep) if part)


def read_list(name: str, text: str) -> tuple[str, ...]:
    """A reader of words separated by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def make_choice_reader(*known: str) -> Callable[[str, str], str]:
    """A reader of one of some words."""

    def read_choice(name: str, text: str) -> str:
        if text not in known:
            raise BadSettings(f"{name_variable(name)} is {text[:40]!r}.", f"Give one of {', '.join(known)}.")
        return text

    return read_choice


def read_boolean(name: str, text: str) -> bool:
    """A reader of yes or no."""
    known = {"1": True, "yes": True, "true": True, "on": True, "0": False, "no": False, "false": False, "off": False}
    if text.lower() not in known:
        raise BadSettings(f"{name_variable(name)} is {text[:40]!r}.", "Give yes or no.")
    return known[text.lower()]


SETTING_READERS: dict[str, Callable[[str, str], Any]] = {
    "data": read_folder,
    "data_sets": read_folder,
    "host": read_text,
    "port": make_integer_reader(1, 65535),
    "token": read_text,
    "hosts": read_list,
    "max_bytes": make_integer_reader(1),
    "max_pixels": make_integer_reader(1),
    "workers": make_integer_reader(1, 256),
    "waiting": make_integer_reader(0, 10_000),
    "keep": make_integer_reader(60),
    "threads": make_integer_reader(0, 1024),
    "styles": read_folders,
    "database": read_text,
    "precision": make_choice_reader("auto", "fp32", "bf16"),
    "wait_bytes": make_integer_reader(0),
    "wait_pixels": make_integer_reader(0),
    "max_style_bytes": make_integer_reader(1, 256 * 2**20),
    "warm": read_boolean,
    "networks": make_integer_reader(1, 1000),
    "streams": make_integer_reader(0, 100_000),
    "uploads": make_integer_reader(1, 1000),
    "job_bytes": make_integer_reader(1),
    "job_pictures": make_integer_reader(1, 100_000),
    "owner_jobs": make_integer_reader(1),
    "owner_pictures": make_integer_reader(1),
    "slots": make_integer_reader(1, 64),
    "silence": make_integer_reader(5, 3600),
    "tries": make_integer_reader(1, 1000),
    "free_bytes": make_integer_reader(0),
}
