"""Parts of pictures: read as people write them, within the photo, never stretched."""

import numpy as np
import pytest

from ganvas.engine.crop import PictureCrop, PixelBox, centre_box, crop_photo, locate_crop, parse_crop, scale_box
from ganvas.errors import BadControls
from ganvas.image import Photo


def test_a_cut_is_read_as_it_is_written():
    assert parse_crop("", "") is None
    assert parse_crop("1,2,30,40", "") == PictureCrop(PixelBox(1, 2, 30, 40))
    assert parse_crop("", "1170x2532") == PictureCrop(None, (1170, 2532))
    assert parse_crop("0,0,9,9", "512x512") == PictureCrop(PixelBox(0, 0, 9, 9), (512, 512))


@pytest.mark.parametrize(
    ("cut", "size"),
    [("1,2,3", ""), ("a,b,c,d", ""), ("-1,0,5,5", ""), ("0,0,0,5", ""), ("", "512"), ("", "15x400"), ("", "9000x9000")],
)
def test_what_is_no_cut_is_refused_with_what_would_be_right(cut, size):
    with pytest.raises(BadControls) as caught:
        parse_crop(cut, size)
    assert caught.value.right


def test_a_size_alone_keeps_the_middle_of_the_photo():
    assert locate_crop(PictureCrop(None, (100, 200)), 400, 600) == PixelBox(200, 0, 200, 400)
    assert locate_crop(PictureCrop(None, (200, 100)), 400, 600) == PixelBox(0, 50, 600, 300)


def test_a_part_that_has_not_the_shape_of_the_size_loses_its_edges_and_is_not_stretched():
    assert centre_box(PixelBox(10, 20, 101, 100), 50, 50) == PixelBox(10, 20, 100, 100)


@pytest.mark.parametrize("cut", ["0,0,601,10", "600,0,1,1", "0,400,1,1"])
def test_a_part_beyond_the_photo_is_refused(cut):
    with pytest.raises(BadControls, match="600 x 400"):
        locate_crop(parse_crop(cut, ""), 400, 600)


def test_a_part_of_a_smaller_picture_is_the_same_part_and_never_empty():
    assert scale_box(PixelBox(100, 50, 200, 100), 0.5) == PixelBox(50, 25, 100, 50)
    assert scale_box(PixelBox(100, 50, 1, 1), 0.01) == PixelBox(1, 0, 1, 1)


def test_transparency_and_what_a_photo_says_are_taken_along():
    alpha = np.arange(12, dtype=np.uint8).reshape(3, 4)
    photo = Photo(np.dstack([alpha] * 3), alpha, {"format": "png"})
    part = crop_photo(photo, PixelBox(1, 1, 2, 2))
    assert np.array_equal(part.alpha, alpha[1:, 1:3]) and np.array_equal(part.pixels[..., 0], part.alpha)
    assert part.metadata == {"format": "png"}
    assert crop_photo(photo, PixelBox(0, 0, 4, 3), (8, 6)).pixels.shape == (6, 8, 3)
