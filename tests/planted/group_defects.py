"""Defects of groups of people, not of single records: who is missing, rare, different lately, or can be told."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from copy import deepcopy
from random import Random
from typing import Any, NamedTuple

from tests.planted.clinic import clinic

Node = dict[str, Any]
Chosen = Collection[str]
"""Ids of patients."""
PATIENTS = 140
KINDS = ("Patient", "Encounter", "Condition", "Procedure", "MedicationRequest")


class GroupPlanter(NamedTuple):
    """name: what is planted. measure: that finds it. spoil: makes the data that has it.

    failing: how many items of the measure fail by it. first: other measures whose action may come first, since the same
    defect fails them. scored: whether a score weighs the measure, so that there is an action.
    """

    name: str
    measure: str
    spoil: Callable[[list[Node]], list[Node]]
    failing: int
    first: tuple[str, ...] = ()
    scored: bool = True


def group_clinic() -> list[Node]:
    """A clinic of more patients with fewer records of each, and pseudonyms in place of names."""
    return [_pseudonymous(each) for each in clinic(PATIENTS) if each["resourceType"] in KINDS]


def _pseudonymous(node: Node) -> Node:
    if node["resourceType"] != "Patient":
        return node
    type_ = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "PSEUDED"}]}
    number = {"type": type_, "system": "https://klinikum-musterstadt.example/sid/pseudonym", "value": node["id"]}
    kept = {name: value for name, value in node.items() if name not in ("name", "address")}
    return {**kept, "identifier": [number]}


def population(data: list[Node]) -> str:
    """The table reference_population of people just like these, by three groups of age for each sex."""
    counts = Counter(_group(each) for each in data if each["resourceType"] == "Patient")
    rows = ["population,sex,age_from,age_to,people,date,source"]
    for (sex, first, last), people in sorted(counts.items()):
        rows.append(f"clinic,{sex},{first},{last},{people},2024,own")
    return "\n".join(rows) + "\n"


def _group(patient: Node) -> tuple[str, int, str]:
    age = 2024 - int(patient["birthDate"][:4])
    return (patient["gender"], 0, "49") if age < 50 else (patient["gender"], 50, "69") if age < 70 else (
        patient["gender"], 70, "")  # fmt: skip


def _people(data: Iterable[Node], **members: str) -> list[str]:
    return [each["id"] for each in data if each["resourceType"] == "Patient"
            and all(each[name] == value for name, value in members.items())]  # fmt: skip


def _some(ids: list[str], share: float) -> set[str]:
    return set(Random(7).sample(ids, round(len(ids) * share)))


def _of(node: Node) -> str:
    return str(node.get("subject", {}).get("reference", "")).removeprefix("Patient/")


def _without(data: list[Node], kind: str, chosen: Chosen) -> list[Node]:
    """The data without resources of a kind of these patients."""
    return [each for each in data if each["resourceType"] != kind or _of(each) not in chosen]


def _women_unoperated(data: list[Node]) -> list[Node]:
    """Half of the women: they are a group of fewer usable patients, and so is the age that most of them have."""
    return _without(data, "Procedure", _some(_people(data, gender="female"), 0.5))


def _old_women_gone(data: list[Node]) -> list[Node]:
    old = {each["id"] for each in data if each["resourceType"] == "Patient" and _group(each)[:2] == ("female", 70)}
    gone = _some(sorted(old), 0.7)
    return [each for each in data if each["id"] not in gone and _of(each) not in gone]


def _undiagnosed(data: list[Node]) -> list[Node]:
    return _without(data, "Condition", _some(_people(data), 0.1))


def _diabetes_rare(data: list[Node]) -> list[Node]:
    found = deepcopy(data)
    left = 4
    for each in found:
        coding = each["code"]["coding"][0] if each["resourceType"] == "Condition" else {}
        if coding.get("code") == "E11.90":
            left -= 1
            coding["code"] = "E11.90" if left >= 0 else "I10.90"
    return found


def _lately(data: list[Node]) -> list[str]:
    """Patients whose first stay begins in the latest period."""
    first: dict[str, str] = {}
    for each in data:
        if each["resourceType"] == "Encounter":
            start = each["period"]["start"][:7]
            first[_of(each)] = min(start, first.get(_of(each), start))
    months = sorted(set(first.values()))[-3:]
    return [patient for patient, month in first.items() if month in months]


def _fewer_drugs_lately(data: list[Node]) -> list[Node]:
    return _without(data, "MedicationRequest", _some(_lately(data), 0.7))


def _no_drugs_lately(data: list[Node]) -> list[Node]:
    return _without(data, "MedicationRequest", _lately(data))


def _named(data: list[Node]) -> list[Node]:
    chosen = _some(_people(data), 0.1)
    name = [{"family": "Muster", "given": ["Alex"]}]
    return [{**each, "name": name} if each["id"] in chosen else each for each in data]


def _of_a_rare_sex(data: list[Node]) -> list[Node]:
    chosen = set(_people(data)[:5])
    return [{**each, "gender": "other"} if each["id"] in chosen else each for each in data]


GROUP_PLANTERS = (
    GroupPlanter("operations of women not recorded", "subgroup-completeness", _women_unoperated, 2),
    GroupPlanter("old women gone", "subgroup-representation", _old_women_gone, 1),
    GroupPlanter("diagnoses missing", "label-available", _undiagnosed, round(PATIENTS * 0.1)),
    GroupPlanter("diabetes rare", "class-balance", _diabetes_rare, 1),
    GroupPlanter("fewer prescriptions lately", "distribution-drift", _fewer_drugs_lately, 1),
    GroupPlanter("no prescriptions lately", "mix-drift", _no_drugs_lately, 1, first=("distribution-drift",)),
    GroupPlanter("names in pseudonymous data", "direct-identifiers", _named, round(PATIENTS * 0.1), scored=False),
    GroupPlanter("a rare sex", "k-anonymity", _of_a_rare_sex, 5, scored=False),
    GroupPlanter("a rare sex", "small-cells", _of_a_rare_sex, 1, scored=False),
)


def use_case() -> Node:
    """What the clinic serves: operated patients, told whether they have diabetes."""
    ours = "https://fhircheck.dev/fhir/StructureDefinition/"

    def need(kind: str, role: str, *more: Node, **members: Any) -> Node:
        role_ = {"url": f"{ours}requirement-role", "valueCode": role}
        return {"id": kind.lower(), "type": kind, "extension": [role_, *more], **members}

    diabetes = {"url": "valueSet", "valueCanonical": "https://fhircheck.dev/fhir/ValueSet/use-case-diabetes"}
    classes = [
        {"url": f"{ours}label-class", "extension": [{"url": "name", "valueString": "diabetes"}, diabetes]},
        {"url": f"{ours}label-class", "extension": [{"url": "name", "valueString": "other"}]},
        {"url": f"{ours}label-path", "valueString": "code"},
    ]
    needs = [
        need("Patient", "cohort", mustSupport=["birthDate", "gender"]),
        need("Encounter", "cohort"),
        need("MedicationRequest", "optional"),
        need("Condition", "label", *classes),
    ]
    now = {"value": 0, "system": "http://unitsofmeasure.org", "code": "d"}
    start = {"url": f"{ours}requirement-window", "extension": [{"url": "start", "valueDuration": now}]}
    needs += [need("Procedure", "feature", start), {**need("Encounter", "index"), "id": "admission"}]
    return {"resourceType": "Library", "name": "Operated", "status": "active", "dataRequirement": needs}
