"""The ledger: every migration keeps what was there, and what was made is found again."""

import json

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.dialects.postgresql import dialect as postgres
from sqlalchemy.schema import CreateTable

from ganvas.errors import BadSettings, NotFound
from ganvas.ledger import history, style_order
from ganvas.ledger.database import Database, create_database_engine, migrate_schema
from ganvas.ledger.history import PictureSearch
from ganvas.ledger.ids import new_id
from ganvas.ledger.models import (
    EventRow,
    JobRow,
    LedgerBase,
    OwnerTurnRow,
    PartRow,
    PendingReleaseRow,
    PictureRow,
    WorkerRow,
)

# What a database of each revision may hold: table -> rows, as it was written then. A new revision gets its line.
HELD = {
    "base": {},
    "0001": {
        "pictures": [
            "'p1', 'me', 'k', 'f', null, 'sea.jpg', 'monet@1', '{}', 'image/jpeg', 4, 3, 5000000000, 1.5, 1e9, "
            "true, 'trip', true"
        ],
        "jobs": ["'j1', 'me', 'sea', '{}', null, '[\"monet@1\"]', 5, 'done', 1, true, 1e9, 1e9, 1e9"],
        "parts": ["'a1', 'j1', 1, 'f', 'sea.jpg', 'sea.jpg', 'monet@1', 'done', 0, 1, 1.0, null, 1.5, 'p1'"],
        "events": ["'j1', 1, 'job', '{}', 1e9"],
        "workers": ["'w1', 2, 1e9"],
        "releases": ["1, 'k', 'picture:p0'"],
    },
    "0002": {
        "jobs": ["'j1', 'me', 'sea', '{}', null, '[\"monet@1\"]', 5, 'done', 1, true, 1e9, 1e9, 1e9"],
    },
    "0003": {
        "pictures": [
            "'p1', 'me', 'k', 'f', null, 'sea.jpg', 'monet@1', '{}', 'image/jpeg', 4, 3, 5000000000, 1.5, 1e9, "
            "true, 'trip', true, 'abc', 'small'"
        ],
        "shelves": ["'me', '[\"ukiyoe\"]'"],
        "folders": ["'me', 'trip'"],
        "jobs": ["'j1', 'me', 'sea', '{}', null, '[\"monet@1\"]', 5, 'running', 1, true, 1e9, 1e9, null"],
        "parts": ["'a1', 'j1', 1, 'f', 'sea.jpg', 'sea.jpg', 'monet@1', 'queued', 3, 1, 1.0, null, null, null"],
    },
    "0004": {
        "jobs": ["'j1', 'me', 'sea', '{}', null, '[\"monet@1\"]', 5, 'running', 1, true, 1e9, 1e9, null"],
        "parts": ["'a1', 'j1', 1, 'f', 'sea.jpg', 'sea.jpg', 'monet@1', 'queued', 3, 1, 1.0, null, null, null, 'a2-0'"],
    },
}


def revisions() -> list[str]:
    """All revisions, the first first."""
    from alembic.script import ScriptDirectory

    from ganvas.ledger import migrations

    return [script.revision for script in ScriptDirectory(migrations.__path__[0]).walk_revisions()][::-1]


def test_every_revision_has_data_to_be_tried_with():
    assert set(HELD) == {"base", *revisions()}


@pytest.mark.parametrize("revision", HELD)
def test_a_migration_to_now_keeps_what_was_there(revision, tmp_path):
    engine = create_database_engine(f"sqlite:///{tmp_path / 'old.db'}")
    if revision != "base":
        migrate_schema(engine, revision)
    with engine.begin() as connection:
        for table, rows in HELD[revision].items():
            for row in rows:
                connection.execute(text(f"insert into {table} values ({row})".replace(":p0", "\\:p0")))
    migrate_schema(engine)
    with engine.connect() as connection:
        for table, rows in HELD[revision].items():
            assert connection.execute(text(f"select count(*) from {table}")).scalar_one() == len(rows)
    engine.dispose()


@pytest.mark.parametrize(
    ("before", "after"), [('{"keep_metadata"\\: true}', "all"), ('{"keep_metadata"\\: false}', "none"), ("{}", "none")]
)
def test_settings_of_before_the_choice_of_metadata_are_carried_over(before, after, tmp_path):
    engine = create_database_engine(f"sqlite:///{tmp_path / 'old.db'}")
    migrate_schema(engine, "0001")
    row = HELD["0001"]["jobs"][0].replace("{}", before)
    with engine.begin() as connection:
        connection.execute(text(f"insert into jobs values ({row})"))
    migrate_schema(engine)
    with engine.connect() as connection:
        assert json.loads(connection.execute(text("select ask from jobs")).scalar_one()) == {"metadata": after}
    engine.dispose()


def test_a_part_that_was_in_line_before_there_were_tickets_holds_its_own(tmp_path):
    engine = create_database_engine(f"sqlite:///{tmp_path / 'old.db'}")
    migrate_schema(engine, "0003")
    with engine.begin() as connection:
        for table in ("jobs", "parts"):
            connection.execute(text(f"insert into {table} values ({HELD['0003'][table][0]})"))
    migrate_schema(engine)
    with engine.connect() as connection:
        assert connection.execute(text("select ticket from parts")).scalar_one() == "a1-3"
        assert connection.execute(text("select number from turns where owner = ''")).scalar_one() == 0
    engine.dispose()


@pytest.mark.parametrize("revision", revisions())
def test_a_migration_can_be_taken_back_and_done_again(revision, tmp_path):
    engine = create_database_engine(f"sqlite:///{tmp_path / 'old.db'}")
    migrate_schema(engine, revision)
    migrate_schema(engine, "-1")
    migrate_schema(engine)
    assert set(inspect(engine).get_table_names()) >= set(LedgerBase.metadata.tables)
    engine.dispose()


