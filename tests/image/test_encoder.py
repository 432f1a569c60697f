"""Pictures are written in four formats, with a profile that says sRGB, the same bytes each time."""

import io

import numpy as np
import pytest
from PIL import Image

from ganvas.errors import BadControls, TooLarge
from ganvas.image import FORMATS, Photo, check_format, decode, detect_media_type, encode
from ganvas.image.icc import SRGB_PROFILE
from tests.image.builders import scene

COVERED = Photo(scene(), scene()[..., 0].copy())


@pytest.mark.parametrize("format", FORMATS)
def test_a_picture_comes_back_as_it_was_made(format):
    data = encode(Photo(scene()), format, 100)
    assert detect_media_type(data) == FORMATS[format]
    back = decode(data)
    assert back.pixels.shape == (24, 40, 3)
    assert np.abs(back.pixels.astype(int) - scene()).mean() <= (0 if format == "png" else 3)


@pytest.mark.parametrize("format", FORMATS)
def test_every_picture_carries_the_profile_of_srgb(format):
    assert Image.open(io.BytesIO(encode(Photo(scene()), format))).info["icc_profile"] == SRGB_PROFILE


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_picture_is_the_same_bytes(format):
    assert encode(COVERED, format) == encode(Photo(scene(), scene()[..., 0].copy()), format)


@pytest.mark.parametrize("format", ["png", "webp", "avif"])
def test_what_is_transparent_stays_so(format):
    back = decode(encode(COVERED, format, 100))
    assert back.alpha is not None
    assert np.abs(back.alpha.astype(int) - scene()[..., 0]).max() <= 2


def test_a_jpeg_lies_on_white_paper():
    paper = decode(encode(Photo(scene(), np.zeros((24, 40), np.uint8)), "jpeg", 100)).pixels
    assert paper.min() >= 254
    part = decode(encode(Photo(np.zeros((24, 40, 3), np.uint8), np.full((24, 40), 128, np.uint8)), "jpeg")).pixels
    assert np.abs(part.astype(int) - 127).max() <= 1


@pytest.mark.parametrize("format", ["jpeg", "webp", "avif"])
def test_less_quality_is_fewer_bytes(format):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    assert len(encode(Photo(noise), format, 30)) < len(encode(Photo(noise), format, 95))


def test_pixels_may_be_a_view():
    whole = np.tile(scene(), (2, 2, 1))
    assert encode(Photo(whole[1::2, ::-2]), "png") == encode(Photo(np.ascontiguousarray(whole[1::2, ::-2])), "png")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("size", [(1, 1), (1, 500), (333, 1)])
def test_the_narrowest_picture_can_be_written(format, size):
    assert decode(encode(Photo(scene(*size)), format)).pixels.shape == (*size, 3)


@pytest.mark.parametrize("quality", [0, 101, -1])
def test_a_quality_out_of_range_is_refused(quality):
    with pytest.raises(BadControls, match="1 to 100"):
        encode(Photo(scene()), "jpeg", quality)


@pytest.mark.parametrize("format", ["gif", "tiff", "JPEG", ""])
def test_a_format_that_is_not_written_is_refused(format):
    with pytest.raises(BadControls, match="jpeg, png, webp, avif"):
        encode(Photo(scene()), format)


def test_what_a_format_cannot_hold_is_refused_before_it_is_made():
    check_format("png", 100_000, 100)
    check_format("jpeg", 8_000, 12_000)
    for format, height, width in [("webp", 100, 16_384), ("jpeg", 70_000, 10), ("avif", 8_000, 6_000)]:
        with pytest.raises(TooLarge, match="Ask for"):
            check_format(format, height, width)
    with pytest.raises(TooLarge, match="16384 pixels is more than webp"):
        encode(Photo(np.zeros((1, 16_384, 3), np.uint8)), "webp")


def test_what_an_encoder_finds_too_much_is_a_clear_error():
    talkative = Photo(scene(), None, {"exif": b"Exif\0\0" + bytes(70_000)})
    with pytest.raises(TooLarge, match="does not fit into jpeg"):
        encode(talkative, "jpeg", metadata="all")
