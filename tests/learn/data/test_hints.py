"""Colours that a pair's drawing is given: a red square with black lines on paper, and what becomes of both pictures."""

import numpy as np
import pytest

from ganvas.learn.data.batches import DataOptions, PictureDataset, make_batch_sampler
from ganvas.learn.data.hints import (
    HintOptions,
    add_colour_hints,
    add_dabs,
    inpaint_lines,
    rotate_hues,
    simulate_photo,
    tint_paper,
)
from tests.learn.conftest import write_pictures

RED, BLUE, PAPER = (230, 40, 40), np.array([60, 120, 220], np.uint8), 255


@pytest.fixture
def random():
    return np.random.Generator(np.random.PCG64(1))


@pytest.fixture
def pair():
    """A drawing 64 x 64 x 3 and its picture: a frame four pixels wide around 24 x 24 of red."""
    drawing = np.full((64, 64, 3), PAPER, np.uint8)
    drawing[16:48, 16:48] = 0
    drawing[20:44, 20:44] = PAPER
    picture = drawing.copy()
    picture[20:44, 20:44] = RED
    return drawing, picture


def measure_share(pixels, colour):
    """Of all pixels, those of just this colour."""
    return (pixels == colour).all(2).mean()


def test_without_hints_a_pair_is_what_it_was_and_a_share_of_one_changes_all(pair, random):
    assert add_colour_hints(pair, BLUE, random, HintOptions()) is pair
    for _ in range(20):
        drawing, picture = add_colour_hints(pair, BLUE, random, HintOptions(dabs=1.0))
        assert (drawing != pair[0]).any() and (picture == pair[1]).all()


def test_lines_are_taken_away_to_the_nearest_colour(pair):
    bare = inpaint_lines(*pair)
    assert measure_share(bare, 0) == 0 and measure_share(bare, RED) + measure_share(bare, PAPER) == 1
    assert measure_share(bare, RED) > measure_share(pair[1], RED)


def test_a_drawing_of_nothing_but_line_stays(pair):
    black = np.zeros_like(pair[0])
    assert (inpaint_lines(black, pair[1]) == pair[1]).all()


def test_a_ground_colours_the_paper_of_both_and_neither_lines_nor_paint(pair):
    drawing, picture = pair
    assert measure_share(tint_paper(picture, picture, BLUE), BLUE) == measure_share(picture, PAPER)
    assert measure_share(tint_paper(drawing, picture, BLUE), 0) == measure_share(drawing, 0)
    assert measure_share(tint_paper(picture, picture, BLUE), RED) == measure_share(picture, RED)
    inside = tint_paper(drawing, picture, BLUE)[22:42, 22:42]
    assert (inside == PAPER).all()  # what is to be coloured is still without a colour


def test_dabs_have_the_colour_of_their_place_and_lie_under_the_lines(pair, random):
    drawing, picture = pair
    dabbed_one = add_dabs(drawing, picture, random)
    assert 0 < measure_share(dabbed_one, RED) < measure_share(picture, RED) + 0.2
    assert (dabbed_one[drawing.max(2) == 0] == 0).all()
    assert (add_dabs(drawing, drawing, random) == drawing).all()  # nothing there has a colour


def test_turned_hues_are_those_of_picture_and_dabs_alike_and_leave_lines_and_paper(pair, random):
    _, picture = pair
    green = rotate_hues(picture, 1 / 3)
    assert green[30, 30].argmax() == 1
    assert measure_share(green, 0) == measure_share(picture, 0) and measure_share(green, PAPER) == measure_share(
        picture, PAPER
    )
    assert np.abs(rotate_hues(picture, 0.0).astype(int) - picture).max() <= 3
    for _ in range(20):
        dabbed_one, other = add_colour_hints(pair, BLUE, random, HintOptions(dabs=1.0, turned=1.0))
        colour = other[30, 30]
        assert measure_share(dabbed_one, colour) > 0 and measure_share(other, colour) == measure_share(picture, RED)


def test_a_picture_under_light_and_grain_has_its_colours_still_but_none_of_them_flat(pair, random):
    seen = [simulate_photo(pair[1], random).astype(int) for _ in range(8)]
    red = [one[24:40, 24:40].reshape(-1, 3) for one in seen]
    assert all(part.std(0).max() > 1 for part in red)
    assert all(part.mean(0).argmax() == 0 for part in red)


def test_shares_are_kept_to(pair, random):
    made = [add_colour_hints(pair, BLUE, random, HintOptions(dabs=0.3, painted=0.3, ground=1.0)) for _ in range(300)]
    untouched = np.mean([drawing is pair[0] for drawing, _ in made])
    assert 0.3 < untouched < 0.5
    grounds = [measure_share(picture, BLUE) > 0.3 for drawing, picture in made if drawing is not pair[0]]
    assert all(grounds)


def test_a_batch_is_the_same_again_and_without_hints_what_it_always_was(tmp_path):
    folder = write_pictures(tmp_path / "some", 3, seed=1)
    pictures = PictureDataset(sorted(folder.glob("*.png")), 64)
    plain = DataOptions(crop=32, batch=4, pairs="names")
    with_hints = DataOptions(crop=32, batch=4, pairs="names", hints=HintOptions(0.5, 0.5, 0.5))
    one, two = (make_batch_sampler(pictures, pictures, with_hints, 1)(7) for _ in "12")
    assert (one.source == two.source).all() and (one.target == two.target).all()
    assert (one.source != make_batch_sampler(pictures, pictures, plain, 1)(7).source).any()
