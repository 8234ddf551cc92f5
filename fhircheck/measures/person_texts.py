"""Texts that name their patient and dates finer than declared; looked at only where that is asked for."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from fhircheck.measures.counted_measure import Merged
from fhircheck.measures.date_span import span_of
from fhircheck.measures.person_members import NOT_OF_PATIENTS, kind_of, member_of
from fhircheck.measures.person_traces import LONGEST_TEXT, MOST_WORDS, has_pattern, texts_of, traces_of, word_keys
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import key_of
from fhircheck.model.record import Node
from fhircheck.model.row_facts import WIDTHS
from fhircheck.model.row_joins import Join, Numbers, derive, fold, made
from fhircheck.model.spilled_rows import SpilledRows
from fhircheck.resolve.failed_places import FailedPlaces, SourceNames

_LENGTHS = {"year": 4, "month": 7, "day": 10}
_CENTURIES = ("18", "19", "20", "21")
_FAILED, _CUT = 1, 2
"""Flags of a row: the resource fails already; the text was too long to be looked at as a whole."""
_WORD = WIDTHS["words"]
Traces = dict[int, dict[int, bool]]
_NOBODY: dict[int, bool] = {}


def observe_texts(node: Node, seen: Seen, tally: Tally) -> None:
    """Count texts and dates of one resource; words go as rows for `judge_texts`."""
    options, kind = seen.tools.options, kind_of(seen.kind)
    if options.date_precision:
        _dates(node, kind, _LENGTHS[options.date_precision], seen, tally)
    if kind in NOT_OF_PATIENTS or not (options.de_identified or options.free_text):
        return
    if kind == "Patient" and seen.patient:
        for trace in set(traces_of(node)):
            seen.rows.table("traces").fresh += (seen.patient, trace)
    texts, unread = texts_of(node, kind)
    tally.cannot_tell += unread
    clean: list[tuple[str, set[int], int]] = []
    for name, found in texts.items():
        path = f"{kind}.{name}"
        if any(has_pattern(each[:LONGEST_TEXT]) for each in found):
            tally.count(path, False, seen.place(_shown(path)))
            continue
        words = word_keys(each[:LONGEST_TEXT] for each in found)
        cut = len(words) > MOST_WORDS or any(len(each) > LONGEST_TEXT for each in found)
        if cut:
            tally.cannot_tell += 1
        else:
            tally.count(path, True)
        clean.append((path, set(sorted(words)[:MOST_WORDS]), _CUT if cut else 0))
    if seen.patient and clean:
        _rows(clean, _FAILED if tally.failing else 0, seen, tally)


def _rows(texts: list[tuple[str, set[int], int]], failed: int, seen: Seen, tally: Tally) -> None:
    fresh = seen.rows.table("words").fresh
    for path, words, cut in texts:
        key = key_of(path)
        tally.counts.add(("text", path))
        for word in words:
            fresh += (seen.patient, word, key, failed | cut, *seen.at)


def _shown(path: str) -> str:
    """The expression of a path; of a member that is not known by name, the resource alone."""
    return path if "(" not in path else ""


def _dates(node: Node, kind: str, longest: int, seen: Seen, tally: Tally) -> None:
    """One item for each member with a date in it, at whatever depth; meta says nothing of the patient."""
    finest: dict[str, int] = {}
    for name, value in node.items():
        waiting = [value] if name != "meta" else []
        while waiting:
            each: Any = waiting.pop()
            if each.__class__ is str:
                if 4 <= len(each) <= 40 and each[:2] in _CENTURIES and span_of(each) is not None:
                    member = member_of(name)
                    finest[member] = max(finest.get(member, 0), len(each))
            elif each.__class__ is list:
                waiting += each
            elif each.__class__ is dict:
                waiting += each.values()
    for member, length in finest.items():
        path = f"{kind}.{member}"
        tally.count(path, length <= longest, seen.place(_shown(path)) if length > longest else None)


def judge_texts(merged: Merged) -> Tally:
    """The merged tally, less the texts that hold a trace of their patient (the Patient of the same key)."""
    tally = Tally()
    tally.merge(merged.tally)
    failing = derive(
        Join(_known, _failing, together=((), (0, 2, 3, 4, 5))), merged.rows.table("traces"), merged.rows.table("words")
    )
    paths = {key_of(name[1]): name[1] for name, _ in tally.counts if name[0] == "text"}
    found = fold(partial(_fail, paths, merged.links.known_sources), failing)
    failing.close()
    beside = Tally()
    found.places.into(beside, merged.links)
    tally.merge(found.tally)
    tally.resources_failed += beside.resources_failed
    tally.keep(beside.examples)
    return tally


def _failing(known: Traces, traces: Numbers, words: Numbers) -> SpilledRows:
    """(patient, path, flags, source, place) of the texts with two traces of their patient, or one that tells alone."""
    texts: dict[tuple[int, ...], int] = {}
    for start in range(0, len(words), _WORD):
        patient, word, *where = words[start : start + _WORD]
        alone = known.get(patient, _NOBODY).get(word)
        if alone is not None:
            text = (patient, *where)
            texts[text] = texts.get(text, 0) + 1 + alone
    return made(5, [number for text, points in texts.items() if points >= 2 for number in text])


def _known(known: Traces | None, traces: Numbers, words: Numbers) -> Traces:
    """By patient and word: whether it tells who he is by itself."""
    known = {} if known is None else known
    for patient, trace in zip(traces[0::2], traces[1::2], strict=True):
        own = known.setdefault(patient, {})
        own[trace & ~1] = own.get(trace & ~1, False) or trace & 1 == 1
    return known


class _Failed:
    """What failing texts change of the tally, and where they are."""

    def __init__(self, names: SourceNames) -> None:
        self.tally, self.places = Tally(), FailedPlaces(names)

    def merge(self, other: "_Failed") -> None:
        self.tally.merge(other.tally)
        self.places.merge(other.places)


def _fail(paths: Mapping[int, str], names: SourceNames, rows: Numbers) -> _Failed:
    """Let texts that passed fail."""
    found = _Failed(names)
    tally = found.tally
    for start in range(0, len(rows), 5):
        patient, key, flags, source, place = rows[start : start + 5]
        path = paths[key]
        if flags & _CUT:
            tally.cannot_tell -= 1
            tally.count(path, False)
        else:
            tally.numerator -= 1
            tally.by.setdefault(path, [0, 0])[0] -= 1
        tally.patients_failed.add(patient)
        if not flags & _FAILED:
            found.places.add(path if "(" not in path else path.partition(".")[0], source, place)
    return found
