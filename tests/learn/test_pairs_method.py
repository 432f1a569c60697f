import pytest
import torch

from ganvas.learn import loop
from ganvas.learn import recipe as recipes
from ganvas.learn.methods.pairs import HousePairs
from tests.learn.conftest import tiny


@pytest.fixture
def begun(domains):
    """The method as it is before the first step, and its first batch."""

    def begin(*settings: str):
        recipe = recipes.change(tiny("house-pairs", domains), settings)
        batch_at = loop.pictured(recipe)
        method = loop.fresh(recipe, batch_at)
        assert isinstance(method, HousePairs)
        return method, batch_at(0)

    return begin


def test_a_picture_is_mixed_of_the_arts_own_colours(begun):
    method, batch = begun()
    generator = method.products()[0].generator
    assert torch.equal(generator.palette, method.colours), "the average has them, too"
    low, high = method.colours.amin(0), method.colours.amax(0)
    picture = method.picture(batch)
    assert (picture.amin((0, 2, 3)) >= low - 1e-5).all() and (picture.amax((0, 2, 3)) <= high + 1e-5).all()


def test_warm_steps_teach_the_distance_alone(begun):
    method, batch = begun("options.warm_steps=1")
    assert set(method.step(batch, 1.0)) == {"distance"}
    later = method.step(type(batch)(1, batch.source, batch.target, batch.grain), 1.0)
    assert {"distance", "likeness", "adversarial", "discriminator"} <= set(later)


@pytest.mark.parametrize("setting", [
    "options.adversary.discriminator.network=patch16", 'options.adversary.changes=["colour"]',
    "options.generator.local.palette=0", "options.generator.network=resnet6",
])  # fmt: skip
def test_it_learns_with_other_networks_and_stabilisers(begun, setting):
    method, batch = begun(setting, "options.generator.channels=4")
    assert all(loss.isfinite() for loss in method.step(batch, 1.0).values())


def test_what_the_discriminator_is_shown_is_seen_once(begun, monkeypatch):
    method, batch = begun()
    looks = []
    seen = method.features.forward
    monkeypatch.setattr(method.features, "forward", lambda x, wanted: looks.append(1) or seen(x, wanted))
    method.step(batch, 1.0)
    assert len(looks) <= 4, "the picture and the true one, at full size and at half"
