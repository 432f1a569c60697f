"""A photo's header says how many pixels it has; what does not say so is none."""

import io

import pytest

from ganvas.image import dimensions
from tests.web.conftest import draw_picture


@pytest.mark.parametrize("format", ["jpeg", "png", "webp", "avif"])
def test_the_header_says_how_many_pixels_there_are(format):
    file = io.BytesIO(draw_picture(format, 300, 200))
    assert dimensions.count_pixels(file) == 300 * 200
    assert file.tell() == 0


def test_lossless_webp_is_counted_too():
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (300, 200)).save(out, "webp", lossless=True)
    assert dimensions.count_pixels(out) == 300 * 200


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00\x04ab", b"\x89PNG\r\n\x1a\nabc", b"text", b"x" * 99]
)
def test_what_does_not_say_has_none(data):
    assert dimensions.count_pixels(io.BytesIO(data)) == 0


@pytest.mark.parametrize("kind", [b"ftypheic", b"ftypavif"])
def test_the_largest_image_of_a_container_counts(kind):
    box = b"\0\0\0\x14ispe\0\0\0\0"
    small, large = ((side).to_bytes(4, "big") * 2 for side in (160, 4000))
    assert dimensions.count_pixels(io.BytesIO(b"\0\0\0\x18" + kind + box + small + box + large)) == 16_000_000
