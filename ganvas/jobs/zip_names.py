"""The names in a ZIP as their writer meant them, whatever encoding that was.

A ZIP says of a name that it is UTF-8, or nothing: then the standard (APPNOTE 6.3.10, appendix D) means the IBM PC's
code page 437, while Windows writes the code page of its country and macOS UTF-8. So first counts what the ZIP says
itself: the flag, then the field 0x7075 with the name in UTF-8, where its checksum fits. All other names together are
taken as what they look most like: UTF-8, Chinese (GBK), Japanese (Shift-JIS), or Western letters of code page 437.
Other code pages are not told apart from these. Knows encodings, and opens no ZIP.
"""

import struct
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from zipfile import ZipInfo

UTF8_FLAG = 0x800
UNICODE_PATH = 0x7075
USUAL = "cp437"
# Accents that follow their letter, Greek, Cyrillic, Hebrew, Arabic.
ALPHABETS = (
    ("\u0300", "\u036f"),
    ("\u0386", "\u03ce"),
    ("\u0400", "\u045f"),
    ("\u05d0", "\u05ea"),
    ("\u0620", "\u06d3"),
)
NEAR = 0.5  # of a letter's weight is left where it touches a Latin small letter: more likely both are halves of others


def read_names(entries: Sequence[ZipInfo]) -> list[str]:
    """The names of the entries, in their order."""
    known = [name_in_entry(entry) for entry in entries]
    raw = [b"" if name is not None else raw_name(entry) for name, entry in zip(known, entries, strict=True)]
    encoding = guess_encoding([name for name in raw if not name.isascii()])
    return [
        name if name is not None else data.decode(encoding, "replace") for name, data in zip(known, raw, strict=True)
    ]


def raw_name(entry: ZipInfo) -> bytes:
    """The bytes of a name that is not marked as UTF-8; ``zipfile`` has read them as code page 437."""
    return entry.orig_filename.encode(USUAL)


def name_in_entry(entry: ZipInfo) -> str | None:
    """The name where the entry itself says what it is."""
    if entry.flag_bits & UTF8_FLAG:
        return entry.orig_filename
    return next(unicode_paths(entry), None)


def unicode_paths(entry: ZipInfo) -> Iterator[str]:
    """Names in fields 0x7075 (APPNOTE 4.6.9): version 1, the CRC of the other name, the name in UTF-8."""
    extra = entry.extra
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == UNICODE_PATH and len(field) > 5 and field[0] == 1:
            (checksum,) = struct.unpack("<I", field[1:5])
            if checksum == zlib.crc32(raw_name(entry)) and can_be(field[5:], "utf-8"):
                yield field[5:].decode()


def can_be(data: bytes, encoding: str) -> bool:
    """Whether bytes are text of an encoding."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def guess_encoding(names: Sequence[bytes]) -> str:
    """The encoding that the names of one ZIP look most like."""
    fitting = [encoding for encoding in WEIGHTS if all(can_be(name, encoding) for name in names)]
    scores = {encoding: score(names, encoding) for encoding in fitting}
    return max(scores, key=lambda encoding: scores[encoding], default=USUAL)


def score(names: Sequence[bytes], encoding: str) -> float:
    """How much the names look like an encoding: the mean weight of their letters beyond ASCII, 0..1."""
    weights = [weight for name in names for weight in weigh_name(name.decode(encoding), encoding)]
    return sum(weights) / max(1, len(weights))


def weigh_name(name: str, encoding: str) -> Iterator[float]:
    """The weight of each letter beyond ASCII, run by run."""
    runs = ["".join(run) for _, run in groupby(name, str.isascii)]
    for place, run in enumerate(runs):
        if run.isascii():
            continue
        before, after = (runs[place - 1][-1] if place else ""), (runs[place + 1][0] if place + 1 < len(runs) else "")
        yield from WEIGHTS[encoding](run, before, after)


def weigh_unicode(run: str, before: str, after: str) -> Iterator[float]:
    """What takes three bytes is UTF-8 hardly by chance; of two bytes are usual alphabets, Latin ones within a word."""
    within = before.isalpha() or after.isalpha()
    for letter in run:
        wide, usual = letter >= "\u0800", any(first <= letter <= last for first, last in ALPHABETS)
        yield 1.2 if wide else 1.1 if usual or (within and letter < "\u0180") else 0.6 if letter < "\u0180" else 0.2


def weigh_western(run: str, before: str, after: str) -> Iterator[float]:
    """One or two accented letters within a word are usual; a longer run is none, nor is a frame or a Greek letter."""
    latin = all("LATIN" in unicodedata.name(letter, "") for letter in run)
    fits = latin and len(run) <= 2 and (before.isalpha() or after.isalpha())
    return (0.7 if fits else 0.0 for _ in run)


def weigh_chinese(run: str, before: str, after: str) -> Iterator[float]:
    """GB 2312's first level (3,755 usual characters), its second, its marks; what only GBK added is rare."""
    for place, letter in enumerate(run):
        lead, *rest = letter.encode("gb18030")
        plain = len(rest) == 1 and rest[0] >= 0xA1
        weight = 0.05
        if plain and lead >= 0xA1:
            weight = 1.0 if 0xB0 <= lead <= 0xD7 else 0.6
        yield weight * nearness(place, run, before, after)


def weigh_japanese(run: str, before: str, after: str) -> Iterator[float]:
    """Kana and JIS X 0208's first level are usual; narrow kana, of which GBK's bytes would be made, are not."""
    for place, letter in enumerate(run):
        lead, *rest = letter.encode("cp932")
        weight = 0.05
        if rest:
            usual = letter >= "\u3041" and (
                lead == 0x83 or (lead == 0x82 and letter < "\uff00") or 0x88 <= lead <= 0x98
            )
            weight = 1.0 if usual else 0.4
        yield weight * nearness(place, run, before, after)


def nearness(place: int, run: str, before: str, after: str) -> float:
    """NEAR for a letter that touches a Latin small one, else 1."""
    touching = (before if place == 0 else "") + (after if place == len(run) - 1 else "")
    return NEAR if any(letter.islower() for letter in touching) else 1.0


WEIGHTS: dict[str, Callable[[str, str, str], Iterator[float]]] = {
    "utf-8": weigh_unicode,
    "gb18030": weigh_chinese,
    "cp932": weigh_japanese,
    USUAL: weigh_western,
}
