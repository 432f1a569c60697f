"""A job request: photos, styles, picture settings and limits."""

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

from numpy.typing import NDArray

from ganvas.engine.controls import Controls, check_controls
from ganvas.engine.crop import parse_crop
from ganvas.errors import BadControls, TooLarge
from ganvas.filenames import JOINERS, FreeNames
from ganvas.image import MetadataPolicy, check_format, check_metadata_policy
from ganvas.listing import PICTURE_ENDINGS
from ganvas.stylize import Ask

FORMAT_SUFFIXES = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "avif": ".avif"}
HIGHEST_PRIORITY, DEFAULT_PRIORITY, LOWEST_PRIORITY = 1, 5, 9
MAX_NAME_LENGTH = 200
MAX_PATH_LENGTH = 400
# What no file of Windows can be called, whatever its ending.
DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{digit}" for port in ("COM", "LPT") for digit in range(1, 10))}


@dataclass(frozen=True)
class InputPhoto:
    """A photo that was brought: its name, with folders, and its key in the store.

    One that could not be had has no key but an ``error``, {"what", "right"}: its pictures have failed from the start.
    """

    name: str
    key: str
    error: dict[str, str] | None = None


@dataclass(frozen=True)
class PictureSettings:
    """How the pictures are to be; as in ``Controls`` and ``Ask``, as plain data; a cut as
    ``ganvas.engine.crop`` reads it.
    """

    strength: float = 1.0
    stroke: float = 1.0
    colour: Literal["style", "photo"] = "style"
    format: str = "jpeg"
    quality: int = 90
    metadata: MetadataPolicy = "none"
    cut: str = ""
    size: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    def build_ask(self, style: str, mask: "NDArray[Any] | None") -> Ask:
        """The ask for one picture. Raises BadControls."""
        controls = Controls(self.strength, self.stroke, self.colour, mask)
        check_controls(controls)
        check_format(self.format, 1, 1)
        check_metadata_policy(self.metadata)
        cut = parse_crop(self.cut, self.size)
        return Ask(style, controls, self.format, self.quality, self.metadata, cut=cut)


@dataclass(frozen=True)
class JobRequest:
    """A job that is asked for: every photo in every style. ``priority`` among the owner's own: 1 first, 9 last."""

    photos: Sequence[InputPhoto]
    styles: Sequence[str]
    settings: PictureSettings = field(default_factory=PictureSettings)
    mask: str | None = None
    name: str = ""
    priority: int = DEFAULT_PRIORITY


@dataclass(frozen=True)
class JobLimits:
    """The limits: pictures in one job, unfinished jobs and unfinished pictures of one owner."""

    job_pictures: int = 2000
    owner_jobs: int = 100
    owner_pictures: int = 10_000


def check_job_request(request: JobRequest, limits: JobLimits) -> None:
    """Raise BadControls or TooLarge for an order that cannot be taken, with what would be right."""
    if not request.photos:
        raise BadControls("The job has no photos.", "Send at least one, or a ZIP that holds some.")
    check_wish(request)
    pictures = len(request.photos) * len(set(request.styles))
    if pictures > limits.job_pictures:
        what = f"{len(request.photos)} photos in {len(set(request.styles))} styles are {pictures} pictures."
        raise TooLarge(what, f"A job makes at most {limits.job_pictures}: send several jobs.")


def check_wish(order: JobRequest) -> None:
    """Raise BadControls for an order that cannot be taken whatever its photos are."""
    if not order.styles:
        raise BadControls("The job has no style.", "Name one or several.")
    if not HIGHEST_PRIORITY <= order.priority <= LOWEST_PRIORITY:
        raise BadControls(
            f"The priority is {order.priority}.",
            f"It goes from {HIGHEST_PRIORITY} (first) to {LOWEST_PRIORITY} (last).",
        )
    order.settings.build_ask(order.styles[0], None)


def build_result_names(names: Sequence[str], styles: Sequence[str], format: str) -> list[str]:
    """The names of the results, photo by photo and style by style: the photo's own name and folders, with the format's
    suffix, below a folder for each style where there are several. None is given twice, whatever the case of letters.
    """
    several = len(styles) > 1
    wished = [
        f"{style.partition('@')[0]}/{replace_suffix(name, format)}" if several else replace_suffix(name, format)
        for name in names
        for style in styles
    ]
    return make_names_unique(wished)


def replace_suffix(name: str, format: str) -> str:
    """The name with the suffix of a format; ``10.23.45`` at its end is no suffix."""
    path = PurePosixPath(name)
    stem = path.stem if path.suffix.lower() in PICTURE_ENDINGS else path.name
    return str(path.with_name(stem + FORMAT_SUFFIXES[format]))


def make_names_unique(names: Sequence[str]) -> list[str]:
    """The names with " (2)", " (3)" ... where they would be the same file on some system."""
    free = FreeNames()
    return [str(free.claim_file(PurePosixPath(name))) for name in names]


def sanitise_upload_name(name: str) -> str:
    """A name that somebody sent as one that is safe everywhere: relative, without tricks, of bounded length.

    A browser sends a folder's photos as ``folder/photo.jpg``; what is left of any other path is its end.
    """
    parts = [sanitise_path_part(part) for part in name.replace("\\", "/").split("/")]
    kept = [part for part in parts if part.strip(". ")]
    path = "/".join(kept)[-MAX_PATH_LENGTH:].lstrip("/")
    return path or "photo"


def sanitise_path_part(part: str) -> str:
    """One part of a path without letters that cannot be in a file's name on some system."""
    safe = "".join("_" if is_unsafe(letter) else letter for letter in part)
    short = safe.strip()[-MAX_NAME_LENGTH:].rstrip(". ") or safe[:1]
    return f"_{short}" if short.partition(".")[0].strip().upper() in DEVICES else short


def is_unsafe(letter: str) -> bool:
    """Whether a letter is none of a name on some system, or would steer where it is shown."""
    return letter in '<>:"|?*' or (unicodedata.category(letter)[0] == "C" and letter not in JOINERS)
