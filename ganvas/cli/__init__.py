"""The command line: wires everything, decides nothing. Knows its commands by name, and loads one when it is asked for.

A command is a typed function, or a Typer of several, in a module of this folder. Such a module imports nothing heavy
at its top (a test looks), so that ``ganvas --help`` answers at once: networks, pictures and the web come inside the
command.
"""

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any, cast

import typer
from typer.core import TyperGroup

from ganvas import __version__
from ganvas.cli.terminal import say
from ganvas.errors import GanvasError

# Name -> module:attribute. A new command is one line here, a file beside this one, and a line in docs/command-line.md.
COMMANDS = {
    "stylize": "ganvas.cli.stylize:stylize",
    "styles": "ganvas.cli.styles:styles",
    "train": "ganvas.cli.train:train",
    "resume": "ganvas.cli.runs:resume",
    "export": "ganvas.cli.runs:export",
    "advise": "ganvas.cli.advise:advise",
    "doctor": "ganvas.cli.doctor:doctor",
    "report": "ganvas.cli.doctor:report",
    "data": "ganvas.cli.data:data",
    "import": "ganvas.cli.imported:imported",
    "sample": "ganvas.cli.sample:sample",
    "judge": "ganvas.cli.judge:judge",
    "serve": "ganvas.cli.serve:serve",
    "jobs": "ganvas.cli.jobs:jobs",
    "work": "ganvas.cli.jobs:work",
    "owners": "ganvas.cli.owners:owners",
}
WRONG = 2


class Later(Mapping[str, Any]):
    """The commands as a mapping that imports a command's module when the command is taken out."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self.places = places

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = self.places[name].partition(":")
        found = getattr(import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            function, found = found, plain()
            found.command(name)(function)
        command = typer.main.get_command(found)
        command.name = name
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


class Commands(TyperGroup):
    """A group whose commands are loaded when they are needed."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = cast(Any, Later(COMMANDS))


def plain(cls: type[TyperGroup] = TyperGroup) -> typer.Typer:
    """A Typer that answers in plain text, which is quick and can be piped."""
    return typer.Typer(cls=cls, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


app = plain(Commands)


def show_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        typer.echo(f"ganvas {__version__}")
        raise typer.Exit


@app.callback(no_args_is_help=True)
def ganvas(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=show_version)
    ] = False,
) -> None:
    """Teach a look from pictures, and make pictures of photos in it."""


def main() -> None:
    """What the ``ganvas`` command runs: an error that Ganvas can explain is one line and exit code 2."""
    try:
        app(prog_name="ganvas")
    except GanvasError as error:
        say(f"ganvas: {error}")
        sys.exit(WRONG)
