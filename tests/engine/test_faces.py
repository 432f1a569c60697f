"""Faces are found where they are and nowhere else, upright or not, the same each time.

``fixtures/rembrandt.jpg`` is a part of a self-portrait of Rembrandt, in the public domain.
"""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.engine.faces import (
    DETECTOR_EDGE,
    AvatarSquare,
    DetectedFace,
    decode_detections,
    find_avatar,
    find_faces,
    frame_face,
    suppress_overlaps,
)
from ganvas.errors import BadPhoto
from ganvas.image import decode as read

PORTRAIT = Path(__file__).parent.parent / "fixtures" / "rembrandt.jpg"
FACE = (118, 87, 104, 134)  # left, top, width and height of the painter's face, by eye and hand


def shared(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Shared over united area of two boxes."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    both = max(0, width) * max(0, height)
    return both / (one[2] * one[3] + other[2] * other[3] - both)


def box(face: DetectedFace) -> tuple[int, ...]:
    return face.left, face.top, face.width, face.height


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    return read(PORTRAIT.read_bytes()).pixels


def test_a_painted_face_is_found_where_it_is(portrait):
    (face,) = find_faces(portrait)
    assert shared(box(face), FACE) > 0.7
    assert 0.5 < face.score <= 1


def test_the_same_photo_has_the_same_faces(portrait):
    assert find_faces(portrait) == find_faces(portrait.copy())


def test_a_face_is_found_at_any_size_in_pixels_of_the_photo(portrait):
    large = np.asarray(Image.fromarray(portrait).resize((3420, 4300)))
    assert max(large.shape) > DETECTOR_EDGE
    (face,) = find_faces(large)
    assert shared(tuple(side / 10 for side in box(face)), FACE) > 0.7  # pyright: ignore


def test_a_photo_that_lies_on_its_side_is_turned_by_what_its_camera_says(portrait):
    exif = Image.Exif()
    exif[0x0112] = 6
    data = io.BytesIO()
    Image.fromarray(np.rot90(portrait)).save(data, "PNG", exif=exif)
    assert find_faces(read(data.getvalue()).pixels) == find_faces(portrait)


def test_several_faces_come_the_largest_first(portrait):
    small = np.asarray(Image.fromarray(portrait).resize((171, 215)))
    wide = np.zeros((430, 342 + 171, 3), np.uint8)
    wide[:215, :171], wide[:, 171:] = small, portrait
    first, second = find_faces(wide)
    assert first.left > 171 > second.left
    assert first.width > 1.5 * second.width


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (40, 31), (600, 500)])
def test_where_nobody_is_nobody_is_found(size):
    noise = np.random.Generator(np.random.PCG64(3)).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert find_faces(noise) == find_faces(np.zeros_like(noise)) == []
    with pytest.raises(BadPhoto, match="No face"):
        find_avatar(noise)


@pytest.mark.parametrize(("name", "faces"), [("clic_2a2420f929cd47122eae364a2bc27710", 1), ("kodak_21", 0)])
def test_real_photos_with_and_without_a_face(data_sets, name, faces):
    pixels = read((data_sets / "photos" / f"{name}.jpg").read_bytes()).pixels
    found = find_faces(pixels)
    assert len(found) == faces
    for face in found:  # it fills most of the photo's height, left of its middle
        assert shared(box(face), (150, 0, 280, 355)) > 0.7
        square = find_avatar(pixels)
        assert (square.top, square.side) == (0, 427)
        assert square.left < face.left and square.left + square.side > face.left + face.width


def test_the_square_has_room_and_stays_within_the_photo():
    inside = frame_face(DetectedFace(400, 300, 100, 120, 1.0), (1000, 1000))
    assert inside.side == 264
    assert inside.left < 400 and inside.left + inside.side > 500
    assert 300 - inside.top > (inside.top + inside.side) - 420  # more above than below: hair, not chest
    assert frame_face(DetectedFace(0, 0, 100, 120, 1.0), (1000, 1000)) == AvatarSquare(0, 0, 264)
    assert frame_face(DetectedFace(950, 960, 50, 40, 1.0), (1000, 1000)) == AvatarSquare(890, 890, 110)
    assert frame_face(DetectedFace(10, 10, 80, 90, 1.0), (100, 300)).side == 100


def test_of_boxes_that_overlap_the_surest_stays():
    boxes = np.array([[0, 0, 10, 10], [1, 1, 11, 11], [0, 20, 10, 30], [0, 7, 10, 17]], np.float32)
    assert suppress_overlaps(boxes, np.array([0.6, 0.9, 0.7, 0.5], np.float32)) == [1, 2, 3]
    assert suppress_overlaps(boxes[:0], np.zeros(0, np.float32)) == []


def test_the_maps_are_read_as_the_paper_says():
    maps = np.zeros((5, 4, 4), np.float32)
    maps[:, 1, 2] = 0.8, np.log(4), np.log(2), 0.25, -0.25
    boxes, scores = decode_detections(maps)
    assert np.allclose(boxes, [[7 - 8, 9 - 4, 7 + 8, 9 + 4]])
    assert np.allclose(scores, [0.8])
