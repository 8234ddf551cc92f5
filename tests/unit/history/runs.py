"""Reports made by hand, as far as two of them are compared by it."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from fhircheck.measures.census import census_of
from fhircheck.model.census_facts import CensusFacts, Uses
from fhircheck.report.census_form import census_form

LOINC = "http://loinc.org"
ICD = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
HB = f"{LOINC}|718-7"


def share(value: Fraction | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"numerator": value.numerator, "denominator": value.denominator, "value": float(value)}


def measure(
    name: str, passed: int, judged: int, status: str = "informational", by: Any = (), patients_failed: int | None = None
) -> dict[str, Any]:
    """patients_failed: as many as items fail where nothing is said, so that these are independent."""
    return {
        "patients_failed": judged - passed if patients_failed is None else patients_failed,
        "name": name,
        "status": status,
        "numerator": passed,
        "denominator": judged,
        "share": share(Fraction(passed, judged) if judged else None),
        "by": [{"path": path, "numerator": one, "denominator": all_} for path, one, all_ in by],
    }


def part(name: str, weight: int, earned: Fraction, counted: bool = True, booked: Any = 0, on: str = "") -> Any:
    return {
        "measure": name,
        "weight": share(Fraction(weight)),
        "earned": share(Fraction(earned)),
        "counted": counted,
        "prerequisite": on or None,
        "booked": share(Fraction(booked)),
    }


def score(name: str, *parts: Any, rubric: str = "fhircheck") -> dict[str, Any]:
    weight = sum(Fraction(*exact(each["weight"])) for each in parts if each["counted"])
    earned = sum(Fraction(*exact(each["earned"])) for each in parts if each["counted"])
    value = Fraction(earned * 100 / weight) if weight else None
    return {"name": name, "rubric": rubric, "value": share(value), "parts": list(parts)}


def exact(form: Any) -> tuple[int, int]:
    return form["numerator"], form["denominator"]


class Quantity:
    """What values are of."""

    def __init__(self, code: str, unit: str) -> None:
        self.name = (code, unit)


def census(
    codes: Mapping[tuple[str, str, str], int] = {},
    values: Mapping[tuple[str, str], list[float]] = {},
    days: Mapping[tuple[str, str], int] = {},
    cell: int = 10,
) -> dict[str, Any] | None:
    """As a run counts it. codes: by (element, system, code). values: by (code, unit). days: by (type, day)."""
    facts = CensusFacts()
    for code, times in codes.items():
        facts.uses[Uses((code,))] += times
    for name, numbers in values.items():
        facts.values[Quantity(*name)] += numbers
    for (kind, day), times in days.items():
        facts.days[kind, datetime.fromisoformat(day).toordinal()] += times
    return census_form(census_of(facts, cell))


def run(started: str = "2026-03-02T04:00:00+00:00", **parts: Any) -> dict[str, Any]:
    """A report. resources: by type; totals: by (severity, kind); all else as it stands in a report."""
    resources: Mapping[str, int] = parts.pop("resources", {"Patient": 1_000})
    totals: Mapping[tuple[str, str], int] = parts.pop("totals", {})
    found = Counter({kind: count for (_, kind), count in totals.items()})
    return {
        "format": "fhircheck-report",
        "format_version": "1.2",
        "header": {"version": "0.1.0", "started": started, "duration": 1.0},
        "verdict": {"outcome": "no-errors-found", "exit_code": 0, "reasons": []},
        "coverage": share(Fraction(9, 10)),
        "sources": {"names": ["data"], "sampled": None},
        "resources": [{"type": kind, "count": count, "invalid": 0} for kind, count in resources.items()],
        "profiles": [],
        "packages": [],
        "totals": [{"severity": level, "kind": kind, "count": count} for (level, kind), count in totals.items()],
        "issues": [],
        "measures": [],
        "scores": [],
        "overrides": [],
        "baseline": None,
        "fingerprints": {
            "complete": True,
            "counts": [{"fingerprint": kind, "count": count} for kind, count in found.items()],
        },
        "groups": [],
        "use_cases": [],
        "census": None,
    } | parts
