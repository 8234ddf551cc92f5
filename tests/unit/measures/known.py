"""Tools with the embedded definitions behind them, and resources as validation by these sees them."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from fhircheck.compile.linker import Linker
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.measures.known_codes import KnownCodes
from fhircheck.measures.known_profiles import KnownProfiles
from fhircheck.measures.tools import Tools
from fhircheck.model.record import Record
from fhircheck.validate.checked import Checked
from fhircheck.validate.validator import Validator

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def linker() -> Linker:
    return linker_for(load_definitions(), lambda reason, detail: None, NOW)


def known_tools(codes: Any = None) -> Tools:
    """With what the embedded definitions tell; codes: in place of their terminology."""
    return Tools(NOW, codes=codes or KnownCodes(linker().around.terminology), profiles=KnownProfiles(linker()))


@cache
def _validator() -> Validator:
    return Validator(linker(), locate=False)


def checked(node: dict[str, Any], number: int = 0) -> list[Checked]:
    """The resource as the first pass hands it on, after it the entries of a Bundle."""
    return _validator().check(Record("data.ndjson", number, node, str(node.get("resourceType")), b""))
