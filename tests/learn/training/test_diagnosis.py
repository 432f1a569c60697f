"""Each diagnosis by causing the fault in a real run, and none in a healthy one."""

import json

import pytest
import torch

from ganvas.errors import GanvasError
from ganvas.learn import recipe as recipes
from ganvas.learn.methods import METHODS
from ganvas.learn.methods.cut import CutMethod
from ganvas.learn.training import health, loop
from ganvas.learn.training.run import Run
from tests.learn.conftest import make_tiny_recipe, write_pictures

DOCTOR_SETTINGS = ["schedule.examine_every=8", "schedule.checkpoint_every=20", "schedule.decay_from=1.0"]


@pytest.fixture(autouse=True)
def log_often(monkeypatch):
    monkeypatch.setattr(loop, "LOG_EVERY", 2)


def read_diagnoses(run) -> dict[str, dict]:
    """The log's diagnoses by name."""
    return {line["diagnosis"]: line for line in Run(run).read_log() if "diagnosis" in line}


def train_and_diagnose(recipe, run, *settings) -> dict[str, dict]:
    """Train with the settings and say what the doctor said."""
    loop.start_training(recipes.override_settings(recipe, [*DOCTOR_SETTINGS, *settings]), run)
    return read_diagnoses(run)


def test_a_generator_that_cannot_learn_loses_and_its_grid_is_seen(domains, tmp_path):
    found = train_and_diagnose(
        make_tiny_recipe("fastcut", domains, 100), tmp_path / "run", "options.descent.generator_rate=0",
        "options.descent.discriminator_rate=0.003", "options.adversary.discriminator.channels=16",
        "options.adversary.discriminator.norm=none",
    )  # fmt: skip
    assert "discriminator won" in found and "grid" in found, "transposed convolutions that learnt nothing leave one"


class IdentityCut(CutMethod):
    """CUT, but the photo itself is asked for, so strongly that nothing else counts."""

    sign = 1.0

    def generate_for_training(self, batch):
        """The photo, or its negative, and a little of the generator."""
        return self.sign * batch.source + 0.01 * super().generate_for_training(batch)

    def generate(self, batch):
        return self.sign * batch.source + 0.01 * super().generate(batch)


class InvertingCut(IdentityCut):
    """The same with the sign lost."""

    sign = -1.0


@pytest.mark.parametrize(("kind", "name"), [(IdentityCut, "does nothing"), (InvertingCut, "colours inverted")])
def test_doing_nothing_and_inverting_are_told_apart(kind, name, domains, tmp_path, monkeypatch):
    monkeypatch.setitem(METHODS, "cut", kind)
    found = train_and_diagnose(make_tiny_recipe("cut", domains, 34), tmp_path / "run", "schedule.doctor=act")
    assert name in found and not {"does nothing", "colours inverted"} - {name} & set(found)
    if name == "does nothing":
        assert found[name]["done"] == "half the weight of identity, contrast"
        assert Run(tmp_path / "run").load_checkpoint()["doctor"]["weights"] == {"contrast": 0.5, "identity": 0.5}


class SpottedCut(IdentityCut):
    """The photo with a spot that has run away, as statistics over the whole picture leave them."""

    def generate(self, batch):
        picture = super().generate(batch).clone()
        picture[:, :, 8:16, 8:16] = 3 * torch.sign(picture[:, :1, 8:16, 8:16] + 1e-3) * -1
        return picture + 0.03


def test_spots_that_run_away_are_seen_while_the_rest_is_near_the_photo(domains, tmp_path, monkeypatch):
    monkeypatch.setitem(METHODS, "cut", SpottedCut)
    assert "blotches" in train_and_diagnose(make_tiny_recipe("cut", domains, 34), tmp_path / "run")


def test_a_generator_without_an_opponent_makes_one_picture_only(domains, tmp_path):
    found = train_and_diagnose(
        make_tiny_recipe("dcgan", domains, 60), tmp_path / "run", "options.descent.discriminator_rate=0",
        "options.descent.generator_rate=0.02",
    )  # fmt: skip
    assert "collapse" in found


def test_a_rate_that_is_too_high_makes_losses_jump(domains, tmp_path):
    found = train_and_diagnose(
        make_tiny_recipe("cut", domains, 100), tmp_path / "run", "options.descent.generator_rate=0.5",
        "options.descent.discriminator_rate=0.5", "schedule.doctor=act",
    )  # fmt: skip
    assert "learning rate too high" in found
    assert found["learning rate too high"]["done"] == "learning rates times 0.5"


