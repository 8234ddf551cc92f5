"""One look at the codes of a resource, for all measures that judge codes; found once for each set of codes."""

from collections.abc import Iterator
from marshal import dumps
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from fhircheck.measures.coded_elements import CODED, INNER
from fhircheck.measures.coding_verdicts import Found, Judge, codings
from fhircheck.measures.mix_keys import NO_MIX, Mix, mix_of_codes
from fhircheck.measures.outcome import Outcome, may_keep, note_failing
from fhircheck.model.census_facts import Uses
from fhircheck.model.contribution import Contribution
from fhircheck.model.facts import Tally
from fhircheck.model.record import Node

if TYPE_CHECKING:
    from fhircheck.measures.counted_measure import Merged, Observe
    from fhircheck.measures.seen import Seen

EXPECTED, VALID, DISPLAY, CURRENT = "expected-system", "code-valid", "display-matches", "current-system"
PUBLIC = "public-code"
NO_SYSTEM = "(no system)"
LONGEST = 200
"""Characters of a system and of a code that the census keeps."""
REMEMBERED = 5_000
"""Answers for so many sets of codes, by the members of their resources, are kept."""
NAME = "codings"


class Told:
    """What the measures of codes say of one resource.

    counted, whole: see Outcome, for all of them in one. failing: by measure, those with items that fail.
    """

    __slots__ = ("counted", "failing", "whole")

    def __init__(self, outcomes: dict[str, Outcome]) -> None:
        self.counted = _together({name: each.counted for name, each in outcomes.items()})
        self.whole = _together({name: each.whole for name, each in outcomes.items()})
        self.failing = tuple((name, each) for name, each in outcomes.items() if each.failing)


class CodedLook(NamedTuple):
    """What is said of the codes of one resource: by measures, and what it adds to the table ``mix`` and the census."""

    told: Told
    mix: Mix
    uses: Uses


def _together(each: dict[str, Contribution | None]) -> Contribution:
    """One contribution to the tally of code-valid, those of the others being parts of it."""
    valid = each[VALID] or Contribution()
    others = tuple((name, one) for name, one in each.items() if name != VALID and one is not None)
    failed = valid.resources_failed
    return Contribution(valid.by, valid.cannot_tell, valid.counts, others, failed)


def count_look(found: Told, seen: "Seen", tally: Tally) -> None:
    """Count for all measures of codes; `tally` is that of code-valid, the others are parts of it."""
    failing = found.failing
    for name, _ in failing:
        if may_keep(tally if name == VALID else tally.part(name), seen):
            _count_with_places(found, seen, tally)
            return
    tally.repeat(found.whole)
    patient = seen.patient
    if patient:
        for name, _ in failing:
            (tally if name == VALID else tally.parts[name]).patients_failed.add(patient)


def _count_with_places(found: Told, seen: "Seen", tally: Tally) -> None:
    tally.repeat(found.counted)
    for name, outcome in found.failing:
        one = tally if name == VALID else tally.part(name)
        for path, where in outcome.failing:
            one.count(path, False, seen.place(where))
        if one is not tally:
            note_failing(seen, one)


NO_CODES = CodedLook(Told({name: Outcome(()) for name in (EXPECTED, VALID, DISPLAY, CURRENT, PUBLIC)}), NO_MIX, Uses())


def part_of(merged: "Merged", name: str) -> Tally:
    """What the look found for the measure called `name`."""
    whole = merged.tallies.get(VALID)
    return Tally() if whole is None else whole.parts.get(name) or Tally()


