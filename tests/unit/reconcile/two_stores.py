"""Small stores to compare, as files; and a comparison of two lists of resources."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from fhircheck.model.reconcile import Difference, ReconcileReport
from fhircheck.reconcile.comparing import compare

Resource = dict[str, Any]


def patient(number: int = 1, **more: Any) -> Resource:
    return {
        "resourceType": "Patient",
        "id": f"p{number}",
        "identifier": [{"system": "http://clinic.example/mrn", "value": f"M{number}"}],
        "name": [{"family": f"Family{number}", "given": ["Ada", "Bea"]}],
        "birthDate": "1980-02-03",
        **more,
    }


def observation(number: int = 1, of: int = 1, **more: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "718-7", "display": "Hb"}]},
        "subject": {"reference": f"Patient/p{of}"},
        "effectiveDateTime": f"2024-05-{number % 28 + 1:02d}T10:00:00+02:00",
        "valueQuantity": {
            "value": 13.5 + number,
            "unit": "g/dL",
            "system": "http://unitsofmeasure.org",
            "code": "g/dL",
        },
        **more,
    }


def lines(resources: Iterable[Resource | str]) -> str:
    """As NDJSON; a text is a line as it is."""
    return "".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in resources)


def compared(
    before: Sequence[Resource | str], after: Sequence[Resource | str], folder: Path, **options: Any
) -> tuple[ReconcileReport, list[Difference]]:
    """The report over two lists of resources, and all differences."""
    for name, resources in (("before", before), ("after", after)):
        (folder / f"{name}.ndjson").write_text(lines(resources), encoding="utf-8")
    found: list[Difference] = []
    report = compare(folder / "before.ndjson", folder / "after.ndjson", sink=found.append, moved=True, **options)
    return report, found
