"""Prints progress, tables and JSON."""

import json
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from ganvas.filenames import show_name

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


def create_console() -> "Console":
    """The standard error as a terminal: what is shown there never mixes with results."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def create_progress() -> "Progress":
    """Bars with a percentage and the time left, on the standard error; silent when that is not a terminal."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    to = create_console()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=to, disable=not to.is_terminal, transient=True)


@contextmanager
def show_status(what: str) -> Generator[None]:
    """A sign of life with a sentence while something has no end in sight; silent when nobody sees it."""
    to = create_console()
    if not to.is_terminal:
        yield
        return
    with to.status(what):
        yield


def print_message(text: str) -> None:
    """A line for a person on the standard error; names in it steer no terminal."""
    typer.echo("\n".join(map(show_name, text.split("\n"))), err=True)


def print_json(value: Any) -> None:
    """A value as JSON on one line of the standard output; bytes of a name that are no UTF-8 as Python writes them."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    typer.echo(re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text))


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Rows on the standard output, columns two spaces apart; wide (Chinese) letters count as two."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())
