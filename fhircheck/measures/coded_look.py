"""One look at the codes of a resource, for all measures that judge codes; found once for each set of codes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fhircheck.measures.coded_elements import CODED, INNER
from fhircheck.measures.coding_verdicts import Found, Judge
from fhircheck.measures.outcome import Outcome, count_failing, note_failing
from fhircheck.model.contribution import Contribution
from fhircheck.model.facts import Tally
from fhircheck.model.record import Node

if TYPE_CHECKING:
    from fhircheck.measures.counted_measure import Merged, Observe
    from fhircheck.measures.seen import Seen

EXPECTED, VALID, DISPLAY, CURRENT = "expected-system", "code-valid", "display-matches", "current-system"
REMEMBERED = 20_000
NAME = "codings"
END = object()
TEXT = object()


class CodedLook:
    """What the measures of codes say of one resource. counted: what passes and what cannot be told, for all of them in
    one. failing: by measure, those with items that fail."""

    __slots__ = ("counted", "failing")

    def __init__(self, outcomes: dict[str, Outcome]) -> None:
        valid = outcomes[VALID].counted or Contribution()
        others = tuple((name, each.counted) for name, each in outcomes.items() if name != VALID and each.counted)
        self.counted = Contribution(valid.by, valid.cannot_tell, also=others)
        self.failing = tuple((name, each) for name, each in outcomes.items() if each.failing)


def count_look(found: CodedLook, seen: "Seen", tally: Tally) -> None:
    """Count for all measures of codes; `tally` is that of code-valid, the others are parts of it."""
    tally.repeat(found.counted)
    for name, outcome in found.failing:
        if name == VALID:
            count_failing(outcome, seen, tally)
        else:
            part = tally.part(name)
            count_failing(outcome, seen, part)
            note_failing(seen, part)


def part_of(merged: "Merged", name: str) -> Tally:
    """What the look found for the measure called `name`."""
    whole = merged.tallies.get(VALID)
    return Tally() if whole is None else whole.parts.get(name) or Tally()


def fitted(kind: str, names: tuple[str, ...]) -> "Observe | None":
    """What looks at resources of this type with these members, None where they hold no codes."""
    present = tuple(name for name in CODED[kind] if name in names)
    inner, below = INNER.get(kind, ("", ()))
    within = inner in names
    if not present and not within:
        return None
    mark = object()
    language = "language" in names

    def observe(node: Node, seen: "Seen", tally: Tally) -> None:
        key: list[Any] = [mark, node["language"]] if language else [mark]
        try:
            for name in present:
                _add(node[name], key)
            if within:
                _add_inner(node[inner], below, key)
            remembered = seen.tools.remembered.get(NAME)
            if remembered is None:
                remembered = seen.tools.remembered[NAME] = {}
            shape = tuple(key)
            found: Any = remembered.get(shape)
            if found is None:
                if len(remembered) >= REMEMBERED:
                    remembered.clear()
                found = remembered[shape] = look(seen)
        except (TypeError, AttributeError):  # another form than that of codes
            found = look(seen)
        if found.failing:
            count_look(found, seen, tally)
        else:
            tally.repeat(found.counted)

    return observe


def _add(value: Any, key: list[Any]) -> None:
    """All that the look depends on in a concept, a Coding or a list of them. Raises TypeError or AttributeError for
    other forms."""
    for each in value if value.__class__ is list else (value,):
        codings = each.get("coding")
        if codings is None:
            if "system" in each or "code" in each:
                key += each
                key += each.values()
            else:
                key.append(TEXT if "text" in each or "display" in each else None)
        elif codings.__class__ is not list:
            raise TypeError
        else:
            for coding in codings:
                key += coding
                key += coding.values()
                key.append(END)
            if not codings:
                key.append("text" in each or "display" in each)
        key.append(END)
    key.append(END)


def _add_inner(parts: Any, names: tuple[str, ...], key: list[Any]) -> None:
    """The same for the elements within another."""
    for part in parts if parts.__class__ is list else (parts,):
        for name in names:
            value = part.get(name)
            if value is not None:
                key.append(name)
                _add(value, key)
        key.append(END)


def look(seen: "Seen") -> CodedLook:
    """The look at the resource of `seen`, whatever form it has."""
    judge, found = Judge(seen.tools, seen.node.get("language")), Found()
    for path, where, values in _elements(seen.node, seen.kind):
        judge.element(path, where, values, found)
    return CodedLook(
        {
            EXPECTED: Outcome(found.expected),
            VALID: Outcome(found.valid),
            DISPLAY: Outcome(found.display),
            CURRENT: Outcome(found.current, judge.obsolete_counts()),
        }
    )


def _elements(node: Node, kind: str) -> Iterator[tuple[str, str, list[tuple[str, Any]]]]:
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
