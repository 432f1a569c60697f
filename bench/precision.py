"""How long a learning step takes in fp32 and in bf16: ``python -m bench.precision``. Knows recipes only.

Steps are taken in turns, so that what else the machine does meets both alike; warm networks, the recipe's own crops.
"""

import argparse
from pathlib import Path
from statistics import median

from bench.markdown_report import describe_machine
from ganvas.cli.train import resolve_data_folders
from ganvas.learn import recipe as recipes
from ganvas.learn.training import loop
from ganvas.learn.training.precision import Precision

SETTLED = 14  # steps until what the house method keeps of earlier ones is full


def timed(path: Path, threads: int, rounds: int) -> dict[Precision, list[float]]:
    """The seconds of each step of a recipe in both precisions."""
    recipe = recipes.override_settings(
        resolve_data_folders(recipes.load_recipe(path)), [f"schedule.threads={threads}"] if threads else []
    )
    stopwatch = loop.stopwatch_of(recipe)
    for _ in range(SETTLED):
        stopwatch.time_step("fp32")
    stopwatch.time_step("bf16")
    turns = [(stopwatch.time_step("fp32"), stopwatch.time_step("bf16")) for _ in range(rounds)]
    return {"fp32": [slow for slow, _ in turns], "bf16": [fast for _, fast in turns]}


def row(path: Path, threads: int, rounds: int) -> str:
    """A line of the table: the middle step in both, the quickest, and how the middle ones compare."""
    found = timed(path, threads, rounds)
    middle = {precision: median(times) for precision, times in found.items()}
    cells = [f"{middle[precision]:.2f} ({min(times):.2f})" for precision, times in found.items()]
    return f"| {path.stem} | {threads} | {' | '.join(cells)} | {middle['bf16'] / middle['fp32']:.1f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="*", type=Path, default=[Path("recipes/monet.toml")])
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    print(describe_machine(), end="\n\n")
    print("| recipe | threads | fp32 s (quickest) | bf16 s (quickest) | bf16 / fp32 |\n|---|---|---|---|---|")
    for path in given.recipes:
        print(row(path, given.threads, given.rounds), flush=True)


if __name__ == "__main__":
    main()
