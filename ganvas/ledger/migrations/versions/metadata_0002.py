"""What a picture says of its photo became a choice of three."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Settings = dict[str, Any]


def upgrade() -> None:
    """From yes or no to none or all."""
    change(lambda old: {"metadata": "all" if old.pop("keep_metadata", False) else "none", **old})


def downgrade() -> None:
    """Back: without the place was not to be had, so it is nothing."""
    change(lambda new: {"keep_metadata": new.pop("metadata", "none") == "all", **new})


def change(rewrite: Callable[[Settings], Settings]) -> None:
    """Rewrite the settings of every job and picture."""
    connection = op.get_bind()
    for name in ("jobs", "pictures"):
        table = sa.table(name, sa.column("id", sa.String()), sa.column("ask", sa.JSON()))
        for id, ask in connection.execute(sa.select(table.c.id, table.c.ask)).all():
            connection.execute(sa.update(table).where(table.c.id == id).values(ask=rewrite(dict(ask))))
