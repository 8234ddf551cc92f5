"""Defects to plant, as a table: what each does to a record, and the measure that must count it."""

from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple

from tests.planted.clinic import MEN, WOMEN

Node = dict[str, Any]


class Planter(NamedTuple):
    """name: what is planted. measure: that counts it. types: the resources it may be planted in. share: of them.

    plant: spoils one resource; False where it does not fit there. each: items that fail by one planting. doubles: the
    resource is there twice then, the second time spoiled by `plant`. first: measures whose action may come first
    in place of its own, since they count the same defect and weigh more. elsewhere: type of the resources that fail by
    it, where those are not the spoiled ones.
    """

    name: str
    measure: str
    types: tuple[str, ...]
    share: Fraction
    plant: Callable[[Node], bool]
    each: int = 1
    doubles: bool = False
    first: tuple[str, ...] = ()
    elsewhere: str = ""


class Planted(NamedTuple):
    """data: all resources, spoiled ones too. count: how many were spoiled. sound: places in `data` of the spoiled."""

    data: list[Node]
    count: int
    places: tuple[int, ...]


def planted(planter: Planter, data: list[Node], seed: int = 7) -> Planted:
    """`data` with the defect in a share of the resources that it fits, at least one; `data` itself stays as it is."""
    random = Random(f"{planter.name} {seed}")
    fitting = [
        place
        for place, node in enumerate(data)
        if node["resourceType"] in planter.types and planter.plant(deepcopy(node))
    ]
    wanted = max(1, int(len(fitting) * planter.share))
    chosen = set(random.sample(fitting, min(wanted, len(fitting))))
    found: list[Node] = []
    places = []
    for place, node in enumerate(data):
        if place in chosen:
            spoiled = deepcopy(node)
            planter.plant(spoiled)
            if planter.doubles:
                found.append(node)
            places.append(len(found))
            found.append(spoiled)
        else:
            found.append(node)
    return Planted(found, len(places), tuple(places))


def _without(*names: str) -> Callable[[Node], bool]:
    """Take the member at the end of the path away."""

    def plant(node: Node) -> bool:
        inner = _inner(node, names[:-1])
        return inner is not None and inner.pop(names[-1], None) is not None

    return plant


def _with(value: Any, *names: str) -> Callable[[Node], bool]:
    """Put `value` where something else was."""

    def plant(node: Node) -> bool:
        inner = _inner(node, names[:-1])
        if inner is None or names[-1] not in inner or inner[names[-1]] == value:
            return False
        inner[names[-1]] = deepcopy(value)
        return True

    return plant


def _inner(node: Node, names: tuple[str, ...]) -> Node | None:
    here: Any = node
    for name in names:
        here = here.get(name) if isinstance(here, dict) else None
        here = here[0] if isinstance(here, list) and here else here
    return here if isinstance(here, dict) else None


def _without_unit(node: Node) -> bool:
    quantity = node.get("valueQuantity")
    if not quantity:
        return False
    node["valueQuantity"] = {"value": quantity["value"]}
    return True


def _only_text(node: Node) -> bool:
    if "code" not in node:
        return False
    node["code"] = {"text": "only text"}
    return True


def _discharged_before(node: Node) -> bool:
    period = node.get("period")
    if not period:
        return False
    period["end"] = "2023" + period["start"][4:]
    return True


def _again(node: Node) -> bool:
    node["id"] = f"{node['id']}-again"
    return True


def _month_only(name: str) -> Callable[[Node], bool]:
    def plant(node: Node) -> bool:
        node[name] = node[name][:7]
        return True

    return plant


def _anonymous(node: Node) -> bool:
    return _without("recorder" if "recorder" in node else "performer")(node)


def _before_birth(node: Node) -> bool:
    node["performedDateTime"] = "1903-06-01T07:30:00+01:00"
    return True


def _after_discharge(node: Node) -> bool:
    node["performedDateTime"] = "2025-12-30T07:30:00+01:00"
    return True


def _given_before(node: Node) -> bool:
    node["effectiveDateTime"] = f"{int(node['effectiveDateTime'][:4]) - 1}{node['effectiveDateTime'][4:]}"
    return True


def _of_the_other_sex(node: Node) -> bool:
    coding = _inner(node, ("code", "coding"))
    others = {MEN: WOMEN, WOMEN: MEN}
    if coding is None or coding.get("code") not in others:
        return False
    coding["code"] = others[coding["code"]]
    return True


def _other_conclusion(node: Node) -> bool:
    node["conclusion"] = "something else"
    return True


def _unrecorded(node: Node) -> bool:
    return _without("issued")(node) and _without("meta", "lastUpdated")(node)


def _in_another_unit(node: Node) -> bool:
    """Creatinine per litre, rightly converted."""
    coding, quantity = _inner(node, ("code", "coding")), node.get("valueQuantity")
    if coding is None or coding.get("code") != "2160-0" or not quantity or quantity.get("code") != "mg/dL":
        return False  # what was spoilt before stays so: a right unit in its place would mend it
    node["valueQuantity"] = {**quantity, "value": round(quantity["value"] * 10, 2), "unit": "mg/L", "code": "mg/L"}
    return True


