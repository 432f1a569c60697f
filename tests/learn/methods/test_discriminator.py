"""The stabilisers: each does what its paper says. Knows small networks only."""

import pytest
import torch

from ganvas.learn.losses.adversarial import (
    GAN_OBJECTIVES,
    compute_gradient_norms,
    gradient_penalty,
    label_smoothing,
    r1_penalty,
)
from ganvas.learn.losses.diffaugment import AUGMENTATIONS, diff_augment
from ganvas.learn.methods.discriminator import AdversarialOptions, DiscriminatorTrainer, ImagePool
from ganvas.learn.methods.generator import GeneratorTrainer, OptimisationOptions, split_batch
from ganvas.learn.methods.one_sided import OneSidedMethod
from ganvas.learn.methods.protocol import ExponentialMovingAverage, TrainingBatch, step_optimizer
from ganvas.learn.nets.factory import DISCRIMINATORS, DiscriminatorOptions, GeneratorOptions, build_generator
from ganvas.learn.nets.local import LocalOptions

SMALL_DISCRIMINATOR = DiscriminatorOptions("patch16", channels=4, norm="none")
FULL_PRECISION = OptimisationOptions(bf16=False)


@pytest.fixture(autouse=True)
def seed_torch():
    torch.manual_seed(3)


def make_linear_discriminator(weight: float):
    """A discriminator whose logit is ``weight`` times the sum of the picture."""
    return lambda x: [weight * x.sum((1, 2, 3), keepdim=True)]


def test_r1_is_half_the_squared_slope_at_art():
    x = torch.rand(2, 3, 4, 4)
    assert r1_penalty(make_linear_discriminator(0.5), x) == pytest.approx(0.5 * 0.25 * 48)


def test_the_penalty_of_wgan_is_nothing_at_slope_one():
    real, fake = torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4)
    assert gradient_penalty(make_linear_discriminator(48**-0.5), real, fake) == pytest.approx(0, abs=1e-6)
    assert gradient_penalty(make_linear_discriminator(2 * 48**-0.5), real, fake) == pytest.approx(1, abs=1e-4)


def test_penalties_reach_the_weights():
    adversary = DiscriminatorTrainer(
        AdversarialOptions(SMALL_DISCRIMINATOR, "wgan-gp", r1=1.0, r1_every=1), FULL_PRECISION
    )
    adversary.compute_loss(torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32), 0)["loss"].backward()
    assert all(weight.grad is not None for name, weight in adversary.network.named_parameters() if "weight" in name)


def test_r1_is_lazy_and_as_much_stronger():
    adversary = DiscriminatorTrainer(AdversarialOptions(SMALL_DISCRIMINATOR, r1=1e8, r1_every=4), FULL_PRECISION)
    real, fake = torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32)
    losses = [float(adversary.compute_loss(real, fake, step)["loss"].detach()) for step in range(5)]
    assert losses[0] == losses[4] > losses[1] == losses[2] == losses[3]
    assert losses[0] - losses[1] == pytest.approx(4e8 * float(r1_penalty(adversary.network, real).detach()), rel=1e-3)


@pytest.mark.parametrize(("name", "best"), [("least-squares", 0.9), ("vanilla", 2.1972)])
def test_smoothing_moves_the_best_logit_of_art(name, best):
    real = torch.linspace(-4, 4, 8001)[:, None]
    fake = torch.zeros(1, 1)
    losses = [GAN_OBJECTIVES[name].discriminator_loss(one, fake) + label_smoothing(name, one, 0.1) for one in real]
    assert float(real[torch.stack(losses).argmin()]) == pytest.approx(best, abs=2e-3)


def test_spectral_norm_holds_the_slope():
    options = DiscriminatorOptions("patch70", channels=8, norm="none", spectral=True)
    network = DISCRIMINATORS["patch70"](3, options)
    x = torch.rand(4, 3, 64, 64)
    for _ in range(15):
        network(x)
    weights = [part.weight.flatten(1) for part in network.modules() if isinstance(part, torch.nn.Conv2d)]
    assert all(torch.linalg.matrix_norm(weight, 2).item() == pytest.approx(1, abs=0.1) for weight in weights)
    assert compute_gradient_norms(network, x).max() < 1


@pytest.mark.parametrize("name", ["patch16", "patch70", "multi-scale", "projected"])
def test_every_discriminator_answers_with_logits_of_any_size(name):
    network = DISCRIMINATORS[name](3, DiscriminatorOptions(name, channels=4, width=4, layers=("1_2",)))
    logits = torch.cat([head.flatten() for head in network(torch.rand(2, 3, 128, 128) * 2 - 1)])
    assert len(network(torch.rand(1, 3, 160, 128))) == (3 if name == "multi-scale" else 1)
    assert (logits < 0).any(), "a probability would be between 0 and 1"


