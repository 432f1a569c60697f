"""What broke other decoders ends here in a picture or in one clear error. (``bench/soak_images.py`` feeds it all.)"""

import pytest

from bench.soak_images import DecodeTally, decode_files, list_bad_images, load_seed_files, mutate_files
from ganvas.errors import BadPhoto
from ganvas.image import decode

ROUNDS = 150


@pytest.fixture(scope="module")
def bad(data_sets):
    """The bad pictures, of the large corpora that were found by chance every tenth."""
    found = list_bad_images(data_sets / "bad-images")
    return [path for n, path in enumerate(found) if "zune" not in path.parts or n % 10 == 0]


def sound(tally: DecodeTally) -> bool:
    """Whether all that was fed became a picture or an error that says something, and no decoder died."""
    assert not tally.failures
    return set(tally.outcomes) <= {"a picture", "BadPhoto", "TooLarge"}


def test_every_bad_picture_ends_in_a_picture_or_one_clear_error(bad):
    tally = decode_files((str(path), path.read_bytes()) for path in bad)
    assert sound(tally)
    assert tally.outcomes["a picture"] > 200
    assert tally.outcomes["BadPhoto"] > 200


def test_pictures_made_worse_end_in_a_picture_or_one_clear_error(bad):
    tally = decode_files(mutate_files(load_seed_files(bad), ROUNDS))
    assert sound(tally)
    assert min(tally.outcomes["a picture"], tally.outcomes["BadPhoto"]) > 5


@pytest.mark.parametrize(
    "name",
    [
        "exif/orientation_landscape_6.jpg",
        "exif/IMG_5195.HEIC",
        "pillow/hopper.webp",
        "pillow/truncated_jpeg.jpg",  # its last byte is missing, and no more
        "mozjpeg/testorig.jpg",
    ],
)
def test_an_odd_but_sound_photo_is_read(data_sets, name):
    path = data_sets / "bad-images" / name
    if not path.exists():
        pytest.skip(f"there is no {name}")
    assert decode(path.read_bytes()).pixels.size > 0


@pytest.mark.parametrize("name", ["pillow/broken.png", "pngsuite/xdtn0g01.png"])
def test_a_damaged_photo_is_refused(data_sets, name):
    with pytest.raises(BadPhoto, match="is damaged"):
        decode((data_sets / "bad-images" / name).read_bytes())
