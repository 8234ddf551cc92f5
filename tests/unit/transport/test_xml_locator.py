"""Line and column of an element in XML, by the same expressions as in JSON."""

import pytest

from fhircheck.model.record import Record
from fhircheck.transport.record_reader import locator_for
from fhircheck.transport.xml_locator import XmlLocator

TEXT = """<?xml version="1.0"?>
<Bundle xmlns="http://hl7.org/fhir">
  <entry><fullUrl value="a"/></entry>
  <entry>
    <resource><Observation>
      <id value="o"/> <!-- ü --> <status value="final"/>
      <valueQuantity><value value="1"/></valueQuantity>
      <note/><note><text value="x"/></note>
    </Observation></resource>
  </entry>
</Bundle>""".encode()


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("Bundle", (2, 1)),
        ("Bundle.entry[1]", (4, 3)),
        ("Bundle.entry[1].resource", (5, 5)),
        ("Bundle.entry[1].resource.status", (6, 34)),
        ("Bundle.entry[1].resource.value.ofType(Quantity).value", (7, 22)),
        ("Bundle.entry[1].resource.note[1].text", (8, 20)),
        ("Bundle.entry[1].resource.note[1].missing", (8, 14)),
        ("Bundle.entry[7].resource", (2, 1)),
        ("Bundle.entry[0].fullUrl", (3, 10)),
    ],
)
def test_an_expression_leads_to_the_start_of_its_element(expression: str, place: tuple[int, int]) -> None:
    record = Record("a.xml", 0, None, "Bundle", TEXT)
    assert locator_for(record).in_source(record, expression) == place


def test_a_text_that_breaks_off_is_located_as_far_as_it_goes() -> None:
    record = Record("a.xml", 0, None, "Bundle", TEXT[:120])
    assert XmlLocator(record.data).in_source(record, "Bundle.entry[1].resource") == (4, 3)
