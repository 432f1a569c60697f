"""What news agencies wrote into photos before XMP: the records of IPTC IIM 4.2.

They are read, never written: their own standard names the XMP property that each has become (IPTC Photo Metadata
Standard 2023.2, "IIM to XMP"), and that one is written in their place, since PNG, WebP and AVIF have none.
"""

from collections.abc import Iterator

from PIL import Image, TiffImagePlugin

PHOTOSHOP_RESOURCE, TIFF_TAG = 0x0404, 33723  # where a JPEG (Photoshop's resources) and a TIFF keep them
UTF_8 = b"\x1b%G"
CHARSET_RECORD, DATE_CREATED = (1, 90), 55
XMP_PROPERTIES = {
    5: "dc:title",
    25: "dc:subject",
    DATE_CREATED: "photoshop:DateCreated",
    80: "dc:creator",
    85: "photoshop:AuthorsPosition",
    90: "photoshop:City",
    92: "Iptc4xmpCore:Location",
    95: "photoshop:State",
    100: "Iptc4xmpCore:CountryCode",
    101: "photoshop:Country",
    105: "photoshop:Headline",
    110: "photoshop:Credit",
    115: "photoshop:Source",
    116: "dc:rights",
    120: "dc:description",
}


def read_iptc(image: Image.Image) -> dict[str, list[str]]:
    """The words of each property, by its name in XMP with the usual prefix; none where the photo has none.

    May raise what broken metadata makes Pillow raise.
    """
    encoding, found = "latin-1", dict[str, list[str]]()
    for record, number, data in parse_iptc_records(find_iptc_block(image)):
        if (record, number) == CHARSET_RECORD and data == UTF_8:
            encoding = "utf-8"
        if record == 2 and number in XMP_PROPERTIES:
            words = data.decode(encoding, "replace").strip("\0 ")
            found.setdefault(XMP_PROPERTIES[number], []).append(
                format_iptc_date(words) if number == DATE_CREATED else words
            )
    return found


def find_iptc_block(image: Image.Image) -> bytes:
    """The records as they lie in the file."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        value = image.tag_v2.get(TIFF_TAG, b"")
        if isinstance(value, tuple):  # some write the bytes as 32-bit numbers
            order = "little" if image.tag_v2.prefix == b"II" else "big"
            return b"".join(int(number).to_bytes(4, order) for number in value)
        return value if isinstance(value, bytes) else b""
    value = image.info.get("photoshop", {}).get(PHOTOSHOP_RESOURCE, b"")
    return value if isinstance(value, bytes) else b""


def parse_iptc_records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Record, number and content of each data set, up to the first that is broken or of more than 32,767 bytes."""
    at = 0
    while data[at : at + 1] == b"\x1c" and at + 5 <= len(data):
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        if size >= 0x8000 or at + 5 + size > len(data):
            return
        yield data[at + 1], data[at + 2], data[at + 5 : at + 5 + size]
        at += 5 + size


def format_iptc_date(day: str) -> str:
    """19991231 as XMP has it, 1999-12-31; other words as they are."""
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 and day.isdecimal() else day
