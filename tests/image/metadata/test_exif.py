"""Of what a photo says of itself, camera and time may travel on; place, owner and numbers only as asked, or never."""

import io

import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from ganvas.image import FORMATS, Photo, decode, encode
from tests.image.builders import exif_of, file_of, scene

SERIAL, OWNER, MAKER_NOTE = Base.BodySerialNumber, Base.CameraOwnerName, Base.MakerNote
EXPOSURE = {
    Base.ExposureTime: IFDRational(1, 50),
    Base.DateTimeOriginal: "2020:01:01 10:00:00",
    SERIAL: "SECRET",
    OWNER: "SECRET",
    MAKER_NOTE: b"SECRET",
}
PLACE = {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (IFDRational(31), IFDRational(14), IFDRational(3))}
WHOLE = exif_of(
    {
        Base.Make: "Maker",
        Base.Orientation: 6,
        Base.XPAuthor: b"SECRET",
        IFD.Exif: EXPOSURE,
        IFD.GPSInfo: PLACE,
    }
)


def read(block: bytes) -> tuple[dict, dict, dict]:
    """What a block of EXIF says of the photo, the exposure and the place."""
    exif = Image.Exif()
    exif.load(block)
    pointers = {IFD.Exif, IFD.GPSInfo}
    photo = {tag: value for tag, value in exif.items() if tag not in pointers}
    return photo, dict(exif.get_ifd(IFD.Exif)), dict(exif.get_ifd(IFD.GPSInfo))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_camera_and_time_are_kept_and_the_place_apart(kind):
    metadata = decode(file_of(scene(), kind, exif=WHOLE)).metadata
    photo, exposure, place = read(metadata["exif"])
    assert photo[Base.Make] == "Maker"
    assert exposure == {Base.ExposureTime: 0.02, Base.DateTimeOriginal: "2020:01:01 10:00:00"}
    assert place == {}
    assert read(metadata["exif_with_place"])[2] == {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (31.0, 14.0, 3.0)}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_numbers_owners_notes_and_orientation_never_travel(kind):
    metadata = decode(file_of(scene(), kind, exif=WHOLE)).metadata
    for block in (metadata["exif"], metadata["exif_with_place"]):
        assert b"SECRET" not in block
        assert Base.Orientation not in read(block)[0]


@pytest.mark.parametrize("format", FORMATS)
def test_a_picture_says_nothing_of_its_photo_unless_asked(format):
    photo = decode(file_of(scene(), "JPEG", exif=WHOLE))
    assert "exif" not in opened(encode(photo, format)).info


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("keep", ["without-place", "all"])
def test_a_picture_says_what_is_asked_for(format, keep):
    photo = decode(file_of(scene(), "JPEG", exif=WHOLE))
    picture = opened(encode(photo, format, metadata=keep))
    assert picture.size == (24, 40)
    about, exposure, place = read(picture.getexif().tobytes())
    assert (about[Base.Make], len(exposure), bool(place)) == ("Maker", 2, keep == "all")


def opened(data: bytes) -> Image.Image:
    """A picture as another program reads it."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_a_photo_without_a_place_keeps_the_rest_when_the_place_is_asked_for():
    photo = decode(file_of(scene(), "JPEG", exif=exif_of({Base.Make: "Maker"})))
    assert set(photo.metadata) == {"format", "exif"}
    assert read(opened(encode(photo, "jpeg", metadata="all")).getexif().tobytes())[0][Base.Make] == "Maker"


def test_a_photo_that_says_nothing_has_nothing():
    photo = decode(file_of(scene(), "JPEG"))
    assert photo.metadata == {"format": "jpeg"}
    assert "exif" not in opened(encode(photo, "png", metadata="all")).info
    assert encode(Photo(photo.pixels), "png", metadata="without-place") == encode(photo, "png")


@pytest.mark.parametrize("block", [b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0" + bytes(range(256))])
def test_broken_exif_is_no_reason_to_refuse_a_photo(block):
    photo = decode(file_of(scene(), "PNG", exif=block))
    assert np.array_equal(photo.pixels, scene())


def test_a_word_too_long_is_left_out():
    photo = decode(file_of(scene(), "JPEG", exif=exif_of({Base.Make: "Maker", Base.ImageDescription: "x" * 5000})))
    assert set(read(photo.metadata["exif"])[0]) == {Base.Make}
