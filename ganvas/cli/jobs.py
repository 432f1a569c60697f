"""``ganvas jobs`` and ``ganvas work``: long work that survives. Knows how jobs are shown; the desk does what is asked.

Jobs of this machine's scripts are shown: those that were asked for with the token where one is set.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from ganvas.cli.terminal import say, say_json, say_table

if TYPE_CHECKING:
    from ganvas.jobs.desk import Seen
    from ganvas.jobs.shop import Shop

jobs = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="What runs and what waits: list, show, cancel, pause, resume, retry.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Id = Annotated[str, typer.Argument(help="The job's id, as `ganvas jobs list` shows it.")]


def open_shop() -> "tuple[Shop, str]":
    """The jobs of this installation, and whose are meant."""
    from ganvas.cli.wiring import keep_private, open_engine, settled
    from ganvas.jobs.shop import Shop
    from ganvas.store import Store
    from ganvas.web.owners import LOCAL, token_owner

    settings = settled()
    keep_private(settings)
    owner = token_owner(settings.token) if settings.token else LOCAL
    return Shop(settings, open_engine(settings), Store(settings.data / "store")), owner


@jobs.callback(invoke_without_command=True)
def show_list_by_default(context: typer.Context) -> None:
    """``ganvas jobs`` alone is the list."""
    if context.invoked_subcommand is None:
        list_jobs()


@jobs.command("list")
def list_jobs(as_json: AsJson = False) -> None:
    """All jobs, the newest first."""
    shop, owner = open_shop()
    seen = shop.desk.jobs(owner)
    shop.end()
    if as_json:
        say_json([plain(one) for one in seen])
        return
    header = ("ID", "NAME", "STATE", "DONE", "FAILED", "OF", "LEFT")
    say_table([header, *map(row, seen)] if seen else [("There are no jobs.",)])


@jobs.command()
def show(id: Id, as_json: AsJson = False) -> None:
    """One job with its parts."""
    shop, owner = open_shop()
    seen = shop.desk.show(owner, id)
    shop.end()
    parts = [(part.given, part.style, part.state, (part.error or {}).get("what", "")) for part in seen.job.parts]
    if as_json:
        names = ("photo", "style", "state", "error")
        say_json(plain(seen) | {"parts": [dict(zip(names, part, strict=True)) for part in parts]})
        return
    say_table([("ID", "NAME", "STATE", "DONE", "FAILED", "OF", "LEFT"), row(seen)])
    say_table([("PHOTO", "STYLE", "STATE", "REASON"), *parts])


@jobs.command()
def cancel(id: Id) -> None:
    """Stop a job for good; what is made stays."""
    change("cancel", id)


@jobs.command()
def pause(id: Id) -> None:
    """Stop a job until it is resumed."""
    change("pause", id)


@jobs.command()
def resume(id: Id) -> None:
    """Go on with a paused job."""
    change("resume", id)


@jobs.command()
def retry(id: Id) -> None:
    """Try again what failed or was cancelled, and that alone."""
    change("retry", id)


def change(what: str, id: str) -> None:
    """Do one thing to a job and say how it stands."""
    shop, owner = open_shop()
    getattr(shop.desk, what)(owner, id)
    state = shop.desk.glance(owner, id).state
    shop.end()
    say(f"{id} is {state}.")


def plain(seen: "Seen") -> dict[str, object]:
    """A job as JSON has it."""
    job = seen.job
    known: dict[str, object] = {name: getattr(job, name) for name in ("id", "name", "state", "styles", "made", "ended")}
    return known | {
        "counts": seen.counts,
        "position": seen.forecast.position,
        "seconds_left": seen.forecast.seconds,
    }


def row(seen: "Seen") -> tuple[str, ...]:
    """A job as a line of a table."""
    job, counts, seconds = seen.job, seen.counts, seen.forecast.seconds
    left = "" if seconds is None else f"{seconds:.0f} s"
    done, failed = str(counts.get("done", 0)), str(counts.get("failed", 0))
    return (job.id, job.name[:40], job.state, done, failed, str(sum(counts.values())), left)


def work() -> None:
    """Work on jobs until stopped, beside a server or on another machine with the same database and data folder."""
    import signal
    import threading

    from ganvas import image

    shop, _ = open_shop()
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, frame: stop.set())
    shop.begin()
    say("Working on jobs; Ctrl+C stops it and hands back what is not finished.")
    stop.wait()
    shop.end()
    image.stop()
