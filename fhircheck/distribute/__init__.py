"""Stage: run one pure function over chunks; knows no FHIR. All executors give the same results in the same order."""

import os

from fhircheck.distribute.processes import Processes
from fhircheck.distribute.serial import Serial
from fhircheck.distribute.spark import Spark
from fhircheck.model.protocols import Executor
from fhircheck.registry import Registry

EXECUTORS: Registry[Executor] = Registry("executors", Serial(), Processes(), Spark())


def processors() -> int:
    """Number of processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def executor_for(jobs: int, engine: str = "local") -> tuple[Executor, int]:
    """The executor for `jobs` processes (0: one for each processor) and the number it will use.

    engine: ``local`` or ``spark``, which has a number of its own.
    """
    if engine == "spark":
        return EXECUTORS["spark"], 1
    number = jobs or processors()
    return (EXECUTORS["serial"], 1) if number == 1 else (EXECUTORS["processes"], number)
