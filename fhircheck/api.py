"""The library's front door: the same run as the command line, with a typed report as its answer."""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, Literal, TypedDict, Unpack, get_args

from fhircheck.model.byte_size import bytes_of
from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.model.measure_options import MeasureOptions
from fhircheck.model.report import RunReport
from fhircheck.model.row_memory import LEAST
from fhircheck.model.settings import CheckSettings, UnknownProfile
from fhircheck.model.several import texts_of
from fhircheck.run import RunOptions, Sink, SplitBy, run

Number = int | float | str | Fraction


class Options(TypedDict, total=False):
    """Keyword options of `check` and `validate`; they mean what the options of the command line mean.

    profiles, packages, registries, accept, use_cases: one text or several. settings: a file or CheckSettings.
    connection: how the servers among the sources are spoken to, a Connection or its fields by name.
    min_score, min_coverage: percent. memory_limit: bytes, or text as ``2GiB``.
    apart: measure sources apart by ``file``, ``server``, ``source``, ``tag`` or ``tag=SYSTEM``.
    tables: folder with plausibility tables, which go before the shipped ones of the same name.
    de_identified: the data is said to hold no direct identifiers, so that one fails. free_text: texts are searched too.
    date_precision: finest one that dates are said to have. quasi_identifiers: what people are told apart by.
    sensitive: what people who are alike must differ in. smallest_cell: smaller counts of people are not shown.
    now: the moment the data is judged at (default: the present). sink: is handed all findings, in
    the data's order, a list at a time; the report itself keeps counts and a few examples only.
    """

    profiles: str | Iterable[str]
    packages: str | Iterable[str]
    package_cache: str | os.PathLike[str]
    registries: str | Iterable[str]
    offline: bool
    jobs: int
    memory_limit: int | str
    sample: int
    rubric: str
    fail_on: Literal["error", "warning", "never"]
    min_score: Number
    min_coverage: Number
    settings: str | os.PathLike[str] | CheckSettings
    unknown_profile: UnknownProfile
    terminology_server: str
    connection: Connection | Mapping[str, Any]
    accept: str | Iterable[str]
    baseline: str | os.PathLike[str]
    server_report: str | os.PathLike[str]
    write_valid: str | os.PathLike[str]
    write_invalid: str | os.PathLike[str]
    split_by: SplitBy
    apart: str
    tables: str | os.PathLike[str]
    de_identified: bool
    date_precision: Literal["", "year", "month", "day"]
    quasi_identifiers: str | Iterable[str]
    smallest_cell: int
    sensitive: Literal["diagnosis-group", "diagnosis-chapter", "diagnosis", "none"]
    free_text: bool
    use_cases: str | Iterable[str]
    write_usable: str | os.PathLike[str]
    now: datetime
    sink: Sink


def check(*sources: str | os.PathLike[str], **options: Unpack[Options]) -> RunReport:
    """Read, check, measure and score `sources`: files, folders, globs or URLs.

    Bad data does not raise: it is counted in the report's `issues`, and the report's `verdict` says
    what a command would have ended with. Raises UsageError for wrong options and CouldNotCheck (both
    in fhircheck.model.errors) where a source, package or profile asked for is unusable.
    """
    return _run(sources, options, measure=True)


def validate(*sources: str | os.PathLike[str], **options: Unpack[Options]) -> RunReport:
    """Read and check `sources`, without measures and scores (unless `min_score` asks for one); see `check`."""
    return _run(sources, options, measure="min_score" in options)


_PATHS = ("package_cache", "settings", "baseline", "server_report", "write_valid", "write_invalid", "write_usable")
_KNOWN = frozenset(Options.__annotations__)


def _run(sources: tuple[str | os.PathLike[str], ...], options: Options, measure: bool) -> RunReport:
    given, sink = without_sink(options)
    if not sources:
        raise UsageError("nothing to check: name at least one file, folder, glob or URL")
    return run(run_options(tuple(os.fspath(each) for each in sources), measure=measure, **given), sink)


def without_sink(options: Options) -> tuple[dict[str, Any], Sink | None]:
    """The options but for the sink, and the sink. Raises UsageError for an option that is not there."""
    for name in options:
        if name not in _KNOWN:
            near = get_close_matches(name, _KNOWN, n=1)
            raise UsageError(f"no option is called {name!r}" + (f"; did you mean {near[0]}?" if near else ""))
    return {name: value for name, value in options.items() if name != "sink"}, options.get("sink")


