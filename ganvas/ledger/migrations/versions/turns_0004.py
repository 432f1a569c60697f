"""Parts hold tickets, and owners have turns that are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TICKET, NEXT = "ix_parts_ticket", "ix_parts_job_state"


def upgrade() -> None:
    """Towards now: each part holds the ticket that was made for it, and no turn was taken yet."""
    op.create_table(
        "turns",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_turns"),
    )
    op.execute("insert into turns (owner, number) values ('', 0)")
    op.add_column("parts", sa.Column("ticket", sa.String(), nullable=False, server_default=""))
    op.execute("update parts set ticket = id || '-' || round")
    op.create_index(TICKET, "parts", ["ticket"])
    op.create_index(NEXT, "parts", ["job_id", "state", "number"])


def downgrade() -> None:
    """Back: who had a turn is forgotten."""
    op.drop_index(NEXT, "parts")
    op.drop_index(TICKET, "parts")
    op.drop_column("parts", "ticket")
    op.drop_table("turns")
