"""Which source a resource is of."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from fhircheck.apart.grouping import check_way, grouping
from fhircheck.model.errors import UsageError


@dataclass
class Read:
    source: str = "data.ndjson"
    node: dict[str, Any] = field(default_factory=dict)
    full_url: Any = None


def test_several_given_sources_are_told_apart_by_what_was_given() -> None:
    group = grouping("file", ("exports/lab", "exports/lab2", "ehr.zip"))
    assert group(Read("exports/lab/a.ndjson")) == "exports/lab"
    assert group(Read("exports/lab2/a.ndjson")) == "exports/lab2"
    assert group(Read("ehr.zip!b.json")) == "ehr.zip"
    assert group(Read("other.json")) == "other.json"


def test_one_given_source_is_told_apart_by_its_files() -> None:
    assert grouping("file", ("exports",))(Read("exports/a.ndjson")) == "exports/a.ndjson"


@pytest.mark.parametrize(
    ("way", "node", "expected"),
    [
        ("source", {"meta": {"source": "https://lab.example#req1"}}, "https://lab.example"),
        ("source", {"meta": {"source": 7}}, ""),
        ("source", {"meta": []}, ""),
        ("source", {}, ""),
        ("tag", {"meta": {"tag": [{"system": "s", "code": "a"}, {"system": "t", "code": "b"}]}}, "s|a"),
        ("tag", {"meta": {"tag": [None, {"system": "s"}, {"code": "b"}]}}, "b"),
        ("tag=t", {"meta": {"tag": [{"system": "s", "code": "a"}, {"system": "t", "code": "b"}]}}, "t|b"),
        ("tag=u", {"meta": {"tag": [{"system": "s", "code": "a"}]}}, ""),
        ("tag", {"meta": {"tag": {"code": "a"}}}, ""),
    ],
)
def test_what_a_resource_says_of_itself(way: str, node: dict[str, Any], expected: str) -> None:
    assert grouping(way, ("a", "b"))(Read(node=node)) == expected


def test_servers() -> None:
    group = grouping("server", ("https://fhir.example/r4/Patient?name=#redacted",))
    assert group(Read(full_url="https://a.example/fhir/Patient/1")) == "https://a.example/fhir"
    assert group(Read(full_url="https://a.example/fhir/Patient/1/_history/2")) == "https://a.example/fhir"
    assert group(Read(full_url="urn:uuid:1")) == ""
    assert group(Read("https://b.example/r4/Patient?name=x")) == "https://b.example/r4/Patient"


def test_another_way_is_refused() -> None:
    for way in ("", "file", "server", "source", "tag", "tag=http://x"):
        check_way(way)
    for way in ("files", "tag="):
        with pytest.raises(UsageError, match="must be file, server"):
            check_way(way)
