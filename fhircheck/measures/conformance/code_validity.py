"""code-valid: is the code a code of its system, and still in use? (CODE-3)"""

from fractions import Fraction

from fhircheck.measures.coded_elements import CODED, IN_WORDS
from fhircheck.measures.coded_look import VALID, count_look, fitted, look
from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node
from fhircheck.model.report import Threshold


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count the codings of one resource that have system and code (R4 terminologies.html), and for the other measures
    of codes what the same look found."""
    count_look(look(seen).told, seen, tally)


MEASURE = CountedMeasure(
    name=VALID,
    code="CODE-3",
    summary="Codes that their code system has and that are active in it.",
    why="A code that does not exist means nothing; one that was retired is missed by everyone who asks by the current "
    "catalogue.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.VALUE,
    context=Context.VALIDATION,
    dimension="interoperability",
    formula=f"One item is a coding with system and code (per occurrence) in {IN_WORDS}. Codings whose code the system "
    "has, in the version given, and does not mark as inactive or retired / codings that can be told. Judged by the "
    "same packages, rules and terminology server as validation. A system that is not loaded or loaded in part, and one "
    "that is told to be ignored, is 'cannot tell'; a URL that names no code system (a value set, a supplement, a "
    "relative URL) has no codes.",
    source="HL7 PIQI Concept_IsValid and Concept_IsActive; OHDSI DataQualityDashboard isStandardValidConcept",
    published=True,
    threshold=Threshold(
        Fraction(0), "OHDSI DataQualityDashboard isStandardValidConcept: 0 % violating rows", published=True
    ),
    types=frozenset(CODED),
    failing='{"resourceType": "Observation", "status": "final", "category": [{"coding": [{"system": '
    '"http://terminology.hl7.org/CodeSystem/observation-category", "code": "lab"}]}], "code": {"text": "Hb"}}',
    passing='{"resourceType": "Observation", "status": "final", "category": [{"coding": [{"system": '
    '"http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}], "code": {"text": "Hb"}}',
    observe=observe,
    fitted=fitted,
)
