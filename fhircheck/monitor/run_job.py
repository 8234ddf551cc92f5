"""One scheduled run: lock -> what is new -> check -> thresholds -> history -> reports -> alerts -> old runs go."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from fhircheck import __version__
from fhircheck.model.errors import CouldNotCheck
from fhircheck.model.job import Job
from fhircheck.model.plural import filled
from fhircheck.model.report import RunHeader, RunReport, SourceSummary, Verdict
from fhircheck.model.settings import AcceptedIssue
from fhircheck.monitor.alerts.failed_run import run_failed, tell_failed_run
from fhircheck.monitor.deadline import Deadline, Terminated, TimeUp, terminable
from fhircheck.monitor.job_sources import ReadySources, ready_sources
from fhircheck.monitor.judging import judge_of
from fhircheck.monitor.lock import NoLock, locked
from fhircheck.monitor.log import EventLog, LogFormat, Write
from fhircheck.monitor.outputs import Outputs
from fhircheck.monitor.server_check import judged_server, server_bases
from fhircheck.monitor.since_last import Increment, chosen, read_until, series_of
from fhircheck.monitor.spans import said
from fhircheck.monitor.thresholds import judged, out_of_time, with_reason
from fhircheck.report.outcome import errors, outcome, resources
from fhircheck.report.shown import disguise
from fhircheck.transport.http_url import shown

_EVERY = 60.0


@dataclass(frozen=True, slots=True)
class RunAsked:
    """What is asked of one run beside its job.

    whole: all is read, whatever the job says. wait: seconds to wait for another run. now: the moment of the run, a
    parameter so that runs repeat. write, form: where events go. progress: called with (records, bytes) so far.
    """

    whole: bool = False
    wait: float = 0.0
    now: datetime | None = None
    write: Write | None = None
    form: LogFormat = "json"
    progress: Callable[[int, int], None] | None = None


@dataclass(slots=True)
class JobRun:
    """How a run ended. number: in its series, None where it is not remembered. said: a line for all that failed."""

    report: RunReport
    series: str
    number: int | None = None
    written: tuple[Path, ...] = ()
    said: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings, 3 could not check."""
        return self.report.verdict.exit_code


def run_job(job: Job, asked: RunAsked = RunAsked()) -> JobRun:
    """Run `job` once and return what came of it.

    A source, package or server that cannot be used is a report with exit code 3, which is remembered and told as any
    other. Raises UsageError for what makes no sense, CouldNotCheck where the lock is not free or time is up before
    anything was checked, KeyboardInterrupt (Terminated for SIGTERM), after which nothing is left of the run.
    """
    log = EventLog(asked.write, asked.form, job.name, uuid.uuid4().hex[:12])
    deadline = said(job.deadline) if job.deadline else None
    log.event("run-started", version=__version__, sources=len(job.sources), deadline=deadline)
    try:
        with terminable():
            run = _Run(job, asked, log).run()
    except KeyboardInterrupt as end:
        name = "deadline" if isinstance(end, TimeUp) else "SIGTERM" if isinstance(end, Terminated) else "SIGINT"
        log.event("run-interrupted", signal=name)
        if isinstance(end, TimeUp):
            message = f"job {job.name}: the deadline of {deadline} came before the run could end: nothing is reported"
            tell_failed_run(job, asked.now, message, 3, log)
            raise CouldNotCheck(message) from None
        raise
    except Exception as error:
        run_failed(job, asked.now, error, log)
        raise
    verdict = run.report.verdict
    reasons = "; ".join(verdict.reasons) or None
    log.event("run-finished", exit_code=verdict.exit_code, outcome=outcome(run.report), reasons=reasons)
    return run


def state_folder() -> Path:
    """Where locks and exports of jobs are, where nothing better is known: beside the default history."""
    from fhircheck.history.place import default_path

    return default_path().parent


