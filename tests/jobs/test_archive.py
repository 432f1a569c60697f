"""ZIP files that come are hostile until read; those that go hold what they should."""

import io
import stat
import zipfile

import pytest

from ganvas.errors import BadPhoto, TooLarge
from ganvas.jobs.archive import Room, is_zip, pack, unpack
from ganvas.jobs.order import clean, results

ROOM = Room(files=10, bytes=4 << 20, each=2 << 20)


def packed(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> io.BytesIO:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    data.seek(0)
    return data


def test_names_and_folders_are_kept_and_what_systems_add_is_left_out():
    archive = packed(
        ("trip/day 1/sea.jpg", b"1"),
        ("照片/海.jpg", b"2"),
        ("__MACOSX/trip/._sea.jpg", b"x"),
        ("trip/.DS_Store", b"x"),
        ("trip/Thumbs.db", b"x"),
        ("empty/", b""),
    )
    assert list(unpack(archive, ROOM)) == [("trip/day 1/sea.jpg", b"1"), ("照片/海.jpg", b"2")]


@pytest.mark.parametrize(
    "name", ["../a.jpg", "a/../../b.jpg", "/etc/passwd", "C:/a.jpg", "C:\\a.jpg", "..\\..\\a.jpg", "\\\\host\\a.jpg"]
)
def test_paths_that_lead_out_are_refused(name):
    with pytest.raises(BadPhoto, match="leads out"):
        list(unpack(packed((name, b"x")), ROOM))


def test_links_are_refused():
    link = zipfile.ZipInfo("a.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(BadPhoto, match="link"):
        list(unpack(packed((link, b"/etc/passwd")), ROOM))


def test_a_bomb_is_refused_by_its_table():
    with pytest.raises(TooLarge, match="bomb"):
        list(unpack(packed(("a.jpg", b"\0" * (2 << 20))), ROOM))


def test_a_table_that_lies_is_found_out_while_unpacking():
    data = bytearray(packed(("a.jpg", bytes(range(256)) * 4000)).getvalue())
    size = (256 * 4000).to_bytes(4, "little")
    assert data.count(size) == 2
    lying = io.BytesIO(bytes(data.replace(size, (5).to_bytes(4, "little"))))
    with pytest.raises((BadPhoto, TooLarge)):
        list(unpack(lying, ROOM))


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
        list(unpack(packed(*entries), ROOM))


@pytest.mark.parametrize("cut", [10, 40, 100])
def test_a_damaged_zip_is_one_clear_error(cut):
    data = packed(("a.jpg", b"12345" * 100)).getvalue()
    with pytest.raises(BadPhoto, match="damaged"):
        list(unpack(io.BytesIO(data[:-cut]), ROOM))


def test_an_encrypted_zip_is_refused():
    data = bytearray(packed(("a.jpg", b"x")).getvalue())
    table = data.index(b"PK\x01\x02")
    data[table + 8] |= 1
    with pytest.raises(BadPhoto, match="encrypted"):
        list(unpack(io.BytesIO(bytes(data)), ROOM))


def test_what_is_packed_piece_by_piece_is_a_zip():
    contents = {"a/海.jpg": b"1" * (3 << 20), "b.jpg": b"2"}
    pieces = list(pack(((name, io.BytesIO(data)) for name, data in contents.items()), [("failed.txt", "none\n")]))
    assert len(pieces) > 3, "it is streamed"
    whole = b"".join(pieces)
    assert is_zip(whole[:4])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in contents} == contents
        assert archive.read("failed.txt") == b"none\n"


def test_results_have_their_photos_names_and_none_twice():
    assert results(["a/x.heic", "y"], ["monet@1"], "jpeg") == ["a/x.jpg", "y.jpg"]
    assert results(["x.jpg"], ["monet@1", "ink@2"], "png") == ["monet/x.png", "ink/x.png"]
    assert results(["x.jpg", "X.png", "x.webp"], ["monet@1"], "png") == ["x.png", "X (2).png", "x (3).png"]


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
    ],
)
def test_a_name_that_somebody_sends_leads_nowhere(sent, kept):
    assert clean(sent) == kept
