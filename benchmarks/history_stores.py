"""Places of stores on each database that is there, for benchmarks of the history."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import postgres


@contextmanager
def stores(folder: Path, *names: str) -> Iterator[dict[str, tuple[str, ...]]]:
    """Where the stores called `names` are made, by the database's name."""
    found = {"SQLite": tuple(str(folder / f"{name}.sqlite") for name in names)}
    if postgres.programs() is None:
        print("PostgreSQL: not installed, left out")
        yield found
        return
    with postgres.running() as server:
        os.environ["PGPASSWORD"] = server.password
        yield {**found, "PostgreSQL": tuple(map(server.make, names))}
