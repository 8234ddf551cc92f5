"""Input out of the shared sets: the same bytes each time, new ids in each copy, references lead to the same copy."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks import scale_data
from benchmarks.scale_data import NUMBER, ready, set_resources, templates, write
from tests.needs import shared_path

SIZE = 700_000
"""Two copies of the smallest set."""


@pytest.fixture(scope="module")
def data() -> Path:
    return shared_path("data")


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(each) for path in sorted(folder.iterdir()) for each in path.read_bytes().splitlines()]


def names(resources: list[dict[str, Any]]) -> Counter[str]:
    return Counter(f"{each['resourceType']}/{each['id']}" for each in resources)


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["reference"]} if isinstance(node.get("reference"), str) else set()
        return own.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def test_the_same_bytes_each_time_and_as_many_as_asked(tmp_path: Path, data: Path) -> None:
    one, two = (write(tmp_path / name, SIZE, ("mii",), data) for name in ("one", "two"))
    assert (one.bytes, one.resources, one.copies) == (two.bytes, two.resources, 2)
    assert one.bytes >= SIZE
    files = sorted((tmp_path / "one").iterdir())
    assert len(files) == one.files > 10
    assert sum(each.stat().st_size for each in files) == one.bytes
    assert all(each.read_bytes() == (tmp_path / "two" / each.name).read_bytes() for each in files)


def test_ids_are_new_and_references_lead_to_the_same_copy(tmp_path: Path, data: Path) -> None:
    done = write(tmp_path / "data", SIZE, ("mii",), data)
    found = lines(tmp_path / "data")
    known = names(found)
    assert len(found) == done.resources
    assert set(known.values()) == {1}
    assert all(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", each["id"]) for each in found)
    originals = {f"{each['resourceType']}/{each['id']}": each for each in set_resources("mii", data)}
    own = set(originals)
    inside = sum(bool(references(each) & own) for each in originals.values())
    followed = 0
    for each in found:
        copy = re.search(r"-(0000000[01])$", each["id"])
        targets = references(each) & set(known)
        assert copy
        assert all(target.endswith(copy[1]) for target in targets)
        followed += bool(targets)
    assert followed == inside * done.copies
    assert not any(references(each) & own for each in found)


def test_a_uuid_stays_one_wherever_it_stands(data: Path) -> None:
    text = next(each.text for each in templates("encoders", data) if each.name == "Condition.encoders").decode()
    one = json.loads(text.replace(NUMBER, "0000002a").splitlines()[0])
    form = r"0000002a-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    assert re.fullmatch(form, one["id"])
    assert re.fullmatch(f"Patient/{form}", one["subject"]["reference"])


def test_identifiers_are_new_but_for_those_with_a_check_digit() -> None:
    node = {
        "resourceType": "Patient",
        "id": "a",
        "identifier": [{"system": "urn:s", "value": "7"}, {"system": scale_data.RULED[0], "value": "G678901234"}],
        "managingOrganization": {"reference": "Patient?identifier=urn:s|7"},
    }
    new = scale_data._new_names({"Patient/a": node})
    copy = scale_data._renamed(node, new)
    assert [each["value"] for each in copy["identifier"]] == [f"7-{NUMBER}", "G678901234"]
    assert copy["managingOrganization"]["reference"] == f"Patient?identifier=urn:s|7-{NUMBER}"


def test_what_is_there_is_taken_only_where_it_is_what_was_asked_for(tmp_path: Path, data: Path) -> None:
    folder = tmp_path / "data"
    first = ready(folder, 1, ("mii",), data)
    assert ready(folder, 1, ("mii",), data) == scale_data.Written(
        first.files, first.bytes, first.resources, first.copies, 0.0
    )
    assert ready(folder, SIZE, ("mii",), data).copies == 2
    assert ready(folder, SIZE, ("mii",), data).seconds == 0
