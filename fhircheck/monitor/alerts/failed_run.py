"""Tell the receivers of a job of a run that came to no report: wrong use that shows late, a bug, no time."""

from datetime import UTC, datetime

from fhircheck.model.errors import CouldNotCheck, FhircheckError, UsageError
from fhircheck.model.job import Job
from fhircheck.monitor.alerts.conditions import failed_run
from fhircheck.monitor.alerts.notify import Delivery, notify
from fhircheck.monitor.log import EventLog
from fhircheck.report.shown import disguise


def run_failed(job: Job, now: datetime | None, error: Exception, log: EventLog) -> None:
    """Log what ended a run, and tell of it; of a run that left the lock to another one nobody is told."""
    known = isinstance(error, FhircheckError)
    fault = str(error) if known else f"a bug in fhircheck: {type(error).__name__}"  # a bug's text may hold data
    code = error.exit_code if isinstance(error, FhircheckError) else 3
    log.event("run-failed", exit_code=code, error=fault)
    if not known or isinstance(error, UsageError):
        tell_failed_run(job, now, fault, code, log)


def tell_failed_run(job: Job, now: datetime | None, fault: str, exit_code: int, log: EventLog) -> None:
    """Tell them, and log what came of each. fault: one line, as the command line says it. Where the history cannot be
    used, it is told without being noted."""
    if not job.alerts:
        return
    for each in _told(job, now or datetime.now(UTC), fault, exit_code):
        if each.fault:
            log.event("alert-failed", receiver=each.receiver, error=each.fault)
        else:
            log.event("alert-told", receiver=each.receiver, told=each.told)


def _told(job: Job, now: datetime, fault: str, exit_code: int) -> tuple[Delivery, ...]:
    names = disguise(job.hash_ids)
    run = failed_run(job.name, now.isoformat(), names.words(fault, sources=job.sources), exit_code)
    if job.history is not None:
        from fhircheck.history.store import Store

        try:
            with Store.open(job.history.store, job.history.password) as store:
                return notify(job.alerts, run, None, store, language=job.language, now=now)
        except (CouldNotCheck, UsageError):
            pass
    return notify(job.alerts, run, None, None, language=job.language, now=now)
