"""Methods, options and advice side by side, with the same minutes each.

Run by hand from the folder of the repository; each line trains for ``--minutes`` a row. These are minutes of the
processor's time, found by a short measurement, so that other work on the machine takes nothing from a row:

    python -m bench.methods compare --minutes 25    # cyclegan, cut, fastcut and house: photos to prints, and a sheet
    python -m bench.methods options --minutes 10    # EMA, R1, DiffAugment, warm start, spectral norm, norms
    python -m bench.methods advice --minutes 25     # the advised recipe against the default one, on three sets
    python -m bench.methods pairs --minutes 60      # openmoji and facades: L1, PSNR, SSIM on val, against copying

A run that is there already goes on, so what was cut short is asked for again. ``--set`` changes each recipe, as in
``ganvas train``; ``--only`` names rows. Style is the judge's kernel distance x 1000 to works of the test side, content
its feature distance to the photos; less is better.
"""

import argparse
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import torch

from bench.paired_metrics import score_pairs
from ganvas.advise.advice import Pace, recommend_recipe
from ganvas.advise.facts import gather_facts
from ganvas.advise.rules import TrainingGoal
from ganvas.cli import contact_sheet
from ganvas.cli.train import resolve_data_folders
from ganvas.engine.engine import Engine
from ganvas.image import Photo, encode
from ganvas.judge.checkpoint_selection import MAX_VALIDATION_PHOTOS, CheckpointEvaluator
from ganvas.learn import recipe as recipes
from ganvas.learn.data.batches import DataOptions, PictureDataset
from ganvas.learn.data.domains import load_domains
from ganvas.learn.formats.onnx import export_run
from ganvas.learn.recipe import Recipe
from ganvas.learn.training import loop
from ganvas.style.catalog import Catalog

RECIPES = Path(__file__).resolve().parent.parent / "recipes"
STYLE_FILE, COSTS_FILE = "style.onnx", "costs.json"
MIN_TEST_PICTURES = 3  # pictures between which there is a kernel distance
METHOD_RECIPES = ("ukiyoe-cyclegan", "ukiyoe-cut", "ukiyoe-fastcut", "ukiyoe-house")
PAIRED_RECIPES = ("popart", "openmoji-pix2pix", "facades")
ADVISED_SETS = ("monet", "ukiyoe", "vangogh")
RecipeVariant = tuple[str, tuple[str, ...]]  # a recipe, and what is changed of it
OPTION_VARIANTS: dict[str, RecipeVariant] = {
    "house": ("ukiyoe-house", ()),
    "house-no-average": ("ukiyoe-house", ("options.half_life=0.0",)),
    "house-r1": ("ukiyoe-house", ("options.adversary.r1=1.0",)),
    "house-diffaugment": ("ukiyoe-house", ('options.adversary.changes=["colour","translation","cutout"]',)),
    "house-cold": ("ukiyoe-house", ("options.warm_steps=0",)),
    "house-spectral": ("ukiyoe-house", ("options.spectral=true",)),
    "fastcut-instance": ("ukiyoe-fastcut", ()),
    "fastcut-pixel": ("ukiyoe-fastcut", ("options.generator.norm=pixel",)),
    "fastcut-group": ("ukiyoe-fastcut", ("options.generator.norm=group",)),
    "fastcut-average": ("ukiyoe-fastcut", ("options.descent.half_life=2000.0",)),
}
Figures = dict[str, float]


def train_and_export(recipe: Recipe, folder: Path) -> Figures:
    """Train, or go on, and export; steps, processor seconds a step, the largest memory of this process in MB.

    What a run costs is known where it was not cut short.
    """
    if not (folder / "recipe.toml").exists():
        recipe = set_steps_for_minutes(recipe)
        begun = time.process_time()
        loop.start_training(recipe, folder)
        took = {"seconds a step": (time.process_time() - begun) / recipe.schedule.steps}
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        (folder / COSTS_FILE).write_text(json.dumps({"steps": recipe.schedule.steps, **took, "MB": memory}))
    loop.resume_training(folder)
    export_run(folder, folder / STYLE_FILE)
    return json.loads((folder / COSTS_FILE).read_text()) if (folder / COSTS_FILE).exists() else {}


