"""``ganvas stylize``: photos to pictures."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from ganvas.cli.output_paths import OutputRule, StylizeTask, plan_tasks
from ganvas.cli.terminal import create_progress, print_json, print_message
from ganvas.cli.writing import write_picture
from ganvas.errors import BadPhoto, GanvasError
from ganvas.filenames import show_name

if TYPE_CHECKING:
    from ganvas.engine.controls import Controls
    from ganvas.stylize import Ask

PARTIAL_FAILURE_EXIT_CODE = 1
HOLDER = "stylize"
TaskRunner = Callable[[StylizeTask, Callable[[float], None]], dict[str, Any]]


def stylize_photos(
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
    from ganvas.engine.crop import parse_crop
    from ganvas.stylize import Ask

    tasks = plan_tasks(photos, OutputRule(style, out, format))
    controls = build_controls(strength, stroke, colour, mask)
    ask = Ask(style, controls, quality=quality, metadata=metadata, crop=crop, cut=parse_crop(cut, size))
    with TemporaryDirectory(prefix="ganvas-") as folder:
        results = list(run_tasks(tasks, create_task_runner(ask, Path(folder)), quiet=json))
    if json:
        print_json(results)
    if any("error" in result for result in results):
        raise typer.Exit(PARTIAL_FAILURE_EXIT_CODE)


def build_controls(strength: float, stroke: float, colour: str, mask: Path | None) -> "Controls":
    """The controls that a person asked for, checked; the mask is read from its file."""
    from ganvas.engine.controls import Controls, check_controls

    controls = Controls(strength, stroke, cast(Any, colour), None if mask is None else load_mask(mask))
    check_controls(controls)
    return controls


def load_mask(path: Path) -> Any:
    """A picture file as a mask: uint8 h x w."""
    from ganvas.image import decode_mask

    try:
        return decode_mask(path.read_bytes())
    except OSError as error:
        raise BadPhoto(f"The mask {path} cannot be read: {error.strerror}.") from error


def create_task_runner(ask: "Ask", folder: Path) -> TaskRunner:
    """The spine as a function of a task; ``folder`` holds a picture until it lies where it belongs."""
    from dataclasses import replace

    from ganvas.cli.compose import load_settings, open_engine
    from ganvas.image import DecodeLimits
    from ganvas.storage.blobs import Store
    from ganvas.stylize import stylize

    settings = load_settings()
    engine, store = open_engine(settings), Store(folder)
    limits = DecodeLimits(settings.max_bytes, settings.max_pixels)
    engine.catalog.get_or_newest(ask.style)

    def run_task(task: StylizeTask, on_tile: Callable[[float], None]) -> dict[str, Any]:
        begun = time.perf_counter()
        made = stylize(engine, store, task.photo.read_bytes(), replace(ask, format=task.format), on_tile, limits)
        store.hold(made.key, HOLDER)
        picture = write_picture(store.get(made.key), task.output, task.earlier)
        store.release(made.key, HOLDER)
        about = {"picture": str(picture), "style": made.style, "version": made.version, "key": made.key}
        return {**about, "seconds": time.perf_counter() - begun}

    return run_task


def run_tasks(tasks: Sequence[StylizeTask], run_task: TaskRunner, quiet: bool) -> Iterator[dict[str, Any]]:
    """Do the tasks in turn under a bar; a photo that cannot be done fails alone, with its reason."""
    from rich.markup import escape

    given = {get_file_identity(task.photo) for task in tasks}
    with create_progress() as bar:
        all_of_it = bar.add_task("pictures", total=len(tasks))
        for done, task in enumerate(tasks):
            bar.update(all_of_it, description=escape(show_name(task.photo.name)), completed=done)

            def on_tile(fraction: float, done: int = done) -> None:
                bar.update(all_of_it, completed=done + fraction)

            result = try_task(task, run_task, on_tile, given)
            if not quiet:
                print_result(result)
            yield result
        bar.update(all_of_it, completed=len(tasks))


def try_task(
    task: StylizeTask, run_task: TaskRunner, on_tile: Callable[[float], None], photo_identities: set[tuple[int, int]]
) -> dict[str, Any]:
    """One task's result: the picture's path and how it came about, or the error."""
    about = {"photo": str(task.photo)}
    try:
        if task.output.exists() and get_file_identity(task.output) in photo_identities:
            raise BadPhoto(f"{task.output} is a photo that was given.", "Choose another --out.")
        return {**about, **run_task(task, on_tile)}
    except GanvasError as error:
        return {**about, "error": str(error)}
    except OSError as error:
        return {**about, "error": f"{error.filename or task.photo}: {error.strerror}"}


def get_file_identity(path: Path) -> tuple[int, int]:
    """What a file is, whatever name leads to it."""
    found = path.stat()
    return found.st_dev, found.st_ino


def print_result(result: dict[str, Any]) -> None:
    """A line for a person: the picture on the standard output, a failure on the standard error."""
    if "error" in result:
        print_message(show_name(f"ganvas: {result['photo']}: {result['error']}"))
    else:
        typer.echo(show_name(result["picture"]))


def write_atomically(data: bytes, path: Path) -> None:
    """Write a picture, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.part")
    new.write_bytes(data)
    new.replace(path)
