"""IHE QEDm: Mobile Query Existing Data (PCC-44), option by option."""

from collections.abc import Iterator

from fhircheck.probe.combined_search import combined, included, until_silent
from fhircheck.probe.declared import Declared
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.verdict import Verdict

_NAME = "clinical-data"
SEARCHES: dict[str, tuple[tuple[str, ...], ...]] = {
    "Observation": (
        ("patient", "category"),
        ("patient", "category", "code"),
        ("patient", "category", "date:ge"),
        ("patient", "category", "date:le"),
        ("patient", "category", "date:gt"),
        ("patient", "category", "date:lt"),
        ("patient", "category", "code", "date:ge"),
    ),
    "AllergyIntolerance": (("patient",),),
    "Condition": (("patient",), ("patient", "category"), ("patient", "clinical-status")),
    "DiagnosticReport": (
        ("patient", "category"),
        ("patient", "category", "code"),
        ("patient", "category", "date:ge"),
        ("patient", "category", "date:le"),
    ),
    "MedicationStatement": (("patient",),),
    "MedicationRequest": (("patient",),),
    "Immunization": (("patient",),),
    "Procedure": (("patient",), ("patient", "date:ge"), ("patient", "date:le")),
    "Encounter": (("patient",), ("patient", "date:ge"), ("patient", "date:le")),
    "Provenance": (("target",),),
}
INCLUDES = {
    "MedicationStatement": "MedicationStatement:medication",
    "MedicationRequest": "MedicationRequest:medication",
}


def _found(probing: Probing) -> Iterator[ProbeResult]:
    """Each declared type by each combination that a consumer sends."""
    declared = Declared(probing.capability)
    there = [kind for kind in SEARCHES if declared.can(kind, "search-type")]
    if not there:
        yield Verdict(_NAME, "Observation.search-type").not_tested("search-not-declared", type="Observation")
    yield from until_silent(_each(probing, there))


def _each(probing: Probing, kinds: list[str]) -> Iterator[ProbeResult]:
    for kind in kinds:
        for names in SEARCHES[kind]:
            yield combined(probing, Verdict(_NAME, f"{kind}.search-type:{'+'.join(names)}"), kind, names)
        if kind in INCLUDES:
            verdict = Verdict(_NAME, f"{kind}._include:{INCLUDES[kind]}")
            yield included(probing, verdict, kind, INCLUDES[kind])


CLINICAL_DATA = Probe(
    _NAME,
    "Clinical data of a patient is found as QEDm asks (PCC-44).",
    "https://profiles.ihe.net/PCC/QEDm/PCC-44.html",
    _found,
    of_actors=True,
)