def set_steps_for_minutes(recipe: Recipe, tries: int = 6) -> Recipe:
    """The recipe with steps for its minutes of processor time, where it does not say steps."""
    if recipe.schedule.steps:
        return recipe
    recipe = loop.resolve_threads(recipe)
    chosen = loop.find_precision(recipe, loop.make_stopwatch(recipe))
    recipe = replace(recipe, schedule=replace(recipe.schedule, precision=chosen.precision))
    torch.set_num_threads(recipe.schedule.threads)
    batch_at = loop.make_batch_function(recipe)
    method, learning = (
        loop.create_method(recipe, batch_at),
        [replace(batch_at(step), step=1_000_000 + step) for step in range(tries)],
    )
    method.train_step(learning[0], 1.0)
    begun = time.process_time()
    for batch in learning[1:]:
        method.train_step(batch, 1.0)
    seconds = (time.process_time() - begun) / (tries - 1)
    steps = max(1, round(recipe.schedule.minutes * 60 / seconds))
    return replace(recipe, schedule=replace(recipe.schedule, steps=steps))


def train_in_subprocess(recipe: Recipe, folder: Path) -> Figures:
    """``trained`` in a process of its own, so that memory is that of one training."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(train_and_export, (recipe, folder))


def score_run(recipe: Recipe, folder: Path) -> Figures:
    """How near the run's style is to unseen works, and its pictures to their unseen photos, with standard errors."""
    engine = Engine(Catalog([folder]))
    return open_evaluator(recipe.data).score_pictures(lambda photo: engine.apply(recipe.name, photo))


