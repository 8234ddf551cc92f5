"""patients-with-type: how many patients have diagnoses, laboratory values, stays ...? (COMP-4)"""

from fractions import Fraction
from functools import partial

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.row_tally import RowTally
from fhircheck.measures.timeline import CLINICAL
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.link_facts import key_of
from fhircheck.model.report import Status, Threshold
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.resolve.failed_places import SourceNames

MISSING = Fraction(95, 100)


def judge(merged: Merged) -> Judged:
    """Count patients by type (OHDSI DataQualityDashboard measurePersonCompleteness)."""
    asked = {key_of(kind): kind for kind in CLINICAL if merged.resources[kind]}
    tally = Tally()
    if merged.sampled:
        tally.cannot_tell = len(merged.rows.table("patients")) * len(asked)
        return Judged(tally, "not judged: in a sample the records of a patient may have been left out" if asked else "")
    if not asked:
        return Judged(tally)
    tables = map(merged.rows.table, ("patients", "timeline", "undated"))
    tally = fold(Join(_know, _nothing, partial(_tell, asked, merged.links.known_sources)), *tables).finish(merged.links)
    return Judged(tally, "", _status(tally))


class _Known:
    """having: types of each patient's records. first: (source, place) of each patient, where it stands first."""

    __slots__ = ("first", "having")

    def __init__(self) -> None:
        self.having: dict[int, set[int]] = {}
        self.first: dict[int, tuple[int, int]] = {}


def _know(known: _Known | None, patients: Numbers, dated: Numbers, undated: Numbers) -> _Known:
    known = _Known() if known is None else known
    having, first = known.having, known.first
    for keys, kinds in ((dated[0::6], dated[1::6]), (undated[0::2], undated[1::2])):
        for patient, kind in zip(keys, kinds, strict=True):
            having.setdefault(patient, set()).add(kind)
    for patient, *at in zip(patients[0::8], patients[6::8], patients[7::8], strict=True):
        place = at[0], at[1]
        first[patient] = min(place, first.get(patient, place))
    return known


def _nothing(known: _Known, *tables: Numbers) -> RowTally:
    return RowTally({})


def _tell(asked: dict[int, str], names: SourceNames, known: _Known) -> RowTally:
    counted = RowTally(names)
    for patient, (source, place) in known.first.items():
        kinds = known.having.get(patient, ())
        for kind, path in asked.items():
            if kind in kinds:
                counted.passed(path)
            else:
                counted.fails(path, patient, source, place, "Patient")
    return counted


def _status(tally: Tally) -> Status | None:
    """Judged by type: one type that nearly all patients lack is not outweighed by the others."""
    if not tally.denominator:
        return None
    lacking = max(1 - Fraction(passed, judged) for passed, judged in tally.by.values())
    return "failed" if lacking > MISSING else "passed"


MEASURE = CountedMeasure(
    name="patients-with-type",
    code="COMP-4",
    summary="Patients with at least one record of each clinical type.",
    why="Ten thousand patients of whom two hundred have laboratory values are a cohort of two hundred: what an "
    "interface "
    "does not deliver looks like health.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VALIDATION,
    dimension="ai-readiness",
    formula="One item is a patient (per patient, each once) and a clinical type that occurs in the data at all, among "
    + ", ".join(CLINICAL)
    + ". Patients with at least one resource of the type that refers to them, dated or not / patients with a Patient "
    "resource. Whether it passes is judged by type: it fails where more than 95 % of patients lack any one of them. "
    "All "
    "are 'cannot tell' in a sample.",
    source="OHDSI DataQualityDashboard measurePersonCompleteness",
    published=True,
    threshold=Threshold(
        MISSING,
        "OHDSI DataQualityDashboard measurePersonCompleteness: 95 % of persons without a record in clinical tables",
        published=True,
    ),
    types=frozenset(),
    failing='[{"resourceType": "Patient", "id": "1"}, {"resourceType": "Patient", "id": "2"}, {"resourceType": '
    '"Condition", "code": {"text": "Hypertonie"}, "subject": {"reference": "Patient/1"}}]',
    passing='[{"resourceType": "Patient", "id": "1"}, {"resourceType": "Condition", "code": {"text": "Hypertonie"}, '
    '"subject": {"reference": "Patient/1"}}]',
    judge=judge,
)
