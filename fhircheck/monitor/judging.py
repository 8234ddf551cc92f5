"""What has changed since earlier runs of a job: its data (drift), and the interfaces of its servers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fhircheck.model.change import Change
from fhircheck.model.job import JobDrift
from fhircheck.monitor.server_check import interface_changes

Document = Mapping[str, Any]


def judge_of(drift: JobDrift | None) -> Any:
    """What `remember` asks for changes (see remember.Judge), as the job's table [drift] says."""

    def judge(store: Any, series: str, document: Document) -> tuple[str, tuple[Change, ...]]:
        if drift is None:
            return "", ()
        latest = store.latest(series, good=True)
        if latest is None:
            return "", ()
        against, changes = f"run {latest.number}", interface_changes(store.document(series, latest.number), document)
        return against, allowed(changes, drift.alarm)

    return judge


def allowed(changes: tuple[Change, ...], kinds: tuple[str, ...]) -> tuple[Change, ...]:
    """`changes`, of which only those of `kinds` alarm; all may where none is named."""
    if not kinds:
        return changes
    return tuple(each if each.kind in kinds else replace(each, alarming=False) for each in changes)
