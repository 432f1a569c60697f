"""Watching a run: what is shown of progress."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console

from ganvas.cli.progress import (
    TrainingDisplay,
    draw_sparkline,
    format_duration,
    format_progress,
    serialise_progress,
    show_training,
    throttle_progress,
)


@dataclass(frozen=True)
class FakeChoice:
    """The candidates so far."""

    trials: dict[int, dict[str, float]] = field(default_factory=dict)
    best: int | None = None


@dataclass
class FakeProgress:
    """What the loop tells after a step."""

    step: int
    steps: int
    losses: dict[str, float]
    pictures_per_second: float = 12.5
    seconds_left: float = 65.0
    sheet: Path | None = None
    diagnoses: tuple[str, ...] = ()
    choice: FakeChoice = field(default_factory=FakeChoice)


def make_progress(count: int, every: int) -> Iterator[FakeProgress]:
    """A run whose losses are new each ``every`` steps."""
    losses = {}
    for step in range(1, count + 1):
        if step % every == 1 or every == 1:
            losses = {"content": 1 / step}
        yield FakeProgress(step, count, losses)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0:00"), (65, "1:05"), (3665, "1:01:05"), (59.7, "1:00"), (math.nan, "-:--")]
)
def test_a_clock_reads_as_a_person_says_it(seconds: float, said: str):
    assert format_duration(seconds) == said


def test_a_sparkline_goes_from_the_lowest_to_the_highest():
    assert draw_sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert draw_sparkline([2, 2, 2]) == "▁▁▁"
    assert draw_sparkline([]) == ""


def test_a_long_run_fits_into_the_line():
    values = [float(index) for index in range(1003)]
    assert len(draw_sparkline(values, 40)) == 40
    assert draw_sparkline(values, 40)[0] == "▁"
    assert draw_sparkline(values, 40)[-1] == "█"


def test_the_newest_candidate_and_the_best_are_told_with_their_errors():
    trials = {50: {"style": 101.5, "style_error": 7.25, "content": 0.5}, 100: {"style": 120.0, "content": 0.25}}
    told = FakeProgress(100, 100, {"content": 0.1}, choice=FakeChoice(trials, 50))
    assert format_progress(told).endswith(
        "candidate: step 100, style 120, content 0.25  best: step 50, style 101.5 ± 7.2, content 0.5"
    )
    assert serialise_progress(told)["best"] == 50
    assert serialise_progress(told)["validation"]["100"] == {"style": 120.0, "content": 0.25}
    assert "candidate" not in format_progress(FakeProgress(1, 100, {"content": 0.1}))


def test_only_new_losses_are_told_and_always_the_last_step():
    told: list[int] = []
    watch = throttle_progress(lambda progress: told.append(progress.step))
    for progress in make_progress(50, 20):
        watch(progress)
    assert told == [1, 21, 41, 50]


def test_a_script_gets_a_line_of_json_for_each(capsys: pytest.CaptureFixture[str]):
    with show_training(Path("runs/mine"), json=True) as watch:
        for progress in make_progress(3, 1):
            watch(progress)
        watch(FakeProgress(4, 4, {"content": 0.2}, seconds_left=math.nan, sheet=Path("s.jpg")))
    lines = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert [text["step"] for text in lines] == [1, 2, 3, 4]
    assert lines[-1]["seconds_left"] is None
    assert lines[-1]["sheet"] == "s.jpg"


def test_what_the_doctor_says_is_heard():
    assert format_progress(FakeProgress(1, 4, {}, diagnoses=("It does nothing.",))).endswith("doctor: It does nothing.")


def test_a_log_file_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]):
    with show_training(Path("runs/mine")) as watch:
        for progress in make_progress(250, 20):
            watch(progress)
    shown = capsys.readouterr().err.splitlines()
    assert [text.split()[1] for text in shown] == ["1/250", "101/250", "201/250", "250/250"]


def test_a_line_says_losses_speed_and_time_left():
    assert (
        format_progress(FakeProgress(3, 9, {"content": 0.5})) == "step 3/9  content 0.5000  12.5 pictures/s, 1:05 left"
    )


def render_display(board: TrainingDisplay) -> str:
    """What a terminal would show."""
    console = Console(width=120, force_terminal=False)
    with console.capture() as capture:
        console.print(board)
    return capture.get()


def test_the_board_shows_losses_speed_and_the_newest_sheet():
    board = TrainingDisplay(Path("runs/mine"))
    for progress in make_progress(8, 1):
        board.update(progress)
    board.update(FakeProgress(9, 9, {"content": 0.1}, sheet=Path("runs/mine/samples/step-000009.jpg")))
    shown = render_display(board)
    for part in (
        "step 9 of 9",
        "content",
        "0.1000",
        "█",
        "12.5 pictures/s",
        "1:05 left",
        "step-000009.jpg",
        "runs/mine",
    ):
        assert part in shown


def test_the_board_has_something_to_show_before_the_first_step():
    assert "measuring" in render_display(TrainingDisplay(Path("runs/mine")))
