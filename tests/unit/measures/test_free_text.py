"""Text of documents: where it stands, how long it is, what does not count as text."""

from base64 import b64encode
from typing import Any

import pytest

from tests.unit.measures.judged import counts, judged

TEXT = b64encode(b"Befund: unauffaellig.").decode()


def document(*attachments: Any, **more: Any) -> dict[str, Any]:
    return {"resourceType": "DocumentReference", "content": [{"attachment": each} for each in attachments], **more}


def binary(media: str = "text/plain", **more: Any) -> dict[str, Any]:
    return {"resourceType": "Binary", "id": "1", "contentType": media, "data": TEXT, **more}


LINK = {"contentType": "text/plain", "url": "Binary/1"}
DIV = {"status": "generated", "div": "<div>x</div>"}


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([document({"contentType": "text/plain", "data": TEXT})], (1, 1, 0)),
        ([document({"contentType": "Text/HTML; charset=utf-8", "data": TEXT})], (1, 1, 0)),
        ([document({"contentType": "application/pdf", "data": TEXT})], (0, 1, 0)),
        ([document({"data": TEXT})], (0, 1, 0)),
        ([document({"contentType": "text/plain", "data": ""})], (0, 1, 0)),
        ([document()], (0, 1, 0)),
        ([document(5)], (0, 1, 0)),
        ([document({"contentType": "application/pdf"}, {"contentType": "text/plain", "data": TEXT})], (1, 1, 0)),
        ([document(LINK)], (0, 1, 0)),
        ([document(LINK), binary()], (1, 1, 0)),
        ([document(LINK), binary("application/pdf")], (0, 1, 0)),
        ([document({"url": "https://files.example.org/1.txt"})], (0, 0, 1)),
        ([{"resourceType": "DiagnosticReport"}], (0, 0, 0)),
        ([{"resourceType": "DiagnosticReport", "conclusion": "unauffaellig"}], (1, 1, 0)),
        ([{"resourceType": "DiagnosticReport", "presentedForm": [{"contentType": "image/png"}]}], (0, 1, 0)),
        ([{"resourceType": "Composition", "section": [{"section": [{"text": DIV}]}]}], (1, 1, 0)),
        ([{"resourceType": "Composition", "section": [{"title": "x"}], "text": DIV}], (0, 1, 0)),
        ([{"resourceType": "Observation", "note": [{"text": "x"}]}], (0, 0, 0)),
    ],
)
def test_free_text(nodes: list[dict[str, Any]], expected: tuple[int, int, int]) -> None:
    assert counts(judged(*nodes)["free-text"]) == expected


def test_what_is_told_beside_the_share() -> None:
    nodes = [
        document({"contentType": "text/plain", "data": TEXT, "language": "de"}),
        document({"contentType": "application/x-secret", "data": TEXT}, {"contentType": "text/plain", "data": TEXT}),
        {"resourceType": "Observation", "note": [{"text": "x"}], "text": DIV},
        {"resourceType": "Observation", "note": [], "text": {"div": 5}},
    ]
    details = {(each.name, each.of): each.value for each in judged(*nodes)["free-text"].details}
    assert details["characters-median", ""] == pytest.approx(21, rel=0.01)
    assert details["language-declared", "texts"] == details["language-missing", "texts"] == 1
    assert details["resources-with", "note"] == details["resources-with", "narrative"] == 1
    assert details["content-type", "text/plain"] == 2
    assert details["content-type", "other"] == 1
    assert "secret" not in repr(details)
