import pytest

from fhircheck.report.remedies import in_no_package, package_of, remedy

NONE: frozenset[str] = frozenset()
MII = "https://www.medizininformatik-initiative.de/fhir/core/modul-labor/StructureDefinition/ObservationLab"


@pytest.mark.parametrize(
    ("canonical", "package"),
    [
        ("https://gematik.de/fhir/isik/StructureDefinition/ISiKPatient", "de.gematik.isik-basismodul"),
        ("https://fhir.kbv.de/StructureDefinition/KBV_PR_ERP_Bundle|1.3.2", "kbv.ita.erp"),
        ("https://fhir.kbv.de/StructureDefinition/KBV_PR_Base_Patient", "kbv.basis"),
        (MII, "de.medizininformatikinitiative.kerndatensatz.laborbefund"),
        ("http://fhir.de/ConsentManagement/StructureDefinition/Consent", "de.einwilligungsmanagement"),
        ("https://intern.example.org/x", None),
        ("http://loinc.org", None),
        ("http://fhir.de/CodeSystem/bfarm/icd-10-gm|2025", None),
    ],
)
def test_package_of(canonical: str, package: str | None) -> None:
    assert package_of(canonical) == package


def test_the_command_names_package_and_version() -> None:
    assert remedy(MII + "|2025.0.2", "validate", NONE) == (
        "fhircheck validate ... --package de.medizininformatikinitiative.kerndatensatz.laborbefund#2025.0.2"
    )
    assert str(remedy(MII + "|2025.0", "check", NONE)).endswith("laborbefund#2025.0.x")
    assert str(remedy(MII, "check", NONE)).endswith("laborbefund#latest")


def test_packages_that_load_by_themselves_only_need_installing() -> None:
    assert remedy("http://terminology.hl7.org/CodeSystem/v3-ActCode", "check", NONE) == (
        "fhircheck packages install hl7.terminology.r4"
    )


def test_what_did_not_help_is_not_advised_again() -> None:
    assert remedy("http://fhir.de/StructureDefinition/x", "check", frozenset({"de.basisprofil.r4"})) is None


def test_codes_no_package_has() -> None:
    assert in_no_package("http://snomed.info/sct|2025")
    assert not in_no_package("http://fhir.de/CodeSystem/versicherungsart-de-basis")
