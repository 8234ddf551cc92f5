"""XML becomes the node that JSON gives, and what only XML can get wrong is said at its place."""

from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.record import Piece, Record
from fhircheck.transport.xml_builder import Misfit
from fhircheck.transport.xml_reader import XmlReader

DIV = '<div xmlns="http://www.w3.org/1999/xhtml">x &amp; y</div>'


@cache
def reader(depth: int = 200) -> XmlReader:
    return XmlReader(TypeTable(load_definitions()), depth)


def read(data: bytes, depth: int = 200) -> Record:
    return reader(depth).record(Piece("a.xml", "resource", data))


def patient(inner: str, outer: str = 'xmlns="http://hl7.org/fhir"') -> Record:
    return read(f"<Patient {outer}>{inner}</Patient>".encode())


def found(record: Record) -> list[tuple[str, str]]:
    return [(issue.kind, issue.place.expression) for issue in record.issues]


def node(inner: str) -> dict[str, Any]:
    record = patient(inner)
    assert record.issues == []
    assert record.node is not None
    assert record.node.pop("resourceType") == "Patient"
    return record.node


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ('<active value="true"/>', {"active": True}),
        ('<active value="True"/>', {"active": "True"}),
        ('<multipleBirthInteger value="2"/>', {"multipleBirthInteger": 2}),
        ('<multipleBirthInteger value="02"/>', {"multipleBirthInteger": "02"}),
        ('<active id="a" value="false"/>', {"active": False, "_active": {"id": "a"}}),
        ('<name id="n"><family value="A"/></name>', {"name": [{"id": "n", "family": "A"}]}),
        ('<name><given value="A"/><given value="B"/></name>', {"name": [{"given": ["A", "B"]}]}),
        (
            '<name><given value="A"/><given><extension url="u"><valueCode value="c"/></extension></given></name>',
            {"name": [{"given": ["A", None], "_given": [None, {"extension": [{"url": "u", "valueCode": "c"}]}]}]},
        ),
        (
            '<name><given id="x" value="A"/><given value="B"/></name>',
            {"name": [{"given": ["A", "B"], "_given": [{"id": "x"}, None]}]},
        ),
        (
            '<contained><Organization><name value="A"/></Organization></contained>',
            {"contained": [{"resourceType": "Organization", "name": "A"}]},
        ),
        (f'<text><status value="generated"/>{DIV}</text>', {"text": {"status": "generated", "div": DIV}}),
        ('<!-- a --><active value="true"/><!-- b -->', {"active": True}),
        ('<deceasedBoolean value="true"/>', {"deceasedBoolean": True}),
        (
            '<link><other><reference value="a"/></other><type value="refer"/></link>',
            {"link": [{"other": {"reference": "a"}, "type": "refer"}]},
        ),
        ('<unknown value="x"/>', {"unknown": {"value": "x"}}),
    ],
)
def test_an_element_becomes_what_json_has(inner: str, expected: dict[str, Any]) -> None:
    assert node(inner) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.50", Decimal("1.50")), ("1", 1), ("-0.1e3", Decimal("-0.1e3")), ("+1", Misfit("+1")), (".5", Misfit(".5"))],
)
def test_decimals_keep_their_digits_and_what_is_none_stays_text(text: str, value: object) -> None:
    range_ = f'<referenceRange><low><value value="{text}"/></low></referenceRange>'
    record = read(f'<Observation xmlns="http://hl7.org/fhir">{range_}</Observation>'.encode())
    assert record.node is not None
    got = record.node["referenceRange"][0]["low"]["value"]
    assert (got, type(got)) == (value, type(value))


