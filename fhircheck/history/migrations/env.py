"""What Alembic runs: the migrations on the connection it was handed, in the transaction that is already open."""

from alembic import context

from fhircheck.history.tables import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():  # joins the caller's, which holds all of it: see history/upgrade.py
    context.run_migrations()
