"""``ganvas owners``: lists owners, gives what one had to another, and deletes."""

import time
from typing import Annotated

import typer

from ganvas.cli.terminal import print_message, print_table

owners = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Who has pictures and jobs: list, move, delete.",
)
Name = Annotated[str, typer.Argument(help="The owner, as `ganvas owners list` shows it.")]


@owners.command("list")
def list_owners() -> None:
    """All who have pictures or jobs, the latest first."""
    from ganvas.cli.compose import load_settings
    from ganvas.ledger.database import Database
    from ganvas.ledger.owners import list_owners

    database = Database(load_settings().database_url)
    with database.open_read_session() as session:
        found = list_owners(session)
    database.close()
    rows = [(one.owner, str(one.pictures), str(one.jobs), show_time(one.last)) for one in found]
    print_table([("OWNER", "PICTURES", "JOBS", "LAST"), *rows] if rows else [("Nobody has anything.",)])


@owners.command("move")
def move_owner(owner: Name, to: Annotated[str, typer.Argument(help="Who has it all from now on.")]) -> None:
    """Give all that one owner has to another, as when a browser lost its cookie."""
    from ganvas.cli.compose import load_settings
    from ganvas.ledger.database import Database
    from ganvas.ledger.owners import move_owner

    database = Database(load_settings().database_url)
    with database.open_write_session() as session:
        move_owner(session, owner, to)
    database.close()
    print_message(f"What {owner} had is {to}'s.")


@owners.command("delete")
def delete_owner(owner: Name, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete an owner's pictures, photos and jobs for good."""
    from ganvas.cli.jobs import open_job_runtime
    from ganvas.ledger import history
    from ganvas.ledger.owners import forget_owner

    if not yes:
        typer.confirm(f"Delete all that {owner} has?", abort=True)
    runtime, _ = open_job_runtime()
    while found := runtime.service.list_jobs(owner):
        for seen in found:
            runtime.service.delete(owner, seen.job.id, with_pictures=True)
    with runtime.service.database.open_write_session() as session:
        while pictures := history.find_pictures(session, owner, history.PictureSearch()):
            for picture in pictures:
                history.delete_picture(session, picture)
            session.flush()
        forget_owner(session, owner)
    runtime.service.references.apply_releases()
    runtime.close()
    print_message(f"Nothing of {owner} is left.")


def show_time(at: float) -> str:
    """A time in this machine's zone, to the minute."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
