"""Names are shown safely, and no two are the same file."""

import os
from pathlib import PurePosixPath

import pytest

from ganvas.filenames import FreeNames, show_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("照片/海边 1.jpg", "照片/海边 1.jpg"),
        ("👨\u200d👩\u200d👧 family.jpg", "👨\u200d👩\u200d👧 family.jpg"),
        ("a\u3000b\u00a0c", "a\u3000b\u00a0c"),
        ("\x1b[31mred\n", "\\x1b[31mred\\x0a"),
        ("gpj.\u202egnp", "gpj.\\u202egnp"),
        (os.fsdecode(b"b\xc4\xe3.jpg"), "b\\xc4\\xe3.jpg"),
        ("\ud834", "\\ud834"),
    ],
)
def test_a_name_is_shown_so_that_it_steers_nothing(name: str, shown: str):
    assert show_name(name) == shown
    shown.encode()


def test_two_thousand_photos_of_one_name_get_two_thousand_names():
    names = FreeNames()
    given = [names.claim_file(PurePosixPath("trip/IMG_1.jpg")) for _ in range(2000)]
    assert len(set(given)) == 2000
    assert (given[0].name, given[1999].name) == ("IMG_1.jpg", "IMG_1 (2000).jpg")


def test_a_folder_below_a_file_of_the_same_name_is_another_folder():
    names = FreeNames()
    wanted = ["sea.jpg", "SEA.jpg/1.jpg", "sea.jpg/2.jpg", "sea.jpg"]
    assert [str(names.claim_file(PurePosixPath(name))) for name in wanted] == [
        "sea.jpg",
        "SEA (2).jpg/1.jpg",
        "sea (2).jpg/2.jpg",
        "sea (3).jpg",
    ]
