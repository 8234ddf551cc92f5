"""Manifests of Bulk Data exports: whole ones, and every way one may be none."""

import json
from typing import Any

import pytest

from fhircheck.sources.bulk_manifest import ExportFile, read_manifest
from fhircheck.sources.search_page import outcome_codes
from fhircheck.transport.http import Answer, ServerFault

WHOLE: dict[str, Any] = {
    "transactionTime": "2026-01-02T03:04:05.678+01:00",
    "request": "https://fhir.example.org/fhir/$export",
    "requiresAccessToken": True,
    "output": [{"type": "Patient", "url": "files/1", "count": 3}],
    "deleted": [{"type": "Bundle", "url": "files/3"}],
    "error": [{"type": "OperationOutcome", "url": "https://other.example.org/2?signature=x"}],
}


def answer(body: Any, **headers: str) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer("https://fhir.example.org/fhir/status/1", 200, "application/json", data, headers)


def test_a_whole_manifest() -> None:
    manifest = read_manifest(answer({**WHOLE, "extension": {"x": 1}, "outputFormat": "y"}, expires="Fri"))
    assert manifest.wrong == ()
    assert manifest.requires_token is True
    assert (manifest.transaction_time, manifest.expires) == ("2026-01-02T03:04:05.678+01:00", "Fri")
    assert manifest.other == {"extension": {"x": 1}, "outputFormat": "y"}
    assert manifest.files == (
        ExportFile("output", 0, "Patient", "https://fhir.example.org/fhir/status/files/1", 3),
        ExportFile("deleted", 0, "Bundle", "https://fhir.example.org/fhir/status/files/3"),
        ExportFile("error", 0, "OperationOutcome", "https://other.example.org/2?signature=x"),
    )


def test_addresses_are_not_shown() -> None:
    manifest = read_manifest(answer({**WHOLE, "link": [{"relation": "next", "url": "/a?signature=x"}]}))
    assert manifest.next == "https://fhir.example.org/a?signature=x"
    assert "signature" not in repr(manifest)


def test_a_file_is_the_same_when_it_is_signed_anew() -> None:
    one, two, other = (
        ExportFile("output", 0, "Patient", f"https://a.example.org/{path}") for path in ("1?s=1", "1?s=2", "2?s=1")
    )
    assert one.place == two.place != other.place


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"transactionTime": None}, ("transactionTime",)),
        ({"transactionTime": "2026"}, ("transactionTime",)),
        ({"request": None}, ("request",)),
        ({"requiresAccessToken": "true"}, ("requiresAccessToken",)),
        ({"error": None}, ("error",)),
        ({"deleted": {}}, ("deleted",)),
        ({"output": [{"type": "Patient"}]}, ("output.url",)),
        ({"output": [{"url": "a"}]}, ("output.type",)),
        ({"output": [{"type": "../x", "url": "a"}]}, ("output.type",)),
        ({"output": [{"type": "Patient", "url": "a", "count": -1}]}, ("output.count",)),
        ({"output": [{"type": "Patient", "url": "a", "count": True}]}, ("output.count",)),
        ({"output": ["a", {"type": "Patient", "url": "a"}]}, ("output.url",)),
        ({"output": [{"url": "a"}], "outputOrganizedBy": "Patient"}, ()),
    ],
)
def test_what_is_missing_is_named(change: dict[str, Any], wrong: tuple[str, ...]) -> None:
    node = {name: value for name, value in {**WHOLE, **change}.items() if value is not None}
    assert read_manifest(answer(node)).wrong == wrong


def test_files_without_an_address_are_counted() -> None:
    manifest = read_manifest(answer({**WHOLE, "output": [{}, {"type": "Patient", "url": ""}]}))
    assert manifest.unnamed == 2
    assert not [each for each in manifest.files if each.group == "output"]


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        (b"<html>Please sign in</html>", "not-a-manifest", "html"),
        (b'{"output": [', "not-a-manifest", "broken-json"),
        (b"[]", "not-a-manifest", "json-without-members"),
        ({"resourceType": "Bundle"}, "not-a-manifest", "no-output"),
        (
            {"resourceType": "OperationOutcome", "issue": [{"code": "exception", "diagnostics": "Meyer"}]},
            "export-failed",
            "exception",
        ),
    ],
)
def test_what_is_no_manifest(body: Any, reason: str, detail: str) -> None:
    with pytest.raises(ServerFault) as caught:
        read_manifest(answer(body))
    assert (caught.value.reason, caught.value.detail) == (reason, detail)


def test_pages_become_one() -> None:
    first = read_manifest(answer({**WHOLE, "link": [{"relation": "next", "url": "2"}]}))
    second = read_manifest(answer({**WHOLE, "output": [{"type": "Patient", "url": "files/9"}], "error": [], "x": 1}))
    both = first.joined(second)
    assert [(each.group, each.number) for each in both.files] == [
        ("output", 0), ("deleted", 0), ("error", 0), ("output", 1), ("deleted", 1),
    ]  # fmt: skip
    assert (both.next, both.other) == ("", {"x": 1})


def test_codes_only_ever_are_codes() -> None:
    issues = [{"code": "exception"}, {"code": "Meyer, born 1950"}, {"code": 3}, "x"]
    assert outcome_codes({"issue": issues}) == "exception"
    assert outcome_codes({"issue": {}}) == outcome_codes(None) == ""
