"""A scheduled check, as plain data: what a job file says. It names where secrets are, and holds none."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.model.settings import DEFAULT_SETTINGS, CheckSettings

Language = Literal["en", "de"]


@dataclass(frozen=True, slots=True)
class JobOutput:
    """A file a run writes. path: with placeholders, below the job's folder. format: of RENDERERS."""

    path: str
    format: str
    language: Language


@dataclass(frozen=True, slots=True)
class JobThresholds:
    """What makes exit code 1 or 3. min_score: of 100, by score, or for all under an empty name; min_coverage: %."""

    fail_on: Literal["error", "warning", "never"] = "error"
    min_score: tuple[tuple[str, Fraction], ...] = ()
    min_coverage: Fraction | None = None
    fail_on_drift: bool = False


@dataclass(frozen=True, slots=True)
class JobIncrement:
    """Only what has changed. overlap: seconds that are read twice. whole_runs, whole_seconds: a whole run every so many
    runs, or after so many seconds; 0 for never."""

    overlap: float = 300.0
    whole_runs: int = 0
    whole_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class JobBulk:
    """Servers are read by a Bulk Data export. folder: where exports are put while they are checked, empty for a
    temporary folder."""

    level: Literal["system", "patient", "group"] = "system"
    group: str = ""
    types: tuple[str, ...] = ()
    type_filters: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    token_for: tuple[str, ...] = ()
    post: bool = False
    keep_export: bool = False
    folder: str = ""


@dataclass(frozen=True, slots=True)
class JobHistory:
    """Where runs are remembered. store: path or URL, empty for the default. password: where it is, as for sign-in.

    keep: newest runs of the series that stay. older_than: seconds after which others go. 0: no such bound.
    """

    store: str = ""
    password: str = ""
    keep: int = 0
    older_than: float = 0.0


@dataclass(frozen=True, slots=True)
class JobDrift:
    """What a run is compared with. last: so many runs. baseline: a run's number or a report, which goes before.

    alarm: kinds of Change that may alarm; empty for all.
    """

    last: int = 7
    baseline: str = ""
    alarm: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JobServer:
    """The servers among the sources are judged too, and their interfaces compared with the run before."""

    against: tuple[str, ...] = ()
    probes: bool = True
    only: tuple[str, ...] = ()
    other_hosts: bool = False
    max_requests: int = 1000


@dataclass(frozen=True, slots=True)
class Job:
    """A scheduled check. name: of the job and of its series of runs. folder: of the job file; paths are below it.

    options: keyword options of fhircheck.check beside those that have fields here. settings: how to judge.
    deadline: seconds from the start, 0 for none. history, drift, server, bulk, increment: None where not asked for.
    alerts: the tables [[alerts]] as they stand in the file.
    """

    name: str
    sources: tuple[str, ...]
    folder: str = ""
    options: tuple[tuple[str, Any], ...] = ()
    settings: CheckSettings = DEFAULT_SETTINGS
    connection: Connection = DEFAULT_CONNECTION
    thresholds: JobThresholds = JobThresholds()
    outputs: tuple[JobOutput, ...] = ()
    language: Language = "en"
    deadline: float = 0.0
    increment: JobIncrement | None = None
    bulk: JobBulk | None = None
    history: JobHistory | None = JobHistory()
    drift: JobDrift | None = JobDrift()
    server: JobServer | None = None
    alerts: tuple[dict[str, Any], ...] = ()
    hash_ids: bool = False
