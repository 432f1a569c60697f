"""ZIP files that come are hostile until read; those that go hold what they should."""

import io
import stat
import struct
import zipfile
import zlib
from dataclasses import replace

import pytest

from ganvas.errors import BadPhoto, TooLarge
from ganvas.jobs.archive import ZipLimits, is_zip, pack_zip, unpack_zip
from ganvas.jobs.request import build_result_names, sanitise_upload_name

LIMITS = ZipLimits(max_files=10, max_bytes=4 << 20, max_file_bytes=2 << 20)


def build_zip(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> io.BytesIO:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    data.seek(0)
    return data


def test_names_and_folders_are_kept_and_what_systems_add_is_left_out():
    archive = build_zip(
        ("trip/day 1/sea.jpg", b"1"),
        ("照片/海.jpg", b"2"),
        ("__MACOSX/trip/._sea.jpg", b"x"),
        ("trip/.DS_Store", b"x"),
        ("trip/Thumbs.db", b"x"),
        ("empty/", b""),
    )
    assert list(unpack_zip(archive, replace(LIMITS))) == [("trip/day 1/sea.jpg", b"1"), ("照片/海.jpg", b"2")]


@pytest.mark.parametrize(
    "name", ["../a.jpg", "a/../../b.jpg", "/etc/passwd", "C:/a.jpg", "C:\\a.jpg", "..\\..\\a.jpg", "\\\\host\\a.jpg"]
)
def test_paths_that_lead_out_are_refused(name):
    with pytest.raises(BadPhoto, match="leads out"):
        list(unpack_zip(build_zip((name, b"x")), replace(LIMITS)))


def raw_zip(*names: bytes, flag: int = 0, extra: bytes = b"") -> io.BytesIO:
    """A ZIP whose names are these bytes; each file holds its number."""
    body, table = b"", b""
    for number, name in enumerate(names):
        content = b"%d" % number
        sizes = struct.pack("<IIIHH", zlib.crc32(content), len(content), len(content), len(name), len(extra))
        head = struct.pack("<HHHHH", 20, flag, 0, 0, 33) + sizes
        table += b"PK\1\2\x14\0" + head + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name + extra
        body += b"PK\3\4" + head + name + extra + content
    end = struct.pack("<HHHHIIH", 0, 0, len(names), len(names), len(table), len(body), 0)
    return io.BytesIO(body + table + b"PK\5\6" + end)


def names_of(archive: io.BytesIO) -> list[str]:
    return [name for name, _ in unpack_zip(archive, replace(LIMITS))]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("gbk", ["照片/海边.jpg", "照片/北京 天安门.jpg"]),
        ("gbk", ["图片.jpg"]),
        ("gbk", ["联通.jpg"]),
        ("cp932", ["写真/海.jpg"]),
        ("cp932", ["テスト.jpg"]),
        ("cp932", ["photoテスト.jpg", "表.jpg"]),
        ("utf-8", ["照片/海边.jpg", "été à la mer.jpg"]),
        ("utf-8", ["фото/море.jpg"]),
        ("utf-8", ["👨👩 family.jpg"]),
        ("cp437", ["Zürich/été.jpg", "Größe.jpg"]),
        ("cp437", ["âge.jpg"]),
        ("ascii", ["a.jpg"]),
    ],
)
def test_names_of_any_writer_are_read(encoding, names):
    assert names_of(raw_zip(*(name.encode(encoding) for name in names))) == names


def unicode_path(raw: bytes, name: bytes) -> bytes:
    field = b"\x01" + zlib.crc32(raw).to_bytes(4, "little") + name
    return struct.pack("<HH", 0x7075, len(field)) + field


def test_the_field_for_a_name_in_unicode_counts_where_its_checksum_fits():
    raw = "Übung.jpg".encode("cp850")
    assert names_of(raw_zip(raw, extra=unicode_path(raw, "海边.jpg".encode()))) == ["海边.jpg"]
    assert names_of(raw_zip(raw, extra=unicode_path(b"another.jpg", b"sea.jpg"))) == ["Übung.jpg"]
    assert names_of(raw_zip(raw, extra=unicode_path(raw, b"\xff.jpg"))) == ["Übung.jpg"], "no UTF-8"


def test_a_name_that_says_it_is_utf_8_is():
    assert names_of(raw_zip("图片.jpg".encode(), flag=0x800)) == ["图片.jpg"]