def fitted(kind: str, names: tuple[str, ...]) -> "Observe | None":
    """What looks at resources of this type with these members, None where they hold no codes."""
    present = tuple(name for name in (*CODED[kind], "language") if name in names)
    inner, below = INNER.get(kind, ("", ()))
    within = inner in names
    if not within and present in ((), ("language",)):
        return None
    pick = itemgetter(*present) if present else str
    mark = object()

    def observe(node: Node, seen: "Seen", tally: Tally) -> None:
        tools = seen.tools
        known = tools.by_shape.get(mark) or tools.shaped(mark)
        try:
            shape = dumps((pick(node), _parts(node[inner], below)), 0) if within else dumps(pick(node), 0)
        except ValueError:  # something that no code holds
            found: Any = look(seen)
        else:
            found = known.get(shape)
            if found is None:
                if len(known) >= REMEMBERED:
                    known.clear()
                found = known[shape] = look(seen)
        seen.looked = found
        told = found.told
        if told.failing:
            count_look(told, seen, tally)
        else:
            tally.repeat(told.counted)

    return observe


def _parts(parts: Any, names: tuple[str, ...]) -> list[Any]:
    """What the parts of an element hold under `names`."""
    return [
        [part.get(name) for name in names] if part.__class__ is dict else None
        for part in (parts if parts.__class__ is list else (parts,))
    ]


def look(seen: "Seen") -> CodedLook:
    """The look at the resource of `seen`, whatever form it has."""
    if seen.kind not in CODED:
        return NO_CODES
    return CodedLook(_told(seen), mix_of_codes(seen.node, seen.kind), uses_of(seen.node, seen.kind))


def uses_of(node: Node, kind: str) -> Uses:
    """The codes of a resource by element and system; what has no system counts under NO_SYSTEM."""
    found = []
    for path, _, values in elements_of(node, kind):
        for _, value in values:
            for _, coding in codings(value) or ():
                code, system = coding.get("code"), coding.get("system")
                if code.__class__ is str and code:
                    system = system if system.__class__ is str and system else NO_SYSTEM
                    found.append((path, system[:LONGEST], code[:LONGEST]))
    return Uses(tuple(found))


def _told(seen: "Seen") -> Told:
    """One object for all looks that say the same."""
    judge, found = Judge(seen.tools, seen.node.get("language")), Found()
    for path, where, values in elements_of(seen.node, seen.kind):
        judge.element(path, where, values, found)
    counts, own = judge.obsolete_counts(), judge.own_counts()
    items = found.expected, found.valid, found.display, found.current, found.public
    same = (*map(tuple, items), counts, own)
    known = seen.tools.remembered.setdefault(NAME, {})
    told: Any = known.get(same)
    if told is None:
        if len(known) >= REMEMBERED:
            known.clear()
        expected, valid, display = Outcome(found.expected), Outcome(found.valid), Outcome(found.display)
        current = Outcome(found.current, counts)
        public = Outcome(found.public, own)
        outcomes = {EXPECTED: expected, VALID: valid, DISPLAY: display, CURRENT: current, PUBLIC: public}
        told = known[same] = Told(outcomes)
    return told  # type: ignore[no-any-return]


def elements_of(node: Node, kind: str) -> Iterator[tuple[str, str, list[tuple[str, Any]]]]:
    """(path, expression, [(expression, concept or Coding)]) of each coded element that is there."""
    for name in CODED[kind]:
        if node.get(name) is not None:
            yield _one(f"{kind}.{name}", f"{kind}.{name}", node[name])
    inner = INNER.get(kind)
    parts = node.get(inner[0]) if inner else None
    for index, part in enumerate(parts if parts.__class__ is list else (parts,)):
        for name in inner[1] if inner and part.__class__ is dict else ():
            if part.get(name) is not None:
                path = f"{kind}.{inner[0]}"  # type: ignore[index]
                where = f"{path}[{index}]" if parts.__class__ is list else path
                yield _one(f"{path}.{name}", f"{where}.{name}", part[name])


def _one(path: str, where: str, value: Any) -> tuple[str, str, list[tuple[str, Any]]]:
    if value.__class__ is list:
        return path, where, [(f"{where}[{index}]", each) for index, each in enumerate(value)]
    return path, where, [(where, value)]
