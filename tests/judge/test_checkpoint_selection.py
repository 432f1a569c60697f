"""The choice of a checkpoint: by the sum of ranks, on what it is shown."""

from pathlib import Path

import numpy as np
import pytest

from ganvas.engine.engine import Engine
from ganvas.errors import BadData
from ganvas.judge.checkpoint_selection import (
    MAX_VALIDATION_PHOTOS,
    CheckpointEvaluator,
    pick_evenly_spaced,
    select_checkpoint,
    stylize_at_working_size,
)
from ganvas.judge.features import Pixels, load_picture
from ganvas.style.catalog import Catalog
from tests.judge.conftest import blur_picture, reduce_picture


def test_the_smallest_sum_of_ranks_is_chosen():
    found = {
        "nothing done": {"style": 240.0, "content": 0.0},
        "balanced": {"style": 120.0, "content": 0.3},
        "wild": {"style": 110.0, "content": 0.9},
        "worse": {"style": 130.0, "content": 0.4},
    }
    assert select_checkpoint(found) == "balanced"


def test_of_equals_the_nearer_to_the_style_is_chosen_then_the_last():
    assert select_checkpoint({"a": {"style": 10.0, "content": 2.0}, "b": {"style": 20.0, "content": 1.0}}) == "a"
    assert select_checkpoint({"a": {"style": 10.0, "content": 2.0}, "b": {"style": 10.0, "content": 2.0}}) == "b"


def test_nothing_to_choose_from_is_refused():
    with pytest.raises(BadData):
        select_checkpoint({})


def load_small_pictures(paths: list[Path]) -> list[Pixels]:
    """The pictures, small."""
    return [reduce_picture(load_picture(path)) for path in paths]


def test_a_trial_scores_what_is_painted(photos: list[Path], other_prints: list[Path]):
    trial = CheckpointEvaluator(load_small_pictures(photos[:3]), load_small_pictures(other_prints[:6]))
    kept, blurred, black = (
        trial.score_pictures(paint) for paint in (lambda x: x, lambda x: blur_picture(x, 4), lambda x: np.zeros_like(x))
    )
    assert kept["content"] == 0
    assert 0 < blurred["content"] < black["content"]
    assert kept["style"] < black["style"]
    assert kept["content_error"] == 0 < blurred["content_error"] < blurred["content"]
    assert all(found["style_error"] > 0 for found in (kept, blurred))


def test_a_trial_shows_every_checkpoint_the_same_photos(photos: list[Path], other_prints: list[Path]):
    trial, seen = (
        CheckpointEvaluator(load_small_pictures(photos[:3]), load_small_pictures(other_prints[:4])),
        list[Pixels](),
    )

    def record_and_return(pixels: Pixels) -> Pixels:
        seen.append(pixels)
        return pixels

    assert trial.score_pictures(record_and_return) == trial.score_pictures(record_and_return)
    for one, again in zip(seen[:3], seen[3:], strict=True):
        np.testing.assert_array_equal(one, again)


def test_photos_are_taken_from_the_first_to_the_last():
    paths = [Path(f"{number:03}.jpg") for number in range(100)]
    some = pick_evenly_spaced(paths)
    assert (len(some), some[0], some[-1]) == (MAX_VALIDATION_PHOTOS, paths[0], paths[-1])
    assert len({*some}) == MAX_VALIDATION_PHOTOS
    assert pick_evenly_spaced(paths[:5]) == paths[:5]


def test_a_candidate_paints_as_its_file_will_be_served(style_folder: Path):
    catalog = Catalog([style_folder])
    about = catalog.get("blurring")
    session = Engine(catalog).get_session(about)
    photo = np.random.default_rng(1).integers(0, 256, (171, about.canvas, 3), np.uint8)
    served = Engine(catalog).apply("blurring", photo)
    assert np.abs(stylize_at_working_size(session, about, photo).astype(int) - served).max() <= 1
    assert stylize_at_working_size(session, about, photo[:80, :120]).shape == (171, about.canvas, 3)
