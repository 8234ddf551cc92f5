"""consent-active: have the patients agreed, and does it still hold? (CONS-1)"""

import json
from collections import Counter
from functools import lru_cache

from fhircheck.measures.consent_provisions import Name, codes, for_data, permitted, span_at
from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.date_span import Span
from fhircheck.measures.equal_people import tell_failing
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.link_facts import key_of
from fhircheck.model.plural import filled
from fhircheck.model.record import Node
from fhircheck.model.report import Detail
from fhircheck.model.row_facts import WIDTHS
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.model.spilled_rows import SpilledRows

MII = "urn:oid:2.16.840.1.113883.3.1937.777.24.5.3"
_OID = "2.16.840.1.113883.3.1937.777.24.5.3."
_MII_NAMES = {
    "1": "Patientendaten erheben, speichern, nutzen",
    "6": "MDAT erheben",
    "7": "MDAT speichern, verarbeiten",
    "8": "MDAT wissenschaftlich nutzen EU DSGVO NIVEAU",
    "9": "MDAT zusammenfuehren Dritte",
    "10": "Krankenkassendaten retrospektiv uebertragen, speichern, nutzen",
    "14": "KKDAT prospektiv uebertragen speichern nutzen",
    "18": "Biomaterial erheben, lagern, nutzen",
    "22": "BIOMAT wissenschaftlich nutzen EU DSGVO NIVEAU",
    "26": "Rekontaktierung Ergänzungen",
    "30": "Rekontaktierung Zusatzbefund",
    "44": "Patientendaten retrospektiv verarbeiten, nutzen",
    "48": "Patientendaten Weitergabe non DSGVO NIVEAU",
}
"""Displays of the codes of MII's policies that are asked about most; others are shown by their code."""

