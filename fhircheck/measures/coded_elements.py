"""Where the codes of a resource stand that measures look at: what it is about, and what sorts it."""

CODED: dict[str, tuple[str, ...]] = {
    "AllergyIntolerance": ("code",),
    "Composition": ("type", "category"),
    "Condition": ("category", "severity", "code", "bodySite"),
    "Consent": ("scope", "category"),
    "DiagnosticReport": ("category", "code", "conclusionCode"),
    "DocumentReference": ("type", "category"),
    "Encounter": ("class", "type", "serviceType", "priority"),
    "ImagingStudy": ("modality", "procedureCode", "reasonCode"),
    "Immunization": ("vaccineCode", "site", "route"),
    "Medication": ("code", "form"),
    "MedicationAdministration": ("category", "medicationCodeableConcept"),
    "MedicationDispense": ("category", "medicationCodeableConcept"),
    "MedicationRequest": ("category", "medicationCodeableConcept"),
    "MedicationStatement": ("category", "medicationCodeableConcept"),
    "Observation": ("category", "code", "valueCodeableConcept", "dataAbsentReason", "interpretation", "bodySite",
                    "method"),
    "Procedure": ("category", "code", "bodySite"),
    "ServiceRequest": ("category", "code"),
    "Specimen": ("type",),
}  # fmt: skip
"""Elements of type Coding or CodeableConcept right below the resource, by type; not those whose codes R4 itself
demands, which validation judges (clinicalStatus)."""

INNER: dict[str, tuple[str, tuple[str, ...]]] = {
    "Encounter": ("hospitalization", ("admitSource", "dischargeDisposition")),
    "Observation": ("component", ("code", "valueCodeableConcept", "interpretation")),
}
"""One element that holds more of them, by type."""

PATHS = frozenset(
    [f"{kind}.{name}" for kind, names in CODED.items() for name in names]
    + [f"{kind}.{inner}.{name}" for kind, (inner, names) in INNER.items() for name in names]
)
IN_WORDS = "; ".join(
    f"{kind} {', '.join((*names, *(f'{INNER[kind][0]}.{name}' for name in INNER[kind][1] if kind in INNER)))}"
    if kind in INNER
    else f"{kind} {', '.join(names)}"
    for kind, names in CODED.items()
)
