"""Shows a training run in the terminal: losses as sparklines, speed, time left."""

import math
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ganvas.cli.terminal import create_console, print_json, print_message

if TYPE_CHECKING:
    from rich.console import Group

SPARK_BLOCKS = "▁▂▃▄▅▆▇█"
MAX_HISTORY, CHART_WIDTH = 400, 40
STEPS_PER_LINE = 100


class CandidateChoice(Protocol):
    """Which state of the run is best so far."""

    @property
    def trials(self) -> Mapping[int, Mapping[str, float]]:
        """The validation scores of each candidate, by its step."""
        ...

    @property
    def best(self) -> int | None:
        """The step of the best one; None while there is none."""
        ...


class TrainingProgress(Protocol):
    """What the loop tells a watcher after a step."""

    @property
    def step(self) -> int:
        """Steps done."""
        ...

    @property
    def steps(self) -> int:
        """Steps in all."""
        ...

    @property
    def losses(self) -> dict[str, float]:
        """The losses by name, of the last logged step."""
        ...

    @property
    def pictures_per_second(self) -> float:
        """Speed."""
        ...

    @property
    def seconds_left(self) -> float:
        """Not a number while nothing is known of the speed."""
        ...

    @property
    def sheet(self) -> Path | None:
        """The newest sheet of samples."""
        ...

    @property
    def diagnoses(self) -> tuple[str, ...]:
        """What the doctor said so far, in sentences."""
        ...

    @property
    def choice(self) -> CandidateChoice:
        """The candidates so far."""
        ...


TrainingProgressCallback = Callable[[TrainingProgress], None]


@contextmanager
def show_training(run: Path, json: bool = False) -> Generator[TrainingProgressCallback]:
    """A function to call after each step: JSON lines, a live display in a terminal, or a line now and then."""
    to = create_console()
    if json:
        yield throttle_progress(lambda progress: print_json(serialise_progress(progress)))
    elif not to.is_terminal:
        yield throttle_progress(lambda progress: print_message(format_progress(progress)), STEPS_PER_LINE)
    else:
        from rich.live import Live

        board = TrainingDisplay(run)
        with Live(board, console=to, refresh_per_second=4):
            yield board.update


def throttle_progress(report: TrainingProgressCallback, every: int = 1) -> TrainingProgressCallback:
    """Pass on only progress with new losses, at most each ``every`` steps, and always the last."""
    told: list[Any] = [None, -every]

    def on_progress(progress: TrainingProgress) -> None:
        new = progress.losses is not told[0] and progress.step - told[1] >= every
        if new or progress.step == progress.steps:
            told[:] = progress.losses, progress.step
            report(progress)

    return on_progress


def serialise_progress(progress: TrainingProgress) -> dict[str, Any]:
    """Progress as plain data; what is not known yet is null."""
    left = progress.seconds_left
    return {
        "step": progress.step,
        "steps": progress.steps,
        "losses": progress.losses,
        "pictures_per_second": round(progress.pictures_per_second, 2),
        "seconds_left": None if math.isnan(left) else round(left, 1),
        "sheet": progress.sheet and str(progress.sheet),
        "diagnoses": list(progress.diagnoses),
        "best": progress.choice.best,
        "validation": {str(step): dict(found) for step, found in progress.choice.trials.items()},
    }


def format_progress(progress: TrainingProgress) -> str:
    """Progress on one line."""
    losses = "  ".join(f"{name} {value:.4f}" for name, value in progress.losses.items())
    speed = f"{progress.pictures_per_second:.1f} pictures/s, {format_duration(progress.seconds_left)} left"
    said = "".join(f"  doctor: {what}" for what in progress.diagnoses)
    said += "".join(f"  {what}" for what in describe_candidates(progress.choice))
    return f"step {progress.step}/{progress.steps}  {losses}  {speed}{said}"


def describe_candidates(choice: CandidateChoice) -> Iterator[str]:
    """The newest candidate and the best one, once there are any."""
    named = {"candidate": max(choice.trials, default=None), "best": choice.best}
    for name, step in named.items():
        if step is not None:
            yield f"{name}: step {step}, {format_scores(choice.trials[step])}"


def format_scores(scores: Mapping[str, float]) -> str:
    """The validation scores of a candidate, each with its error."""
    errors = {name: f" ± {value:.2g}" for name, value in scores.items() if name.endswith("_error")}
    return ", ".join(
        f"{name} {value:.4g}{errors.get(f'{name}_error', '')}" for name, value in scores.items() if name not in errors
    )


def format_duration(seconds: float) -> str:
    """4:05, or 1:04:05; dashes for what is not known."""
    if math.isnan(seconds):
        return "-:--"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def draw_sparkline(values: Sequence[float], width: int = CHART_WIDTH) -> str:
    """Values as a line of blocks, the lowest as the lowest block; each block is the mean of its share."""
    count = min(width, len(values))
    shares = [values[index * len(values) // count : (index + 1) * len(values) // count] for index in range(count)]
    means = [sum(share) / len(share) for share in shares]
    low, high = min(means, default=0.0), max(means, default=0.0)
    scale = (len(SPARK_BLOCKS) - 1) / (high - low) if high > low else 0.0
    return "".join(SPARK_BLOCKS[round((mean - low) * scale)] for mean in means)


class TrainingDisplay:
    """The live display of one run."""

    def __init__(self, run: Path) -> None:
        self.run = run
        self.now: TrainingProgress | None = None
        self.last: dict[str, float] = {}
        self.kept: dict[str, deque[float]] = {}

    def update(self, progress: TrainingProgress) -> None:
        """Take progress in; the display draws itself when it likes."""
        self.now = progress
        if progress.losses is not self.last:
            self.last = progress.losses
            for name, value in progress.losses.items():
                self.kept.setdefault(name, deque(maxlen=MAX_HISTORY)).append(value)

    def __rich__(self) -> "Group":
        """What rich draws."""
        from rich.console import Group
        from rich.spinner import Spinner
        from rich.text import Text

        if self.now is None:
            return Group(Spinner("dots", text="reading pictures and measuring the speed of a step"))
        chosen = [Text(what, style="green") for what in describe_candidates(self.now.choice)]
        sheet = f"samples  {self.now.sheet}" if self.now.sheet else "samples  none yet"
        said = [Text(f"doctor   {what}", style="yellow") for what in self.now.diagnoses]
        run = Text(f"run      {self.run}", style="dim")
        return Group(self.build_header(self.now), self.build_loss_table(), *said, *chosen, Text(sheet), run)

    def build_header(self, now: TrainingProgress) -> Any:
        """The bar with steps, speed and time left."""
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        row = Table.grid(padding=(0, 2))
        speed = f"{now.pictures_per_second:.1f} pictures/s"
        bar = ProgressBar(total=now.steps, completed=now.step, width=CHART_WIDTH)
        row.add_row(f"step {now.step:,} of {now.steps:,}", bar, speed, f"{format_duration(now.seconds_left)} left")
        return row

    def build_loss_table(self) -> Any:
        """A row for each loss: its name, its value now, and how it went."""
        from rich.table import Table

        rows = Table.grid(padding=(0, 2))
        for name, values in self.kept.items():
            rows.add_row(name, f"[bold]{values[-1]:.4f}[/bold]", f"[cyan]{draw_sparkline(tuple(values))}[/cyan]")
        return rows
