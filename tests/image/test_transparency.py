"""What is fully transparent takes the colours of what is visible beside it; masks go by what is visible."""

import numpy as np
import pytest
from PIL import Image

from ganvas.image import Photo, decode_mask, fill_transparent
from tests.image.builders import file_of, scene


def filled(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    photo = Photo(pixels.copy(), alpha)
    fill_transparent(photo)
    return photo.pixels


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (2, 3), (37, 64), (101, 53), (64, 1)])
def test_what_is_visible_stays_and_what_is_hidden_does_not_matter(size):
    rng = np.random.default_rng(0)
    pixels, alpha = scene(*size), rng.choice(np.array([0, 0, 3, 255], np.uint8), size)
    alpha[0, 0] = 200
    black, green = np.where(alpha[..., None], pixels, 0), np.where(alpha[..., None], pixels, np.uint8((0, 255, 0)))
    result = filled(black, alpha)
    assert np.array_equal(result, filled(green, alpha))
    assert np.array_equal(result[alpha > 0], pixels[alpha > 0])


def test_hidden_pixels_are_like_the_nearest_visible_ones():
    pixels, alpha = np.zeros((64, 64, 3), np.uint8), np.zeros((64, 64), np.uint8)
    pixels[:, :10], alpha[:, :10] = (200, 40, 10), 255
    pixels[:, 50:], alpha[:, 50:] = (10, 40, 200), 255
    result = filled(pixels, alpha).astype(int)
    assert np.abs(result[:, 10:14] - (200, 40, 10)).max() < 40
    assert np.abs(result[:, 46:50] - (10, 40, 200)).max() < 40
    assert result[:, 10:50].max() <= 200 and result[..., 1].min() >= 39


def test_one_visible_pixel_gives_its_colour_to_all():
    pixels, alpha = scene(33, 70), np.zeros((33, 70), np.uint8)
    alpha[20, 31] = 1
    assert (filled(pixels, alpha) == pixels[20, 31]).all()


@pytest.mark.parametrize("alpha", [None, np.full((24, 40), 7, np.uint8), np.zeros((24, 40), np.uint8)])
def test_where_nothing_is_to_be_done_the_photo_is_the_same(alpha):
    photo = Photo(scene(), alpha)
    fill_transparent(photo)
    assert np.array_equal(photo.pixels, scene())


def test_a_picture_larger_than_one_strip_is_filled_the_same():
    pixels, alpha = np.tile(scene(600, 1000), (1, 3, 1)), np.zeros((600, 3000), np.uint8)
    alpha[100:300, 500:2500] = 255
    result = filled(pixels, alpha)
    assert np.abs(np.diff(result[98:102, 600:700].astype(int), axis=0)).mean() < 20
    assert np.array_equal(result, filled(np.where(alpha[..., None], pixels, 0), alpha))


def test_a_mask_is_its_brightness_and_nothing_where_it_is_transparent():
    cover = np.zeros((8, 9), np.uint8)
    cover[2:5, 3:7], cover[6] = 255, 128
    for hidden in (0, 255):
        white = np.where(cover[..., None] > 0, np.uint8(255), np.uint8(hidden))
        picture = np.dstack([np.broadcast_to(white, (8, 9, 3)), cover])
        assert np.array_equal(decode_mask(file_of(picture, "PNG")), cover)
    assert (decode_mask(file_of(Image.new("RGB", (4, 3), (90, 120, 150)), "PNG")) == 120).all()