def run_options(sources: tuple[str, ...], **given: object) -> RunOptions:
    """RunOptions of loosely typed options. Raises UsageError for a number that makes no sense."""
    fields: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    for name in ("profiles", "packages", "registries", "accept", "use_cases"):
        if name in fields:
            fields[name] = texts_of(fields[name])  # type: ignore[arg-type]
    if "connection" in fields:
        fields["connection"] = _connection(fields["connection"])
    for name in _PATHS:
        if name in fields and not isinstance(fields[name], CheckSettings):
            fields[name] = os.fspath(fields[name])  # type: ignore[call-overload]
    for name in ("min_score", "min_coverage"):
        if name in fields:
            fields[name] = percentage(fields[name], name)
    for name, least in (("jobs", 0), ("sample", 1)):
        if name in fields and (type(fields[name]) is not int or fields[name] < least):  # type: ignore[operator]
            raise UsageError(f"{name}: must be a whole number of at least {least}")
    if "memory_limit" in fields:
        fields["memory_limit"] = bytes_of(fields["memory_limit"], "memory_limit", LEAST)
    if fields.get("fail_on", "error") not in ("error", "warning", "never"):
        raise UsageError("fail_on: must be error, warning or never")
    for name, allowed in (("unknown_profile", get_args(UnknownProfile)), ("split_by", get_args(SplitBy))):
        if fields.get(name, allowed[0]) not in allowed:
            raise UsageError(f"{name}: must be one of {', '.join(allowed)}")
    measures = _measure_options(fields)
    return RunOptions(sources=sources, measures=measures, **fields)  # type: ignore[arg-type]


def _measure_options(fields: dict[str, object]) -> MeasureOptions:
    """Take what is asked of measures out of `fields`."""
    given = {name: fields.pop(name) for name in MeasureOptions.__dataclass_fields__ if name in fields}
    if given.get("apart"):
        from fhircheck.apart.grouping import check_way

        check_way(str(given["apart"]))
    if given.get("tables"):
        from fhircheck.measures.plausibility_tables import check_tables
        from fhircheck.measures.tables import Tables

        given["tables"] = folder = os.fspath(given["tables"])  # type: ignore[call-overload]
        check_tables(Tables(folder))
    _check_privacy(given)
    return MeasureOptions(**given)  # type: ignore[arg-type]


def _check_privacy(given: dict[str, object]) -> None:
    """Raises UsageError where the options about privacy name something that is not there."""
    if not given.get("quasi_identifiers"):
        given.pop("quasi_identifiers", None)
    else:
        from fhircheck.measures.quasi_identifiers import chosen

        names = texts_of(given["quasi_identifiers"])  # type: ignore[arg-type]
        given["quasi_identifiers"] = tuple(each.name for each in chosen(names))
    smallest = given.get("smallest_cell", 1)
    if type(smallest) is not int or smallest < 1:
        raise UsageError("smallest_cell: must be a whole number of at least 1")
    for name, allowed in (
        ("date_precision", ("", "year", "month", "day")),
        ("sensitive", ("diagnosis-group", "diagnosis-chapter", "diagnosis", "none")),
    ):
        if given.get(name, allowed[0]) not in allowed:
            raise UsageError(f"{name}: must be one of {', '.join(filter(None, allowed))}")


def _connection(value: object) -> Connection:
    if isinstance(value, Connection):
        return value
    if not isinstance(value, Mapping):
        raise UsageError("connection: must be a Connection, or its fields by name")
    known = Connection.__dataclass_fields__
    for name in value:
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            raise UsageError(
                f"connection: no field is called {name!r}" + (f"; did you mean {near[0]}?" if near else "")
            )
    return Connection(**value)


def percentage(value: object, name: str) -> Fraction:
    """A percentage of 0 to 100, exact as written ("99.5" or "99.5%"). Raises UsageError for anything else."""
    try:
        number = Fraction(str(value).strip().removesuffix("%").strip())
    except (ValueError, ZeroDivisionError):
        number = Fraction(-1)
    if not 0 <= number <= 100:
        raise UsageError(f"{name}: must be a number from 0 to 100")
    return number
