"""Settings come from the environment, once, and say clearly what is wrong. Knows the variables."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from ganvas.errors import BadSettings
from ganvas.settings import SETTING_READERS, Settings

ENVIRON = {
    "GANVAS_DATA": "~/ganvas",
    "GANVAS_HOST": "::1",
    "GANVAS_PORT": "9000",
    "GANVAS_TOKEN": "a long word",
    "GANVAS_HOSTS": "paint.example, other.example",
    "GANVAS_MAX_BYTES": "1000",
    "GANVAS_MAX_PIXELS": "50_000_000",
    "GANVAS_WORKERS": "3",
    "GANVAS_WAITING": "0",
    "GANVAS_KEEP": "3600",
    "GANVAS_THREADS": "4",
    "GANVAS_STYLES": "/a:/b",
    "GANVAS_DATABASE": "postgresql://ganvas@db/ganvas",
    "GANVAS_PRECISION": "fp32",
    "GANVAS_DATA_SETS": "/sets",
    "GANVAS_WAIT_BYTES": "1",
    "GANVAS_WAIT_PIXELS": "2",
    "GANVAS_MAX_STYLE_BYTES": "3",
    "GANVAS_WARM": "no",
    "GANVAS_NETWORKS": "4",
    "GANVAS_STREAMS": "5",
    "GANVAS_UPLOADS": "6",
    "GANVAS_JOB_BYTES": "7",
    "GANVAS_JOB_PICTURES": "8",
    "GANVAS_OWNER_JOBS": "9",
    "GANVAS_OWNER_PICTURES": "10",
    "GANVAS_SLOTS": "11",
    "GANVAS_SILENCE": "12",
    "GANVAS_TRIES": "13",
    "GANVAS_FREE_BYTES": "14",
}
SETTINGS = Settings(
    data=Path.home() / "ganvas",
    host="::1",
    port=9000,
    token="a long word",
    hosts=("paint.example", "other.example"),
    max_bytes=1000,
    max_pixels=50_000_000,
    workers=3,
    waiting=0,
    keep=3600,
    threads=4,
    styles=(Path("/a"), Path("/b")),
    database="postgresql://ganvas@db/ganvas",
    precision="fp32",
    data_sets=Path("/sets"),
    wait_bytes=1,
    wait_pixels=2,
    max_style_bytes=3,
    warm=False,
    networks=4,
    streams=5,
    uploads=6,
    job_bytes=7,
    job_pictures=8,
    owner_jobs=9,
    owner_pictures=10,
    slots=11,
    silence=12,
    tries=13,
    free_bytes=14,
)


def test_nothing_set_is_a_safe_server_on_this_machine():
    settings = Settings.from_environment({})
    assert (settings.host, settings.token, settings.max_bytes, settings.max_pixels) == (
        "127.0.0.1",
        "",
        64 * 2**20,
        100_000_000,
    )
    assert settings.data == Path.home() / ".local" / "share" / "ganvas"


def test_data_follows_the_desktop_standard():
    assert Settings.from_environment({"XDG_DATA_HOME": "/srv/data"}).data == Path("/srv/data/ganvas")
    assert Settings.from_environment({"XDG_DATA_HOME": "relative"}).data == Settings.from_environment({}).data


def test_every_field_is_read_from_its_own_variable():
    assert {f"GANVAS_{each.name.upper()}" for each in fields(Settings)} == set(ENVIRON)
    assert Settings.from_environment(ENVIRON) == SETTINGS


def test_every_field_has_its_reader():
    assert set(SETTING_READERS) == {each.name for each in fields(Settings)}


def test_an_empty_variable_is_as_if_it_were_not_set():
    assert Settings.from_environment({"GANVAS_PORT": "", "GANVAS_STYLES": ""}) == Settings.from_environment({})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("GANVAS_PORT", "http", "from 1 to 65535"),
        ("GANVAS_PORT", "70000", "from 1 to 65535"),
        ("GANVAS_WORKERS", "0", "from 1 to 256"),
        ("GANVAS_MAX_PIXELS", "-5", "1 or more"),
        ("GANVAS_MAX_BYTES", "64MB", "a whole number"),
        ("GANVAS_PRECISION", "int8", "auto, fp32, bf16"),
        ("GANVAS_WARM", "perhaps", "yes or no"),
        ("GANVAS_PORT", "tcp://10.0.0.1:80", "enableServiceLinks"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(name, value, says):
    with pytest.raises(BadSettings, match=says) as caught:
        Settings.from_environment({name: value})
    assert name in caught.value.what


@pytest.mark.parametrize(("slip", "meant"), [("GANVAS_PROT", "GANVAS_PORT"), ("GANVAS_MAX_PIXEL", "GANVAS_MAX_PIXELS")])
def test_a_slip_of_the_pen_is_not_passed_over(slip, meant):
    with pytest.raises(BadSettings, match=meant):
        Settings.from_environment({slip: "9000"})


@pytest.mark.parametrize("name", ["GANVAS_SERVICE_HOST", "GANVAS_PORT_80_TCP", "PORT"])
def test_what_others_set_is_not_our_affair(name):
    assert Settings.from_environment({name: "something"}) == Settings.from_environment({})


def test_secrets_are_not_printed_and_nothing_changes_later():
    settings = Settings(token="secret", database="postgresql://user:secret@db")
    assert "secret" not in repr(settings)
    with pytest.raises(FrozenInstanceError):
        settings.port = 1  # pyright: ignore


def test_the_database_is_a_file_among_the_data_unless_another_is_named():
    assert Settings(data=Path("/srv/g")).database_url == "sqlite:////srv/g/ganvas.db"
    assert Settings(database="postgresql://db/g").database_url == "postgresql://db/g"
