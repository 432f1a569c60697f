"""The spine: a photo's bytes to a picture's key."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import IFD

from ganvas.engine.controls import Controls
from ganvas.engine.crop import parse_crop
from ganvas.engine.engine import Engine
from ganvas.engine.faces import find_avatar
from ganvas.engine.resample import resize
from ganvas.errors import BadControls, BadPhoto, Cancelled, TooLarge, UnknownStyle
from ganvas.image import DecodeLimits, decode
from ganvas.storage.blobs import Store
from ganvas.style.catalog import Catalog
from ganvas.stylize import Ask, stylize
from tests.engine.test_faces import PORTRAIT
from tests.image.builders import photo_with_a_place


@pytest.fixture
def engine(style_folder: Path) -> Engine:
    return Engine(Catalog([style_folder]))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def file_of(pixels: np.ndarray, format: str = "PNG", **options) -> bytes:
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, format, **options)
    return data.getvalue()


def test_a_photo_becomes_a_picture_of_its_own_size(engine, store, pixels):
    picture = stylize(engine, store, file_of(pixels), Ask("inverting"))
    data, style = store.get(picture.key), engine.catalog.get("inverting")
    assert (picture.height, picture.width, picture.bytes, picture.format) == (*pixels.shape[:2], len(data), "png")
    assert (picture.pinned, picture.style_sha256) == ("inverting@1", style.sha256)
    made = decode(data).pixels
    assert made.shape == pixels.shape
    assert np.array_equal(made, engine.apply("inverting", pixels))


def test_the_same_ask_gives_the_same_key(engine, store, pixels):
    keys = {stylize(engine, store, file_of(pixels), Ask("inverting", Controls(0.5))).key for _ in range(2)}
    assert len(keys) == 1


@pytest.mark.parametrize("format", ["jpeg", "png", "webp", "avif"])
def test_every_format_is_written(engine, store, pixels, format):
    key = stylize(engine, store, file_of(pixels), Ask("copying", format=format)).key
    assert decode(store.get(key)).metadata["format"] == format


def test_transparency_travels_through(engine, store, pixels):
    alpha = np.arange(128, dtype=np.uint8)[None, :].repeat(96, axis=0)
    key = stylize(engine, store, file_of(np.dstack([pixels, alpha])), Ask("inverting")).key
    assert np.array_equal(decode(store.get(key)).alpha, alpha)


@pytest.mark.parametrize(("keep", "told"), [("none", 0), ("without-place", 1), ("all", 2)])
def test_metadata_travels_only_when_asked_and_the_place_only_with_all(engine, store, keep, told):
    made = store.get(stylize(engine, store, photo_with_a_place(), Ask("copying", format="jpeg", metadata=keep)).key)
    assert (b"Maker" in made, b"News" in made, b"HERE" in made) == (told > 0, told > 0, told > 1)
    with Image.open(io.BytesIO(made)) as picture:
        assert bool(picture.getexif().get_ifd(IFD.GPSInfo)) == (told > 1)


def test_an_avatar_is_the_square_around_the_face_painted_by_itself(engine, store):
    photo = PORTRAIT.read_bytes()
    square = find_avatar(decode(photo).pixels)
    made = decode(store.get(stylize(engine, store, photo, Ask("inverting", crop="avatar")).key)).pixels
    part = decode(photo).pixels[square.top :, square.left :][: square.side, : square.side]
    assert made.shape == part.shape
    assert np.abs(255 - made.astype(int) - part).mean() < 6


def test_a_cut_is_the_part_of_the_whole_picture_and_keeps_the_metadata_that_is_asked_for(engine, store):
    photo = photo_with_a_place()
    whole = decode(store.get(stylize(engine, store, photo, Ask("inverting")).key)).pixels
    ask = Ask("inverting", format="jpeg", quality=100, metadata="all", cut=parse_crop("10,4,20,16", ""))
    made = store.get(stylize(engine, store, photo, ask).key)
    assert np.abs(decode(made).pixels.astype(int) - whole[4:20, 10:30]).mean() < 2
    assert b"Maker" in made and b"HERE" in made
    small = store.get(
        stylize(engine, store, photo, replace(ask, metadata="without-place", cut=parse_crop("", "16x16"))).key
    )
    assert decode(small).pixels.shape == (16, 16, 3)
    assert b"Maker" in small and b"HERE" not in small


def test_a_cut_of_a_preview_is_the_same_part(engine, store, pixels):
    ask = Ask("copying", cut=parse_crop("64,48,64,48", ""))
    whole = decode(store.get(stylize(engine, store, file_of(pixels), ask).key)).pixels
    small = decode(store.get(stylize(engine, store, file_of(pixels), replace(ask, long_edge=32)).key)).pixels
    assert (whole.shape, small.shape) == ((48, 64, 3), (24, 32, 3))
    assert np.abs(resize(whole, (24, 32)).astype(int) - small).mean() < 6


def test_a_cut_beyond_the_photo_is_refused_with_its_size(engine, store, pixels):
    with pytest.raises(BadControls, match="128 x 96"):
        stylize(engine, store, file_of(pixels), Ask("copying", cut=parse_crop("100,0,40,40", "")))


def test_a_photo_without_a_face_makes_no_avatar(engine, store, pixels):
    with pytest.raises(BadPhoto, match="No face"):
        stylize(engine, store, file_of(pixels), Ask("copying", crop="avatar"))
    assert list(store.keys()) == []


def test_a_preview_is_small_and_of_the_same_scale(engine, store):
    rows, columns = np.mgrid[0:600, 0:900]
    photo = np.stack([rows // 3, columns // 4, (rows + columns) % 256], -1).astype(np.uint8)
    full = decode(store.get(stylize(engine, store, file_of(photo), Ask("blurring")).key)).pixels
    preview = decode(store.get(stylize(engine, store, file_of(photo), Ask("blurring", long_edge=90)).key)).pixels
    assert preview.shape == (60, 90, 3)
    reduced = np.asarray(Image.fromarray(full).resize((90, 60), Image.Resampling.BICUBIC))
    assert np.abs(preview.astype(int) - reduced).mean() < 6


@pytest.mark.parametrize("edge", [90, 600, 3000])
def test_a_preview_of_a_long_photo_sees_what_the_whole_one_does(engine, store, edge):
    rows, columns = np.mgrid[0:300, 0:4007]
    photo = np.stack([rows * 3 // 4, columns // 17, (rows + columns) % 256], -1).astype(np.uint8)
    full = decode(store.get(stylize(engine, store, file_of(photo), Ask("blurring")).key)).pixels
    preview = decode(store.get(stylize(engine, store, file_of(photo), Ask("blurring", long_edge=edge)).key)).pixels
    assert max(preview.shape) == edge
    assert np.abs(preview.astype(int) - resize(full, preview.shape[:2])).mean() < 2


def test_colours_that_nobody_sees_change_nothing(engine, store, pixels):
    rows, columns = np.mgrid[0:96, 0:128]
    alpha = ((rows - 48) ** 2 + (columns - 64) ** 2 < 900).astype(np.uint8) * 255
    made = []
    for hidden in (0, 255, (0, 255, 0)):
        photo = np.where(alpha[..., None] > 0, pixels, np.uint8(hidden))
        key = stylize(engine, store, file_of(np.dstack([photo, alpha])), Ask("blurring")).key
        made.append(decode(store.get(key)))
    assert all(np.array_equal(picture.pixels, made[0].pixels) for picture in made)
    assert np.array_equal(made[0].alpha, alpha)


def test_a_preview_is_never_larger_than_the_photo(engine, store, pixels):
    key = stylize(engine, store, file_of(pixels), Ask("copying", long_edge=4000)).key
    assert decode(store.get(key)).pixels.shape == pixels.shape


def test_a_preview_keeps_its_transparency(engine, store, pixels):
    covered = np.dstack([pixels, np.full(pixels.shape[:2], 77, np.uint8)])
    key = stylize(engine, store, file_of(covered), Ask("copying", long_edge=64)).key
    photo = decode(store.get(key))
    assert photo.alpha is not None
    assert photo.alpha.shape == photo.pixels.shape[:2] == (48, 64)


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (Ask("nobody"), UnknownStyle),
        (Ask("copying", format="bmp"), BadControls),
        (Ask("copying", Controls(strength=2)), BadControls),
        (Ask("copying", quality=0), BadControls),
        (Ask("copying", metadata="some"), BadControls),  # pyright: ignore
    ],
)
def test_what_cannot_be_done_is_refused_and_leaves_nothing(engine, store, pixels, ask, error):
    with pytest.raises(error):
        stylize(engine, store, file_of(pixels), ask)
    assert list(store.keys()) == []


def test_what_is_no_photo_is_refused(engine, store):
    with pytest.raises(BadPhoto):
        stylize(engine, store, b"nothing", Ask("copying"))


def test_limits_are_kept(engine, store, pixels):
    with pytest.raises(TooLarge):
        stylize(engine, store, file_of(pixels), Ask("copying"), limits=DecodeLimits(pixels=100))


def test_progress_is_heard_and_may_stop_it(engine, store, pixels):
    def stop(fraction: float) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        stylize(engine, store, file_of(pixels), Ask("copying"), stop)
    assert list(store.keys()) == []
