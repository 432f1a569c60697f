"""What is kept and logged is nobody else's to read, and who reads hostile files knows no secret."""

import os
import stat

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ganvas.cli.compose import keep_private
from ganvas.environment import reduce_environment
from ganvas.ledger.database import create_database_engine
from ganvas.settings import Settings
from ganvas.web.request_log import clean_address


def test_the_data_folder_and_what_is_written_is_its_owners_alone(tmp_path):
    before = os.umask(0o022)
    try:
        data = tmp_path / "data"
        data.mkdir(mode=0o755)
        keep_private(Settings(data=data))
        (data / "file").touch()
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (data, data / "file")] == [0o700, 0o600]


def test_an_sql_error_says_no_value(tmp_path):
    engine = create_database_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(SQLAlchemyError) as raised, engine.connect() as connection:
        connection.execute(text("select * from nothing where name = :name"), {"name": "my secret name"})
    assert "my secret name" not in str(raised.value)


@pytest.mark.parametrize("module", ["ganvas.style.operators", "ganvas.engine.style_inspection"])
def test_a_process_that_reads_styles_knows_no_secret(module, monkeypatch, tmp_path):
    import importlib

    for name in ("GANVAS_TOKEN", "GANVAS_DATABASE", "PGPASSWORD"):
        monkeypatch.setenv(name, "secret")
    seen = {}

    def run(command, env, **_):
        seen.update(env)
        raise ValueError

    found = importlib.import_module(module)
    monkeypatch.setattr(found.subprocess, "run", run)
    ask = {"ganvas.style.operators": lambda: found.run_trial(tmp_path, b"", "transfer", 1, 1)}
    with pytest.raises(found.BadStyle):
        ask.get(module, lambda: found.inspect_style_file(tmp_path))()
    assert seen
    assert "secret" not in seen.values()
    assert "GANVAS_TOKEN" not in reduce_environment()


def test_a_forged_address_writes_no_line_and_no_escape_code_into_the_log():
    assert clean_address("1.2.3.4\n2026 \x1b[2J forged") == "1.2.3.4?2026???2J?forged"
    assert clean_address("fe80::1%eth0") == "fe80::1%eth0"
    assert len(clean_address("1" * 999)) == 64
