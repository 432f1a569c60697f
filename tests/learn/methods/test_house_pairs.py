import pytest
import torch

from ganvas.learn import recipe as recipes
from ganvas.learn.methods.house_pairs import HousePairsMethod
from ganvas.learn.training import loop
from tests.learn.conftest import make_tiny_recipe


@pytest.fixture
def start_method(domains):
    """The method as it is before the first step, and its first batch."""

    def start(*settings: str):
        recipe = recipes.override_settings(make_tiny_recipe("house-pairs", domains), settings)
        batch_at = loop.make_batch_function(recipe)
        method = loop.create_method(recipe, batch_at)
        assert isinstance(method, HousePairsMethod)
        return method, batch_at(0)

    return start


def test_a_picture_is_mixed_of_the_arts_own_colours(start_method):
    method, batch = start_method()
    generator = method.list_generators()[0].generator
    assert torch.equal(generator.palette, method.palette_colours), "the average has them, too"
    low, high = method.palette_colours.amin(0), method.palette_colours.amax(0)
    picture = method.generate(batch)
    assert (picture.amin((0, 2, 3)) >= low - 1e-5).all() and (picture.amax((0, 2, 3)) <= high + 1e-5).all()


def test_warm_steps_teach_the_distance_alone(start_method):
    method, batch = start_method("options.warm_steps=1")
    assert set(method.train_step(batch, 1.0)) == {"distance"}
    later = method.train_step(type(batch)(1, batch.source, batch.target, batch.grain), 1.0)
    assert {"distance", "likeness", "adversarial", "discriminator"} <= set(later)


@pytest.mark.parametrize("setting", [
    "options.adversary.discriminator.network=patch16", 'options.adversary.changes=["colour"]',
    "options.generator.local.palette=0", "options.generator.network=resnet6",
])  # fmt: skip
def test_it_learns_with_other_networks_and_stabilisers(start_method, setting):
    method, batch = start_method(setting, "options.generator.channels=4")
    assert all(loss.isfinite() for loss in method.train_step(batch, 1.0).values())


def test_what_the_discriminator_is_shown_is_seen_once(start_method, monkeypatch):
    method, batch = start_method()
    looks = []
    seen = method.features.forward
    monkeypatch.setattr(method.features, "forward", lambda x, wanted: looks.append(1) or seen(x, wanted))
    method.train_step(batch, 1.0)
    assert len(looks) <= 4, "the picture and the true one, at full size and at half"


def make_unpaired_settings(domains):
    """Settings that show photos of the same folder beside the pairs, at a size of their own."""
    return [f"data.unpaired={{source='{domains[0]}',source_edge=40,target_edge=40,crop=32,batch=2}}"]


def test_photos_beside_pairs_are_judged_and_held_and_the_pairs_are_not(start_method, domains, monkeypatch):
    method, batch = start_method(*make_unpaired_settings(domains))
    assert batch.unpaired is not None and batch.unpaired.photos.shape == batch.unpaired.art.shape == (2, 3, 32, 32)
    shown = []
    seen = method.features.forward
    monkeypatch.setattr(method.features, "forward", lambda x, wanted: shown.append(len(x)) or seen(x, wanted))
    told = method.train_step(batch, 1.0)
    assert {"distance", "adversarial", "content", "colour"} <= set(told) and "likeness" not in told
    assert set(shown) == {2}, "the pairs are two as well, but larger"
    assert all(loss.isfinite() for loss in told.values())


def test_without_the_adversarial_loss_photos_beside_are_held_alone(start_method, domains):
    method, batch = start_method(*make_unpaired_settings(domains), "options.adversarial=0.0")
    assert set(method.train_step(batch, 1.0)) == {"distance", "content", "colour"}


def test_photos_beside_are_taken_in_parts_too(start_method, domains):
    method, batch = start_method(*make_unpaired_settings(domains), "options.descent.accumulate=2")
    assert all(loss.isfinite() for loss in method.train_step(batch, 1.0).values())


def test_what_was_judged_of_late_is_kept_with_the_run(start_method, domains):
    method, batch = start_method(*make_unpaired_settings(domains), "options.rehearse=2")
    method.train_step(batch, 1.0)
    other, _ = start_method(*make_unpaired_settings(domains), "options.rehearse=2")
    other.load_state_dict(method.state_dict())
    kept = [one.replay_buffers["art"].entries for one in (method, other)]
    assert len(kept[0]) == 2 and all(torch.equal(a["1_2"], b["1_2"]) for a, b in zip(*kept, strict=True))


def test_paint_can_be_even_in_a_region_whatever_is_near(start_method):
    method, _ = start_method("options.generator.local={channels=[4,4,8],blocks=1,palette=6,spread=12}")
    generator = method.generator_trainer.network
    torch.nn.init.normal_(generator.regional.weight)
    photo = torch.ones(1, 3, 48, 48)
    photo[:, :, 20:28] = -1
    logits = generator.compute_region_logits(generator.run_blocks(torch.rand(1, 8, 12, 12), photo)[1])
    for region in (logits[..., :12, :], logits[..., 40:, :]):
        assert torch.allclose(region, region[..., :1, :1], atol=1e-5)
    assert not torch.allclose(logits[..., :1, :1], logits[..., -1:, -1:], atol=1e-3)
