"""The Spark session a run uses: the one that runs here, or a new one; and Spark's errors in one line."""

import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fhircheck.model.errors import CouldNotCheck, FhircheckError, UsageError
from fhircheck.model.spark_options import SparkOptions

OWN_CONF = {
    "spark.app.name": "fhircheck",
    "spark.io.encryption.enabled": "true",
    "spark.log.level": "FATAL",
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
"""Settings of a session of our own where the user gives none: what Spark keeps on disk is encrypted, and it is quiet:
its logs would show texts of exceptions, which we say ourselves without data."""

ENCRYPTION = "spark.io.encryption.enabled"
ATTEMPTS = 3
"""How often a task is tried in a local session of our own (Spark's default is once)."""
_SECRET = re.compile(r"(?i)secret|password|token|access[.]?key|credential")
_SUBMITTED = "PYSPARK_GATEWAY_PORT"
_CLONE_CONF = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": "4096",
    "spark.sql.execution.arrow.maxBytesPerBatch": str(16 << 20),
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.files.openCostInBytes": str(256 << 10),
    "spark.sql.parquet.columnarReaderBatchSize": "512",
}
"""Settings of the run's own copy of the session: small batches bound the memory of the Python workers."""


@contextmanager
def opened_session(options: SparkOptions) -> Iterator[Any]:
    """The session of a run; one that we started is stopped at the end.

    Raises UsageError where PySpark is missing or settings make no sense, CouldNotCheck where Spark does not start.
    """
    check_conf(options)
    sql = _library()
    running = options.session or sql.SparkSession.getActiveSession()
    if running is not None:
        _check_running(running, options)
        yield running
        return
    session = _started(sql, options)
    try:
        yield session
    finally:
        session.stop()


def check_conf(options: SparkOptions) -> None:
    """Raises UsageError for a secret among the settings: what stands in a command line, others can read."""
    for name, _ in options.conf:
        if not name.startswith("spark."):
            raise UsageError(f"--spark-conf {name}: names of Spark's settings begin with spark.")
        if _SECRET.search(name):
            raise UsageError(
                f"--spark-conf {name}: a secret in a command line can be read by others; put it into"
                " spark-defaults.conf, a credential provider or the cluster's own settings"
            )


def _library() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pyspark.sql
            from pyspark.sql import classic  # noqa: F401 - what Spark Connect alone does not bring
    except ImportError:
        raise UsageError("--engine spark needs PySpark 4: pip install 'fhircheck[spark]'") from None
    return pyspark.sql


def _check_running(session: Any, options: SparkOptions) -> None:
    if not hasattr(session, "_jsparkSession"):
        raise UsageError(
            "this is a Spark Connect session, whose driver cannot list files; use a classic session (spark-submit,"
            " a job or single-user cluster)"
        )
    master = session.sparkContext.master
    if options.master and options.master != master:
        raise UsageError(f"--spark-master {options.master}: a session runs already with {master}; leave the option out")


def _started(sql: Any, options: SparkOptions) -> Any:
    """A new session. Under spark-submit its own --master and --conf stand; ours only fill in."""
    submitted = _SUBMITTED in os.environ
    builder = sql.SparkSession.builder
    conf = dict(options.conf)
    if not submitted:
        master = options.master or conf.pop("spark.master", "local[*]")
        if master.startswith("local"):
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
            master = _retrying(master)
            conf.setdefault("spark.driver.host", "127.0.0.1")
            conf.setdefault("spark.driver.bindAddress", "127.0.0.1")
        conf = {**OWN_CONF, **conf}
        builder = builder.master(master)
    for name, value in conf.items():
        builder = builder.config(name, value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return builder.getOrCreate()
    except Exception as error:
        raise CouldNotCheck(f"Spark could not be started: {_why(error)}") from None


def _retrying(master: str) -> str:
    """``local[N]`` as a master under which a task that fails is tried again."""
    found = re.fullmatch(r"local(?:\[(\d+|\*)\])?", master)
    return f"local[{found[1] or 1},{ATTEMPTS}]" if found else master


def _why(error: Exception) -> str:
    text = str(error)
    if "JAVA_GATEWAY_EXITED" in text or "Java gateway" in text or isinstance(error, FileNotFoundError):
        return "it needs Java 17 or later (JAVA_HOME), and did not say more"
    return first_line(text) or type(error).__name__


def own_copy(session: Any, more: dict[str, str] | None = None) -> Any:
    """A session over the same context whose settings can be changed without changing those of `session`."""
    copy = type(session)(session.sparkContext, session._jsparkSession.cloneSession())
    for name, value in {**_CLONE_CONF, **(more or {})}.items():
        copy.conf.set(name, value)
    return copy


def encrypts(session: Any) -> bool:
    """Whether what Spark puts on disk between tasks is encrypted."""
    return str(session.sparkContext.getConf().get(ENCRYPTION, "false")).lower() == "true"


def first_line(text: str) -> str:
    """The first line of a message that says something, shortened."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:300] if lines else ""


OURS = "fhircheck stopped: "
"""Begins what our code in an executor says when it cannot go on; it holds no data."""
_MISSING = re.compile(r"ModuleNotFoundError: No module named '(fhircheck|jiter|orjson|pyarrow|lxml|regex)")


@contextmanager
def plain_errors() -> Iterator[None]:
    """Errors of Spark as CouldNotCheck with one line; texts of data never stand in them."""
    try:
        yield
    except FhircheckError:
        raise
    except Exception as error:
        if not is_sparks(error):
            raise
        raise CouldNotCheck(said(str(error))) from None


def is_sparks(error: Exception) -> bool:
    """Whether an exception is one of Spark's, as Python or the JVM raised it."""
    return type(error).__module__.startswith(("pyspark", "py4j"))


def said(text: str) -> str:
    """What a message of Spark means, in one line of ours."""
    if OURS in text:
        return first_line(text.partition(OURS)[2])
    missing = _MISSING.search(text)
    if missing:
        return (
            f"{missing[1]} is not installed where Spark's executors run: install fhircheck there too, or send an"
            " environment along (spark-submit --archives, docs/how-to/spark.md)"
        )
    if "PYTHON_VERSION_MISMATCH" in text:
        return (
            f"the executors run another Python than this one ({sys.version_info[0]}.{sys.version_info[1]}): set"
            " PYSPARK_PYTHON to the same version on both sides"
        )
    if "Cannot run program" in text:
        return "the executors have no Python where PYSPARK_PYTHON says it is"
    if "Python worker exited unexpectedly" in text or "crashed" in text:
        return "a Python worker of Spark died again and again (killed, or out of memory): nothing is reported"
    if "FileNotFoundException" in text or "FAILED_READ_FILE.FILE_NOT_EXIST" in text:
        return "a file went away while it was read: nothing is reported"
    if "AccessControlException" in text or "Permission denied" in text:
        return "a file may not be read by Spark's executors: nothing is reported"
    found = re.search(r"\[([A-Z0-9_.]{4,80})\]", text)
    if found:
        return f"Spark failed ({found[1]}): nothing is reported"
    cause = re.search(r"Caused by: ([\w.$]+)", text) or re.search(r"([\w.$]*(?:Exception|Error))\b", text)
    return f"Spark failed ({cause[1] if cause else 'reason unknown'}): nothing is reported"