class _Run:
    """The parts of one run, in the order they are called."""

    def __init__(self, job: Job, asked: RunAsked, log: EventLog) -> None:
        self._job, self._asked, self._log = job, asked, log
        self._now = asked.now or datetime.now(UTC)
        self._failed: list[str] = []
        self._names = disguise(job.hash_ids)

    def run(self) -> JobRun:
        """All of it."""
        with Deadline(self._job.deadline) as self._deadline, ExitStack() as stack:
            self._lock(stack)
            store = stack.enter_context(self._store())
            increment = self._increment(store)
            outputs = Outputs(self._job, self._now, self._names, self._log)
            accepted = self._accepted(store)
            with outputs.opened() as sink:
                report = self._checked(increment, accepted, sink)
                report = self._with_servers(report)
                done = self._kept(report, store, series_of(self._job.name, increment.scope), outputs)
            self._deadline.end()
            self._tell(done, store)
            self._prune(store, done.series)
            return self._ended(done)

    def _kept(self, report: RunReport, store: Any, series: str, outputs: Outputs) -> JobRun:
        """The run remembered and its reports written, as far as there is time."""
        done = JobRun(report, series)
        try:
            done = self._remembered(report, store, series)
            outputs.finish(done.report)
        except TimeUp:
            self._deadline.end()
            text = f"deadline of {said(self._job.deadline)} reached before all was written"
            self._fail("deadline-reached", text, deadline=said(self._job.deadline), records=report.sources.records)
        done.written = tuple(outputs.written)
        self._failed += outputs.failed
        done.report = self._with_failures(done.report)
        return done

    # -- before -----------------------------------------------------------------------------------

    def _lock(self, stack: ExitStack) -> None:
        """Hold the lock until the end. Where the history's database is out of reach, one of this machine has to do."""
        place, wait = self._lock_place(), self._asked.wait
        try:
            stack.enter_context(locked(self._job.name, place, wait, self._told))
        except NoLock as error:
            if isinstance(place, Path):
                raise
            self._fail("history-failed", str(error))
            stack.enter_context(locked(self._job.name, state_folder() / "locks", wait, self._told))

    def _lock_place(self) -> Path | Any:
        """A folder beside the history, or its database."""
        if self._job.history is None:
            return state_folder() / "locks"
        from fhircheck.history.place import store_place

        place = store_place(self._job.history.store, self._job.history.password)
        return place.url if place.path is None else place.path.absolute().parent / "locks"

    def _told(self, event: str, holder: Any) -> None:
        self._log.event(event, pid=holder.pid or None, host=holder.host or None, since=holder.since or None)

    @contextmanager
    def _store(self) -> Iterator[Any]:
        """The history; None without one, and where it cannot be used, which is said and does not end the run."""
        if self._job.history is None:
            yield None
            return
        from fhircheck.history.store import Store

        try:
            store = Store.open(self._job.history.store, self._job.history.password)
        except CouldNotCheck as error:
            self._fail("history-failed", str(error))
            yield None
            return
        with store:
            yield store

    def _fail(self, event: str, error: str, **more: Any) -> None:
        """Note what failed; the run goes on, and ends with exit code 3."""
        self._failed.append(error)
        self._log.event(event, error=error, **more)

    def _increment(self, store: Any) -> Increment:
        try:
            found = chosen(self._job, store, self._now, self._asked.whole)
        except CouldNotCheck as error:
            self._fail("history-failed", str(error))
            found = Increment("all", "", "no-history")
        if self._job.increment is not None:
            self._log.event("increment-chosen", scope=found.scope, since=found.since or None, reason=found.reason)
        return found

    def _accepted(self, store: Any) -> tuple[AcceptedIssue, ...]:
        """What was accepted by answers so far; answers are given to the series of whole runs."""
        if store is None:
            return ()
        from fhircheck.history.feedback import accepted_issues

        series = series_of(self._job.name, "all")
        try:
            latest = store.latest(series)
            known = store.document(series, latest.number) if latest is not None else None
            found: tuple[AcceptedIssue, ...] = accepted_issues(store, series, known)
        except CouldNotCheck as error:
            self._fail("history-failed", str(error))
            return ()
        return found

    # -- the check --------------------------------------------------------------------------------

    def _checked(self, increment: Increment, accepted: tuple[AcceptedIssue, ...], sink: Any) -> RunReport:
        """The report of the check; where it cannot be made, one that says so."""
        begun = monotonic()
        state = state_folder()
        try:
            with (
                self._deadline.cutting(),
                ready_sources(self._job, increment.since, state, self._log) as sources,
            ):
                report = self._run_check(sources, accepted, sink) if sources.names else self._empty(Verdict(0, ()))
            report = self._complete(report, sources, increment)
        except TimeUp:
            self._deadline.end()
            self._log.event("deadline-reached", deadline=said(self._job.deadline), records=0)
            reason = f"deadline of {said(self._job.deadline)} reached before anything could be judged"
            return self._nothing(reason, monotonic() - begun)
        except CouldNotCheck as error:
            self._log.event("check-failed", error=str(error), duration=round(monotonic() - begun, 3))
            return self._nothing(str(error), monotonic() - begun)
        self._say_checked(report)
        return report

    def _run_check(self, sources: ReadySources, accepted: tuple[AcceptedIssue, ...], sink: Any) -> RunReport:
        from fhircheck.api import run_options
        from fhircheck.run import run

        job, least = self._job, dict(self._job.thresholds.min_score).get("")
        options = run_options(
            sources.names,
            **dict(job.options),
            settings=replace(job.settings, accepted=(*job.settings.accepted, *accepted)),
            connection=job.connection,
            fail_on=job.thresholds.fail_on,
            min_score=least,
            min_coverage=job.thresholds.min_coverage,
            now=self._now,
        )
        self._log.event("check-started", sources=len(sources.names))
        options = replace(options, since=sources.since, guard=self._deadline.guard, progress=self._progress())
        return run(options, sink)

    def _progress(self) -> Callable[[int, int], None]:
        last = monotonic()

        def tell(records: int, octets: int) -> None:
            nonlocal last
            if monotonic() - last >= _EVERY:
                last = monotonic()
                self._log.event("check-progress", records=records, bytes=octets)
            if self._asked.progress is not None:
                self._asked.progress(records, octets)

        return tell

    def _complete(self, report: RunReport, sources: ReadySources, increment: Increment) -> RunReport:
        """The report with what the job knows of it: sources by their names, thresholds, the end of time."""
        ended = self._deadline.passed
        report = judged(report, self._job.thresholds)
        if ended:
            self._log.event("deadline-reached", deadline=said(self._job.deadline), records=report.sources.records)
            report = out_of_time(report, self._job.deadline)
        names = tuple(shown(each) for each in self._job.sources)
        until = read_until(report, sources.until, ended)
        return replace(report, sources=replace(report.sources, names=names, since=increment.since, until=until))

    def _nothing(self, reason: str, duration: float) -> RunReport:
        """The report of a check that could not be made."""
        return self._empty(Verdict(3, (reason,)), duration)

    def _empty(self, verdict: Verdict, duration: float = 0.0) -> RunReport:
        """A report of nothing."""
        names = tuple(shown(each) for each in self._job.sources)
        header = RunHeader(__version__, self._now.isoformat(), duration, 1)
        sources = SourceSummary(names, 0, 0, 0, 0)
        return RunReport(header, sources, (), (), (), (), (), (), (), None, (), (), verdict)

    def _say_checked(self, report: RunReport) -> None:
        sources = report.sources
        self._log.event(
            "check-finished",
            files=sources.files,
            records=sources.records,
            bytes=sources.bytes,
            resources=resources(report),
            errors=errors(report),
            warnings=report.count("warning"),
            coverage=None if report.coverage is None else round(float(report.coverage), 4),
            duration=round(report.header.duration, 3),
        )

    def _with_servers(self, report: RunReport) -> RunReport:
        """The servers judged beside their data; one that cannot be judged makes exit code 3."""
        if self._job.server is None:
            return report
        servers = []
        for base in server_bases(self._job):
            begun, name = monotonic(), shown(base)
            try:
                with self._deadline.cutting():
                    server = judged_server(self._job, base, self._now)
            except (CouldNotCheck, TimeUp) as error:
                reason = "not in time" if isinstance(error, TimeUp) else str(error)
                self._fail("server-failed", f"server {name} could not be judged: {reason}", server=name)
                continue
            servers.append(server)
            duration = round(monotonic() - begun, 3)
            self._log.event("server-judged", server=name, exit_code=server["exitCode"], duration=duration)
        return replace(report, servers=tuple(servers))

    # -- after ------------------------------------------------------------------------------------

    def _remembered(self, report: RunReport, store: Any, series: str) -> JobRun:
        """The report in the history, with what has changed and where its findings stand."""
        if store is None:
            return JobRun(report, series)
        from fhircheck.monitor.remember import remember

        try:
            report = remember(report, store, series, self._names, judge_of(self._job.drift), self._now)
        except CouldNotCheck as error:
            self._fail("history-failed", str(error))
            return JobRun(report, series)
        history = report.history
        assert history is not None
        alarming = sum(each.alarming for each in history.changes)
        if alarming and self._job.thresholds.fail_on_drift:
            report = with_reason(
                report, 1, filled("{count} {count:change is|changes are} alarming", {"count": alarming})
            )
        number = history.points[-1].number
        self._log.event(
            "history-written", series=series, number=number, changes=len(history.changes), alarming=alarming
        )
        return JobRun(report, series, number)

    def _tell(self, done: JobRun, store: Any) -> None:
        """Alerts: a receiver that cannot be reached is said and told by the next run; it changes no exit code."""
        if not self._job.alerts:
            return
        from fhircheck.monitor.alerts.conditions import facts_of
        from fhircheck.monitor.alerts.notify import notify

        facts = facts_of(done.report, done.series, done.number, self._names)
        try:
            told = notify(self._job.alerts, facts, done.report, store, language=self._job.language, now=self._now)
        except CouldNotCheck as error:
            self._fail("history-failed", str(error))
            return
        for each in told:
            if each.fault:
                self._log.event("alert-failed", receiver=each.receiver, error=each.fault)
            else:
                self._log.event("alert-told", receiver=each.receiver, told=each.told)
        done.said += [each.said for each in told if each.said]

    def _prune(self, store: Any, series: str) -> None:
        history = self._job.history
        if store is None or history is None or not (history.keep or history.older_than):
            return
        older = timedelta(seconds=history.older_than) if history.older_than else None
        try:
            pruned = store.prune(series, history.keep or None, older, self._now)
        except CouldNotCheck as error:
            self._fail("history-failed", str(error))
            return
        if pruned.removed:
            self._log.event("history-pruned", series=series, removed=len(pruned.removed))

    def _ended(self, done: JobRun) -> JobRun:
        done.report = self._with_failures(done.report)
        done.said = [*self._failed, *done.said]
        return done

    def _with_failures(self, report: RunReport) -> RunReport:
        """What failed beside the check is a reason for exit code 3 too, each thing once."""
        for each in self._failed:
            if each not in report.verdict.reasons:
                report = with_reason(report, 3, each)
        return report
