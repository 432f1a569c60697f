"""From the working size to the photo's: sharp where the photo is, calm where the style is, mask and all."""

import numpy as np
import pytest

from ganvas.engine import resample
from ganvas.engine.compose import Composition, compose_full_size, feather_mask
from ganvas.engine.resample import fit_within, resize, resize_rows, split_bands, split_even_bands
from ganvas.engine.sharpen import average_3x3, compute_crispness, compute_gains, filter_extreme
from ganvas.engine.tiling import ignore_progress
from tests.engine.conftest import noise


def edge(height: int = 240, width: int = 320, column: int = 158) -> np.ndarray:
    """Dark left, light right."""
    pixels = np.full((height, width, 3), 60, np.uint8)
    pixels[:, column:] = 200
    return pixels


def enlarged(photo: np.ndarray, paint=lambda small: small, factor: int = 4, **how) -> np.ndarray:
    """A photo through a style that paints at a fraction of its size."""
    small = resize(photo, (photo.shape[0] // factor, photo.shape[1] // factor))
    return compose_full_size(Composition(photo, small, paint(small), **how), ignore_progress)


def steepest(pixels: np.ndarray) -> int:
    """The largest step from one column to the next, half way down."""
    return int(np.abs(np.diff(pixels[pixels.shape[0] // 2, :, 1].astype(int))).max())


def test_an_edge_that_the_style_kept_is_as_sharp_as_the_photos():
    photo = edge()
    small = resize(photo, (60, 80))
    assert steepest(resize(small, (240, 320))) < 50
    assert steepest(enlarged(photo)) > 100


def test_an_edge_gets_no_rim(photo):
    made = enlarged(edge(), lambda small: (small * 0.5 + 64).astype(np.uint8))
    assert (made.min(), made.max()) >= (90, 160)
    assert made.max() <= 166


def test_where_the_style_is_flat_the_photos_noise_does_not_come_back():
    photo = np.clip(120 + np.random.Generator(np.random.PCG64(3)).normal(0, 12, (240, 320, 3)), 0, 255)
    made = enlarged(photo.astype(np.uint8), lambda small: np.full_like(small, 140))
    assert np.abs(made.astype(int) - 140).max() <= 2


def test_strokes_that_are_not_the_photos_are_not_mixed_with_it(photo):
    stripes = np.zeros((60, 80, 3), np.uint8) + (np.arange(80) // 3 % 2 * 80 + 90).astype(np.uint8)[None, :, None]
    square = np.ascontiguousarray(photo[:240, :320])
    made = enlarged(square, lambda small: stripes)
    calm = enlarged(np.full_like(square, 120), lambda small: stripes)
    change = np.abs(made.astype(int) - calm).mean()
    detail = np.abs(square.astype(int) - resize(resize(square, (60, 80)), (240, 320))).mean()
    assert change < 0.3 * detail


def test_little_strength_is_near_the_photo(photo):
    small = resize(photo, (photo.shape[0] // 4, photo.shape[1] // 4))
    made = compose_full_size(Composition(photo, small, small, strength=1e-3), ignore_progress)
    assert np.abs(made.astype(int) - photo).max() <= 2


def test_the_photos_fine_colours_come_back_with_its_colours():
    photo = np.full((64, 64, 3), 120, np.uint8)
    photo[:, ::2] = (150, 100, 129)  # the same luma
    made = enlarged(photo, colour="photo")
    assert np.abs(np.diff(made[..., 0].astype(int), axis=1)).mean() > 25


def test_reducing_is_plain_reducing(photo):
    large = resize(photo, (2 * photo.shape[0], 2 * photo.shape[1]))
    assert np.array_equal(
        compose_full_size(Composition(photo, large, large), ignore_progress), resize(large, photo.shape[:2])
    )


def test_at_its_own_size_the_picture_is_untouched(photo):
    picture = 255 - photo
    assert np.array_equal(compose_full_size(Composition(photo, photo, picture), ignore_progress), picture)


@pytest.mark.parametrize("factor", [1, 4])
def test_inside_the_mask_is_the_picture_and_outside_the_photo(factor):
    photo = edge()
    mask = np.zeros((40, 30), np.uint8)
    mask[:, 15:] = 255
    made = enlarged(photo, lambda small: 255 - small, factor, mask=mask)
    bare = enlarged(photo, lambda small: 255 - small, factor)
    assert np.array_equal(made[:, :140], photo[:, :140])
    assert np.array_equal(made[:, 180:], bare[:, 180:])


def test_a_mask_has_soft_edges():
    soft = feather_mask(np.repeat(np.array([[0, 255]], np.uint8), 2, axis=0), (512, 512))
    row = soft[256].astype(int)
    assert (row[0], row[-1]) == (0, 255)
    assert (np.diff(row) >= 0).all()
    assert np.diff(row).max() < 60


def test_bands_leave_no_seams(photo, monkeypatch):
    how = {"strength": 0.5, "colour": "photo", "mask": noise(20, 30)[..., 0]}
    whole = enlarged(photo, lambda small: 255 - small, **how)
    monkeypatch.setattr(resample, "BAND_PIXELS", 30_000)
    apart = np.abs(whole.astype(int) - enlarged(photo, lambda small: 255 - small, **how))
    assert (apart > 1).mean() < 1e-3
    assert apart.max() <= 4


def test_the_rows_of_a_band_are_the_rows_of_the_whole(photo):
    for size in ((50, 70), (900, 1200), (333, 10)):
        whole = resize(photo, size)
        for top, bottom in ((0, 8), (size[0] // 3, size[0] // 2), (size[0] - 8, size[0])):
            assert np.abs(resize_rows(photo, size, (top, bottom)).astype(int) - whole[top:bottom]).max() <= 1


def test_bands_cover_all_rows(monkeypatch):
    monkeypatch.setattr(resample, "BAND_PIXELS", 1000)
    covered = [row for top, bottom in split_bands((101, 300)) for row in range(top, bottom)]
    assert covered == list(range(101))
    even = split_even_bands((101, 300))
    assert [row for top, bottom in even for row in range(top, bottom)] == list(range(101))
    assert max(bottom - top for top, bottom in even) <= 4


@pytest.mark.parametrize("pixels", [(1, 1), (1, 3), (3, 1), (4, 5)])
def test_the_mean_nearby_repeats_the_border(pixels):
    values = noise(*pixels)[..., 0].astype(np.float32)
    wide = np.pad(values, 1, mode="edge")
    parts = [wide[y : y + pixels[0], x : x + pixels[1]] for y in range(3) for x in range(3)]
    assert np.allclose(average_3x3(values), sum(parts) / 9, rtol=1e-5)
    assert np.array_equal(average_3x3(np.stack([values, values]))[1], average_3x3(values))


def test_within_keeps_the_shape_and_no_side_is_lost():
    assert fit_within((3000, 4000), 1000) == (750, 1000)
    assert fit_within((10, 20), 1000) == (10, 20)
    assert fit_within((1, 5000), 100) == (1, 100)


def test_gains_are_those_of_a_picture_that_follows(photo):
    small = resize(photo, (photo.shape[0] // 2, photo.shape[1] // 2))
    grey = np.repeat(small.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    none = np.zeros(grey.shape[:2], np.float32)
    strong = compute_gains(grey, grey, none).max() / 64
    weak = compute_gains(grey, (grey // 2 + 64).astype(np.uint8), none).max() / 64
    assert strong == pytest.approx(1, abs=0.05)
    assert weak == pytest.approx(0.5, abs=0.05)
    assert compute_gains(grey, 255 - grey, none).max() == 0


def test_the_extremes_are_over_three_by_three():
    levels = np.zeros((3, 5, 5), np.uint8)
    levels[:, 2, 2] = 9
    assert (filter_extreme(levels, np.maximum)[0] == 9).sum() == 9
    assert filter_extreme(levels, np.minimum).max() == 0


def test_texture_that_is_finer_than_the_strokes_does_not_lie_over_them():
    photo = edge()
    photo[:, 160:] -= (np.indices((240, 160)).sum(axis=0) % 2 * 120).astype(np.uint8)[..., None]  # a fine chessboard
    small = resize(photo, (60, 80))
    made = compose_full_size(Composition(photo, small, small), ignore_progress)
    calm = compose_full_size(Composition(edge(), resize(edge(), (60, 80)), resize(edge(), (60, 80))), ignore_progress)
    assert np.abs(np.diff(made[:, 175:].astype(int), axis=1)).mean() < 4
    assert np.abs(np.diff(photo[:, 175:].astype(int), axis=1)).mean() > 100
    assert steepest(calm) > 100


def test_strokes_are_crisper_the_more_they_are_enlarged():
    flat, stripes = np.full((240, 320, 3), 120, np.uint8), np.full((60, 80, 3), 80, np.uint8)
    stripes[:, ::10] = stripes[:, 1::10] = stripes[:, 2::10] = 180
    soft = steepest(resize(stripes, (240, 320)))
    made = compose_full_size(Composition(flat, resize(flat, (60, 80)), stripes), ignore_progress)
    assert steepest(made) > 1.25 * soft
    assert made.min() >= 65 and made.max() <= 195
    assert [float(compute_crispness(scale)) for scale in (1, 2.5, 4, 15)] == [0, 16, 32, 32]


def test_squares_stay_squares_when_they_are_enlarged():
    photo, random = edge(), np.random.default_rng(0)
    squares = random.integers(0, 256, (30, 40, 3), np.uint8).repeat(4, 0).repeat(4, 1)
    made = enlarged(photo, lambda small: squares, factor=2, has_cells=True)
    assert np.array_equal(made, squares.repeat(2, 0).repeat(2, 1))
    odd = compose_full_size(
        Composition(np.zeros((301, 401, 3), np.uint8), squares, squares, has_cells=True), ignore_progress
    )
    assert odd.shape == (301, 401, 3) and set(map(tuple, odd.reshape(-1, 3))) == set(map(tuple, squares.reshape(-1, 3)))
