"""What Alembic runs for a migration: our tables on the connection that it was handed."""

from alembic import context

from ganvas.ledger.models import LedgerBase

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=LedgerBase.metadata,
    render_as_batch=True,
    version_table="ganvas_version",
)
with context.begin_transaction():
    context.run_migrations()