def test_a_dot_slash_before_a_name_and_a_colon_in_it_do_no_harm():
    archive = build_zip(("./sea.jpg", b"1"), ("./trip/./day1.jpg", b"2"), ("Screenshot 10:23:45.jpg", b"3"))
    assert list(unpack_zip(archive, replace(LIMITS))) == [
        ("sea.jpg", b"1"),
        ("trip/day1.jpg", b"2"),
        ("Screenshot 10_23_45.jpg", b"3"),
    ]


def test_notes_beside_photos_and_hidden_folders_are_left_out():
    beside = [
        "IMG_1.AAE",
        "IMG_1.xmp",
        "IMG_1.jpg.json",
        "readme.txt",
        "t/@eaDir/1.jpg",
        "t/.thumbnails/1.jpg",
        "._1.jpg",
    ]
    assert list(unpack_zip(build_zip(("IMG_1.jpg", b"1"), *((name, b"x") for name in beside)), replace(LIMITS))) == [
        ("IMG_1.jpg", b"1")
    ]


def test_what_is_beside_photos_does_not_count_as_photos():
    entries = [(f"{number}.jpg", b"1") for number in range(10)] + [(f"{number}.xmp", b"1") for number in range(60)]
    assert len(list(unpack_zip(build_zip(*entries), replace(LIMITS)))) == 10
    with pytest.raises(TooLarge):
        list(unpack_zip(build_zip(*entries, *((f"{number}.txt", b"1") for number in range(60))), replace(LIMITS)))


def test_a_bad_entry_fails_alone():
    link = zipfile.ZipInfo("link.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    film = bytes(range(256)) * 9000
    data = bytearray(
        build_zip((link, b"/etc/passwd"), ("../out.jpg", b"x"), ("sea.jpg", b"1"), ("film.mov", film)).getvalue()
    )
    found = dict(unpack_zip(io.BytesIO(bytes(data)), replace(LIMITS)))
    assert found["sea.jpg"] == b"1"
    assert [type(found[name]) for name in ("link.jpg", "out.jpg", "film.mov")] == [BadPhoto, BadPhoto, TooLarge]
    assert "2 MiB" in str(found["film.mov"])


def test_a_damaged_entry_fails_alone():
    data = bytearray(build_zip(("a.jpg", b"12345" * 9), ("b.jpg", bytes(range(256)))).getvalue())
    place = data.index(b"b.jpg") + 60
    data[place] ^= 0xFF
    found = list(unpack_zip(io.BytesIO(bytes(data)), replace(LIMITS)))
    assert found[0] == ("a.jpg", b"12345" * 9)
    assert "damaged" in str(found[1][1])


def test_links_are_refused():
    link = zipfile.ZipInfo("a.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(BadPhoto, match="link"):
        list(unpack_zip(build_zip((link, b"/etc/passwd")), replace(LIMITS)))


def test_a_bomb_is_refused_by_its_table():
    entries = [(f"{number}.tif", bytes(64 << 20)) for number in range(5)]
    with pytest.raises(TooLarge, match="bomb"):
        list(unpack_zip(build_zip(*entries), ZipLimits(max_files=10, max_bytes=1 << 30, max_file_bytes=64 << 20)))


def test_a_blank_scan_is_no_bomb():
    blank = bytes(2 << 20)
    assert list(unpack_zip(build_zip(("scan.tif", blank), ("sea.jpg", b"1")), replace(LIMITS))) == [
        ("scan.tif", blank),
        ("sea.jpg", b"1"),
    ]


def test_a_table_that_lies_is_found_out_while_unpacking():
    data = bytearray(build_zip(("a.jpg", bytes(range(256)) * 4000)).getvalue())
    size = (256 * 4000).to_bytes(4, "little")
    assert data.count(size) == 2
    lying = io.BytesIO(bytes(data.replace(size, (5).to_bytes(4, "little"))))
    with pytest.raises((BadPhoto, TooLarge)):
        list(unpack_zip(lying, replace(LIMITS)))


@pytest.mark.parametrize(
    "entries",
    [
        [(f"{number}.jpg", b"x") for number in range(11)],
        [(f"{number}.jpg", bytes(range(256)) * 6000) for number in range(3)],
        [("a.jpg", bytes(range(256)) * 9000)],
    ],
)
def test_more_than_there_is_room_for_is_refused(entries):
    with pytest.raises(TooLarge):
        list(unpack_zip(build_zip(*entries), replace(LIMITS)))


@pytest.mark.parametrize("cut", [10, 40, 100])
def test_a_damaged_zip_is_one_clear_error(cut):
    data = build_zip(("a.jpg", b"12345" * 100)).getvalue()
    with pytest.raises(BadPhoto, match="damaged"):
        list(unpack_zip(io.BytesIO(data[:-cut]), replace(LIMITS)))


def test_an_encrypted_zip_is_refused():
    data = bytearray(build_zip(("a.jpg", b"x")).getvalue())
    table = data.index(b"PK\x01\x02")
    data[table + 8] |= 1
    with pytest.raises(BadPhoto, match="encrypted"):
        list(unpack_zip(io.BytesIO(bytes(data)), replace(LIMITS)))


def test_what_is_packed_piece_by_piece_is_a_zip():
    contents = {"a/海.jpg": b"1" * (3 << 20), "b.jpg": b"2"}
    pieces = list(pack_zip(((name, io.BytesIO(data)) for name, data in contents.items()), [("failed.txt", "none\n")]))
    assert len(pieces) > 3, "it is streamed"
    whole = b"".join(pieces)
    assert is_zip(whole[:4])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in contents} == contents
        assert archive.read("failed.txt") == b"none\n"


def test_results_have_their_photos_names_and_none_twice():
    assert build_result_names(["a/x.heic", "y"], ["monet@1"], "jpeg") == ["a/x.jpg", "y.jpg"]
    assert build_result_names(["x.jpg"], ["monet@1", "ink@2"], "png") == ["monet/x.png", "ink/x.png"]
    assert build_result_names(["x.jpg", "X.png", "x.webp"], ["monet@1"], "png") == ["x.png", "X (2).png", "x (3).png"]
    assert build_result_names(["at 10.23.45", "at 10.23.59"], ["monet@1"], "png") == [
        "at 10.23.45.png",
        "at 10.23.59.png",
    ]
    assert build_result_names(["sea.heic", "sea.jpg/1.png"], ["monet@1"], "jpeg") == ["sea.jpg", "sea (2).jpg/1.jpg"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("trip/a.jpg", "trip/a.jpg"),
        ("../../a.jpg", "a.jpg"),
        ("C:\\photos\\a.jpg", "C_/photos/a.jpg"),
        ("/etc/passwd", "etc/passwd"),
        ("a\0b\x1f.jpg", "a_b_.jpg"),
        ("...", "photo"),
        ("", "photo"),
        ("./trip/./a.jpg", "trip/a.jpg"),
        ("a.jpg.", "a.jpg"),
        ("CON.jpg", "_CON.jpg"),
        ("aux/COM1", "_aux/_COM1"),
        ("console.jpg", "console.jpg"),
        ("gpj.\u202egnp", "gpj._gnp"),
        ("👨\u200d👩.jpg", "👨\u200d👩.jpg"),
        ("b\udcc4.jpg", "b_.jpg"),
    ],
)
def test_a_name_that_somebody_sends_leads_nowhere(sent, kept):
    assert sanitise_upload_name(sent) == kept


