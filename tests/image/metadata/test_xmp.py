"""Words and rights travel on in XMP, the place only where it is asked for, whoever wrote it in whatever way."""

import io

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from ganvas.image import FORMATS, decode, encode
from tests.image.builders import exif_of, file_of, scene

HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" '
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
    'xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
)
TAIL = "</rdf:RDF></x:xmpmeta>"
TITLE = '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">The sea</rdf:li></rdf:Alt></dc:title>'
PLACES = (
    "<exif:GPSLatitude>HERE 31,14.05N</exif:GPSLatitude><photoshop:City>HERE</photoshop:City>"
    "<Iptc4xmpCore:Location>HERE</Iptc4xmpCore:Location>"
    '<Iptc4xmpExt:LocationCreated><rdf:Bag><rdf:li rdf:parseType="Resource">'
    "<Iptc4xmpExt:City>HERE</Iptc4xmpExt:City></rdf:li></rdf:Bag></Iptc4xmpExt:LocationCreated>"
)
SECRETS = "<xmpMM:DocumentID>SECRET</xmpMM:DocumentID><photoshop:History>SECRET</photoshop:History>"
HIDDEN = "<dc:rights><rdf:Alt><rdf:li><photoshop:City>HERE</photoshop:City></rdf:li></rdf:Alt></dc:rights>"
PACKET = f"{HEAD}<rdf:Description>{TITLE}{PLACES}{SECRETS}{HIDDEN}</rdf:Description>{TAIL}".encode()
SHORT = (
    f'{HEAD}<rdf:Description xmp:CreateDate="2020-01-01" exif:GPSLongitude="HERE" photoshop:Country="HERE" '
    f'xmpMM:InstanceID="SECRET"/><rdf:Description photoshop:Headline="News"/>{TAIL}'
).encode()


def record(number: int, words: bytes, of: int = 2) -> bytes:
    """One data set of IPTC."""
    return bytes([0x1C, of, number]) + len(words).to_bytes(2, "big") + words


IPTC = b"".join(
    [
        record(90, b"\x1b%G", 1),
        record(120, "Wäves".encode()),
        record(80, b"Ann"),
        record(80, b"Ben"),
        record(25, b"surf"),
        record(55, b"20200102"),
        record(90, b"HERE"),
        record(101, b"HERE"),
        record(92, b"HERE"),
        record(118, b"SECRET"),
    ]
)


def with_iptc(block: bytes) -> bytes:
    """A JPEG with these records where Photoshop puts them (APP13)."""
    resource = b"8BIM\x04\x04\0\0" + len(block).to_bytes(4, "big") + block + b"\0" * (len(block) % 2)
    content = b"Photoshop 3.0\0" + resource
    segment = b"\xff\xed" + (len(content) + 2).to_bytes(2, "big") + content
    plain = file_of(scene(), "JPEG")
    return plain[:2] + segment + plain[2:]


def with_xmp(packet: bytes, kind: str = "JPEG") -> bytes:
    """A photo with this packet."""
    if kind == "PNG":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", packet.decode())
        return file_of(scene(), kind, pnginfo=info)
    if kind == "TIFF":
        return file_of(scene(), kind, tiffinfo={700: packet})
    return file_of(scene(), kind, xmp=packet)


def said(data: bytes) -> bytes:
    """The packet of a picture, as another program finds it."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        packet = image.info.get("xmp", b"")
    return packet.encode() if isinstance(packet, str) else packet


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("packet", [PACKET, SHORT], ids=["elements", "attributes"])
def test_words_are_kept_and_the_place_apart(kind, packet):
    metadata = decode(with_xmp(packet, kind)).metadata
    plain, whole = metadata["xmp"], metadata["xmp_with_place"]
    wanted = [b"The sea"] if packet is PACKET else [b"2020-01-01", b"News"]
    assert all(word in plain and word in whole for word in wanted)
    assert b"HERE" not in plain
    assert whole.count(b"HERE") == packet.count(b"HERE") - (packet is PACKET)  # the one that hides in the rights
    assert b"SECRET" not in plain + whole


@pytest.mark.parametrize("format", FORMATS)
def test_each_choice_says_what_it_is_for(format):
    place = {GPS.GPSLatitudeRef: "N", GPS.GPSMapDatum: "HERE"}
    exif = exif_of({Base.Make: "Maker", IFD.GPSInfo: place})
    photo = decode(file_of(scene(), "JPEG", xmp=PACKET, exif=exif))
    none, middle, everything = (encode(photo, format, metadata=keep) for keep in ("none", "without-place", "all"))
    assert not any(word in none for word in (b"The sea", b"Maker", b"HERE"))
    assert b"The sea" in said(middle) and b"Maker" in middle and b"HERE" not in middle
    assert b"The sea" in said(everything) and b"Maker" in everything and b"HERE" in said(everything)
    assert everything.count(b"HERE") == 5  # four in XMP, one in EXIF


def test_iptcs_records_become_the_properties_that_their_standard_names():
    photo = decode(with_iptc(IPTC))
    plain, whole = photo.metadata["xmp"], photo.metadata["xmp_with_place"]
    for words in ("Wäves", "Ann", "Ben", "surf", "2020-01-02"):
        assert words.encode() in plain
    assert b"HERE" not in plain and whole.count(b"HERE") == 3
    assert b"SECRET" not in plain + whole
    assert b"8BIM" not in encode(photo, "jpeg", metadata="all")


def test_xmp_speaks_before_iptc():
    data = file_of(scene(), "JPEG", xmp=PACKET)
    resource = with_iptc(record(5, b"Old title"))
    plain = decode(data[:2] + resource[2 : resource.index(b"\xff\xe0")] + data[2:]).metadata["xmp"]
    assert b"The sea" in plain and b"Old title" not in plain


def test_a_picture_made_of_a_picture_says_the_same():
    first = encode(decode(with_xmp(PACKET)), "png", metadata="all")
    again = encode(decode(first), "webp", metadata="all")
    assert said(again) == said(first)
    assert b"HERE" not in encode(decode(first), "jpeg", metadata="without-place")


@pytest.mark.parametrize(
    "packet",
    [
        b"<",
        b"\xff" * 300,
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY b "cccc">]>' + PACKET,
        f"{HEAD}<rdf:Description>{'<dc:title>' * 3000}".encode(),
        HEAD.encode() + b"<rdf:Description><dc:title>" + b"x" * 5000 + b"</dc:title></rdf:Description>" + TAIL.encode(),
    ],
    ids=["broken", "bytes", "other", "entities", "deep", "long"],
)
def test_what_is_broken_or_without_end_is_left_out(packet):
    assert set(decode(with_xmp(packet)).metadata) == {"format"}


@pytest.mark.parametrize("block", [b"", b"\x1c", IPTC[:-3], record(5, b"\xff\xfe"), b"\x1c\x02\x05\x80\x04\0\0\0\x01x"])
def test_broken_records_are_no_reason_to_refuse_a_photo(block):
    assert decode(with_iptc(block)).pixels.shape == (24, 40, 3)
