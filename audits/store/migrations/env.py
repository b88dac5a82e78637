"""Run by Alembic: migrate on the connection, and inside the transaction, that `audits.store.database` opened."""

from alembic import context

from audits.store.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
