"""How the tables came to be, one file a revision. Knows Alembic; the tables as they are now stand in ``models``."""
