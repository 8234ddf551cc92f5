"""Is there anything that the display of a code is compared with?"""

from fhircheck.terminology.code_systems import CodeSystems
from fhircheck.terminology.code_verdict import CodeVerdict
from tests.unit.terminology.definitions_double import Definitions

SYSTEM = "https://example.org/colours"
COLOURS = {
    "resourceType": "CodeSystem",
    "url": SYSTEM,
    "content": "complete",
    "concept": [{"code": "red", "display": "Red"}, {"code": "blue"}],
}


def ask(system: str, code: str, version: str, display: str) -> CodeVerdict | None:
    return None


def test_the_texts_of_a_table_are_there_or_not() -> None:
    systems = CodeSystems(Definitions(COLOURS), lambda key, make: make())
    found = {code: systems.compares_displays(SYSTEM, code) for code in ("red", "blue", "green")}
    assert found == {"red": True, "blue": False, "green": False}


def test_a_server_compares_what_no_table_holds_and_no_rule_decides() -> None:
    systems = CodeSystems(Definitions(COLOURS), lambda key, make: make(), ask_server=ask)
    assert systems.compares_displays("http://snomed.info/sct", "73211009")
    assert not systems.compares_displays("urn:iso:std:iso:3166", "DE")
    assert not systems.compares_displays(SYSTEM, "blue")
