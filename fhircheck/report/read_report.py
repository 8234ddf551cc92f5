"""A report that was stored as JSON, read again without loss: ``document(read_report(d), view) == d``.

It holds for a report of this format's version in the language it was written in, and so for every other form and
language. What may not be shown is not in it: of a count of people its cell, of a hidden name its hash.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args

from fhircheck.model.errors import UsageError
from fhircheck.model.issue import Issue, Severity
from fhircheck.model.report import (
    BaselineSummary,
    DecisionUse,
    IssueGroup,
    PackageSummary,
    ProfileUse,
    RunHeader,
    RunReport,
    SourceSummary,
    SplitSummary,
    Undecided,
    Verdict,
)
from fhircheck.report.census_form import read_census
from fhircheck.report.history_form import read_history
from fhircheck.report.json import FORMAT
from fhircheck.report.messages import READY
from fhircheck.report.read_measures import read_action, read_measure, read_place, read_score
from fhircheck.report.read_sources_apart import read_group, read_pair
from fhircheck.report.read_use_case import read_use_case
from fhircheck.report.state_form import read_state
from fhircheck.report.stored_node import Node
from fhircheck.transport.bounded_file import read_bounded

Read = TypeVar("Read")
LARGEST = 1 << 30
_SEVERITIES = get_args(Severity)


def read_report(document: Mapping[str, Any]) -> RunReport:
    """The RunReport that `document` (a parsed JSON report, format 1.x) was written from.

    Raises UsageError that names the place where it is none. Reports of format 1.0 and 1.1 are read as far as they
    tell: their findings keep the text they were written with, whatever language is asked for.
    """
    if document.get("format") != FORMAT:
        raise UsageError("is no report of `fhircheck check --format json`")
    if str(document.get("format_version", "")).partition(".")[0] != "1":
        raise UsageError(f"format version {document.get('format_version')!s:.20} is not known here")
    node = Node(document)
    fingerprints = node.child("fingerprints")
    return RunReport(
        header=_header(node),
        sources=_sources(node),
        packages=tuple(_package(each) for each in node.each("packages", needed=True)),
        notes=node.texts("notes", needed=True),
        resources=tuple(
            (each.text("type"), each.count("count"), each.count("invalid")) for each in node.each("resources", True)
        ),
        profiles=tuple(_profile(each) for each in node.each("profiles", needed=True)),
        totals=tuple(
            (each.one_of("severity", _SEVERITIES), each.text("kind"), each.count("count"))
            for each in node.each("totals", needed=True)
        ),
        issues=tuple(_group(each) for each in node.each("issues", needed=True)),
        undecided=tuple(
            Undecided(each.text("reason"), each.text("detail", ""), each.count("count"))
            for each in node.each("undecided", needed=True)
        ),
        coverage=node.share("coverage"),
        measures=tuple(read_measure(each) for each in node.each("measures", needed=True)),
        scores=tuple(read_score(each) for each in node.each("scores", needed=True)),
        verdict=_verdict(node),
        overrides=tuple(_decision(each) for each in node.each("overrides")),
        accepted=tuple(_decision(each) for each in node.each("accepted")),
        borne=node.count("borne", 0),
        baseline=_baseline(node.child("baseline")),
        split=_split(node.child("split")),
        fingerprints=_fingerprints(fingerprints),
        fingerprints_complete=fingerprints.flag("complete", True) if fingerprints else True,
        use_cases=tuple(read_use_case(each) for each in node.each("use_cases")),
        actions=tuple(read_action(each) for each in node.each("actions")),
        groups=tuple(read_group(each) for each in node.each("groups")),
        pairs=tuple(read_pair(each) for each in node.each("pairs")),
        census=_read(node, "census", read_census),
        history=read_history(node.child("history")),
        servers=_read(node, "servers", lambda servers: tuple(servers or ())),
        states=_read(node, "states", lambda states: tuple(read_state(each) for each in states or ())),
    )


def load_document(path: str) -> dict[str, Any]:
    """The JSON object stored at `path`. Raises UsageError naming the file where there is none."""
    data = read_bounded(path, LARGEST, f"report {path}")
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UsageError(f"report {path}: is no JSON") from None
    if not isinstance(document, dict):
        raise UsageError(f"report {path}: is no report of `fhircheck check --format json`")
    return document


def load_report(path: str) -> RunReport:
    """Read the report stored at `path`. Raises UsageError naming the file, and the place of a fault in it."""
    return read_named(load_document(path), path)


def read_named(document: Mapping[str, Any], path: str) -> RunReport:
    """`read_report` of what stands at `path`, which errors name."""
    try:
        return read_report(document)
    except UsageError as error:
        raise UsageError(f"report {path}: {error}") from None


def language_of(document: Mapping[str, Any]) -> str:
    """The language a stored report was written in: ``en`` or ``de``."""
    return "de" if document.get("language") == "de" else "en"


def _read(node: Node, name: str, read: Callable[[Any], Read]) -> Read:
    """What `read` makes of a member. Raises UsageError that names it where it is of another form."""
    try:
        return read(node.value(name, None))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise node.fault(name, "cannot be read") from None


def _header(node: Node) -> RunHeader:
    header = node.child("header")
    if header is None:
        raise node.fault("header", "is missing")
    return RunHeader(
        version=header.text("version"),
        started=header.text("started"),
        duration=header.number("duration"),
        jobs=header.count("jobs"),
        python=header.text("python", ""),
    )


def _sources(node: Node) -> SourceSummary:
    sources = node.child("sources")
    if sources is None:
        raise node.fault("sources", "is missing")
    return SourceSummary(
        names=sources.texts("names"),
        files=sources.count("files"),
        records=sources.count("records"),
        unreadable=sources.count("unreadable"),
        bytes=sources.count("bytes"),
        sampled=None if sources.value("sampled", None) is None else sources.count("sampled"),
        since=sources.text("since", ""),
        until=sources.text("until", ""),
    )


def _verdict(node: Node) -> Verdict:
    verdict = node.child("verdict")
    if verdict is None:
        raise node.fault("verdict", "is missing")
    return Verdict(verdict.count("exit_code"), verdict.texts("reasons"))


def _package(node: Node) -> PackageSummary:
    name, version, origin, sha256 = (node.text(each) for each in ("name", "version", "origin", "sha256"))
    return PackageSummary(name, version, origin, sha256, node.count("definitions"))


def _profile(node: Node) -> ProfileUse:
    counts = (node.count(name) for name in ("resources", "valid", "decided"))
    return ProfileUse(node.text("url"), node.text("how"), node.flag("found"), *counts)


def _group(node: Node) -> IssueGroup:
    return IssueGroup(
        severity=node.one_of("severity", _SEVERITIES),
        kind=node.text("kind"),
        definition=node.text("definition", ""),
        profile=node.text("profile", ""),
        count=node.count("count"),
        resources=node.count("resources"),
        examples=tuple(_issue(each, node.text("definition", "")) for each in node.each("examples")),
    )


def _issue(node: Node, definition: str) -> Issue:
    """A finding; one of format 1.1 has its text alone."""
    told = node.value("params", None) is not None
    params = tuple((each.text("name"), _param(each)) for each in node.each("params"))
    return Issue(
        kind=node.text("kind"),
        severity=node.one_of("severity", _SEVERITIES),
        place=read_place(node),
        params=params if told else ((READY, node.text("message")),),
        value=None if node.value("value", None) is None else node.text("value"),
        definition=node.text("definition") if node.has("definition") else definition,
        profile=node.text("profile", ""),
    )


def _param(node: Node) -> str | int:
    value = node.value("value", "")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise node.fault("value", "must be a text or a whole number")
    return value


def _decision(node: Node) -> DecisionUse:
    return DecisionUse(
        what=node.text("what"),
        severity=node.text("severity", ""),
        reason=node.text("reason"),
        count=node.count("count"),
        owner=node.text("owner", ""),
        expires=node.text("expires", ""),
        expired=node.flag("expired", False),
    )


def _baseline(node: Node | None) -> BaselineSummary | None:
    return None if node is None else BaselineSummary(node.text("name"), node.count("known"), node.count("gone"))


def _split(node: Node | None) -> SplitSummary | None:
    if node is None:
        return None
    counts = (node.count(name) for name in ("valid", "invalid", "held_back", "unwritten"))
    return SplitSummary(node.text("by"), *counts)


def _fingerprints(node: Node | None) -> tuple[tuple[str, int], ...]:
    if node is None:
        return ()
    return tuple((each.text("fingerprint"), each.count("count")) for each in node.each("counts"))