TENTH, TWENTIETH, THIRTIETH = Fraction(1, 10), Fraction(1, 20), Fraction(3, 100)

STAYS = ("within-encounter", "within-lifetime", "date-window")
"""Measures that count dates far off just as well."""
CONCEPTS = ("Condition", "Procedure")
PLANTERS: tuple[Planter, ...] = (
    Planter("units removed", "ucum-unit", ("Observation",), TENTH, _without_unit),
    Planter(
        "references broken",
        "reference-resolves",
        ("Observation",),
        TWENTIETH,
        _with("Encounter/nowhere", "encounter", "reference"),
    ),
    Planter("discharge before admission", "date-sequence", ("Encounter",), THIRTIETH, _discharged_before, first=STAYS),
    Planter("codes as text only", "coded-concept", ("Condition",), TENTH, _only_text),
    Planter("codes without system", "coded-concept", ("Procedure",), TENTH, _without("code", "coding", "system")),
    Planter("days unknown", "date-precision", ("Condition",), TENTH, _month_only("onsetDateTime")),
    Planter("status missing", "mandatory-elements", ("Observation", "Encounter"), TWENTIETH, _without("status")),
    Planter("values missing", "value-present", ("Observation",), TENTH, _without("valueQuantity")),
    Planter("birth dates missing", "value-present", ("Patient",), TENTH, _without("birthDate")),
    Planter(
        "codes of the house",
        "expected-system",
        CONCEPTS,
        TENTH,
        _with("https://klinikum-musterstadt.example/fhir/CodeSystem/own", "code", "coding", "system"),
    ),
    Planter(
        "obsolete systems",
        "current-system",
        ("Condition",),
        TENTH,
        _with("http://fhir.de/CodeSystem/dimdi/icd-10-gm", "code", "coding", "system"),
        first=("expected-system",),
    ),
    Planter("unknown codes", "code-valid", ("Observation",), TENTH, _with("laboratry", "category", "coding", "code")),
    Planter(
        "units that cannot be", "unit-plausible", ("Observation",), TWENTIETH, _with("kg", "valueQuantity", "code")
    ),
    Planter(
        "values out of range", "value-in-range", ("Observation",), THIRTIETH, _with(99999.5, "valueQuantity", "value")
    ),
    Planter("patients not named", "patient-linked", ("Observation",), TWENTIETH, _without("subject")),
    Planter(
        "identifiers without system", "identifier-recognised", ("Encounter",), TENTH, _without("identifier", "system")
    ),
    Planter("origin unknown", "origin-known", ("Procedure", "Condition"), TENTH, _without("meta", "source")),
    Planter("author unknown", "author-known", ("Condition", "MedicationAdministration"), TENTH, _anonymous),
    Planter("instances not listed", "imaging-study-complete", ("ImagingStudy",), TENTH, _with(7, "numberOfInstances")),
    Planter("images nowhere", "imaging-endpoint", ("ImagingStudy",), TENTH, _without("endpoint")),
    Planter(
        "reports without study",
        "imaging-report-link",
        ("DiagnosticReport",),
        TENTH,
        _without("imagingStudy"),
        elsewhere="ImagingStudy",
    ),
    Planter(
        "contained samples missed",
        "bundle-links",
        ("DiagnosticReport",),
        TENTH,
        _with("#nowhere", "specimen", "reference"),
        first=("reference-resolves", "profile-valid"),
    ),
    Planter("another unit", "unit-harmonised", ("Observation",), TENTH, _in_another_unit),
    Planter(
        "consents withdrawn",
        "consent-active",
        ("Consent",),
        TENTH,
        _with("inactive", "status"),
        elsewhere="Patient",
    ),
    Planter("reports of unknown age", "recency", ("DiagnosticReport",), TENTH, _unrecorded),
    Planter("dates before birth", "within-lifetime", ("Procedure",), THIRTIETH, _before_birth, first=STAYS),
    Planter("dates after discharge", "within-encounter", ("Procedure",), THIRTIETH, _after_discharge),
    Planter(
        "dates to come", "date-window", ("Procedure",), THIRTIETH, _with("2031-01-01", "performedDateTime"), first=STAYS
    ),
    Planter("women with a prostate", "sex-plausible", ("Condition",), THIRTIETH, _of_the_other_sex),
    Planter("records twice", "unique-content", ("Observation",), TWENTIETH, _again, doubles=True),
    Planter("ids twice", "unique-identity", ("DiagnosticReport",), TWENTIETH, _other_conclusion, doubles=True),
    Planter(
        "given before ordered", "date-sequence", ("MedicationAdministration",), THIRTIETH, _given_before, first=STAYS
    ),
)