@pytest.mark.parametrize(
    ("inner", "faults"),
    [
        ('<gender value="male"/><active value="true"/>', [("xml-order", "Patient.active")]),
        (
            '<name><given value="a"/><family value="b"/></name>',
            [("xml-order", "Patient.name[0].family")],
        ),
        ('<name/><name>text<family value="a"/></name>', [("xml-text", "Patient.name[1]")]),
        ('<active value="true">text</active>', [("xml-text", "Patient.active")]),
        ('<active value="true"/>text', [("xml-text", "Patient")]),
        ('<active value="true" other="x"/>', [("xml-attribute", "Patient.active")]),
        ('<name value="x"><family value="a"/></name>', [("xml-attribute", "Patient.name[0]")]),
        ('<name xml:lang="de"><family value="a"/></name>', [("xml-attribute", "Patient.name[0]")]),
        ("<active/>", [("xml-empty-element", "Patient.active")]),
        ("", [("xml-empty-element", "Patient")]),
        ('<active xmlns="urn:x" value="true"/>', [("xml-namespace", "Patient.active")]),
        ('<gender value="male"/><gender value="female"/>', [("cardinality-max", "Patient")]),
        ('<?pi x?><active value="true"/>', [("xml-processing-instruction", "Patient")]),
        ("<contained/>", [("xml-resource-count", "Patient.contained[0]")]),
        (
            "<contained><Organization><active value='true'/><id value='o'/></Organization></contained>",
            [("xml-order", "Patient.contained[0].id")],
        ),
        ('<resourceType value="x"/><_name value="y"/>', [("unknown-element", "Patient")] * 2),
        (
            '<deceasedBoolean value="true"/><active value="true"/><deceasedDateTime value="2000"/>',
            [("xml-order", "Patient.active")],
        ),
    ],
)
def test_what_only_xml_gets_wrong_is_said_at_its_place(inner: str, faults: list[tuple[str, str]]) -> None:
    assert found(patient(inner)) == faults


@pytest.mark.parametrize(
    ("data", "kind", "place"),
    [
        (b"<Patient", "xml-syntax", (1, 9)),
        (b'<Patient xmlns="http://hl7.org/fhir">\n <a></b></Patient>', "xml-syntax", (2, 9)),
        (b'<Patient xmlns="http://hl7.org/fhir">&nbsp;</Patient>', "xml-syntax", (1, 44)),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>\n<Patient xmlns="http://hl7.org/fhir"/>', "xml-doctype", (1, 1)),
        (b'\n<!DOCTYPE Patient SYSTEM "file:///etc/passwd"><Patient/>', "xml-doctype", (2, 1)),
        (b"<Patient/>", "xml-not-fhir", (1, 1)),
        (b'<Patient xmlns="urn:other"/>', "xml-not-fhir", (1, 1)),
        (b"  \n", "empty-file", (1, 1)),
    ],
)
def test_what_cannot_be_read_gives_one_finding_and_no_node(data: bytes, kind: str, place: tuple[int, int]) -> None:
    record = read(data)
    assert record.node is None
    assert [(issue.kind, issue.place.line, issue.place.column) for issue in record.issues] == [(kind, *place)]


def test_the_words_of_a_fault_quote_nothing_of_the_data() -> None:
    (issue,) = read(b"<Patient><Mustermann></Musterfrau></Patient>").issues
    assert "Muster" not in str(issue)


def test_a_declaration_that_is_only_talked_about_is_no_declaration() -> None:
    assert patient("<!-- <!DOCTYPE a> --><active value='true'/>").issues == []


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16", "windows-1252"])
def test_other_encodings_are_read_and_said(encoding: str) -> None:
    inner = '<name><family value="Müller"/></name>'
    text = f'<?xml version="1.0" encoding="{encoding}"?><Patient xmlns="http://hl7.org/fhir">{inner}</Patient>'
    record = read(text.encode(encoding))
    assert record.node is not None
    assert record.node["name"] == [{"family": "Müller"}]
    assert [issue.kind for issue in record.issues] == ["encoding-not-utf8"]


def test_depth_is_bounded() -> None:
    inner = '<extension url="u">' * 30 + '<valueCode value="a"/>' + "</extension>" * 30
    record = read(f'<Patient xmlns="http://hl7.org/fhir">{inner}</Patient>'.encode(), depth=10)
    assert [issue.kind for issue in record.issues] == ["nesting-too-deep"]
    text = b'<Patient xmlns="http://hl7.org/fhir">' + b"<contained>" * 100_000
    assert [issue.kind for issue in read(text).issues] == ["xml-syntax"]


def test_findings_have_line_column_and_the_innermost_resource() -> None:
    text = (
        '<Bundle xmlns="http://hl7.org/fhir">\n <type value="collection"/>\n <entry><resource><Patient>\n'
        '  <id value="p1"/>\n  <gender value="male"/> <active value="true"/>\n'
        " </Patient></resource></entry>\n</Bundle>"
    )
    (issue,) = read(text.encode()).issues
    place = issue.place
    assert place.expression == "Bundle.entry[0].resource.active"
    assert (place.resource, place.line, place.column) == ("Patient/p1", 5, 26)
