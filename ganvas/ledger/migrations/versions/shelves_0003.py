"""Shelves and folders; a picture notes its style file and its thumbnail."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NOTED = ("style_sha256", "thumbnail")


def upgrade() -> None:
    """Towards now."""
    op.create_table(
        "folders",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "name", name="pk_folders"),
    )
    op.create_table(
        "shelves",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("styles", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_shelves"),
    )
    for name in NOTED:
        op.add_column("pictures", sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    """Back: the order, empty folders and what was noted are gone."""
    for name in NOTED:
        op.drop_column("pictures", name)
    for table in ("shelves", "folders"):
        op.drop_table(table)
