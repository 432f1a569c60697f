"""The engine: pixels and a name in, pixels out, whatever the size, however many ask at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from ganvas.engine.controls import Controls, check_controls
from ganvas.engine.engine import (
    MAX_ENLARGEMENT,
    MAX_OPEN_NETWORKS,
    MAX_WHOLE_PIXELS,
    Engine,
    adapt_to_drawing,
    compute_working_size,
)
from ganvas.engine.resample import resize
from ganvas.engine.tiling import to_batch, to_pixels
from ganvas.errors import BadControls, Cancelled, UnknownStyle
from ganvas.style.catalog import Catalog
from ganvas.style.file import Style, save_style
from tests.conftest import copying
from tests.engine.conftest import SHOWN, noise, write_local
from tests.style.test_file import sampler


@pytest.fixture
def engine(style_folder: Path) -> Engine:
    """Over the tiny styles: copying, inverting, blurring, global."""
    return Engine(Catalog([style_folder]))


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (3, 200), (257, 3), (96, 128), (255, 257), (600, 500), (1, 5000)])
@pytest.mark.parametrize("name", ["blurring", "global"])
def test_any_size_in_is_the_same_size_out(engine, size, name):
    assert engine.apply(name, noise(*size)).shape == (*size, 3)


def test_a_style_that_changes_nothing_gives_the_photo_back_sharper_than_enlarging_would(engine, photo):
    soft = resize(
        resize(photo, compute_working_size(engine.catalog.get("copying"), 1, photo.shape[:2])), photo.shape[:2]
    )
    apart = np.abs(engine.apply("copying", photo).astype(int) - photo).mean()
    assert apart < 0.9 * np.abs(soft.astype(int) - photo).mean()


def test_at_the_working_size_nothing_is_resampled(engine):
    pixels = noise(200, 256)
    assert np.array_equal(engine.apply("inverting", pixels), 255 - pixels)


def test_a_bright_photo_has_no_dark_border(engine):
    white = np.full((300, 400, 3), 255, np.uint8)
    assert engine.apply("blurring", white).min() == 255


def test_the_given_photo_stays_as_it_was(engine):
    pixels = noise(60, 80)
    before = pixels.copy()
    mask = np.full((6, 8), 128, np.uint8)
    engine.apply("inverting", pixels, Controls(0.5, 2.0, "photo", mask))
    assert np.array_equal(pixels, before)


def test_strength_goes_from_the_photo_to_the_picture(engine, photo):
    assert np.array_equal(engine.apply("inverting", photo, Controls(strength=0)), photo)
    picture = engine.apply("inverting", photo)
    nearly = engine.apply("inverting", photo, Controls(strength=0.999))
    barely = engine.apply("inverting", photo, Controls(strength=0.001))
    assert np.abs(nearly.astype(int) - picture).max() <= 3
    assert np.abs(barely.astype(int) - photo).max() <= 2


def test_outside_of_the_mask_nothing_changes(engine, photo):
    mask = np.zeros((10, 10), np.uint8)
    mask[:, 6:] = 255
    made = engine.apply("inverting", photo, Controls(mask=mask))
    third = photo.shape[1] // 3
    assert np.array_equal(made[:, :third], photo[:, :third])
    assert np.abs(made[:, -third:].astype(int) - photo[:, -third:]).mean() > 30


def test_the_photos_colours_are_kept_when_asked(engine, photo):
    made = engine.apply("inverting", photo, Controls(colour="photo")).astype(float)
    bare = engine.apply("inverting", photo).astype(float)
    away, wanted = (np.abs(one.mean(axis=(0, 1)) - photo.mean(axis=(0, 1))).max() for one in (bare, made))
    assert wanted < 0.7 * away


@pytest.mark.parametrize(
    "wrong",
    [
        Controls(strength=-0.1), Controls(strength=1.1), Controls(strength=float("nan")), Controls(stroke=0.2),
        Controls(stroke=5), Controls(stroke=float("inf")), Controls(colour="both"),  # pyright: ignore
        Controls(mask=np.zeros((3, 3, 3), np.uint8)), Controls(mask=np.zeros((3, 3), np.float32)),
        Controls(mask=np.zeros((0, 3), np.uint8)),
    ],
    ids=str,
)  # fmt: skip
def test_controls_out_of_range_are_refused(engine, wrong):
    with pytest.raises(BadControls):
        engine.apply("copying", noise(8, 8), wrong)


def test_the_ends_of_the_ranges_are_allowed():
    for controls in (Controls(0, 0.25), Controls(1, 4.0, "photo", np.zeros((1, 1), np.uint8))):
        check_controls(controls)


def test_an_unknown_style_is_told(engine):
    with pytest.raises(UnknownStyle, match="copying"):
        engine.apply("copyin", noise(8, 8))


def test_a_sampler_takes_no_photo(tmp_path):
    save_style(sampler(), Style("fruit", {"en": "Fruit"}, kind="sampler"), tmp_path / "fruit.onnx")
    with pytest.raises(BadControls, match="takes no photo"):
        Engine(Catalog([tmp_path])).apply("fruit", noise(8, 8))


def test_progress_rises_to_one_and_may_stop_the_work(engine):
    heard: list[float] = []
    engine.apply("blurring", noise(700, 900), Controls(0.5, 1.0, "photo"), heard.append)
    assert heard == sorted(heard)
    assert (heard[0], heard[-1]) == (0, 1)

    def stop(fraction: float) -> None:
        if fraction > 0.1:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        engine.apply("blurring", noise(700, 900), on_progress=stop)


def test_the_working_size_is_relative_to_the_long_edge():
    style = Style("a", {"en": "A"}, halo=0, canvas=1000)
    assert compute_working_size(style, 1.0, (3000, 4000)) == (750, 1000)
    assert compute_working_size(style, 1.0, (500, 250)) == (1000, 500)
    assert compute_working_size(style, 2.0, (3000, 4000)) == (375, 500)
    assert compute_working_size(style, 0.25, (3000, 4000)) == (3000, 4000)


@pytest.mark.parametrize("stroke", [0.3, 1.0, 1.5, 4.0])
def test_beyond_two_to_one_the_working_size_is_relative_to_the_short_edge(stroke):
    style = Style("a", {"en": "A"}, halo=0, canvas=1000)
    short = round(500 / stroke)
    for ratio in (2.001, 4, 10, 13.5, 31.9):
        height, width = compute_working_size(style, stroke, (3000, round(3000 * ratio)))
        assert height == short
        assert width == pytest.approx(short * ratio, abs=1)
        assert compute_working_size(style, stroke, (height, width)) == (height, width), (
            "a photo that was reduced is seen alike"
        )
        assert compute_working_size(style, stroke, (round(3000 * ratio), 3000)) == (width, height)


def test_the_longest_photos_keep_memory_and_time_bounded():
    style = Style("a", {"en": "A"}, halo=0, canvas=1000)
    assert compute_working_size(style, 1.0, (10, 5000)) == (32, 16_000)
    assert compute_working_size(style, 1.0, (1, 50_000_000)) == (1, 16_000)
    assert compute_working_size(style, 4.0, (1, 100)) == (8, 800)
    height, width = compute_working_size(Style("a", {"en": "A"}, halo=None), 0.25, (1000, 20_000))
    assert height * width == pytest.approx(MAX_WHOLE_PIXELS, rel=0.01)


def test_strokes_of_a_long_picture_are_as_wide_as_in_one_of_two_to_one(engine):
    short = noise(100, 200)
    made = engine.apply("blurring", short)
    long = engine.apply("blurring", np.tile(short, (1, 5, 1)))
    inner = slice(40, 160)
    assert np.abs(long[:, 400:600][:, inner].astype(int) - made[:, inner]).mean() < 0.5


def test_a_drawing_on_paper_is_seen_at_the_canvas_for_drawings_and_a_photo_is_not():
    style, plain = (Style("a", {"en": "A"}, halo=None, canvas=300, drawing=size) for size in (128, 0))
    drawing = np.full((600, 800, 3), 252, np.uint8)
    drawing[100:110] = 0
    assert adapt_to_drawing(style, drawing).canvas == 128 and adapt_to_drawing(plain, drawing) is plain
    assert adapt_to_drawing(style, noise(600, 800)).canvas == 300
    drawing[:320] = 30, 90, 200  # most of the paper is a painted sky
    assert adapt_to_drawing(style, drawing).canvas == 300


def test_a_tiny_photo_is_not_enlarged_beyond_reason():
    assert compute_working_size(Style("a", {"en": "A"}, halo=0), 0.25, (10, 20)) == (
        10 * MAX_ENLARGEMENT,
        20 * MAX_ENLARGEMENT,
    )


def test_a_network_that_sees_the_whole_is_kept_within_memory():
    height, width = compute_working_size(Style("a", {"en": "A"}, halo=None), 0.25, (4000, 4000))
    assert height * width == pytest.approx(MAX_WHOLE_PIXELS, rel=0.01)


def test_a_global_network_runs_whole(engine):
    seen: list[tuple[int, ...]] = []

    def open(path: Path):
        return lambda x: (seen.append(x.shape), x)[1]

    Engine(engine.catalog, open).apply("global", noise(900, 1200), Controls(stroke=0.25))
    assert seen == [(1, 3, 768, 1024)]


def test_a_network_is_opened_once_however_many_ask(style_folder):
    opened: list[Path] = []

    def open(path: Path):
        opened.append(path)
        return lambda x: -x

    engine = Engine(Catalog([style_folder]), open)
    pixels = [noise(40, 50, seed) for seed in range(16)]
    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(lambda one: engine.apply("inverting", one), pixels))
    assert opened == [style_folder / "inverting.onnx"]
    assert all(np.array_equal(made, engine.apply("inverting", one)) for made, one in zip(pictures, pixels, strict=True))


def test_only_the_last_few_networks_stay_open(tmp_path):
    names = [f"style-{index}" for index in range(MAX_OPEN_NETWORKS + 1)]
    for index, name in enumerate(names):
        save_style(
            copying(), Style(name, {"en": name}, halo=0, canvas=128, version=index + 1), tmp_path / f"{name}.onnx"
        )
    opened: list[str] = []

    def open(path: Path):
        opened.append(path.stem)
        return lambda x: x

    engine = Engine(Catalog([tmp_path]), open)
    for name in (*names[:MAX_OPEN_NETWORKS], names[0], names[MAX_OPEN_NETWORKS], names[0], names[1]):
        engine.apply(name, noise(8, 8))
    assert opened == [*names[:MAX_OPEN_NETWORKS], names[MAX_OPEN_NETWORKS], names[1]]


def test_a_file_that_is_published_anew_is_opened_anew(style_folder):
    engine = Engine(Catalog([style_folder]))
    pixels = noise(200, 256)
    engine.apply("copying", pixels)
    inverting = style_folder / "inverting.onnx"
    about = engine.catalog.get("copying").to_metadata()
    save_style(onnx.load(inverting), Style(**{**about, "version": 2}), style_folder / "copying2.onnx")
    assert np.array_equal(engine.apply("copying", pixels), 255 - pixels)


def smooth_style(folder: Path) -> None:
    """A style with a canvas of 512 pixels."""
    write_local(folder, "painter", canvas=512)


def test_pictures_of_1_6_and_24_megapixels_look_alike(tmp_path, data_sets):
    with Image.open(data_sets / "photos" / SHOWN[1]) as image:
        photo = np.asarray(image.convert("RGB"))[:400, :400]
    large = np.tile(photo, (10, 15, 1))  # with detail down to the pixel
    smooth_style(tmp_path)
    engine = Engine(Catalog([tmp_path]))
    sizes = [(816, 1224), (2000, 3000), (4000, 6000)]
    small = [resize(engine.apply("painter", resize(large, size)), (341, 512)).astype(int) for size in sizes]
    for one in small[:2]:
        assert np.abs(one - small[2]).mean() < 2.5


def test_a_preview_is_the_picture_made_small(tmp_path, photo):
    smooth_style(tmp_path)
    engine = Engine(Catalog([tmp_path]))
    large = resize(photo[:400, :600], (1200, 1800))
    preview = engine.apply("painter", resize(large, (400, 600)))
    full = resize(engine.apply("painter", large), (400, 600))
    assert np.abs(preview.astype(int) - full).mean() < 4


@pytest.mark.parametrize("noise", [{"grain": 0.3}, {"texture": True}], ids=["grain", "texture"])
def test_the_noise_lies_in_the_picture_and_not_in_the_tile(tmp_path, noise):
    write_local(tmp_path, "noisy", canvas=256, **noise)
    write_local(tmp_path, "plain", canvas=256)
    engine = Engine(Catalog([tmp_path]))
    flat = np.full((256, 200, 3), 128, np.uint8)
    noisy, plain = engine.apply("noisy", flat), engine.apply("plain", flat)
    assert noisy[64:-64, 64:-64].std() > plain[64:-64, 64:-64].std() + 1
    assert np.array_equal(noisy, engine.apply("noisy", flat))


def test_the_engine_gives_what_the_network_gives(tmp_path):
    write_local(tmp_path, "local", canvas=256)
    engine = Engine(Catalog([tmp_path]))
    pixels = noise(256, 256)
    padded = np.pad(pixels, ((16, 16), (16, 16), (0, 0)), mode="reflect")
    expected = to_pixels(engine.get_session(engine.catalog.get("local"))(to_batch(padded))[:, :, 16:-16, 16:-16])
    assert np.array_equal(engine.apply("local", pixels), expected)
