"""A photo is told by its content; what is not on the list is refused by its name, whatever it is called."""

import pytest

from ganvas.errors import BadPhoto
from ganvas.image import decode, detect_media_type
from ganvas.image.formats import MEDIA_TYPES, sniff
from tests.conftest import ROOT
from tests.image.builders import file_of, flat, scene

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'


@pytest.mark.parametrize(
    ("kind", "written"), [(kind, kind.upper()) for kind in MEDIA_TYPES if kind != "heic"] + [("jpeg", "MPO")]
)
def test_a_kind_on_the_list_is_known_by_its_content(kind, written):
    data = file_of(scene(), written)
    assert sniff(data) == kind
    assert detect_media_type(data) == MEDIA_TYPES[kind]


def test_a_heic_is_known_by_its_content():
    assert sniff((ROOT / "tests" / "fixtures" / "images" / "p3.heic").read_bytes()) == "heic"


@pytest.mark.parametrize(
    ("brands", "kind"),
    [
        ((b"mif1", b"avif"), "avif"),
        ((b"mif1", b"heic"), "heic"),
        ((b"msf1", b"hevc"), "heic"),
        ((b"avis", b"msf1"), "avif"),
    ],
)
def test_a_container_of_both_is_told_by_all_its_brands(brands, kind):
    boxes = b"".join([brands[0], bytes(4), *brands])
    assert sniff((8 + len(boxes)).to_bytes(4, "big") + b"ftyp" + boxes) == kind


@pytest.mark.parametrize("name", ["BMP", "GIF", "ICO", "PPM", "PDF", "EPS", "JPEG2000", "DDS"])
def test_other_pictures_are_refused_by_their_name(name):
    said = {"ICO": "icon", "PPM": "Netpbm", "EPS": "PostScript", "JPEG2000": "JPEG 2000"}.get(name, name)
    with pytest.raises(BadPhoto, match=said) as caught:
        decode(file_of(flat((1, 2, 3), size=(16, 16)), name))
    assert "JPEG, PNG, WebP, AVIF, TIFF or HEIC" in caught.value.right


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (SVG, "an SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- hello -->" + SVG, "an SVG"),
        (b"<!DOCTYPE html><p>404", "a web page or XML"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x00\x00\x00\x18ftypisom" + bytes(40), "a film"),
        (b"\x1aE\xdf\xa3" + bytes(40), "a film"),
        (b"PK\x03\x04" + bytes(40), "a ZIP archive"),
        (b"\xff\x0a" + bytes(40), "a JPEG XL"),
        (b"8BPS" + bytes(40), "a Photoshop document"),
        (b"hello", "no picture of a known kind"),
        (bytes(100_000), "no picture of a known kind"),
    ],
)
def test_what_is_no_photo_is_refused_with_what_it_seems_to_be(data, said):
    with pytest.raises(BadPhoto, match=said):
        decode(data)
    assert detect_media_type(data) == "application/octet-stream"


@pytest.mark.parametrize(
    "data", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x04\0\0\0WEBP", b"II*\0\x08\0\0\0", b"\0\0\0\x14ftypavif"]
)
def test_a_beginning_alone_is_a_damaged_photo(data):
    with pytest.raises(BadPhoto, match="is damaged"):
        decode(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_half_a_photo_is_refused(kind):
    data = file_of(scene(200, 200), kind)
    with pytest.raises(BadPhoto, match="is damaged"):
        decode(data[: len(data) // 2])


def test_a_photo_inside_another_kind_of_file_is_not_looked_for():
    with pytest.raises(BadPhoto):
        decode(SVG + file_of(scene(), "PNG"))
