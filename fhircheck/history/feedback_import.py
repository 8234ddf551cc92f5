"""Answers that come back in a file: what is new is taken, all or nothing; what was changed elsewhere is a conflict."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from fhircheck.history.feedback import check_answer
from fhircheck.model.errors import UsageError
from fhircheck.model.feedback import Answer, GivenAnswer, revision


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """answers: what is new. unchanged: rows that say what stands already. faults: (place, what is wrong)."""

    answers: tuple[Answer, ...]
    unchanged: int
    faults: tuple[tuple[str, str], ...]


def plan_import(
    given: Iterable[GivenAnswer],
    answers: Mapping[str, Answer],
    known: Iterable[str],
    author: str = "",
    now: datetime | None = None,
) -> ImportPlan:
    """What a file changes. answers: those that count now, by fingerprint. known: fingerprints of the series.

    A row that says what was exported, or what stands already, changes nothing. A row that was changed counts where its
    answer is still the one that was exported; else both were changed, which is a fault that names what stands now.
    """
    new: list[Answer] = []
    faults: list[tuple[str, str]] = []
    unchanged, there = 0, frozenset(known)
    for each in given:
        now_there = answers.get(each.answer.fingerprint)
        said, stands = revision(each.answer), revision(now_there)
        if said in (each.written or each.revision, stands):
            unchanged += 1
            continue
        fault = _fault(each, now_there, stands, there)
        if not fault:
            try:
                new.append(check_answer(replace(each.answer, author=author), now, now_there))
            except UsageError as error:
                fault = str(error)
        if fault:
            faults.append((each.place, fault))
    return ImportPlan(tuple(new), unchanged, tuple(faults))


def _fault(given: GivenAnswer, now_there: Answer | None, stands: str, known: frozenset[str]) -> str:
    if given.answer.fingerprint not in known and now_there is None:
        return "the series has no finding of this fingerprint"
    if given.revision and given.revision != stands:
        told = f"{now_there.state} since {now_there.at[:16]}" if now_there is not None else "open"
        by = f" by {now_there.author}" if now_there is not None and now_there.author else ""
        return f"conflict: it was answered elsewhere meanwhile ({told}{by}); export again, or answer it by command"
    return ""
