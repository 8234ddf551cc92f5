"""A record as one line: its own bytes where that can be."""

import json
from decimal import Decimal

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.record import Piece
from fhircheck.transport.json_line import dumped, line_of
from fhircheck.transport.json_reader import read_records
from fhircheck.transport.record_reader import RecordReader


def written(form: str, data: bytes, **more: object) -> list[bytes | None]:
    return [line_of(record) for record in read_records(Piece("s", form, data, **more))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'{"resourceType": "Basic",  "x": 1.50}', b'{"resourceType": "Basic",  "x": 1.50}'),
        (b'\n{\n "resourceType": "Basic",\r\n\t"x": 1.50, "y": "a b\\n\\" c" }\n',
         b'{"resourceType":"Basic","x":1.50,"y":"a b\\n\\" c"}'),
        (b'\xef\xbb\xbf{"resourceType": "Basic"}', b'{"resourceType": "Basic"}'),
        (b'{"resourceType": "B\n', None),
        (b"[]", None),
    ],
)  # fmt: skip
def test_a_document_becomes_one_line(data: bytes, line: bytes | None) -> None:
    assert written("resource", data) == [line]


def test_lines_of_ndjson_stay_as_they_are_even_broken_ones() -> None:
    lines = [b'{"resourceType":"Basic", "a" : 1e2}', b"no json", b'{"b": 1}']
    assert written("ndjson", b"\n".join(lines)) == lines


def test_of_an_entry_of_a_split_bundle_the_resource_is_written() -> None:
    entry = (
        b'{"fullUrl": "urn:a", "resource": {"resourceType": "Basic",\n "x": 1.50, "t": true, "n": [null, "\xc3\xa4"]}}'
    )
    parts = ((0, 1, entry), (200, 3, b'{"request": {}}'))
    assert written("bundle-entries", b"", parts=parts) == [
        b'{"resourceType":"Basic","x":1.50,"t":true,"n":[null,"\xc3\xa4"]}',
        None,
    ]
    assert written("bundle-shell", b'{"resourceType": "Bundle"}') == [None]


def test_numbers_keep_their_digits() -> None:
    text = dumped({"a": [Decimal("1.50"), Decimal("1E+2"), 12345678901234567890, -0.5, False]})
    assert text == b'{"a":[1.50,1E+2,12345678901234567890,-0.5,false]}'
    assert json.loads(text)


def test_half_a_character_does_not_stop_it() -> None:
    assert dumped("\ud800") == b'"?"'


def test_what_xml_wrote_in_a_wrong_form_is_a_text() -> None:
    types = TypeTable(load_definitions(offline=True))
    data = b'<Patient xmlns="http://hl7.org/fhir"><active value=" true"/></Patient>'
    (record,) = RecordReader(types).records(Piece("p.xml", "resource", data))
    line = line_of(record)
    assert line is not None
    assert json.loads(line) == {"resourceType": "Patient", "active": " true"}
