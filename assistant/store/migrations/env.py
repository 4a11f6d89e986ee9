"""What Alembic runs: the migrations, over the connection that `migrate` hands in."""

from alembic import context

from assistant.store import records, tables
from assistant.store.columns import Table

assert records and tables
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
