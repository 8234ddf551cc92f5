"""Some resources of each declared type, read from the server: what probes take their values from.

One request a type (some more where the server does not search it without a parameter), one after the other; the
resources stay in memory and are shown nowhere.
"""

from fhircheck.probe.asking import Asked, Query, matches
from fhircheck.probe.examination import Examination, NoAnswer, OutOfRequests, exact, examination
from fhircheck.probe.probe import Probing

SAMPLES = 20
PATIENTS = 5
ENOUGH = 3
_LARGE = {"Binary": 2, "Media": 5, "Bundle": 3}
"""Fewer of the types whose resources may be of any size."""


def read_samples(probing: Probing) -> None:
    """Fill ``probing.samples`` for each type that is declared with search-type; what was asked stays in
    ``probing.shared["sampled"]``. Done once; faults of the server leave a type without samples."""
    if "sampled" in probing.shared:
        return
    sampled: dict[str, Asked] = {}
    probing.shared["sampled"] = sampled
    session = examination(probing)
    for kind in session.types:
        if not session.can(kind, "search-type"):
            continue
        try:
            sampled[kind] = _sample(session, kind)
        except OutOfRequests:
            return
        except NoAnswer as silence:
            sampled[kind] = silence.asked


def _sample(session: Examination, kind: str) -> Asked:
    query: Query = [("_count", str(_LARGE.get(kind, SAMPLES)))]
    asked = session.search(kind, query)
    if 400 <= asked.status < 500 and asked.status != 401:
        asked = _narrower(session, kind, query) or asked
    node = exact(asked.body) if asked.ok else None
    found = [each for each in matches(node, kind) if isinstance(each.get("id"), str)][:SAMPLES]
    if found:
        session.probing.samples.setdefault(kind, found)
    return asked


def _narrower(session: Examination, kind: str, query: Query) -> Asked | None:
    """The search by what it may need: a patient of the samples, or any time of the last change; None if neither helps.

    A server may refuse searches that it holds for too wide (http://hl7.org/fhir/R4/search.html#errors).
    """
    parameters = session.level(kind).parameters
    patients = [each["id"] for each in session.samples("Patient")[:PATIENTS] if "patient" in parameters]
    needs: list[Query] = [[("_lastUpdated", "gt1900-01-01")], *([("patient", f"Patient/{each}")] for each in patients)]
    best, most = None, -1
    for need in needs:
        asked = session.search(kind, [*need, *query])
        hits = sum(1 for _ in matches(exact(asked.body), kind)) if asked.ok else -1
        if hits > most:
            best, most, session.needed[kind] = asked, hits, need
        if most >= ENOUGH:
            break
    return best


def sampled(probing: Probing) -> dict[str, Asked]:
    """The request that was sent for the samples of each type."""
    examination(probing)
    found = probing.shared.get("sampled")
    return found if isinstance(found, dict) else {}
