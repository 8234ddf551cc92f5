"""Bodies are bounded in size (also unpacked) and in time; what they come packed in does not matter."""

import gzip
import json
import zlib
from typing import Any

import pytest

from fhircheck.serve.fhir.negotiation import form_of_answer, form_of_body, language_of
from fhircheck.serve.fhir.refusal import Refused
from tests.unit.serve.conftest import LIMIT

PATIENT = json.dumps({"resourceType": "Patient"}).encode()
TYPE = {"Content-Type": "application/fhir+json"}


def outcome_of(client: Any, content: bytes, **headers: str) -> tuple[int, str]:
    answer = client.post("/fhir/$validate", content=content, headers={**TYPE, **headers})
    return answer.status_code, answer.json()["issue"][0]["code"]


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("identity", PATIENT),
        ("gzip", gzip.compress(PATIENT, mtime=0)),
        ("GZIP", gzip.compress(PATIENT, mtime=0)),
        ("deflate", zlib.compress(PATIENT)),
    ],
    ids=["identity", "gzip", "in capitals", "deflate"],
)
def test_packed_bodies_are_unpacked(client: Any, coding: str, packed: bytes) -> None:
    assert outcome_of(client, packed, **{"Content-Encoding": coding}) == (200, "informational")


@pytest.mark.parametrize(
    ("coding", "content", "expected"),
    [
        ("identity", b" " * (LIMIT + 1), (413, "too-long")),
        ("gzip", gzip.compress(b" " * 20_000_000, mtime=0), (413, "too-long")),
        ("gzip", gzip.compress(b" " * 100, mtime=0) * 1_500, (413, "too-long")),
        ("deflate", zlib.compress(b" " * 20_000_000), (413, "too-long")),
        ("gzip", b"not gzip", (400, "structure")),
        ("gzip", gzip.compress(PATIENT, mtime=0)[:-9], (400, "structure")),
        ("br", PATIENT, (415, "not-supported")),
        ("gzip, gzip", PATIENT, (415, "not-supported")),
    ],
    ids=["large", "bomb", "many", "deflated bomb", "damaged", "broken off", "unknown", "twice"],
)
def test_bombs_and_damage_are_refused(client: Any, coding: str, content: bytes, expected: tuple[int, str]) -> None:
    assert coding == "identity" or len(content) < LIMIT, "it is what comes out that is too large"
    assert outcome_of(client, content, **{"Content-Encoding": coding}) == expected


def test_the_length_that_is_promised_is_enough_to_be_refused(client: Any) -> None:
    assert outcome_of(client, b"{}", **{"Content-Length": str(LIMIT + 1)}) == (413, "too-long")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"])
def test_what_a_form_of_another_site_could_send_is_refused(client: Any, kind: str) -> None:
    assert outcome_of(client, PATIENT, **{"Content-Type": kind}) == (415, "not-supported")


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("application/fhir+json", "json"),
        ("application/fhir+xml; charset=UTF-8", "xml"),
        ("application/fhir+json; fhirVersion=4.0", "json"),
        ("TEXT/XML", "xml"),
        ("application/fhir+json; fhirVersion=5.0", ""),
        ("application/pdf", ""),
    ],
)
def test_form_of_body(header: str, form: str) -> None:
    if form:
        assert form_of_body(header) == form
        return
    with pytest.raises(Refused):
        form_of_body(header)


@pytest.mark.parametrize(
    ("accept", "query", "sent", "form"),
    [
        ("", {}, "xml", "xml"),
        ("*/*", {}, "xml", "xml"),
        ("application/fhir+xml", {}, "json", "xml"),
        ("application/fhir+json;q=0.5, application/fhir+xml", {}, "json", "xml"),
        ("text/html, application/xml;q=0.9, */*;q=0.8", {}, "json", "json"),
        ("application/fhir+xml;q=nan, application/fhir+json;q=0.1", {}, "xml", "json"),
        ("application/fhir+xml", {"_format": "json"}, "xml", "json"),
        ("", {"_format": "application/fhir xml"}, "json", "xml"),
        ("", {"_format": "pdf"}, "json", ""),
        ("image/png", {}, "json", ""),
        ("application/fhir+json; fhirVersion=5.0", {}, "json", ""),
    ],
)
def test_form_of_answer(accept: str, query: dict[str, str], sent: Any, form: str) -> None:
    if form:
        assert form_of_answer(accept, query, sent) == form
        return
    with pytest.raises(Refused):
        form_of_answer(accept, query, sent)


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "en"), ("de", "de"), ("fr", "en"), ("en;q=0.4, de-AT;q=0.5", "de"), ("de;q=0", "en"), ("x" * 9_999, "en")],
)
def test_language(header: str, language: str) -> None:
    assert language_of(header, "en") == language
