"""Run in Spark's executors: what they find is the same as everywhere, however many they are."""

from collections.abc import Callable, Iterator
from typing import Any


class Spark:
    """Spark's executors read, check and join; see docs/decisions/spark.md."""

    name = "spark"
    summary = "Files and tables are read and checked by Spark's executors."

    def run(self, prepare: Callable[[Any], Callable[[Any], Any]], plan: Any, chunks: Any, jobs: int) -> Iterator[Any]:
        """Yield one Partial with all counts, then findings in the data's order. chunks: SparkSources.

        Raises CouldNotCheck with one line where Spark fails.
        """
        from fhircheck.distribute.spark_run import partials_of  # nobody else loads what Spark needs

        yield from partials_of(prepare, plan, chunks)
