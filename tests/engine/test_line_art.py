"""Line drawings: their lines stay as they are at full size, and nothing of them is smeared over the paint."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ganvas.engine.controls import Controls
from ganvas.engine.engine import Engine
from ganvas.engine.line_art import fill_unknown, overlay_lines, remove_lines
from ganvas.style.catalog import Catalog
from ganvas.style.file import load_style, rewrite_style
from tests.conftest import write_style

BLUE = (97, 178, 228)


@pytest.fixture(scope="module")
def drawing() -> np.ndarray:
    """A circle on paper with a blue dab in it: 480 x 480 x 3."""
    image = Image.new("RGB", (480, 480), "white")
    pen = ImageDraw.Draw(image)
    pen.ellipse((90, 90, 390, 390), outline="black", width=14)
    pen.ellipse((220, 220, 260, 260), fill=BLUE)
    return np.asarray(image)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A style that changes nothing, with a small canvas for drawings, and one that blurs, whose canvas is as small."""
    folder = tmp_path_factory.mktemp("styles")
    for name in ("copying", "blurring"):
        write_style(folder, name)
        rewrite_style(folder / f"{name}.onnx", replace(load_style(folder / f"{name}.onnx"), canvas=96))
    rewrite_style(folder / "copying.onnx", replace(load_style(folder / "copying.onnx"), drawing=96))
    return Engine(Catalog([folder]))


def test_lines_are_as_sharp_as_they_were_and_have_no_fringe(engine: Engine, drawing: np.ndarray):
    made = engine.apply("copying", drawing)
    assert np.array_equal(made[(drawing == 0).all(2)], drawing[(drawing == 0).all(2)])
    paper = (drawing == 255).all(2)
    away = np.hypot(*(np.indices((480, 480)) - 240)) > 60  # from the dab
    assert made[paper & away].min() >= 250, "paper is white up to the line"
    assert engine.apply("blurring", drawing)[paper & away].min() < 160, "which it is not without lines of its own"
    assert abs(made[240, 240].astype(int) - BLUE).max() < 20, "a dab of colour is no line, and does not darken itself"


@pytest.mark.parametrize("controls", [Controls(strength=0.5), Controls(colour="photo")])
def test_strength_and_the_drawings_own_colours_keep_the_lines(engine: Engine, drawing: np.ndarray, controls: Controls):
    made = engine.apply("copying", drawing, controls)
    assert made[(drawing == 0).all(2)].max() == 0
    assert made[:60].min() >= 250


def test_outside_of_a_mask_the_drawing_itself_stays(engine: Engine, drawing: np.ndarray):
    mask = np.zeros((480, 480), np.uint8)
    mask[:, 300:] = 255
    made = engine.apply("copying", drawing, Controls(mask=mask))
    assert np.array_equal(made[:, :240], drawing[:, :240])


def test_paint_under_a_line_comes_from_beside_it():
    small = np.full((20, 20, 3), 255, np.uint8)
    small[:, 9:11] = 0
    picture = np.zeros_like(small)
    picture[:, :9], picture[:, 11:] = (250, 0, 0), (0, 0, 250)
    paper, paint = remove_lines(small, picture)
    assert (paper == 255).all()
    assert (paint[:, :9] == (250, 0, 0)).all() and (paint[:, 11:] == (0, 0, 250)).all()
    assert np.array_equal(overlay_lines(paint, small)[:, 9:11], small[:, 9:11])


def test_what_is_nothing_but_ink_stays_as_it_is():
    black = np.zeros((8, 8, 3), np.uint8)
    assert remove_lines(black, black)[1] is black
    one = np.zeros((5, 5), bool)
    one[0, 0] = True
    assert (fill_unknown(np.full((5, 5, 3), 7, np.uint8), one) == 7).all(), "from one known place to all"
