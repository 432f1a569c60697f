"""What a photo says of itself in XMP and IPTC that may travel on: title, words, author, rights; by itself the place.

As with EXIF this is a list of what is kept: an editor's history, thumbnails, identifiers, faces with names and whatever
a later standard adds stay behind. Knows XMP (ISO 16684-1) as XML, and no pixels.
"""

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from PIL import Image

from ganvas.image.metadata import iptc
from ganvas.image.metadata.exif import EXIF_ERRORS

NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}
XML = "{http://www.w3.org/XML/1998/namespace}"
DESCRIPTION_PROPERTIES = (
    "dc:title",
    "dc:description",
    "dc:creator",
    "dc:subject",
    "dc:rights",
    "xmp:CreateDate",
    "xmp:Rating",
    "xmpRights:Marked",
    "xmpRights:UsageTerms",
    "xmpRights:WebStatement",
    "photoshop:AuthorsPosition",
    "photoshop:Credit",
    "photoshop:DateCreated",
    "photoshop:Headline",
    "photoshop:Source",
)
LOCATION_PROPERTIES = (
    "photoshop:City",
    "photoshop:State",
    "photoshop:Country",
    "Iptc4xmpCore:Location",
    "Iptc4xmpCore:CountryCode",
    "Iptc4xmpExt:LocationCreated",
    "Iptc4xmpExt:LocationShown",
)
ARRAY_TYPES = {"dc:title": "Alt", "dc:description": "Alt", "dc:rights": "Alt", "dc:creator": "Seq", "dc:subject": "Bag"}
MAX_PACKET_BYTES, MAX_ENTRY_LENGTH = 2**20, 2000  # bytes of a packet that is read, characters of one entry
MAX_WRITTEN_BYTES = 60_000  # bytes of a packet that is written: a JPEG's segment holds 65,502

for prefix, uri in NAMESPACES.items():
    ElementTree.register_namespace(prefix, uri)


def expand_name(name: str) -> str:
    """``dc:title`` as the parser has it: {http://purl.org/dc/elements/1.1/}title."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def extract_xmp(image: Image.Image) -> dict[str, bytes]:
    """``xmp`` without and ``xmp_with_place`` with the place, packets both, each where there is something to keep."""
    try:
        entries = convert_iptc_to_xmp(iptc.read_iptc(image)) | parse_xmp_packet(image.info.get("xmp"))
        about = {
            tag: entry
            for tag, entry in entries.items()
            if tag in map(expand_name, DESCRIPTION_PROPERTIES) and is_plain_property(entry)
        }
        place = {tag: entry for tag, entry in entries.items() if is_location_property(tag)}
        found = {"xmp": encode_xmp_packet(about.values())} if about else {}
        found |= {"xmp_with_place": encode_xmp_packet([*about.values(), *place.values()])} if place else {}
        return {name: packet for name, packet in found.items() if len(packet) <= MAX_WRITTEN_BYTES}
    except EXIF_ERRORS:
        return {}


def parse_xmp_packet(packet: object) -> dict[str, Element]:
    """The properties of a packet that are no longer than an entry may be, by their full names.

    Raises SyntaxError for what is no XML. One with a document type is not read: it could define what grows without end.
    """
    if not isinstance(packet, bytes | str) or len(packet) > MAX_PACKET_BYTES:
        return {}
    text = packet.decode("utf-8", "replace") if isinstance(packet, bytes) else packet
    text = text.strip("\0\ufeff \r\n\t")
    if not text or "<!DOCTYPE" in text or "<!ENTITY" in text:
        return {}
    entries = dict[str, Element]()
    for whole in ElementTree.fromstring(text).iter(expand_name("rdf:RDF")):
        for description in whole.findall(expand_name("rdf:Description")):
            entries |= {name: make_text_property(name, value) for name, value in description.attrib.items()}
            entries |= {child.tag: child for child in description}
    return {name: entry for name, entry in entries.items() if 0 < len(ElementTree.tostring(entry)) <= MAX_ENTRY_LENGTH}


def convert_iptc_to_xmp(properties: Mapping[str, list[str]]) -> dict[str, Element]:
    """The same of IPTC's records."""
    entries = dict[str, Element]()
    for name, words in properties.items():
        short = [word for word in words if 0 < len(word) <= MAX_ENTRY_LENGTH]
        if short:
            entries[expand_name(name)] = (
                make_array_property(name, short)
                if name in ARRAY_TYPES
                else make_text_property(expand_name(name), short[0])
            )
    return entries


def make_text_property(tag: str, words: str) -> Element:
    """A property of plain words."""
    entry = Element(tag)
    entry.text = words
    return entry


def make_array_property(name: str, words: list[str]) -> Element:
    """A property that is an array in XMP."""
    entry = Element(expand_name(name))
    array = SubElement(entry, expand_name(f"rdf:{ARRAY_TYPES[name]}"))
    for word in words[:1] if ARRAY_TYPES[name] == "Alt" else words:
        item = SubElement(
            array, expand_name("rdf:li"), {f"{XML}lang": "x-default"} if ARRAY_TYPES[name] == "Alt" else {}
        )
        item.text = word
    return entry


def is_plain_property(entry: Element) -> bool:
    """Words or an array of words: nothing with a name of its own is inside."""
    ours = f"{{{NAMESPACES['rdf']}}}"
    inside = [node for node in entry.iter() if node is not entry]
    names = [node.tag for node in inside] + [name for node in entry.iter() for name in node.attrib]
    return all(name.startswith((ours, XML)) for name in names)


def is_location_property(tag: str) -> bool:
    """Whether a property says where the photo was taken or what place it shows."""
    return tag.startswith(expand_name("exif:GPS")) or tag in map(expand_name, LOCATION_PROPERTIES)


def encode_xmp_packet(entries: Iterable[Element]) -> bytes:
    """A packet with these properties, sorted by name, so that the same say the same."""
    meta = Element(expand_name("x:xmpmeta"))
    about = SubElement(
        SubElement(meta, expand_name("rdf:RDF")), expand_name("rdf:Description"), {expand_name("rdf:about"): ""}
    )
    about.extend(sorted(entries, key=lambda entry: entry.tag))
    head = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    return head + ElementTree.tostring(meta, "utf-8") + b'<?xpacket end="r"?>'
