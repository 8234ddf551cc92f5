"""What has changed since earlier runs of a job: its data (history/drift), and the interfaces of its servers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fhircheck.history.judge import document_of
from fhircheck.history.judge import judge_of as judge_data
from fhircheck.model.change import Change
from fhircheck.model.job import JobDrift
from fhircheck.probe.interface_changes import interface_changes

Document = dict[str, Any]


def judge_of(drift: JobDrift | None) -> Any:
    """What `remember` asks for changes (see remember.Judge), as the job's table [drift] says.

    A run that could not check, or not all, is compared with nothing.
    """

    def judge(store: Any, series: str, document: Document) -> tuple[str, tuple[Change, ...]]:
        if drift is None or document["verdict"]["exit_code"] > 1:
            return "", ()
        baseline = f"{series}@{drift.baseline}" if drift.baseline.isdecimal() else drift.baseline
        against, changes = judge_data(drift.last, baseline, drift.alarm)(store, series, document)
        return against, (*changes, *_of_servers(store, series, document, drift.last, baseline, drift.alarm))

    return judge


def _of_servers(
    store: Any, series: str, document: Document, last: int, baseline: str, kinds: Sequence[str]
) -> tuple[Change, ...]:
    if not document.get("servers"):
        return ()
    if baseline:
        past = [document_of(baseline, store)]
    else:
        past = [store.document(series, each.number) for each in store.runs(series, last=last, good=True)]
    changes = server_changes([each for each in past if each.get("servers")], document)
    return tuple(replace(each, alarming=False) if kinds and each.kind not in kinds else each for each in changes)


def server_changes(past: Sequence[Document], document: Document) -> tuple[Change, ...]:
    """What has changed about the servers since earlier runs, given in their order.

    As with the data (history/drift): what broke is alarming where that is so against more than half of them, so that it
    stays alarming until it is the usual.
    """
    against = [_against(each, document) for each in past]
    if not against:
        return ()
    found = {key: replace(change, alarming=False) for key, change in against[-1].items()}
    for key in sorted({key for each in against for key in each}):
        alarming = [each[key] for each in against if key in each and each[key].alarming]
        if 2 * len(alarming) > len(against):
            found[key] = alarming[-1]
    return tuple(sorted(found.values(), key=lambda each: (not each.alarming, each.key)))


def _against(before: Document, after: Document) -> dict[str, Change]:
    known = {each["server"]["base"]: each for each in before["servers"]}
    found: dict[str, Change] = {}
    for server in after["servers"]:
        base = server["server"]["base"]
        if base in known:
            changes = interface_changes(known[base], server)
            found |= {each.key: each for each in (replace(change, group=base) for change in changes)}
    return found
