"""fp32 or bf16: chosen once by what is quicker, written into the run, and kept to by every method."""

import re
from itertools import chain

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from ganvas.errors import BadRecipe
from ganvas.learn import recipe as recipes
from ganvas.learn.losses.nearest_features import NearestFeatureBank, flatten_positions
from ganvas.learn.training import loop, pace
from ganvas.learn.training.pace import Stopwatch, choose_precision, compare
from ganvas.learn.training.precision import autocast
from ganvas.learn.training.run import Run
from tests.house import ROOT
from tests.learn.conftest import make_tiny_recipe
from tests.learn.methods.test_contract import flatten_state, leaves_equal

COMPUTING = ("convolution", "mm", "bmm", "addmm")
DEEP = ["options.neighbours=1.0", "options.together=1.0", "options.rehearse=2", "options.warm_steps=0"]


class Watching(TorchDispatchMode):
    """Notes which numbers products and convolutions are made of."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: set[torch.dtype] = set()

    def __torch_dispatch__(self, func, types, args=(), named=None):
        if func.overloadpacket.__name__ in COMPUTING:
            self.kinds |= {one.dtype for one in args if isinstance(one, torch.Tensor)}
        return func(*args, **(named or {}))


def kinds_of_steps(recipe, precision: str) -> set[torch.dtype]:
    """What a warm step and two full ones are computed in."""
    recipe = recipes.override_settings(recipe, [f"schedule.precision={precision}"])
    batch_at = loop.make_batch_function(recipe)
    method = loop.create_method(recipe, batch_at)
    with Watching() as seen:
        for step in (0, 3, 4):
            method.train_step(batch_at(step), 1.0)
    return seen.kinds


def test_every_method_computes_in_the_precision_that_was_chosen(method, domains):
    recipe = make_tiny_recipe(method, domains)
    assert kinds_of_steps(recipe, "fp32") == {torch.float32}
    assert torch.bfloat16 in kinds_of_steps(recipe, "bf16")


@pytest.mark.parametrize(("name", "settings"), [("house", DEEP), ("house-pairs", ["options.rehearse=2"])])
def test_what_is_kept_of_earlier_steps_is_compared_in_the_chosen_precision_too(name, settings, domains):
    assert kinds_of_steps(recipes.override_settings(make_tiny_recipe(name, domains), settings), "fp32") == {
        torch.float32
    }


def test_nothing_in_learning_turns_bf16_on_by_itself():
    found = {path.name for path in (ROOT / "ganvas" / "learn").rglob("*.py") if "torch.autocast" in path.read_text()}
    assert found == {"precision.py"}


def test_the_nearest_art_in_bf16_is_what_it_was_before_there_was_a_choice():
    torch.manual_seed(0)
    bank, art, photo = NearestFeatureBank(8, 64), torch.randn(2, 8, 4, 4), torch.randn(2, 8, 4, 4)
    bank.update(art, photo)
    known = bank.vectors
    asked = torch.nn.functional.normalize(flatten_positions(photo) - bank.middle, dim=1)
    offered = torch.nn.functional.normalize(known - known.mean(0), dim=1)
    with autocast("bf16"):
        assert torch.equal(bank.find_nearest(photo), known[(asked.bfloat16() @ offered.bfloat16().T).argmax(1)])


def refuse() -> None:
    """A method that must not be built."""
    raise AssertionError("nothing was to be measured")


def test_a_processor_without_bf16_computes_in_fp32_without_a_trial(monkeypatch):
    monkeypatch.setattr(pace, "has_bf16", lambda: False)
    chosen = choose_precision("auto", True, Stopwatch(refuse))  # pyright: ignore
    assert str(chosen) == "Computing in fp32: this processor does not multiply in bf16."


def test_what_is_asked_for_is_taken_unless_the_method_does_not_allow_it():
    watch = Stopwatch(refuse)  # pyright: ignore
    assert choose_precision("bf16", True, watch).precision == "bf16"
    assert choose_precision("fp32", True, watch).precision == "fp32"
    assert choose_precision("bf16", False, watch) == ("fp32", "options.descent.bf16 is false")


@pytest.mark.parametrize(
    ("slow", "fast", "chosen"), [(0.6, 0.3, "bf16"), (0.3, 0.6, "fp32"), (0.4, 0.4, "bf16"), (0.5, 5.7, "fp32")]
)
def test_where_there_is_a_choice_the_quicker_one_is_taken(slow, fast, chosen):
    asked: list[str] = []

    def time_step(precision: str) -> float:
        asked.append(precision)
        return {"fp32": slow, "bf16": fast}[precision]

    found = compare(time_step)
    assert found.precision == chosen and f"{slow:.2f} s" in found.why and f"{fast:.2f} s" in found.why
    assert asked.count("bf16") == (1 if fast > pace.HOPELESS * slow else 1 + pace.TRIES)


def test_the_choice_is_measured_once_written_into_the_run_and_told(domains, tmp_path, monkeypatch):
    recipe = recipes.override_settings(make_tiny_recipe("house", domains, 3), ["schedule.precision=auto"])
    turns = chain([0.2, 0.1] * (1 + pace.TRIES))
    monkeypatch.setattr(pace, "has_bf16", lambda: True)
    monkeypatch.setattr(Stopwatch, "time_step", lambda self, precision: next(turns))
    said: list[str] = []
    loop.start_training(recipe, tmp_path / "run", tell=said.append)
    loop.resume_training(tmp_path / "run", tell=said.append)
    assert 'precision = "bf16"' in (tmp_path / "run" / "recipe.toml").read_text()
    assert said[0] == "Computing in bf16: a step takes 0.10 s, in fp32 0.20 s."
    assert said[-1] == "Computing in bf16: the recipe says so."


def test_an_old_run_goes_on_in_bf16_and_an_old_recipe_is_chosen_for(domains, tmp_path):
    loop.start_training(
        recipes.override_settings(make_tiny_recipe("house", domains, 3), ["schedule.precision=bf16"]), tmp_path / "run"
    )
    path = tmp_path / "run" / "recipe.toml"
    path.write_text(re.sub(r"^precision = .*\n", "", path.read_text(), flags=re.M))
    assert recipes.load_recipe(path).schedule.precision == "auto"
    assert Run(tmp_path / "run").load_recipe().schedule.precision == "bf16"
    assert loop.resume_training(tmp_path / "run").precision == "bf16"


class Stopped(Exception):
    """The run was stopped by its watcher."""


@pytest.mark.parametrize("name", ["house", "cyclegan"])
def test_a_run_in_bf16_goes_on_bit_for_bit(name, domains, tmp_path):
    recipe = recipes.override_settings(make_tiny_recipe(name, domains, 6), ["schedule.precision=bf16"])
    loop.start_training(recipe, tmp_path / "whole")

    def stop(progress):
        if progress.step == 4:
            raise Stopped

    with pytest.raises(Stopped):
        loop.start_training(recipe, tmp_path / "stopped", stop)
    loop.resume_training(tmp_path / "stopped")
    ours, theirs = (flatten_state(Run(tmp_path / name).load_checkpoint()["method"]) for name in ("whole", "stopped"))
    assert [name for name in ours if not leaves_equal(ours[name], theirs[name])] == []


def test_an_unknown_precision_names_the_known_ones(domains):
    with pytest.raises(BadRecipe, match=r"schedule\.precision.*'auto', 'fp32' or 'bf16'.*'int8'"):
        recipes.override_settings(make_tiny_recipe("house", domains), ["schedule.precision=int8"])
