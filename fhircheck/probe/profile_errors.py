"""How many errors a resource that a probe found has against a profile."""

import json
from collections.abc import Callable
from typing import Any

from fhircheck.definitions.definition_set import DefinitionSet
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Piece
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.validator import Validator


def profile_errors(definitions: DefinitionSet) -> Callable[[dict[str, Any], str], int | None]:
    """A function from a resource and a canonical to the number of errors; None where the profile is not loaded."""
    linker = linker_for(definitions, lambda reason, detail: None)
    reader = RecordReader(linker.around.types)

    def errors(resource: dict[str, Any], canonical: str) -> int | None:
        if linker.profile(canonical) is None:
            return None
        text = json.dumps(resource, default=str).encode()
        found = 0
        for record in reader.records(Piece("", "resource", text)):
            checked = Validator(linker, (canonical,), locate=False).check(record)
            issues = [*record.issues, *(issue for each in checked for issue in each.issues)]
            found += sum(1 for issue in issues if issue.severity in ("fatal", "error"))
        return found

    return errors
