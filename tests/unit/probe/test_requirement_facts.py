"""Our demands beside the statements they restate, where those are at hand: names, types and expectations."""

import json
import tarfile
from functools import cache
from typing import Any

import pytest

from fhircheck.probe.requirement import requirements_of
from fhircheck.probe.requirement_sets import shipped
from tests.needs import shared_path

PACKAGES = {
    "isik-basis": "de.gematik.isik-basismodul-4.0.3",
    "isik-dokumentenaustausch": "de.gematik.isik-dokumentenaustausch-4.0.0-rc",
    "isik-medikation-amts": "de.gematik.isik-medikation-4.0.1",
    "isik-medikation-information": "de.gematik.isik-medikation-4.0.1",
    "isik-medikation-verabreichung": "de.gematik.isik-medikation-4.0.1",
    "isik-medikation-verordnung": "de.gematik.isik-medikation-4.0.1",
    "isik-terminplanung": "de.gematik.isik-terminplanung-4.0.0",
    "isik-vitalparameter": "de.gematik.isik-vitalparameter-4.0.1",
    "isik-vitalparameter-administrative": "de.gematik.isik-vitalparameter-4.0.1",
    "isik-vitalparameter-pdms": "de.gematik.isik-vitalparameter-4.0.1",
    "mhd-document-responder": "ihe.iti.mhd-4.2.0",
    "mhd-document-recipient": "ihe.iti.mhd-4.2.0",
    "mhd-document-recipient-comprehensive": "ihe.iti.mhd-4.2.0",
    "mhd-document-recipient-generate": "ihe.iti.mhd-4.2.0",
    "mhd-document-recipient-simplified": "ihe.iti.mhd-4.2.0",
    "mhd-document-recipient-uncontained": "ihe.iti.mhd-4.2.0",
    "pdqm-supplier": "ihe.iti.pdqm-3.2.0",
    "pdqm-supplier-match": "ihe.iti.pdqm-3.2.0",
    "pixm-manager": "ihe.iti.pixm-3.1.0",
    "mcsd-directory": "ihe.iti.mcsd-4.0.0",
    "mcsd-directory-feed": "ihe.iti.mcsd-4.0.0",
    "mcsd-directory-update": "ihe.iti.mcsd-4.0.0",
    "balp-audit-record-repository": "ihe.iti.balp-1.1.4",
    "bulk-data": "hl7.fhir.uv.bulkdata-1.0.1",
}
# (demand, what the package says, what we say): where we follow another source, and which
DIFFERENT = {
    # MHD 4.2.0 lists authors, sources and patients as plain references; its later text (4.2.4) names what is chained
    "mhd-document-responder": {
        ("DocumentReference.searchParam:author", "SHALL reference", ""),
        ("DocumentReference.searchParam:author.family", "", "SHALL string"),
        ("DocumentReference.searchParam:author.given", "", "SHALL string"),
        ("DocumentReference.searchParam:patient.identifier", "", "SHALL token"),
        ("DocumentReference.searchParam:type", "SHALL reference", "SHALL token"),
        ("List.searchParam:patient", "", "SHALL reference"),
        ("List.searchParam:patient.identifier", "", "SHALL token"),
        ("List.searchParam:source", "SHALL reference", ""),
        ("List.searchParam:source.family", "", "SHALL string"),
        ("List.searchParam:source.given", "", "SHALL string"),
        ("List.searchParam:subject", "SHALL reference", ""),
    },
    # _lastUpdated is of type date, whatever the statement says
    "mcsd-directory": {("system.searchParam:_lastUpdated", "SHALL token", "SHALL date")},
    # removing a patient is an option of the actor
    "pixm-manager": {
        ("Patient.conditionalDelete:single", "SHALL", "MAY"),
        ("Patient.delete", "SHALL", "MAY"),
    },
    # the code it is called with is export; group-export and patient-export are ids of definitions
    "bulk-data": {
        ("Group", "SHALL", "SHOULD"),
        ("Group.operation:$export", "", "SHOULD"),
        ("Group.operation:$group-export", "SHOULD", ""),
        ("Patient", "SHALL", "SHOULD"),
        ("Patient.operation:$export", "", "SHOULD"),
        ("Patient.operation:$patient-export", "SHOULD", ""),
        ("rest.patchFormat:application/json-patch+json", "SHALL", ""),
    },
}


@cache
def published(package: str) -> dict[str, dict[str, Any]]:
    """The CapabilityStatements of a package by URL."""
    found = {}
    with tarfile.open(shared_path("packages", f"{package}.tgz")) as archive:
        for member in archive:
            if member.name.endswith(".json") and "apability" in member.name:
                file = archive.extractfile(member)
                resource = json.loads(file.read()) if file else {}
                if resource.get("resourceType") == "CapabilityStatement":
                    found[resource["url"]] = resource
    return found


def rows(requirements) -> dict[str, str]:
    said = {}
    for each in requirements:
        if each.what not in ("probed", "claim", "software"):
            said[each.id] = f"{each.expectation} {each.type}".strip()
    return said


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_our_demands_are_those_of_the_published_statement(name: str) -> None:
    statements = published(PACKAGES[name])
    [theirs] = [statements[url] for url in shipped()[name].stands_for if url in statements]
    said, ours = rows(requirements_of(theirs)), rows(shipped()[name].requirements)
    different = {
        (each, said.get(each, ""), ours.get(each, ""))
        for each in {*said, *ours}
        if said.get(each, "") != ours.get(each, "")
    }
    assert different == DIFFERENT.get(name, set())


def test_the_list_has_no_name_that_is_not_shipped() -> None:
    assert set(PACKAGES) <= set(shipped())
    assert set(DIFFERENT) <= set(PACKAGES)