@cache
def open_evaluator(data: DataOptions) -> CheckpointEvaluator:
    """The test photos and works of the data, at most MOST photos, at the size that training sees them."""
    photos, art = load_test_side(data)
    every = -(-len(photos) // MAX_VALIDATION_PHOTOS)
    return CheckpointEvaluator(
        [photos[index] for index in range(0, len(photos), every)], [art[i] for i in range(len(art))]
    )


def load_test_side(data: DataOptions) -> tuple[PictureDataset, PictureDataset]:
    """The test side; of folders so small that it could not be scored, all."""
    sides = load_domains(data, "test")
    return sides if all(len(side) >= MIN_TEST_PICTURES for side in sides) else load_domains(data, None)


def train_and_score(recipes_by_row: Mapping[str, Recipe], runs: Path) -> dict[str, Figures]:
    """Train and score each; a row is written to the standard error as soon as it is known."""
    rows: dict[str, Figures] = {}
    for name, recipe in recipes_by_row.items():
        rows[name] = train_in_subprocess(recipe, runs / name)
        if recipe.data.pairs == "none":
            rows[name] |= score_run(recipe, runs / name)
        sys.stderr.write(json.dumps({name: rows[name]}) + "\n")
    return rows


def load_recipes(names: Mapping[str, tuple[str, Sequence[str]]], settings: Sequence[str]) -> dict[str, Recipe]:
    """Recipes by row, each under the row's name, with what is changed."""
    read = {row: (recipes.load_recipe(find_recipe_file(name)), changes) for row, (name, changes) in names.items()}
    changed = {
        row: recipes.override_settings(recipe, [f'name="{row}"', *changes, *settings])
        for row, (recipe, changes) in read.items()
    }
    return {row: resolve_data_folders(recipe) for row, recipe in changed.items()}


def find_recipe_file(name: str) -> Path:
    """The file of a recipe: of a built-in style, or of those that show a method."""
    built_in = RECIPES / f"{name}.toml"
    return built_in if built_in.exists() else RECIPES / "methods" / built_in.name


def format_table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """Rows of figures as Markdown, their names first."""
    heads = list(dict.fromkeys(head for row in rows.values() for head in row))
    lines = [" | ".join(["", *heads]), "|".join(["---"] * (len(heads) + 1))]
    lines += [
        " | ".join([name, *(f"{row[head]:.4g}" if head in row else "" for head in heads)]) for name, row in rows.items()
    ]
    return "\n".join(f"| {line} |" for line in lines)


def draw_contact_sheet(recipes_by_row: Mapping[str, Recipe], runs: Path, path: Path, rows: int = 5) -> None:
    """A contact sheet of the runs' styles over unseen photos."""
    engine = Engine(Catalog([runs / name for name in recipes_by_row]))
    first = next(iter(recipes_by_row.values()))
    photos = load_test_side(first.data)[0].paths
    chosen = photos[:: max(1, len(photos) // rows)][:rows]
    styles = [engine.catalog.get(name) for name in recipes_by_row]
    path.write_bytes(
        encode(Photo(contact_sheet.draw_style_sheet(engine, styles, chosen, 320, lambda share: None)), "jpeg", 90)
    )


def build_advised_and_default(source: Path, target: Path, minutes: float, settings: Sequence[str]) -> dict[str, Recipe]:
    """The recipe that is advised for these pictures, and the default one, for the same minutes."""
    folders, name = {"source": source, "target": target}, target.name

    def measure_step(plain: dict[str, Any]) -> Pace:
        seconds, chosen = loop.measure_pace(loop.resolve_threads(recipes.build_recipe(plain)))
        return Pace(seconds, chosen.precision, str(chosen))

    advice = recommend_recipe(
        gather_facts(source, target), TrainingGoal(minutes), folders, f"{name}-advised", measure_step
    )
    data = {key: str(folder) for key, folder in folders.items()}
    default = recipes.build_recipe({"name": f"{name}-default", "data": data, "schedule": {"minutes": minutes}})
    return {
        one.name: recipes.override_settings(one, settings) for one in (recipes.build_recipe(advice.recipe), default)
    }


def judge_advice(advised: Figures, default: Figures) -> str:
    """Whether the advice was worth it: nearer to the art by more than both errors, and the photo as well kept."""
    gap = default["style"] - advised["style"]
    error = advised["style_error"] + default["style_error"]
    kept = advised["content"] <= default["content"] + advised["content_error"] + default["content_error"]
    if abs(gap) <= error:
        return "undecided"
    return ("beats the default" if kept else "nearer to the art, and farther from the photo") if gap > 0 else "loses"


def compare_methods(given: argparse.Namespace, settings: Sequence[str]) -> str:
    """Methods, photos to prints."""
    wanted = load_recipes(filter_rows({name: (name, ()) for name in METHOD_RECIPES}, given.only), settings)
    text = format_table(train_and_score(wanted, given.runs))
    draw_contact_sheet(wanted, given.runs, given.runs / "compare.jpg")
    return f"{text}\n\n{given.runs / 'compare.jpg'}"


def compare_options(given: argparse.Namespace, settings: Sequence[str]) -> str:
    """What an option changes."""
    return format_table(train_and_score(load_recipes(filter_rows(OPTION_VARIANTS, given.only), settings), given.runs))


def compare_paired_methods(given: argparse.Namespace, settings: Sequence[str]) -> str:
    """Pairs, against copying and the mean colour."""
    wanted = load_recipes(filter_rows({name: (name, ()) for name in PAIRED_RECIPES}, given.only), settings)
    rows = train_and_score(wanted, given.runs)
    for name, recipe in wanted.items():
        found = score_pairs(recipe, given.runs / name / STYLE_FILE)
        rows[name] |= found.pop("style")
        rows |= {f"{name}: {way}": figures for way, figures in found.items()}
    return format_table(rows)


def compare_advice(given: argparse.Namespace, settings: Sequence[str]) -> str:
    """Advised against default."""
    rows: dict[str, Figures] = {}
    said: list[str] = []
    for name in given.only or ADVISED_SETS:
        found = train_and_score(
            build_advised_and_default(given.sets / "photos", given.sets / name, given.minutes, settings[1:]), given.runs
        )
        rows |= found
        said.append(f"{name}: the advice {judge_advice(found[f'{name}-advised'], found[f'{name}-default'])}")
    return "\n".join([format_table(rows), "", *said])


def filter_rows(wanted: Mapping[str, RecipeVariant], only: Sequence[str]) -> dict[str, RecipeVariant]:
    """The rows that are asked for, before settings are laid over them; all where none is named."""
    return {name: row for name, row in wanted.items() if not only or name in only}


COMPARISONS = {
    "compare": compare_methods,
    "options": compare_options,
    "pairs": compare_paired_methods,
    "advice": compare_advice,
}


def main() -> None:
    """Train what is asked for and print a table."""
    asked = argparse.ArgumentParser(prog="python -m bench.methods", description=__doc__)
    asked.add_argument("what", choices=COMPARISONS)
    asked.add_argument("--minutes", type=float, default=25.0)
    asked.add_argument("--only", nargs="+", default=[], help="rows, or sets of art")
    asked.add_argument("--set", action="append", default=[], dest="settings", metavar="KEY=VALUE")
    asked.add_argument("--runs", type=Path, default=Path("runs/methods"))
    asked.add_argument("--sets", type=Path, default=Path("../shared/data"))
    given = asked.parse_args()
    given.runs.mkdir(parents=True, exist_ok=True)
    print(COMPARISONS[given.what](given, [f"schedule.minutes={given.minutes}", *given.settings]))


if __name__ == "__main__":
    main()
