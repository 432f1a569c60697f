"""Every kind of photo becomes upright sRGB pixels of its own size, with its alpha."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from ganvas.image import decode
from tests.conftest import ROOT
from tests.image.builders import (
    ADOBE,
    LOSSLESS,
    ORANGE,
    ORANGE_OF_ADOBE,
    ORANGE_OF_P3,
    P3,
    chunk,
    exif_of,
    file_of,
    flat,
    png_of,
    printing_profile,
    scene,
    srgb_of_lab,
)

FIXTURES = ROOT / "tests" / "fixtures" / "images"
ORIENTATION = 0x0112


def apart(pixels: np.ndarray, colour) -> float:
    """How far the middle of a picture is from a colour, in levels."""
    return float(np.abs(pixels[pixels.shape[0] // 2, pixels.shape[1] // 2] - np.asarray(colour, float)).max())


@pytest.mark.parametrize("kind", LOSSLESS)
def test_a_lossless_photo_comes_back_exactly(kind):
    photo = decode(file_of(scene(), kind, **LOSSLESS[kind]))
    assert np.array_equal(photo.pixels, scene())
    assert photo.alpha is None
    assert photo.metadata["format"] == kind.lower()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_a_lossy_photo_comes_back_nearly(kind):
    photo = decode(file_of(flat(ORANGE), kind, quality=95))
    assert photo.pixels.shape == (16, 24, 3)
    assert apart(photo.pixels, ORANGE) <= 4


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (2, 3)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_the_smallest_and_the_narrowest_photos_keep_their_size(kind, size):
    assert decode(file_of(scene(*size), kind)).pixels.shape == (*size, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_a_photo_is_turned_upright(kind, orientation):
    data = file_of(scene(), kind, exif=exif_of({ORIENTATION: orientation}), **LOSSLESS.get(kind, {"quality": 95}))
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
    assert np.array_equal(decode(data).pixels, expected)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_alpha_is_turned_with_the_photo(orientation):
    covered = np.dstack([scene(), scene()[..., 0]])
    photo = decode(file_of(covered, "PNG", exif=exif_of({ORIENTATION: orientation})))
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha, photo.pixels[..., 0])


@pytest.mark.parametrize("said", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(said):
    data = file_of(scene(), "PNG", exif=exif_of({ORIENTATION: said}))
    assert np.array_equal(decode(data).pixels, scene())


def test_a_photo_larger_than_one_strip_is_whole():
    large = np.tile(scene(64, 64), (40, 30, 1))
    turned = decode(file_of(large, "PNG", compress_level=1, exif=exif_of({ORIENTATION: 6})))
    assert np.array_equal(turned.pixels, np.rot90(large, -1))


@pytest.mark.parametrize(("profile", "seen"), [(P3, ORANGE_OF_P3), (ADOBE, ORANGE_OF_ADOBE)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_colours_of_a_profile_are_those_of_srgb(kind, profile, seen):
    lossless = LOSSLESS.get(kind, {"quality": 97})
    photo = decode(file_of(flat(ORANGE), kind, icc_profile=profile, **lossless))
    assert apart(photo.pixels, seen) <= (1 if kind in LOSSLESS else 6)


def test_colours_named_by_code_points_are_those_of_srgb():
    avif = file_of(flat(ORANGE), "AVIF", quality=97)
    at = avif.index(b"colrnclx") + 8
    wide = avif[:at] + (12).to_bytes(2, "big") + avif[at + 2 :]
    assert apart(decode(wide).pixels, ORANGE_OF_P3) <= 6
    assert apart(decode(avif).pixels, ORANGE) <= 4


def test_white_of_a_bright_screen_stays_white():
    avif = file_of(flat((148, 148, 148)), "AVIF", quality=97)  # 203 nits as SMPTE ST 2084 has it
    at = avif.index(b"colrnclx") + 8
    bright = avif[:at] + (9).to_bytes(2, "big") + (16).to_bytes(2, "big") + avif[at + 4 :]
    assert apart(decode(bright).pixels, (255, 255, 255)) <= 4


@pytest.mark.parametrize("kind", ["TIFF", "JPEG"])
def test_ink_is_seen_as_its_printing_profile_says(kind):
    cyan = (60.0, -20.0, -30.0)
    extra = {"compression": "raw"} if kind == "TIFF" else {"quality": 98}
    data = file_of(flat((255, 0, 0, 0), "CMYK"), kind, icc_profile=printing_profile(cyan), **extra)
    assert apart(decode(data).pixels, srgb_of_lab(*cyan)) <= 4


def test_ink_without_a_profile_is_paper_less_ink():
    assert apart(decode(file_of(flat((255, 0, 0, 0), "CMYK"), "TIFF")).pixels, (0, 255, 255)) <= 1


def test_grey_becomes_three_equal_channels():
    photo = decode(file_of(scene()[..., 0], "PNG"))
    assert np.array_equal(photo.pixels, np.repeat(scene()[..., :1], 3, axis=2))


def test_a_grey_profile_is_followed():
    linear = grey_profile()
    photo = decode(file_of(flat(128, "L"), "PNG", icc_profile=linear))
    assert apart(photo.pixels, (188, 188, 188)) <= 2


def grey_profile() -> bytes:
    """A grey profile of linear light: that of sRGB with its colours taken out."""
    from ganvas.image.icc import D50, assemble_profile, encode_fixed16, encode_text_tag

    tags = {
        "desc": encode_text_tag("grey"),
        "cprt": encode_text_tag("CC0"),
        "wtpt": b"XYZ \0\0\0\0" + encode_fixed16(D50),
    }
    whole = assemble_profile(tags | {"kTRC": b"curv" + bytes(8)})
    return whole[:16] + b"GRAY" + whole[20:]


@pytest.mark.parametrize("profile", [b"nonsense", P3[:200], printing_profile((50, 0, 0)), grey_profile()])
def test_a_profile_that_does_not_fit_is_passed_over(profile):
    assert apart(decode(file_of(flat(ORANGE), "PNG", icc_profile=profile)).pixels, ORANGE) == 0


@pytest.mark.parametrize("channels", [(), (3,), (4,)])
def test_sixteen_bits_become_eight(channels):
    levels = np.linspace(0, 65535, 24 * 40).reshape(24, 40).astype(np.uint16)
    wide = levels if not channels else np.repeat(levels[..., None], channels[0], axis=2)
    photo = decode(png_of(wide))
    assert np.abs(photo.pixels[..., 0] - levels / 257).max() <= 1
    assert (photo.alpha is not None) == (channels == (4,))


def test_sixteen_bits_of_grey_in_a_tiff_become_eight():
    levels = np.linspace(0, 65535, 24 * 40).reshape(24, 40).astype(np.uint16)
    photo = decode(file_of(levels, "TIFF"))
    assert np.abs(photo.pixels[..., 1] - levels / 257).max() <= 0.5


def test_one_transparent_level_of_sixteen_bits_is_transparent():
    levels = np.full((4, 6), 30000, np.uint16)
    levels[1, 2] = 12345
    photo = decode(png_of(levels, chunk(b"tRNS", (12345).to_bytes(2, "big"))))
    assert photo.alpha is not None
    assert (photo.alpha == 0).sum() == 1 and photo.alpha[1, 2] == 0


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_alpha_is_kept(kind):
    covered = np.dstack([scene(), scene()[..., 1]])
    photo = decode(file_of(covered, kind, **LOSSLESS.get(kind, {"quality": 100, "subsampling": "4:4:4"})))
    assert photo.alpha is not None
    assert np.abs(photo.alpha.astype(int) - scene()[..., 1]).max() <= 2


def test_alpha_that_covers_all_is_none():
    assert decode(file_of(np.dstack([scene(), np.full((24, 40), 255, np.uint8)]), "PNG")).alpha is None


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_mode_of_a_png_is_read_as_pillow_shows_it(mode):
    image = Image.fromarray(np.dstack([scene(), scene()[..., 1]])).convert(mode)
    photo = decode(file_of(image, "PNG"))
    assert np.array_equal(photo.pixels, np.asarray(image.convert("RGB")))


def test_a_transparent_colour_of_a_palette_is_transparent():
    image = Image.fromarray(scene()).quantize(16)
    photo = decode(file_of(image, "PNG", transparency=3))
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha == 0, np.asarray(image) == 3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "TIFF"])
def test_of_several_pictures_the_first_is_taken(kind):
    frames = [flat((0, 0, 200)), flat((200, 0, 0))]
    data = file_of(flat(ORANGE), kind, save_all=True, append_images=frames, **LOSSLESS.get(kind, {"quality": 95}))
    assert apart(decode(data).pixels, ORANGE) <= 4


def test_a_phones_jpeg_with_a_second_picture_is_read():
    data = file_of(flat(ORANGE), "MPO", save_all=True, append_images=[flat((0, 0, 200))])
    photo = decode(data)
    assert photo.metadata["format"] == "jpeg"
    assert apart(photo.pixels, ORANGE) <= 4


@pytest.mark.parametrize(
    ("name", "size", "corner"),
    [
        ("p3.heic", (48, 64), ORANGE_OF_P3),
        ("turned.heic", (64, 48), None),
        ("alpha.heic", (48, 64), ORANGE),
        ("ten-bit.heic", (48, 64), ORANGE),
    ],
)
def test_a_heic_is_read(name, size, corner):
    photo = decode((FIXTURES / name).read_bytes())
    assert photo.metadata["format"] == "heic"
    assert photo.pixels.shape == (*size, 3)
    place = photo.pixels[8, 8] if corner else photo.pixels[8, -8]  # the one that is turned has its corner at the right
    assert np.abs(place - np.asarray(corner or ORANGE, float)).max() <= 6
    assert (photo.alpha is not None) == (name == "alpha.heic")


def test_pixels_may_be_written_to():
    photo = decode(file_of(scene(), "PNG"))
    photo.pixels[:] = 7
    assert (photo.pixels == 7).all()
