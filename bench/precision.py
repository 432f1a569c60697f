"""How long a learning step takes in fp32 and in bf16: ``python -m bench.precision``.

Processor time on one thread, which on a quiet machine is the time that it takes: what else the machine does costs both
little, and steps are taken in turns, so that it costs both alike. Warm networks, the recipe's own crops.
"""

import argparse
import time
from pathlib import Path
from statistics import median

from bench.markdown_report import describe_machine
from ganvas.cli.train import resolve_data_folders
from ganvas.learn import recipe as recipes
from ganvas.learn.training import loop
from ganvas.learn.training.precision import Precision

SETTLED = 14  # steps until what the house method keeps of earlier ones is full


def time_precisions(path: Path, rounds: int) -> dict[Precision, list[float]]:
    """The seconds of each step of a recipe in both precisions."""
    recipe = resolve_data_folders(recipes.load_recipe(path))
    stopwatch = loop.make_stopwatch(recipes.override_settings(recipe, ["schedule.threads=1"]))
    stopwatch.clock = time.process_time
    for _ in range(SETTLED):
        stopwatch.time_step("fp32")
    stopwatch.time_step("bf16")
    turns = [(stopwatch.time_step("fp32"), stopwatch.time_step("bf16")) for _ in range(rounds)]
    return {"fp32": [slow for slow, _ in turns], "bf16": [fast for _, fast in turns]}


def format_precision_row(path: Path, rounds: int) -> str:
    """A line of the table: the middle step in both, the quickest, and how the middle ones compare."""
    found = time_precisions(path, rounds)
    middle = {precision: median(times) for precision, times in found.items()}
    cells = [f"{middle[precision]:.2f} ({min(times):.2f})" for precision, times in found.items()]
    return f"| {path.stem} | {' | '.join(cells)} | {middle['bf16'] / middle['fp32']:.1f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="*", type=Path, default=[Path("recipes/monet.toml")])
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    print(describe_machine(), end="\n\n")
    print("| recipe | fp32 s (quickest) | bf16 s (quickest) | bf16 / fp32 |\n|---|---|---|---|")
    for path in given.recipes:
        print(format_precision_row(path, given.rounds), flush=True)


if __name__ == "__main__":
    main()
