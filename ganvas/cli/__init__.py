"""The command line: wires everything, decides nothing.

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
from ganvas.cli.terminal import print_message
from ganvas.errors import GanvasError

# Name -> module:attribute. A new command is one line here, a file beside this one, and a line in docs/command-line.md.
COMMANDS = {
    "stylize": "ganvas.cli.stylize:stylize_photos",
    "styles": "ganvas.cli.styles:styles_commands",
    "train": "ganvas.cli.train:train_style",
    "resume": "ganvas.cli.runs:resume_run",
    "export": "ganvas.cli.runs:export_run",
    "advise": "ganvas.cli.advise:advise_recipe",
    "doctor": "ganvas.cli.doctor:diagnose_run",
    "report": "ganvas.cli.doctor:write_run_report",
    "data": "ganvas.cli.data:data_commands",
    "import": "ganvas.cli.import_style:import_style",
    "sample": "ganvas.cli.sample:sample_pictures",
    "judge": "ganvas.cli.judge:judge_styles",
    "serve": "ganvas.cli.serve:serve_app",
    "jobs": "ganvas.cli.jobs:jobs_commands",
    "work": "ganvas.cli.jobs:work_on_jobs",
    "owners": "ganvas.cli.owners:owners",
}
ERROR_EXIT_CODE = 2


class LazyCommands(Mapping[str, Any]):
    """The commands as a mapping that imports a command's module when the command is taken out."""

    def __init__(self, targets: Mapping[str, str]) -> None:
        self.places = targets

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = self.places[name].partition(":")
        found = getattr(import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            function, found = found, create_typer()
            found.command(name)(function)
        command = typer.main.get_command(found)
        command.name = name
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


class LazyCommandGroup(TyperGroup):
    """A group whose commands are loaded when they are needed."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = cast(Any, LazyCommands(COMMANDS))


def create_typer(cls: type[TyperGroup] = TyperGroup) -> typer.Typer:
    """A Typer that answers in plain text, which is quick and can be piped."""
    return typer.Typer(cls=cls, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


app = create_typer(LazyCommandGroup)


def print_version(requested: bool) -> None:
    """Print the version and stop."""
    if requested:
        typer.echo(f"ganvas {__version__}")
        raise typer.Exit


@app.callback(no_args_is_help=True)
def handle_global_options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=print_version)
    ] = False,
) -> None:
    """Teach a look from pictures, and make pictures of photos in it."""


def main() -> None:
    """What the ``ganvas`` command runs: an error that Ganvas can explain is one line and exit code 2."""
    try:
        app(prog_name="ganvas")
    except GanvasError as error:
        print_message(f"ganvas: {error}")
        sys.exit(ERROR_EXIT_CODE)
