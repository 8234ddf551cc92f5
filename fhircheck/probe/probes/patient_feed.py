"""IHE PIXm, writing: Patient Identity Feed (ITI-104), a conditional update by the patient's identifier."""

from collections.abc import Iterator
from urllib.parse import quote

from fhircheck.probe.declared import Declared
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.test_data import TestData, place, send
from fhircheck.probe.test_data_removal import cleaned_up, search_is_trusted
from fhircheck.probe.verdict import Verdict

_NAME = "patient-feed"
_PROFILE = "https://profiles.ihe.net/ITI/PIXm/StructureDefinition/IHE.PIXm.Patient"


def _fed(probing: Probing) -> Iterator[ProbeResult]:
    """Twice the same identifier: the first makes the patient, the second changes the same one."""
    made, changed = Verdict(_NAME, "Patient.conditionalUpdate"), Verdict(_NAME, "Patient.conditionalUpdate:again")
    declared = Declared(probing.capability).resources.get("Patient")
    if declared is None or not declared.flags["conditionalUpdate"]:
        yield made.not_tested("conditional-update-not-declared")
        return
    data = TestData()
    if not search_is_trusted(probing, data, "Patient", "patient"):
        yield made.not_tested("search-not-trusted")
        return
    patient, identifier = data.patient(_PROFILE), data.identifier("patient")
    path = f"Patient?identifier={quote(identifier['system'] + '|' + identifier['value'], safe='')}"
    try:
        first = send(probing, data, "PUT", path, patient)
        name = place(data, first, "Patient")
        if not first.status:
            yield made.no_answer(first)
        elif first.status != 201:
            yield made.unmet("not-created", first, status=first.status)
        else:
            yield made.met(first) if name else made.unmet("no-location", first)
            second = send(probing, data, "PUT", path, {**patient, "active": False})
            again = place(data, second, "Patient") or name
            if second.status != 200:
                yield changed.unmet("not-updated", second, status=second.status)
            else:
                yield changed.met(second) if again == name else changed.unmet("second-patient-made", second)
    finally:
        cleaned = cleaned_up(probing, data, _NAME)
    yield cleaned


PATIENT_FEED = Probe(
    _NAME,
    "A patient is made, and then changed, by conditional update (ITI-104).",
    "https://profiles.ihe.net/ITI/PIXm/ITI-104.html",
    _fed,
    writes=True,
    of_actors=True,
)
