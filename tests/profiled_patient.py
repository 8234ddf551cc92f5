"""What is found in a small patient by a profile of a few elements."""

import json
from typing import Any

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Piece
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.validator import Validator
from tests.package_making import profile

URL = "http://example.org/held"
MASKED = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}
"""An extension that may stand anywhere."""


def broken(elements: list[dict[str, Any]], piece: dict[str, Any], profiles: int = 1) -> list[tuple[str, str]]:
    """The findings of a patient by a profile of these elements, or several alike: (key or kind, place); the gate must
    say the same as the explainer."""
    base = "http://hl7.org/fhir/StructureDefinition/Patient"
    urls = [f"{URL}{number or ''}" for number in range(profiles)]
    loose = [profile(url, baseDefinition=base, differential={"element": elements}) for url in urls]
    linker = linker_for(load_definitions(offline=True, loose=loose), lambda *_: None)
    validator = Validator(linker, (), locate=False)
    node = {"resourceType": "Patient", "meta": {"profile": urls}, **piece}
    (record,) = RecordReader(linker.around.types).records(Piece("s", "resource", json.dumps(node).encode()))
    clean = validator.clean(record)
    (checked,) = validator.check(record)
    assert (clean is not None) == (not checked.issues)
    return [(str(dict(each.params).get("key", each.kind)), each.place.expression) for each in checked.issues]
