"""sex-plausible: can a patient of this sex have this diagnosis or procedure? (PLAU-4)"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.people import Person, people
from fhircheck.measures.plausibility_tables import SexCodes, sex_codes
from fhircheck.measures.row_tally import RowTally
from fhircheck.measures.seen import Seen
from fhircheck.measures.tools import Tools
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.link_facts import key_of
from fhircheck.model.record import Node
from fhircheck.model.report import Threshold
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.resolve.failed_places import SourceNames

TYPES = ("Condition", "Observation", "Procedure")
_KEYS = {kind: key_of(kind) for kind in TYPES}
_KINDS = {key: kind for kind, key in _KEYS.items()}
_REMEMBERED = 20_000
_WIDTH = 5


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Add a row where a code of the resource fits one sex alone; it is joined with the patient's later."""
    code = node["code"]
    coding = code.get("coding") if code.__class__ is dict else None
    remembered = seen.tools.remembered.setdefault("sex-plausible", {})
    for each in coding if coding.__class__ is list else ():
        if each.__class__ is not dict:
            continue
        system, value = each.get("system"), each.get("code")
        if system.__class__ is not str or value.__class__ is not str:
            continue
        sex: Any = remembered.get((system, value))
        if sex is None:
            sex = _sex(system, value, seen.tools, remembered)
        if sex:
            seen.rows.table("sexed").fresh += (seen.patient, _KEYS[seen.kind], sex, *seen.at)
            return


def _sex(system: str, code: str, tools: Tools, remembered: dict[object, object]) -> int:
    table = remembered.get("table")
    if not isinstance(table, SexCodes) or len(remembered) > _REMEMBERED:
        remembered.clear()
        table = remembered["table"] = table if isinstance(table, SexCodes) else sex_codes(tools.tables)
    sex = remembered[system, code] = table.sex(system, code)
    return sex


def judge(merged: Merged) -> Judged:
    """Compare the sex that a code fits with the patient's (Qualifier q_cond_gender, q_proc_gender)."""
    if not len(merged.rows.table("sexed")):
        return Judged(Tally())
    join = Join(people, partial(_compare, merged.links.known_sources))
    return Judged(fold(join, merged.rows.table("patients"), merged.rows.table("sexed")).finish(merged.links))


def _compare(names: SourceNames, known: Mapping[int, Person], patients: Numbers, rows: Numbers) -> RowTally:
    counted = RowTally(names)
    for start in range(0, len(rows), _WIDTH):
        _count(rows[start : start + _WIDTH], known.get(rows[start]), counted)
    return counted


def _count(row: Sequence[int], person: Person | None, counted: RowTally) -> None:
    patient, kind, sex, source, place = row
    path = f"{_KINDS[kind]}.code"
    if person is None or not person.sex:
        counted.cannot_tell()
    elif person.sex == sex:
        counted.passed(path)
    else:
        counted.fails(path, patient, source, place)


MEASURE = CountedMeasure(
    name="sex-plausible",
    code="PLAU-4",
    summary="Codes that one sex alone can have, at patients of that sex.",
    why="A pregnancy at a patient recorded as male is a wrong code, a wrong sex or the wrong patient; each of them "
    "misleads care as well as a model.",
    category=Category.PLAUSIBILITY,
    subcategory=Subcategory.ATEMPORAL,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a Condition, Observation or Procedure whose code stands in the table sex_codes (per "
    "resource). Those whose patient has that Patient.gender / those whose patient is in the data as male or female. "
    "Patients that are not there, of another or unknown gender, or told in two ways make 'cannot tell'. The "
    "administrative gender may rightly differ from the body's: a few such items are no fault of the data.",
    source="Qualifier q_cond_gender and q_proc_gender; OHDSI DataQualityDashboard plausibleGenderUseDescendants; HL7 "
    "PIQI Condition_SexPlausible",
    published=True,
    threshold=Threshold(
        Fraction(2, 100),
        "OHDSI DataQualityDashboard plausibleGenderUseDescendants: 2 % violating rows",
        published=True,
    ),
    types=frozenset(TYPES),
    failing='[{"resourceType": "Patient", "id": "1", "gender": "male"}, {"resourceType": "Condition", "subject": '
    '{"reference": "Patient/1"}, "code": {"coding": [{"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", '
    '"code": "O80"}]}}]',
    passing='[{"resourceType": "Patient", "id": "1", "gender": "male"}, {"resourceType": "Condition", "subject": '
    '{"reference": "Patient/1"}, "code": {"coding": [{"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", '
    '"code": "C61"}]}}]',
    observe=observe,
    needs={kind: frozenset({"code"}) for kind in TYPES},
    judge=judge,
)
