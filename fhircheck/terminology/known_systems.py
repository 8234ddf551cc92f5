"""Code systems that no package holds whole, and what decides about their codes without them: one line a system.

http://hl7.org/fhir/R4/terminologies-systems.html#external
"""

from collections.abc import Callable
from typing import NamedTuple

from fhircheck.terminology.code_formats import (
    atc,
    country,
    currency,
    icd_10_gm,
    language,
    loinc,
    m49,
    mime_type,
    ops,
    pzn,
    snomed_ct,
    time_zone,
    ucum,
    uri,
)


class KnownSystem(NamedTuple):
    """judge: code -> it exists (True), cannot exist (False), may exist (None).

    certain: whether False is the system's own rule; otherwise it only looks wrong. kept: whether answers are worth
    keeping on disk, since the judge loads slowly.
    """

    judge: Callable[[str], bool | None]
    certain: bool = True
    kept: bool = False


_ICD_10_GM = KnownSystem(icd_10_gm.judge, certain=False)
_OPS = KnownSystem(ops.judge, certain=False)
_ATC = KnownSystem(atc.judge, certain=False)
_SUBDIVISION = KnownSystem(country.judge_subdivision)
_TIME_ZONE = KnownSystem(time_zone.judge)

KNOWN_SYSTEMS: dict[str, KnownSystem] = {
    "http://loinc.org": KnownSystem(loinc.judge),
    "http://snomed.info/sct": KnownSystem(snomed_ct.judge),
    "http://unitsofmeasure.org": KnownSystem(ucum.judge, kept=True),
    "urn:ietf:bcp:13": KnownSystem(mime_type.judge),
    "urn:ietf:bcp:47": KnownSystem(language.judge),
    "urn:ietf:rfc:3986": KnownSystem(uri.judge),
    "urn:iso:std:iso:3166": KnownSystem(country.judge),
    "urn:iso:std:iso:3166:-2": _SUBDIVISION,
    "urn:iso:std:iso:4217": KnownSystem(currency.judge),
    "http://unstats.un.org/unsd/methods/m49/m49.htm": KnownSystem(m49.judge),
    "https://www.iana.org/time-zones": _TIME_ZONE,
    "http://www.iana.org/time-zones": _TIME_ZONE,
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm": _ICD_10_GM,
    "http://fhir.de/CodeSystem/dimdi/icd-10-gm": _ICD_10_GM,
    "http://fhir.de/CodeSystem/bfarm/ops": _OPS,
    "http://fhir.de/CodeSystem/dimdi/ops": _OPS,
    "http://fhir.de/CodeSystem/bfarm/atc": _ATC,
    "http://fhir.de/CodeSystem/dimdi/atc": _ATC,
    "http://www.whocc.no/atc": _ATC,
    "http://fhir.de/CodeSystem/ifa/pzn": KnownSystem(pzn.judge, certain=False),
}