@pytest.mark.parametrize(("name", "pixels"), [("patch16", 16), ("patch70", 70)])
def test_a_patch_sees_as_many_pixels_as_its_name_says(name, pixels):
    network = DISCRIMINATORS[name](3, DiscriminatorOptions(name, channels=4, norm="none"))
    x = torch.rand(1, 3, 160, 160, requires_grad=True)
    (map_of_logits,) = network(x)
    middle = map_of_logits.shape[2] // 2
    map_of_logits[0, 0, middle, middle].backward()
    rows = x.grad.abs().sum((0, 1, 3)).nonzero()
    assert int(rows.max() - rows.min()) + 1 == pixels


def test_the_pool_gives_back_old_pictures_half_of_the_time_and_survives_a_stop():
    pool = ImagePool(4)
    for index in range(4):
        assert pool.query(torch.full((1, 1, 1, 1), float(index))).item() == index
    given = [pool.query(torch.full((1, 1, 1, 1), 10.0 + index)).item() for index in range(200)]
    old = sum(value != 10.0 + index for index, value in enumerate(given))
    assert 70 < old < 130
    again = ImagePool(4)
    again.load_state_dict(pool.state_dict())
    assert [x.item() for x in again.images] == [x.item() for x in pool.images]


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_changes_let_gradients_through_and_keep_the_size(name):
    x = torch.rand(3, 6, 32, 40, requires_grad=True)
    changed = diff_augment(x, [name], 1.0)
    changed.sum().backward()
    assert changed.shape == x.shape and x.grad.abs().sum() > 0 and not torch.equal(changed, x)


def test_a_strength_of_nothing_changes_nothing_and_a_pair_is_moved_as_one():
    x = torch.rand(2, 3, 32, 32)
    assert torch.equal(diff_augment(x, list(AUGMENTATIONS), 0.0), x)
    moved = diff_augment(torch.cat([x, x], 1), ["translation", "cutout", "colour"], 1.0)
    assert torch.allclose(moved[:, :3], moved[:, 3:])


def test_the_strength_follows_how_right_the_discriminator_is():
    options = AdversarialOptions(SMALL_DISCRIMINATOR, changes=("colour",), aim=0.6, span=100)
    adversary = DiscriminatorTrainer(options, FULL_PRECISION)
    assert adversary.augmentation_strength == 0
    adversary.adapt_augmentation(0.9, 10)
    adversary.adapt_augmentation(0.9, 10)
    assert adversary.augmentation_strength == pytest.approx(0.2)
    adversary.adapt_augmentation(0.1, 10)
    assert adversary.augmentation_strength == pytest.approx(0.1)
    again = DiscriminatorTrainer(options, FULL_PRECISION)
    again.load_state_dict(adversary.state_dict())
    assert again.augmentation_strength == adversary.augmentation_strength


def test_parts_of_a_batch_add_up_to_the_whole():
    generator = GeneratorOptions("local", local=LocalOptions((4, 4, 8), 1))
    batch = TrainingBatch(0, *(torch.rand(4, 3, 32, 32) * 2 - 1 for _ in range(3)))
    trained = []
    for accumulate in (1, 2):
        torch.manual_seed(5)
        descent = OptimisationOptions(bf16=False, accumulate=accumulate)
        method = OneSidedMethod(generator, AdversarialOptions(SMALL_DISCRIMINATOR), descent)
        seen = []
        method.generator_trainer.optimizer.register_step_pre_hook(
            lambda optimizer, *_, seen=seen: seen.extend(p.grad.clone() for p in optimizer.param_groups[0]["params"])
        )
        method.train_step(batch, 1.0)
        trained.append(seen)
    assert all(torch.allclose(one, two, atol=1e-5) for one, two in zip(*trained, strict=True))
    assert len(split_batch(batch, 2)) == 2


def test_the_average_follows_weights_and_takes_statistics_over():
    network, average = torch.nn.BatchNorm2d(2), torch.nn.BatchNorm2d(2)
    kept = ExponentialMovingAverage(network, average, 10.0)
    network.weight.data.fill_(3.0)
    network.running_mean.fill_(5.0)
    kept.update(10, 1_000_000)
    assert average.weight[0] == pytest.approx(2.0) and average.running_mean[0] == 5.0


def test_no_half_life_is_no_average():
    maker = GeneratorTrainer(
        build_generator(GeneratorOptions("local", local=LocalOptions((4, 4, 8), 1))), FULL_PRECISION
    )
    (maker.network(torch.rand(1, 3, 32, 32)).sum()).backward()
    step_optimizer(maker.optimizer, 1.0)
    maker.update_ema(4, 0)
    assert torch.equal(maker.ema_generator.leave.weight, maker.network.leave.weight)
