"""How a store is made and brought from one version to the next (Alembic)."""