def test_the_migrations_make_the_tables_that_the_models_say(tmp_path):
    engine = create_database_engine(f"sqlite:///{tmp_path / 'new.db'}")
    migrate_schema(engine)
    made = inspect(engine)
    for name, table in LedgerBase.metadata.tables.items():
        columns = {column["name"]: column["nullable"] for column in made.get_columns(name)}
        assert columns == {column.name: column.nullable for column in table.columns}
        indexes = {index["name"] for index in made.get_indexes(name)}
        assert indexes == {index.name for index in table.indexes}
    engine.dispose()


@pytest.mark.parametrize("model", [JobRow, PartRow, EventRow, PictureRow, WorkerRow, PendingReleaseRow, OwnerTurnRow])
def test_every_table_can_be_had_on_postgres(model):
    assert "CREATE TABLE" in str(CreateTable(model.__table__).compile(dialect=postgres()))


@pytest.mark.parametrize("url", ["nonsense", "mysql://a/b", "sqlite://"])
def test_another_database_is_refused_in_words(url):
    with pytest.raises(BadSettings, match="GANVAS_DATABASE"):
        Database(url)


@pytest.fixture
def database(tmp_path):
    opened = Database(f"sqlite:///{tmp_path / 'ganvas.db'}")
    yield opened
    opened.close()


def picture(**said) -> PictureRow:
    """A row of a picture."""
    usual = {"owner": "me", "key": "k", "photo": "f", "name": "sea.jpg", "style": "monet@1", "ask": {}, "folder": ""}
    usual |= {"media_type": "image/jpeg", "width": 4, "height": 3, "bytes": 12, "seconds": 1.0, "made": 1e9}
    return PictureRow(id=new_id(), **usual | said)


def test_what_changes_in_a_failing_transaction_is_not_kept(database):
    with pytest.raises(ZeroDivisionError), database.open_write_session() as session:  # noqa: PT012
        session.add(picture())
        session.flush()
        raise ZeroDivisionError
    with database.open_read_session() as session:
        assert history.find_pictures(session, "me", PictureSearch()) == []


def test_pictures_are_found_by_all_of_the_words_in_any_case(database):
    with database.open_write_session() as session:
        session.add_all(
            [picture(), picture(name="Sea 100%.jpg", style="ukiyoe@2", folder="Trip"), picture(owner="you")]
        )
    with database.open_read_session() as session:
        found = [
            len(history.find_pictures(session, "me", PictureSearch(words)))
            for words in ("", "sea", "SEA trip", "100%", "10_%")
        ]
    assert found == [2, 2, 1, 1, 0]


def test_a_picture_of_another_is_not_there(database):
    row = picture(owner="you")
    with database.open_write_session() as session:
        session.add(row)
    with database.open_read_session() as session, pytest.raises(NotFound):
        history.get_picture(session, "me", row.id)


def test_a_picture_of_before_it_noted_its_style_file_is_still_found(tmp_path):
    engine = create_database_engine(f"sqlite:///{tmp_path / 'ganvas.db'}")
    migrate_schema(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text(f"insert into pictures values ({HELD['0001']['pictures'][0]})"))
    engine.dispose()
    opened = Database(f"sqlite:///{tmp_path / 'ganvas.db'}")
    with opened.open_read_session() as session:
        (row,) = history.find_pictures(session, "me", PictureSearch(style="monet", folder="trip"))
        assert (row.bytes, row.star, row.style_sha256, row.thumbnail) == (5_000_000_000, True, None, None)
        assert style_order.get_style_order(session, "me") == []
    opened.close()


def test_a_style_is_found_by_its_name_and_by_its_version(database):
    with database.open_write_session() as session:
        session.add_all([picture(style=style) for style in ("monet@1", "monet@2", "monet-2@1")])
    with database.open_read_session() as session:
        found = [
            len(history.find_pictures(session, "me", PictureSearch(style=style)))
            for style in ("", "monet", "monet@2", "mone")
        ]
    assert found == [3, 2, 1, 0]


def test_folders_are_made_renamed_joined_and_taken_away(database):
    with database.open_write_session() as session:
        session.add_all([picture(folder="Trip"), picture(folder="Trip", owner="you"), picture(folder="Sea")])
        history.add_folder(session, "me", "Empty")
        history.add_folder(session, "me", "Empty")
    with database.open_write_session() as session:
        assert history.count_pictures_by_folder(session, "me") == {"Empty": 0, "Sea": 1, "Trip": 1}
        history.rename_folder(session, "me", "Trip", "Sea")
        session.flush()
        assert history.count_pictures_by_folder(session, "me") == {"Empty": 0, "Sea": 2}
        history.delete_folder(session, "me", "Sea")
        history.delete_folder(session, "me", "Empty")
        session.flush()
        assert history.count_pictures_by_folder(session, "me") == {"": 2}
        assert history.count_pictures_by_folder(session, "you") == {"Trip": 1}
        for name in ("", "Nothing"):
            with pytest.raises(NotFound):
                history.delete_folder(session, "me", name)


def test_deleting_notes_what_is_to_be_let_go(database):
    row = picture()
    with database.open_write_session() as session:
        session.add(row)
    with database.open_write_session() as session:
        history.delete_picture(session, history.get_picture(session, "me", row.id))
    with database.open_read_session() as session:
        noted = {(release.key, release.holder) for release in session.query(PendingReleaseRow)}
        assert noted == {("k", f"picture:{row.id}"), ("f", f"picture:{row.id}")}


def test_later_ids_sort_after_earlier_ones_and_none_is_given_twice():
    ids = [new_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert [id[:12] for id in ids] == sorted(id[:12] for id in ids)
