"""profile-valid: does what claims a profile keep to it? (STD-1)"""

from fractions import Fraction

from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node
from fhircheck.model.report import Threshold


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count a resource that names profiles in meta.profile, or was asked to conform to one (R4 Meta.profile)."""
    if not seen.checked.claimed:
        return
    if seen.checked.valid is False:
        tally.count(_type(node), False, seen.place(""))
    elif seen.checked.valid is None or seen.checked.cannot_tell:
        tally.cannot_tell += 1
    else:
        tally.count(_type(node), True)


def _type(node: Node) -> str:
    kind = node.get("resourceType")
    return kind if isinstance(kind, str) else ""


MEASURE = CountedMeasure(
    name="profile-valid",
    code="STD-1",
    summary="Resources that claim a profile and have no error against it.",
    why="A claimed profile is a promise to every reader: software that trusts it breaks, or reads wrongly, where it "
    "does not hold.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.VALUE,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is a resource (per resource) that names a profile in meta.profile or was asked to conform to "
    "one. Resources without an error / such resources. A profile that could not be loaded makes a resource without "
    "errors 'cannot tell'; resources that claim nothing are not counted.",
    source="Qualifier q_valid_us_core_v6, with the profiles the data itself claims (ISiK, MII, KBV ...) in place of US "
    "Core",
    published=True,
    threshold=Threshold(
        Fraction(0), "Qualifier q_valid_*: every resource with an error is a violation", published=True
    ),
    types=None,
    failing='{"resourceType": "Patient", "meta": {"profile": ["https://example.org/needs-birth-date"]}, '
    '"gender": "male"}',
    passing='{"resourceType": "Patient", "meta": {"profile": ["https://example.org/needs-birth-date"]}, '
    '"birthDate": "1950-02-01"}',
    observe=observe,
)
