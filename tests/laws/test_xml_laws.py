"""XML and JSON forms of one resource give one node; and whatever the bytes, reading gives an answer."""

from decimal import Decimal
from functools import cache
from typing import Any

import jiter
from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.record import Piece
from fhircheck.transport.json_line import dumped
from fhircheck.transport.xml_reader import XmlReader
from tests.needs import ROOT
from tests.xml_writing import document

SAMPLES = sorted((ROOT / "sample_bundles" / "valid").glob("*.json"))


@cache
def types() -> TypeTable:
    return TypeTable(load_definitions())


@cache
def reader() -> XmlReader:
    return XmlReader(types())


def narratives_aside(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: "" if name == "div" else narratives_aside(each) for name, each in value.items()}
    return [narratives_aside(each) for each in value] if isinstance(value, list) else value


def test_samples_written_as_xml_are_read_as_the_same_nodes() -> None:
    for path in SAMPLES:
        node = jiter.from_json(path.read_bytes(), float_mode="decimal")
        record = reader().record(Piece(path.name, "resource", document(node, types())))
        assert record.issues == []
        assert narratives_aside(record.node) == narratives_aside(node)


PATIENT = (
    b'<?xml version="1.0" encoding="UTF-8"?><Patient xmlns="http://hl7.org/fhir"><id value="a"/><text><status '
    b'value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">x</div></text><contained><Organization><name '
    b'value="o"/></Organization></contained><active id="i" value="true"/><name><given value="b"/></name></Patient>'
)


@settings(max_examples=400)
@given(st.integers(0, len(PATIENT)), st.integers(0, 12), st.binary(max_size=12) | st.sampled_from([
    b"<", b"/>", b"<!--", b"<![CDATA[", b"<?x?>", b"<!DOCTYPE a>", b"&#0;", b"&x;", b' a="b"', b"<name/>", b"text",
    b'xmlns="urn:x"', b"</", b'<contained><Foo/></contained>', b"\xff", b"\xfe\xff", b"\0",
]))  # fmt: skip
def test_whatever_is_cut_out_and_put_in_is_read_or_refused_with_a_finding(at: int, cut: int, put: bytes) -> None:
    record = reader().record(Piece("s", "resource", PATIENT[:at] + put + PATIENT[at + cut :]))
    assert record.node is not None or any(issue.severity in ("error", "fatal") for issue in record.issues)
    if record.node is not None:
        assert jiter.from_json(dumped(record.node), float_mode="decimal") == record.node


@given(st.decimals(allow_nan=False, allow_infinity=False).map(str))
def test_a_decimal_is_what_json_makes_of_it(text: str) -> None:
    start = b'<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="'
    record = reader().record(Piece("s", "resource", start + text.encode() + b'"/></valueQuantity></Observation>'))
    assert record.node is not None
    value = record.node["valueQuantity"]["value"]
    expected = jiter.from_json(text.encode(), float_mode="decimal")
    assert (str(value), type(value)) == (str(expected), type(expected))
    assert isinstance(value, int | Decimal)