def test_art_that_is_learnt_by_heart_is_told_from_unseen_art(tmp_path, monkeypatch):
    # Pictures that nobody can tell from art, but by knowing each piece of art.
    monkeypatch.setitem(METHODS, "cut", IdentityCut)
    folders = write_pictures(tmp_path / "photos", 60, 10, (32, 32)), write_pictures(tmp_path / "art", 24, 7, (32, 32))
    found = train_and_diagnose(
        make_tiny_recipe("cut", folders, 260), tmp_path / "run",
        "data.everything=false", "data.zoom=[1.0,1.0]", "data.batch=8",
        "options.descent.discriminator_rate=0.002", "options.adversary.discriminator.channels=16", "data.flip=false",
        "options.adversary.discriminator.network=patch70",
        "options.adversary.discriminator.norm=none", 'options.adversary.changes=["colour"]',
        "options.adversary.strength=0.1", "schedule.doctor=act",
    )  # fmt: skip
    assert "learnt by heart" in found
    assert found["learnt by heart"]["done"].startswith("strength of DiffAugment 0.3")


class DivergingCut(CutMethod):
    """CUT that overflows at one step as long as the rate is full."""

    def train_step(self, batch, rate):
        losses = super().train_step(batch, rate)
        return {**losses, "contrast": torch.tensor(torch.inf)} if batch.step == 28 and rate == 1.0 else losses


def test_what_stops_being_finite_goes_back_to_the_last_good_checkpoint(domains, tmp_path, monkeypatch):
    monkeypatch.setitem(METHODS, "cut", DivergingCut)
    found = train_and_diagnose(make_tiny_recipe("cut", domains, 34), tmp_path / "run", "schedule.doctor=act")
    assert "went back" in found["not finite"]["done"] and found["not finite"]["step"] == 19
    assert Run(tmp_path / "run").load_checkpoint()["step"] == 34
    steps = [line["step"] for line in Run(tmp_path / "run").read_log()]
    assert steps == sorted(steps)
    with pytest.raises(GanvasError, match=r"contrast loss is inf"):
        train_and_diagnose(make_tiny_recipe("cut", domains, 34), tmp_path / "watched")


def test_weights_that_are_no_numbers_are_never_saved(domains, tmp_path, monkeypatch):
    class Poisoned(CutMethod):
        def train_step(self, batch, rate):
            losses = super().train_step(batch, rate)
            if batch.step == 3:
                self.generator_trainer.ema_generator.leave.weight.data.fill_(torch.nan)
            return losses

    monkeypatch.setitem(METHODS, "cut", Poisoned)
    monkeypatch.setattr(loop, "LOG_EVERY", 1000)
    with pytest.raises(GanvasError, match=r"A weight is not finite at step 3"):
        train_and_diagnose(
            make_tiny_recipe("cut", domains, 8),
            tmp_path / "run",
            "schedule.checkpoint_every=4",
            "options.descent.half_life=1e9",
        )
    assert not (tmp_path / "run" / "checkpoint.pt").exists()


@pytest.mark.parametrize("method", ["house-pairs", "dcgan"])
def test_a_healthy_run_hears_no_alarm(method, domains, tmp_path):
    calm = ["schedule.examine_every=80", "options.descent.half_life=0", "options.descent.generator_rate=0.001"]
    assert train_and_diagnose(make_tiny_recipe(method, domains, 330), tmp_path / "run", *calm) == {}


def test_diagnoses_are_plain_data(domains, tmp_path):
    from ganvas.learn.training.diagnosis import diagnose_collapse

    assert json.loads(json.dumps(diagnose_collapse(0.1, 0.5).to_log_entry()))["evidence"] == {
        "spread of pictures": 0.1,
        "spread wanted": 0.5,
    }


def test_a_grid_is_seen_and_a_photo_has_none():
    torch.manual_seed(1)
    smooth = torch.nn.functional.interpolate(torch.rand(4, 3, 16, 16), (64, 64), mode="bicubic")
    board = (torch.arange(64)[:, None] + torch.arange(64)) % 2 * 0.1
    assert health.measure_grid_artefacts(smooth) < 10 and health.measure_grid_artefacts(smooth + board) > 200


def test_spots_far_from_the_photo_are_seen():
    photo = torch.zeros(1, 3, 64, 64)
    spotted = photo + 0.05
    assert health.measure_blotches(spotted, photo) == 0
    spotted[:, :, 8:24, 8:24] = 1
    assert health.measure_blotches(spotted, photo) == pytest.approx(4 / 64)
