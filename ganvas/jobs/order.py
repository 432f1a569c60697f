"""What is asked of a job, and what its results are called. Knows names and limits; opens no file and no database."""

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

from numpy.typing import NDArray

from ganvas.cut import read
from ganvas.engine.controls import Controls, check
from ganvas.errors import BadControls, TooLarge
from ganvas.image import Keep, check_format, check_keep
from ganvas.listing import PICTURE_ENDINGS
from ganvas.names import JOINERS, FreeNames
from ganvas.stylize import Ask

SUFFIXES = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "avif": ".avif"}
FIRST, USUAL, LAST = 1, 5, 9
LONGEST_NAME = 200
LONGEST_PATH = 400
# What no file of Windows can be called, whatever its ending.
DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{digit}" for port in ("COM", "LPT") for digit in range(1, 10))}


@dataclass(frozen=True)
class Given:
    """A photo that was brought: its name, with folders, and its key in the store.

    One that could not be had has no key but an ``error``, {"what", "right"}: its pictures have failed from the start.
    """

    name: str
    key: str
    error: dict[str, str] | None = None


@dataclass(frozen=True)
class Wanted:
    """How the pictures are to be; as in ``Controls`` and ``Ask``, as plain data; a cut as ``ganvas.cut`` reads it."""

    strength: float = 1.0
    stroke: float = 1.0
    colour: Literal["style", "photo"] = "style"
    format: str = "jpeg"
    quality: int = 90
    metadata: Keep = "none"
    cut: str = ""
    size: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    def ask(self, style: str, mask: "NDArray[Any] | None") -> Ask:
        """The ask for one picture. Raises BadControls."""
        controls = Controls(self.strength, self.stroke, self.colour, mask)
        check(controls)
        check_format(self.format, 1, 1)
        check_keep(self.metadata)
        cut = read(self.cut, self.size)
        return Ask(style, controls, self.format, self.quality, self.metadata, cut=cut)


@dataclass(frozen=True)
class Order:
    """A job that is asked for: every photo in every style. ``priority`` among the owner's own: 1 first, 9 last."""

    photos: Sequence[Given]
    styles: Sequence[str]
    wanted: Wanted = field(default_factory=Wanted)
    mask: str | None = None
    name: str = ""
    priority: int = USUAL


@dataclass(frozen=True)
class Most:
    """The limits: pictures in one job, unfinished jobs and unfinished pictures of one owner."""

    parts: int = 2000
    jobs: int = 100
    waiting: int = 10_000


def check_order(order: Order, most: Most) -> None:
    """Raise BadControls or TooLarge for an order that cannot be taken, with what would be right."""
    if not order.photos:
        raise BadControls("The job has no photos.", "Send at least one, or a ZIP that holds some.")
    check_wish(order)
    pictures = len(order.photos) * len(set(order.styles))
    if pictures > most.parts:
        what = f"{len(order.photos)} photos in {len(set(order.styles))} styles are {pictures} pictures."
        raise TooLarge(what, f"A job makes at most {most.parts}: send several jobs.")


def check_wish(order: Order) -> None:
    """Raise BadControls for an order that cannot be taken whatever its photos are."""
    if not order.styles:
        raise BadControls("The job has no style.", "Name one or several.")
    if not FIRST <= order.priority <= LAST:
        raise BadControls(f"The priority is {order.priority}.", f"It goes from {FIRST} (first) to {LAST} (last).")
    order.wanted.ask(order.styles[0], None)


def results(names: Sequence[str], styles: Sequence[str], format: str) -> list[str]:
    """The names of the results, photo by photo and style by style: the photo's own name and folders, with the format's
    suffix, below a folder for each style where there are several. None is given twice, whatever the case of letters.
    """
    several = len(styles) > 1
    wished = [
        f"{style.partition('@')[0]}/{renamed(name, format)}" if several else renamed(name, format)
        for name in names
        for style in styles
    ]
    return distinct(wished)


def renamed(name: str, format: str) -> str:
    """The name with the suffix of a format; ``10.23.45`` at its end is no suffix."""
    path = PurePosixPath(name)
    stem = path.stem if path.suffix.lower() in PICTURE_ENDINGS else path.name
    return str(path.with_name(stem + SUFFIXES[format]))


def distinct(names: Sequence[str]) -> list[str]:
    """The names with " (2)", " (3)" ... where they would be the same file on some system."""
    free = FreeNames()
    return [str(free.claim_file(PurePosixPath(name))) for name in names]


def clean(name: str) -> str:
    """A name that somebody sent as one that is safe everywhere: relative, without tricks, of bounded length.

    A browser sends a folder's photos as ``folder/photo.jpg``; what is left of any other path is its end.
    """
    parts = [tidy(part) for part in name.replace("\\", "/").split("/")]
    kept = [part for part in parts if part.strip(". ")]
    path = "/".join(kept)[-LONGEST_PATH:].lstrip("/")
    return path or "photo"


def tidy(part: str) -> str:
    """One part of a path without letters that cannot be in a file's name on some system."""
    safe = "".join("_" if is_unsafe(letter) else letter for letter in part)
    short = safe.strip()[-LONGEST_NAME:].rstrip(". ") or safe[:1]
    return f"_{short}" if short.partition(".")[0].strip().upper() in DEVICES else short


def is_unsafe(letter: str) -> bool:
    """Whether a letter is none of a name on some system, or would steer where it is shown."""
    return letter in '<>:"|?*' or (unicodedata.category(letter)[0] == "C" and letter not in JOINERS)
