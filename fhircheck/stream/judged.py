"""Reports out of what was counted: of a window, of all so far, and of all at the end."""

import pickle
from dataclasses import replace
from datetime import UTC, datetime

from fhircheck.first_pass import decisions_of
from fhircheck.model.facts import Partial
from fhircheck.model.report import RunReport
from fhircheck.prepared import Prepared
from fhircheck.run import Findings, Sink, reported
from fhircheck.stream.panes import iso


def at_moment(ready: Prepared, moment: float | None) -> Prepared:
    """`ready` for data that is judged at `moment` (seconds since 1970); as it is for None."""
    if moment is None:
        return ready
    return replace(ready, plan=replace(ready.plan, now=datetime.fromtimestamp(moment, UTC)))


def window_report(ready: Prepared, merged: Partial, begin: float, end: float, clock: float) -> RunReport:
    """The report of what arrived between two moments. Sources apart are for the end."""
    report = _report(_without_apart(ready), merged, None, clock)
    sources = replace(report.sources, since=iso(begin), until=iso(end))
    return replace(report, sources=sources, header=replace(report.header, started=iso(end)))


def report_so_far(ready: Prepared, merged: Partial, clock: float) -> RunReport:
    """The report of all that was counted, which stays as it is."""
    own = replace(
        merged,
        groups=pickle.loads(pickle.dumps(merged.groups)),
        decisions=pickle.loads(pickle.dumps(merged.decisions)),
        issues=[],
    )
    return _report(_without_apart(ready), own, None, clock)


def last_report(ready: Prepared, merged: Partial, sink: Sink | None, clock: float) -> RunReport:
    """The whole report, as check gives it; what was counted is used up."""
    return _report(ready, merged, sink, clock)


def _report(ready: Prepared, merged: Partial, sink: Sink | None, clock: float) -> RunReport:
    findings = Findings(sink, None, decisions_of(ready.plan.settings, ready.plan.now))
    return reported(ready, merged, findings, clock, ready.asked.options.jobs or 1)


def _without_apart(ready: Prepared) -> Prepared:
    options = ready.asked.options
    if not options.measures.apart:
        return ready
    options = replace(options, measures=replace(options.measures, apart=""))
    return replace(ready, asked=replace(ready.asked, options=options))
