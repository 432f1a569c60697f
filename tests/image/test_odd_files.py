"""Files that lack a little, and files that are laid out unusually, are read rightly or refused clearly."""

import struct
import zlib

import numpy as np
import pytest

from ganvas.errors import BadPhoto
from ganvas.image import decode
from tests.image.builders import LOSSLESS, file_of, scene

JPEGS = ({}, {"progressive": True}, {"optimize": True, "subsampling": "4:2:0"}, {"restart_marker_rows": 1})
ALL = [*(("JPEG", options) for options in JPEGS), ("PNG", {}), ("WEBP", {}), ("WEBP", {"lossless": True}), ("AVIF", {})]
ALL += [("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("TIFF", LOSSLESS["TIFF"])]


def photo_of_noise() -> np.ndarray:
    """A photo that no format packs into nothing: uint8 240 x 320 x 3."""
    return np.tile(scene(120, 160), (2, 2, 1)) // 2 + np.random.default_rng(0).integers(0, 90, (240, 320, 3), np.uint8)


@pytest.mark.parametrize(("kind", "options"), ALL)
@pytest.mark.parametrize("share", [0.3, 0.5, 0.95])
def test_a_photo_that_was_really_cut_is_refused_in_every_format(kind, options, share):
    data = file_of(photo_of_noise(), kind, **options)
    with pytest.raises(BadPhoto, match="is damaged"):
        decode(data[: int(len(data) * share)])


@pytest.mark.parametrize("options", JPEGS)
@pytest.mark.parametrize("missing", [1, 2])
def test_a_jpeg_that_lacks_nothing_but_its_end_is_read(options, missing):
    data = file_of(photo_of_noise(), "JPEG", quality=90, **options)
    assert np.array_equal(decode(data[:-missing]).pixels, decode(data).pixels)


@pytest.mark.parametrize("options", JPEGS)
@pytest.mark.parametrize("missing", [4, 8, 40])
def test_a_jpeg_that_lacks_more_is_refused(options, missing):
    data = file_of(photo_of_noise(), "JPEG", quality=90, **options)
    with pytest.raises(BadPhoto, match="is damaged"):
        decode(data[:-missing])


def test_a_progressive_jpeg_without_its_last_scans_is_refused():
    data = file_of(photo_of_noise(), "JPEG", quality=90, progressive=True)
    scans = [at for at in range(len(data) - 1) if data[at : at + 2] == b"\xff\xda"]
    for at in scans[1:]:
        with pytest.raises(BadPhoto, match="is damaged"):
            decode(data[:at])


def planar_tiff(planes: np.ndarray, rows: int, order: str = "<", packed: bool = False) -> bytes:
    """A TIFF whose channels lie one after another, in strips of some rows: planes c x h x w."""
    channels, height, width = planes.shape
    strips = [planes[c, top : top + rows] for c in range(channels) for top in range(0, height, rows)]
    data = [strip.astype(planes.dtype.newbyteorder(order)).tobytes() for strip in strips]
    data = [zlib.compress(strip) for strip in data] if packed else data
    lengths = [len(strip) for strip in data]
    begin = [8 + sum(lengths[:number]) for number in range(len(data))]
    bits = [planes.dtype.itemsize * 8] * channels
    entries = {256: (4, [width]), 257: (4, [height]), 258: (3, bits), 259: (3, [8 if packed else 1])}
    entries |= {262: (3, [2 if channels > 2 else 1]), 273: (4, begin), 277: (3, [channels]), 278: (4, [rows])}
    entries |= {279: (4, lengths), 284: (3, [2])} | ({338: (3, [2])} if channels in (2, 4) else {})
    start = 8 + sum(lengths)
    table, rest, free = struct.pack(order + "H", len(entries)), b"", start + 2 + 12 * len(entries) + 4
    for tag, (kind, values) in entries.items():
        content = struct.pack(f"{order}{len(values)}{'H' if kind == 3 else 'I'}", *values)
        table += struct.pack(order + "HHI", tag, kind, len(values))
        table += content.ljust(4, b"\0") if len(content) <= 4 else struct.pack(order + "I", free + len(rest))
        rest += content if len(content) > 4 else b""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", start)
    return head + b"".join(data) + table + bytes(4) + rest


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("rows", [24, 7])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("channels", [3, 4])
def test_a_tiff_whose_channels_lie_apart_is_read(order, rows, kind, packed, channels):
    levels = np.dstack([scene(), scene()[..., :1]])[..., :channels]
    planes = np.moveaxis(levels, 2, 0).astype(kind) * kind(257 if kind is np.uint16 else 1)
    photo = decode(planar_tiff(planes, rows, order, packed))
    assert np.array_equal(photo.pixels, scene())
    assert (photo.alpha is not None) == (channels == 4)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_grey_and_alpha_that_lie_apart_are_refused(kind, packed):
    planes = np.moveaxis(scene(), 2, 0)[:2].astype(kind)
    with pytest.raises(BadPhoto) as refused:
        decode(planar_tiff(planes, 24, packed=packed))
    assert refused.value.right


def test_a_tiff_whose_channels_lie_apart_and_that_was_cut_is_refused():
    data = planar_tiff(np.moveaxis(scene(), 2, 0).astype(np.uint16) * 257, 24)
    beginning = struct.pack("<I", 8)
    for wrong in (len(data) - 10, 2**32 - 1):
        with pytest.raises(BadPhoto, match="is damaged"):
            decode(data[:8] + data[8:].replace(beginning, struct.pack("<I", wrong)))