class CountingFile(io.BytesIO):
    """A file that says how much of it was read."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def table_alone(entries: int, name: bytes = b"") -> bytes:
    """A ZIP that is a table of contents and nothing else."""
    entry = b"PK\x01\x02" + bytes(24) + len(name).to_bytes(2, "little") + bytes(16) + name
    end = b"PK\x05\x06" + bytes(4) + b"\xff" * 4
    return entry * entries + end + (len(entry) * entries).to_bytes(4, "little") + bytes(6)


@pytest.mark.parametrize("most", [10, 2000])
def test_a_table_of_too_many_entries_is_refused_before_an_object_is_made_of_each(most, monkeypatch):
    made = []
    monkeypatch.setattr(zipfile, "ZipInfo", lambda *args: made.append(args))
    with pytest.raises(TooLarge, match=f"room for {most}"):
        list(
            unpack_zip(
                io.BytesIO(table_alone(30_000)), ZipLimits(max_files=most, max_bytes=1 << 30, max_file_bytes=1 << 20)
            )
        )
    assert not made


def test_a_table_that_is_too_long_is_not_read():
    file = CountingFile(table_alone(2000, b"x" * 5000))
    with pytest.raises(TooLarge, match="too many"):
        list(unpack_zip(file, replace(LIMITS)))
    assert file.taken < 1 << 18


def test_two_zips_are_measured_together_whether_they_are_bombs():
    data = build_zip(*[(f"{number}.tif", bytes(2 << 20)) for number in range(70)]).getvalue()
    room = ZipLimits(max_files=1000, max_bytes=1 << 40, max_file_bytes=1 << 30)
    assert len(list(unpack_zip(io.BytesIO(data), room))) == 70
    with pytest.raises(TooLarge, match="bomb"):
        list(unpack_zip(io.BytesIO(data), room))
