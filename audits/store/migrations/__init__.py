"""Alembic migrations, one file a change of the schema; a migration that was released is never edited."""