_STATUSES = frozenset(("draft", "proposed", "active", "rejected", "inactive", "entered-in-error"))
_PERMITS, _UNSAID, _DENIES = (key_of(each) for each in ("permits", "unsaid", "denies"))
_PATIENT = WIDTHS["patients"]
_Known = tuple[set[int], set[tuple[int, int]]]
"""Patients; (patient, what a consent says)."""


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Add rows for what an active Consent permits at the moment of the run, by policy and category."""
    status = node.get("status")
    tally.counts.add(("consents", status if status.__class__ is str and status in _STATUSES else "other"))
    if status != "active" or not for_data(node):
        return
    if not seen.patient:
        tally.counts.add(("unlinked",))
        return
    found = permitted(node, _now(seen))
    fresh = seen.rows.table("consents").fresh
    fresh += (seen.patient, _DENIES if found.permits is False else _PERMITS if found.permits else _UNSAID)
    if found.permits:
        for name in found.policies | {("category", *each) for each in codes(node.get("category"))}:
            tally.counts.add(name)
            fresh += (seen.patient, _key(name))


def _now(seen: Seen) -> Span:
    remembered = seen.tools.remembered.setdefault("consent-active", {})
    if "now" not in remembered:
        remembered["now"] = span_at(seen.tools.now)
    return remembered["now"]  # type: ignore[return-value]


@lru_cache(4_096)
def _key(name: Name) -> int:
    return key_of("\n".join(name))


def judge(merged: Merged) -> Judged:
    """Join patients with what their consents permit."""
    join = Join(_people_and_consents, _nothing, _agreed)
    found = fold(join, merged.rows.table("patients"), merged.rows.table("consents"))
    tally, failing, by_key = found.tally, found.failing, found.by_key
    if merged.sampled:
        failing.close()
        tally = Tally(cannot_tell=tally.denominator + tally.cannot_tell)
        return Judged(tally, "in a sample the Consent may have been left out")
    if tally.denominator:
        tally.by["Patient"] = [tally.numerator, tally.denominator]
    tell_failing(failing, {0: "Patient"}, merged, tally)
    return Judged(tally, _reason(merged, tally), details=_details(merged.tally, by_key))


class _Found:
    """tally: of patients. failing: rows (patient, 0) of those who have not agreed. by_key: patients by what is said."""

    def __init__(self) -> None:
        self.tally, self.failing, self.by_key = Tally(), SpilledRows(2), Counter[int]()

    def merge(self, other: "_Found") -> None:
        self.tally.merge(other.tally)
        self.failing.merge(other.failing)
        other.failing.close()
        self.by_key.update(other.by_key)


def _people_and_consents(known: _Known | None, patients: Numbers, consents: Numbers) -> _Known:
    people, pairs = (set(), set()) if known is None else known
    people.update(patients[0::_PATIENT])
    pairs.update(zip(consents[0::2], consents[1::2], strict=True))
    return people, pairs


def _nothing(known: _Known, patients: Numbers, consents: Numbers) -> _Found:
    return _Found()


def _agreed(known: _Known) -> _Found:
    """Who has agreed, who has not, and of whom it is not said."""
    found, people = _Found(), known[0]
    pairs = {pair for pair in known[1] if pair[0] in people}
    found.by_key.update(key for _, key in pairs)
    agreed = {patient for patient, key in pairs if key == _PERMITS}
    unsaid = {patient for patient, key in pairs if key == _UNSAID} - agreed
    found.tally.numerator = len(agreed)
    found.tally.denominator = len(people) - len(unsaid)
    found.tally.cannot_tell = len(unsaid)
    for patient in people - agreed - unsaid:
        found.failing.fresh += (patient, 0)
    found.failing.pack()
    return found


def _reason(merged: Merged, tally: Tally) -> str:
    if not tally.denominator + tally.cannot_tell:
        return ""
    if not merged.resources["Consent"]:
        return "the data holds no Consent; a use without one needs another legal basis"
    unlinked = sum(count for name, count in merged.tally.counts if name == ("unlinked",))
    said = "{count} active {count:consent names its|consents name their} patient by no reference"
    return filled(said, {"count": unlinked}) if unlinked else ""


def _details(tally: Tally, by_key: Counter[int]) -> tuple[Detail, ...]:
    """Consents by status, patients by what they permit and by category, patients who deny."""
    statuses = [Detail("consents", count, "consents", name[1]) for name, count in tally.counts if name[0] == "consents"]
    named = [name for name, _ in tally.counts if len(name) == 3]
    details = [
        Detail(f"patients-with-{kind}", by_key[_key(name)], "patients", _shown(name))
        for kind in ("policy", "category")
        for name in named
        if name[0] == kind
    ]
    denied = by_key[_DENIES]
    return (*statuses, *details, *((Detail("patients-with-consent-that-permits-nothing", denied, "patients", "now"),)
                                   if denied else ()))  # fmt: skip


def _shown(name: tuple[str, ...]) -> str:
    _, system, code = name
    if system == MII:
        title = _MII_NAMES.get(code.removeprefix(_OID))
        return f"{title} ({code})" if title else code
    return f"{system}|{code}"


def _example(end: str) -> str:
    """A patient with a consent to research until `end`."""
    patient = {"resourceType": "Patient", "id": "p1", "gender": "female"}
    policy = {"coding": [{"system": MII, "code": f"{_OID}8"}]}
    period = {"start": "2021-01-01", "end": end}
    consent = {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "research"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "57016-8"}]}],
        "patient": {"reference": "Patient/p1"},
        "policy": [{"uri": "urn:oid:2.16.840.1.113883.3.1937.777.24.2.1791"}],
        "provision": {
            "type": "deny",
            "period": period,
            "provision": [{"type": "permit", "period": period, "code": [policy]}],
        },
    }
    return json.dumps([patient, consent])


MEASURE = CountedMeasure(
    name="consent-active",
    code="CONS-1",
    summary="Patients with a consent that is active, permits something and holds today.",
    why="Data of patients who have not agreed, or whose consent has run out, need another legal basis or must not be "
    "used: better to know before a model has been trained on it.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a patient with an id (per resource; a Patient that is there more than once counts once). "
    "Patients with at least one Consent of status active, not of scope treatment or adr only, with a provision of type "
    "permit (at any depth) whose period, and those of the provisions around it, cover the moment of the run / "
    "patients. A period without end is open; a malformed one covers nothing. A patient whose active consents have no "
    "provision with a type is 'cannot tell', as are all in a sample. Consents that name their patient by an identifier "
    "alone are not joined, but counted. Several consents of a patient add up.",
    source="MII DQA-CQL, checks of Consent (status, category, policy, validity, provision type); the formula is ours",
    published=False,
    threshold=None,
    types=frozenset({"Consent"}),
    failing=_example("2022-12-31"),
    passing=_example("2099-12-31"),
    observe=observe,
    judge=judge,
)
