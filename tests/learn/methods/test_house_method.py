"""The house method with the stabilisers that all methods share."""

from copy import deepcopy

import pytest
import torch

from ganvas.errors import BadRecipe
from ganvas.learn import recipe as recipes
from ganvas.learn.training.loop import create_method, make_batch_function
from tests.learn.conftest import make_tiny_recipe
from tests.learn.methods.test_contract import flatten_state, leaves_equal

SETTINGS_BY_FEATURE = {
    "r1": ["options.adversary.r1=1.0", "options.adversary.r1_every=2"],
    "DiffAugment": ['options.adversary.changes=["colour","translation"]'],
    "steered": ['options.adversary.changes=["cutout"]', "options.adversary.aim=0.6", "options.adversary.span=40"],
    "pool": ["options.adversary.pool=3"],
    "smoothing": ["options.adversary.smoothing=0.1", "options.objective=vanilla"],
    "accumulation": ["options.accumulate=2"],
    "wgan-gp": ["options.objective=wgan-gp"],
    "neighbours": ["options.neighbours=1.0", "options.neighbour_layers=['1_2','/2_2']", "options.bank=700"],
    "together": ["options.together=5.0"],
    "texture": ["options.texture=true", "options.grain=0.0"],
    "rehearsal": ["options.rehearse=2", "options.rehearsed=5"],
    "strokes": ["options.strokes={spacing=[8.0],length=[12.0],width=[4.0],detail=[0.0]}", "options.statistics=1.0"],
    "palette": ["options.palette=1.0"],
    "fine": ["options.generator.fine=1"],
    "hinge": ["options.objective=hinge", "options.spectral=true"],
}


def train_steps(method, batch_at, steps) -> list[dict[str, float]]:
    """The losses of these steps, chance as the loop has it."""
    losses = []
    for step in steps:
        torch.manual_seed(step)
        losses.append({name: float(value) for name, value in method.train_step(batch_at(step), 1.0).items()})
    return losses


@pytest.mark.parametrize("settings", SETTINGS_BY_FEATURE.values(), ids=SETTINGS_BY_FEATURE)
def test_a_stabiliser_is_an_option_of_the_house_method_and_resumes_bit_for_bit(settings, domains):
    recipe = recipes.override_settings(make_tiny_recipe("house", domains), ["options.warm_steps=0", *settings])
    batch_at = make_batch_function(recipe)
    whole, resumed = create_method(recipe, batch_at), create_method(recipe, batch_at)
    first = train_steps(whole, batch_at, range(3))
    assert all(torch.tensor(list(losses.values())).isfinite().all() for losses in first)
    resumed.load_state_dict(deepcopy(whole.state_dict()))
    assert train_steps(whole, batch_at, range(3, 5)) == train_steps(resumed, batch_at, range(3, 5))
    ours, theirs = flatten_state(whole.state_dict()), flatten_state(resumed.state_dict())
    assert ours.keys() == theirs.keys() and all(leaves_equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize(
    "name", ["r1", "DiffAugment", "pool", "smoothing", "accumulation", "neighbours", "texture", "rehearsal"]
)
def test_a_stabiliser_changes_what_is_learnt_and_without_any_nothing_is_changed(name, domains):
    plain = recipes.override_settings(make_tiny_recipe("house", domains), ["options.warm_steps=0"])
    changed = recipes.override_settings(plain, [*SETTINGS_BY_FEATURE[name], "options.objective=least-squares"])
    batch_at = make_batch_function(plain)
    losses = [train_steps(create_method(one, batch_at), batch_at, range(5))[-1] for one in (plain, plain, changed)]
    assert losses[0] == losses[1] and losses[0] != losses[2]


@pytest.mark.parametrize(("settings", "looks"), [([], 3), (['options.adversary.changes=["colour"]'], 5)])
def test_a_picture_is_looked_at_once_for_all_losses_unless_it_is_changed_by_chance(settings, looks, domains):
    recipe = recipes.override_settings(
        make_tiny_recipe("house", domains), ["options.warm_steps=0", "options.layers=['/1_2']", *settings]
    )
    batch_at = make_batch_function(recipe)
    method = create_method(recipe, batch_at)
    seen = []
    method.features.register_forward_hook(lambda *call: seen.append(call))
    train_steps(method, batch_at, [0])
    assert len(seen) == looks, "picture, art and photo; with changes the picture twice more: to tell it, and to deceive"


def test_without_the_adversarial_loss_the_discriminator_learns_nothing_and_the_generator_does(domains):
    recipe = recipes.override_settings(
        make_tiny_recipe("house", domains), ["options.warm_steps=0", "options.adversarial=0.0"]
    )
    batch_at = make_batch_function(recipe)
    method = create_method(recipe, batch_at)
    before = deepcopy(method.state_dict())
    losses = train_steps(method, batch_at, range(2))[-1]
    assert set(losses) == {"content", "colour"}
    after, same_as = flatten_state(method.state_dict()["discriminator"]), flatten_state(before["discriminator"])
    assert all(leaves_equal(same_as[name], after[name]) for name in same_as)
    taken, given = flatten_state(before["live"]), flatten_state(method.state_dict()["live"])
    assert not all(leaves_equal(taken[name], given[name]) for name in taken)


def test_the_doctor_may_ask_what_the_heads_think(domains):
    recipe = recipes.override_settings(make_tiny_recipe("house", domains), ["options.warm_steps=0"])
    batch_at = make_batch_function(recipe)
    method = create_method(recipe, batch_at)
    before = flatten_state(deepcopy(method.state_dict()))
    score = method.compute_mean_logits(batch_at(0))
    assert set(score) == {"real", "fake"}
    after = flatten_state(method.state_dict())
    assert all(leaves_equal(before[name], after[name]) for name in before), "asking teaches nothing"


@pytest.mark.parametrize(("settings", "words"), [
    (["options.objective=hinge", "options.adversary.smoothing=0.1"], "hinge has no labels"),
    (["options.neighbours=-1.0"], "neighbours"),
    (["options.neighbours=1.0", "options.bank=0"], "bank"),
    (["options.neighbours=1.0", "options.neighbour_layers=['9_9']"], "9_9"),
    (["options.accumulate=4"], "cannot be taken in 4 equal parts"),
    (["options.adversary.aim=0.6"], "nothing to steer"),
    (["options.adversary.strength=2.0"], "strength from 0 to 1"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_for_the_house_method_too(settings, words, domains):
    with pytest.raises(BadRecipe, match=words):
        recipes.override_settings(make_tiny_recipe("house", domains), settings)
