"""mandatory-elements: is what the profiles demand there? (COMP-1)"""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from fhircheck.measures.counted_measure import CountedMeasure, Observe
from fhircheck.measures.outcome import Outcome, count_outcome
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.issue import Issue
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.path import without_slices
from fhircheck.model.record import Node
from fhircheck.model.report import Threshold

if TYPE_CHECKING:
    from fhircheck.measures.known_profiles import Demands

NAME = "mandatory-elements"
MISSING = frozenset({"cardinality-min", "slice-min"})


def fitted(kind: str, names: tuple[str, ...]) -> Observe:
    """What counts resources with these members: without findings it depends on them and the profiles alone."""
    mark = object()

    def count(node: Node, seen: Seen, tally: Tally) -> None:
        checked, tools = seen.checked, seen.tools
        if tools.profiles is None:
            return
        missing: tuple[Issue, ...] = ()
        for each in checked.issues:
            if each.kind in MISSING:
                missing = _missing(checked)
                break
        known = tools.by_shape.get(mark) or tools.shaped(mark)
        for url, how, found, _ in checked.profiles:
            if not found:
                tally.cannot_tell += 1
                continue
            outcome: Any = known.get(url) if not missing else None
            if outcome is None:
                outcome = _outcome(tools.profiles.demands(url), names, missing, how)
                if not missing:
                    known[url] = outcome
            if outcome.failing:
                count_outcome(outcome, seen, tally)
            elif outcome.counted is not None:
                tally.repeat(outcome.counted)

    return count


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count what each profile demands (ElementDefinition.min) by what validation found missing."""
    fitted(seen.kind, tuple(node))(node, seen, tally)


def _missing(checked: Any) -> tuple[Issue, ...]:
    """The findings that say that an element of the resource itself is missing, not one of a resource within it."""
    inner = f"{checked.root}.contained"
    return tuple(
        each for each in checked.issues if each.kind in MISSING and not each.place.expression.startswith(inner)
    )


def _lacking(missing: tuple[Issue, ...], canonical: str) -> frozenset[str]:
    """Ids of what is missing by the profile. canonical: empty for a profile that was asked for: of it, validation does
    not repeat what it said of another."""
    return frozenset(each.definition for each in missing if not canonical or each.profile == canonical)


def _outcome(demands: "Demands | None", names: tuple[str, ...], missing: tuple[Issue, ...], how: str) -> Outcome:
    """What one profile says of a resource with members `names`. how: why it was checked against it."""
    if demands is None:
        return Outcome([("", "", None)])
    lacking = _lacking(missing, "" if how in ("asked", "mapped") else demands.canonical)
    below = tuple(f"{each}{sign}" for each in lacking for sign in ".:")
    expected = (each for each in demands.mandatory.of(names) if not each.startswith(below))
    return Outcome((each, without_slices(each).replace("[x]", ""), each not in lacking) for each in expected)


MEASURE = CountedMeasure(
    name=NAME,
    code="COMP-1",
    summary="Elements that a profile demands and that are there.",
    why="What is mandatory is what receivers, queries and models rely on: where it is missing, records fall out of "
    "every count without a word.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is an element, or a slice, that a profile demands with min >= 1 (per resource and profile it was "
    "checked against: the definition of its type, claimed ones, those asked for). It counts where the element around "
    "it is there: directly below the resource, below elements that are demanded themselves, or below one that the "
    "resource has. Elements with as many occurrences as demanded / elements demanded. It fails where any occurrence of "
    "the element around it lacks it. Not counted: what is demanded below an optional element that lies deeper, and "
    "inside contained resources. A profile that is not loaded is one item 'cannot tell'.",
    source="OHDSI DataQualityDashboard isRequired; dqLib item_completeness_rate; HL7 PIQI Availability",
    published=True,
    threshold=Threshold(Fraction(0), "OHDSI DataQualityDashboard isRequired: 0 % violating rows", published=True),
    types=None,
    failing='{"resourceType": "Observation", "code": {"text": "Hb"}}',
    passing='{"resourceType": "Observation", "status": "final", "code": {"text": "Hb"}}',
    observe=observe,
    fitted=fitted,
)
