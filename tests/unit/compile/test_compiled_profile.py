"""The plain form of a compiled profile: kept, read again, and the same."""

import json
import pickle
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fhircheck.compile.compile_cache import CompileCache
from fhircheck.compile.compiled_profile import (
    FORM,
    CompiledElement,
    CompiledProfile,
    SlicingRules,
    TypeRef,
    from_json,
    to_json,
)
from fhircheck.compile.profile_builder import compile_structure
from tests.needs import ROOT

GOLDEN = ROOT / "tests" / "golden" / "compiled"

FACETS: dict[str, Any] = {
    "fixed_value": {"value": Decimal("1.50"), "coding": [{"code": "a", "rank": Decimal("-0.0")}], "flag": True},
    "pattern_value": [Decimal("1E+3"), 1, None, "1.0", {}],
    "min_max_value": {"minValue": Decimal("0.10"), "maxValue": 10**30},
    "max_length": 3,
    "binding": {"valueSet": "http://v|1", "plain": False},
}
ELEMENTS = (
    CompiledElement("P.a", "a"),
    CompiledElement("P.b", "b", 2, None, True, False, True, (TypeRef("id"),)),
    CompiledElement(
        "P.c[x]", "c", 0, 0, False, True, types=(TypeRef("Coding", ("http://a", "http://b")), TypeRef("code"))
    ),
    CompiledElement("P.d", "d", reference="P.a", facets=FACETS),
    CompiledElement("P.e", "e", children=(CompiledElement("P.e.f", "f", children=(CompiledElement("P.e.f.g", "g"),)),)),
)
PROFILE = CompiledProfile(
    "http://p",
    "1.0",
    "P",
    "resource",
    True,
    CompiledElement("P", "P", 0, None, children=ELEMENTS),
    7,
)


def kept(profile: CompiledProfile, folder: Path) -> dict[str, Any]:
    """The plain form as the cache gives it back in the next run."""
    CompileCache(folder).get("key", lambda: to_json(profile))
    found = CompileCache(folder).get("key", lambda: None)
    assert found is not None, "it was not kept"
    return found


def digits(value: Any) -> Any:
    """`value` with each number as type and text: 1.50 equals 1.5, but its digits differ."""
    if isinstance(value, dict):
        return {name: digits(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [digits(each) for each in value]
    return f"{type(value).__name__} {value}"


def test_it_is_the_same_after_the_cache(tmp_path: Path) -> None:
    found = from_json(kept(PROFILE, tmp_path))
    assert found == PROFILE
    assert found is not PROFILE
    assert digits(found.root.children[3].facets) == digits(FACETS)


def test_it_is_the_same_without_the_cache() -> None:
    assert from_json(to_json(PROFILE)) == PROFILE


def test_each_field_of_an_element_is_kept(tmp_path: Path) -> None:
    other = CompiledElement(
        "P.z", "y", 1, 4, True, True, True, (TypeRef("id", ("http://a",)),), "P.q", {"max_length": 1}, (), "s",
        SlicingRules((("value", "code"), ("type", "$this")), "closed", True),
    )  # fmt: skip
    for name in CompiledElement.__slots__:
        element = CompiledElement("P.a", "a")
        setattr(element, name, getattr(other, name) or (CompiledElement("P.a.b", "b"),))
        profile = CompiledProfile("http://p", "", "P", "resource", False, element)
        assert from_json(kept(profile, tmp_path / name)) == profile, name


def test_it_travels_between_processes() -> None:
    assert pickle.loads(pickle.dumps(PROFILE)) == PROFILE


def test_defaults_take_no_room() -> None:
    assert to_json(PROFILE)["root"]["children"][0] == {"id": "P.a", "name": "a", "min": 0, "max": 1}


@pytest.mark.parametrize("form", [FORM - 1, FORM + 1, None, "2"])
def test_another_form_is_not_read(form: Any) -> None:
    assert from_json(to_json(PROFILE) | {"form": form}) is None


def test_ready_patient_is_compiled_as_kept(golden: Callable[[Path, str], None]) -> None:
    """A change of what is checked shows as a difference in this file."""
    text = (ROOT / "profiles" / "StructureDefinition-ready-patient.json").read_text(encoding="utf-8")
    profile = compile_structure(json.loads(text, parse_float=Decimal))
    lines = json.dumps(to_json(profile), indent=1, ensure_ascii=False, default=lambda value: {"$decimal": str(value)})
    golden(GOLDEN / "ready-patient.json", lines + "\n")
