"""Our own profiles are what their standards say, and the same bytes at any time."""

import hashlib
import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from ganvas.image.icc import SRGB_PROFILE, make_cicp_profile, make_srgb_transform
from tests.image.builders import ADOBE, P3


def through(way: ImageCms.ImageCmsTransform | None, colours: np.ndarray) -> np.ndarray:
    """Colours, n x 3, on their way to sRGB."""
    assert way is not None
    return np.asarray(way.apply(Image.fromarray(colours[None]))).astype(int)[0]


def colours() -> np.ndarray:
    """A thousand colours: uint8 1000 x 3."""
    return np.random.default_rng(0).integers(0, 256, (1000, 3), np.uint8)


def test_ours_is_the_srgb_of_others():
    theirs = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    ours = ImageCms.ImageCmsProfile(io.BytesIO(SRGB_PROFILE))
    way = ImageCms.buildTransform(ours, theirs, "RGB", "RGB")
    assert np.abs(through(way, colours()) - colours()).max() <= 1
    assert make_srgb_transform(theirs.tobytes(), "RGB") is None


def test_ours_never_changes_by_a_bit():
    assert (
        hashlib.sha256(SRGB_PROFILE).hexdigest() == "77a1a0a417210aa20235a3da0521281e3116cdd30dce76804cf61a07c7e870ef"
    )


@pytest.mark.parametrize("profile", [P3, ADOBE])
def test_a_wider_profile_makes_colours_stronger_and_greys_stay(profile):
    way = make_srgb_transform(profile, "RGB")
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    assert np.ptp(through(way, greys), axis=1).max() <= 1
    spread = np.ptp(through(way, colours()), axis=1) - np.ptp(colours().astype(int), axis=1)
    assert spread.mean() > 3


@pytest.mark.parametrize(("primaries", "transfer"), [(1, 13), (2, 2), (1, 1), (77, 16)])
def test_code_points_that_mean_srgb_or_nothing_known_need_no_profile(primaries, transfer):
    assert make_cicp_profile(primaries, transfer) is None


@pytest.mark.parametrize("transfer", [16, 18])
def test_a_bright_curve_rises_from_black_to_white(transfer):
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    seen = through(make_srgb_transform(make_cicp_profile(9, transfer), "RGB"), greys)[:, 0]
    assert (np.diff(seen) >= 0).all()
    assert (seen[0], seen[-1]) == (0, 255)
