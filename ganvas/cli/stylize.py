"""``ganvas stylize``: photos to pictures. Knows files and progress; the spine makes the pictures."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from ganvas.cli.photos import Place, Task, plan
from ganvas.cli.terminal import progress, say, say_json
from ganvas.cli.writing import write_picture
from ganvas.errors import BadPhoto, GanvasError
from ganvas.names import show_name

if TYPE_CHECKING:
    from ganvas.engine.controls import Controls
    from ganvas.stylize import Ask

SOME_FAILED = 1
HOLDER = "stylize"
Make = Callable[[Task, Callable[[float], None]], dict[str, Any]]


def stylize(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="Photos, or folders of them.")],
    style: Annotated[str, typer.Option("--style", "-s", help="A name that `ganvas styles` lists.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A folder, or a file for a single photo; by default beside the photos."),
    ] = None,
    strength: Annotated[float, typer.Option(help="0 the photo, 1 the picture.")] = 1.0,
    stroke: Annotated[float, typer.Option(help="Width of the strokes: 1 as the painter would, 0.25 to 4.")] = 1.0,
    colour: Annotated[
        Literal["style", "photo"], typer.Option(help="The style's colours, or the photo's own.")
    ] = "style",
    mask: Annotated[Path | None, typer.Option(help="A picture: white where the style goes, black where not.")] = None,
    format: Annotated[
        Literal["jpeg", "png", "webp", "avif"] | None, typer.Option(help="By default the photo's own.")
    ] = None,
    quality: Annotated[int, typer.Option(min=1, max=100, help="Of JPEG, WebP and AVIF.")] = 90,
    metadata: Annotated[
        Literal["none", "without-place", "all"], typer.Option(help="What the picture says of its photo.")
    ] = "none",
    crop: Annotated[
        Literal["none", "avatar"], typer.Option(help="Paint the square around the largest face alone.")
    ] = "none",
    cut: Annotated[
        str, typer.Option(metavar="LEFT,TOP,WIDTH,HEIGHT", help="The part of the picture that is kept, in pixels.")
    ] = "",
    size: Annotated[
        str, typer.Option(metavar="WIDTHxHEIGHT", help="Bring what is kept to this size; nothing is stretched.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print what was made as one JSON list.")] = False,
) -> None:
    """Make pictures of photos in a style."""
    from ganvas.cut import read
    from ganvas.stylize import Ask

    tasks = plan(photos, Place(style, out, format))
    controls = turned(strength, stroke, colour, mask)
    ask = Ask(style, controls, quality=quality, metadata=metadata, crop=crop, cut=read(cut, size))
    with TemporaryDirectory(prefix="ganvas-") as folder:
        results = list(work(tasks, maker(ask, Path(folder)), quiet=json))
    if json:
        say_json(results)
    if any("error" in result for result in results):
        raise typer.Exit(SOME_FAILED)


def turned(strength: float, stroke: float, colour: str, mask: Path | None) -> "Controls":
    """The controls that a person asked for, checked; the mask is read from its file."""
    from ganvas.engine.controls import Controls, check

    controls = Controls(strength, stroke, cast(Any, colour), None if mask is None else grey(mask))
    check(controls)
    return controls


def grey(path: Path) -> Any:
    """A picture file as a mask: uint8 h x w."""
    from ganvas.image import decode_mask

    try:
        return decode_mask(path.read_bytes())
    except OSError as error:
        raise BadPhoto(f"The mask {path} cannot be read: {error.strerror}.") from error


def maker(ask: "Ask", folder: Path) -> Make:
    """The spine as a function of a task; ``folder`` holds a picture until it lies where it belongs."""
    from dataclasses import replace

    from ganvas.cli.wiring import open_engine, settled
    from ganvas.image import Limits
    from ganvas.store import Store
    from ganvas.stylize import stylize

    settings = settled()
    engine, store = open_engine(settings), Store(folder)
    limits = Limits(settings.max_bytes, settings.max_pixels)
    engine.catalog.get_or_newest(ask.style)

    def make(task: Task, on_tile: Callable[[float], None]) -> dict[str, Any]:
        begun = time.perf_counter()
        made = stylize(engine, store, task.photo.read_bytes(), replace(ask, format=task.format), on_tile, limits)
        store.hold(made.key, HOLDER)
        picture = write_picture(store.get(made.key), task.picture, task.earlier)
        store.release(made.key, HOLDER)
        about = {"picture": str(picture), "style": made.style, "version": made.version, "key": made.key}
        return {**about, "seconds": time.perf_counter() - begun}

    return make


def work(tasks: Sequence[Task], make: Make, quiet: bool) -> Iterator[dict[str, Any]]:
    """Do the tasks in turn under a bar; a photo that cannot be done fails alone, with its reason."""
    from rich.markup import escape

    given = {identity(task.photo) for task in tasks}
    with progress() as bar:
        all_of_it = bar.add_task("pictures", total=len(tasks))
        for done, task in enumerate(tasks):
            bar.update(all_of_it, description=escape(show_name(task.photo.name)), completed=done)

            def on_tile(fraction: float, done: int = done) -> None:
                bar.update(all_of_it, completed=done + fraction)

            result = attempt(task, make, on_tile, given)
            if not quiet:
                tell(result)
            yield result
        bar.update(all_of_it, completed=len(tasks))


def attempt(task: Task, make: Make, on_tile: Callable[[float], None], given: set[tuple[int, int]]) -> dict[str, Any]:
    """One task's result: the picture's path and how it came about, or the error."""
    about = {"photo": str(task.photo)}
    try:
        if task.picture.exists() and identity(task.picture) in given:
            raise BadPhoto(f"{task.picture} is a photo that was given.", "Choose another --out.")
        return {**about, **make(task, on_tile)}
    except GanvasError as error:
        return {**about, "error": str(error)}
    except OSError as error:
        return {**about, "error": f"{error.filename or task.photo}: {error.strerror}"}


def identity(path: Path) -> tuple[int, int]:
    """What a file is, whatever name leads to it."""
    found = path.stat()
    return found.st_dev, found.st_ino


def tell(result: dict[str, Any]) -> None:
    """A line for a person: the picture on the standard output, a failure on the standard error."""
    if "error" in result:
        say(show_name(f"ganvas: {result['photo']}: {result['error']}"))
    else:
        typer.echo(show_name(result["picture"]))


def write(data: bytes, path: Path) -> None:
    """Write a picture, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.part")
    new.write_bytes(data)
    new.replace(path)
