"""``ganvas jobs`` and ``ganvas work``: lists, shows and changes long jobs, and works on them.

Jobs of this machine's scripts are shown: those that were asked for with the token where one is set.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from ganvas.cli.terminal import print_json, print_message, print_table

if TYPE_CHECKING:
    from ganvas.jobs.runtime import JobRuntime
    from ganvas.jobs.service import JobView

jobs_commands = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="What runs and what waits: list, show, cancel, pause, resume, retry.",
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
JobId = Annotated[str, typer.Argument(help="The job's id, as `ganvas jobs list` shows it.")]


def open_job_runtime() -> "tuple[JobRuntime, str]":
    """The jobs of this installation, and whose are meant."""
    from ganvas.cli.compose import keep_private, load_settings, open_engine
    from ganvas.jobs.runtime import JobRuntime
    from ganvas.storage.blobs import Store
    from ganvas.web.identity import LOCAL_OWNER, derive_token_owner

    settings = load_settings()
    keep_private(settings)
    owner = derive_token_owner(settings.token) if settings.token else LOCAL_OWNER
    return JobRuntime(settings, open_engine(settings), Store(settings.data / "store")), owner


@jobs_commands.callback(invoke_without_command=True)
def list_jobs_by_default(context: typer.Context) -> None:
    """``ganvas jobs`` alone is the list."""
    if context.invoked_subcommand is None:
        list_jobs()


@jobs_commands.command("list")
def list_jobs(as_json: AsJson = False) -> None:
    """All jobs, the newest first."""
    runtime, owner = open_job_runtime()
    seen = runtime.service.list_jobs(owner)
    runtime.close()
    if as_json:
        print_json([serialise_job(one) for one in seen])
        return
    header = ("ID", "NAME", "STATE", "DONE", "FAILED", "OF", "LEFT")
    print_table([header, *map(format_job_row, seen)] if seen else [("There are no jobs.",)])


@jobs_commands.command("show")
def show_job(id: JobId, as_json: AsJson = False) -> None:
    """One job with its parts."""
    runtime, owner = open_job_runtime()
    seen = runtime.service.get_job(owner, id)
    runtime.close()
    parts = [(part.given, part.style, part.state, (part.error or {}).get("what", "")) for part in seen.job.parts]
    if as_json:
        names = ("photo", "style", "state", "error")
        print_json(serialise_job(seen) | {"parts": [dict(zip(names, part, strict=True)) for part in parts]})
        return
    print_table([("ID", "NAME", "STATE", "DONE", "FAILED", "OF", "LEFT"), format_job_row(seen)])
    print_table([("PHOTO", "STYLE", "STATE", "REASON"), *parts])


@jobs_commands.command("cancel")
def cancel_job(id: JobId) -> None:
    """Stop a job for good; what is made stays."""
    change_job("cancel", id)


@jobs_commands.command("pause")
def pause_job(id: JobId) -> None:
    """Stop a job until it is resumed."""
    change_job("pause", id)


@jobs_commands.command("resume")
def resume_job(id: JobId) -> None:
    """Go on with a paused job."""
    change_job("resume", id)


@jobs_commands.command("retry")
def retry_job(id: JobId) -> None:
    """Try again what failed or was cancelled, and that alone."""
    change_job("retry", id)


def change_job(action: str, id: str) -> None:
    """Do one thing to a job and say how it stands."""
    runtime, owner = open_job_runtime()
    getattr(runtime.service, action)(owner, id)
    state = runtime.service.get_job_row(owner, id).state
    runtime.close()
    print_message(f"{id} is {state}.")


def serialise_job(view: "JobView") -> dict[str, object]:
    """A job as JSON has it."""
    job = view.job
    known: dict[str, object] = {name: getattr(job, name) for name in ("id", "name", "state", "styles", "made", "ended")}
    return known | {
        "counts": view.counts,
        "position": view.forecast.position,
        "seconds_left": view.forecast.seconds,
    }


def format_job_row(view: "JobView") -> tuple[str, ...]:
    """A job as a line of a table."""
    job, counts, seconds = view.job, view.counts, view.forecast.seconds
    left = "" if seconds is None else f"{seconds:.0f} s"
    done, failed = str(counts.get("done", 0)), str(counts.get("failed", 0))
    return (job.id, job.name[:40], job.state, done, failed, str(sum(counts.values())), left)


def work_on_jobs() -> None:
    """Work on jobs until stopped, beside a server or on another machine with the same database and data folder."""
    import signal
    import threading

    from ganvas import image

    runtime, _ = open_job_runtime()
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, frame: stop.set())
    runtime.start_worker()
    print_message("Working on jobs; Ctrl+C stops it and hands back what is not finished.")
    stop.wait()
    runtime.close()
    image.stop_decoders()
