"""What is known of a value set though a part of it is not: which codes alone may be members."""

from typing import Any

import pytest

from fhircheck.model.settings import CheckSettings
from fhircheck.terminology.membership import Answer, Membership
from fhircheck.terminology.package_terminology import PackageTerminology
from tests.unit.terminology.composing import (
    FLAT,
    FOLD,
    GONE,
    PART,
    SYSTEMS,
    TREE,
    VS,
    compose,
    imported,
    listed,
    told,
    value_set,
)
from tests.unit.terminology.definitions_double import Definitions


@pytest.mark.parametrize("include", [{"system": GONE} | imported("w"), imported("w", "gone"), imported("gone", "w")])
def test_what_is_met_with_something_open_is_open(include: dict[str, Any]) -> None:
    """But nothing else than what the other side lists may be a member."""
    sets = [value_set("w", listed(GONE, "g"), listed(FLAT, "x")), value_set("gone", {"system": GONE})]
    found = compose(value_set("v", include), *sets)
    assert (told(found, GONE), told(found, FLAT)) == ("?g", "")
    again = Membership.from_json(found.to_json())
    assert (told(again, GONE), again) == ("?g", found)


@pytest.mark.parametrize(
    ("includes", "gone"),
    [
        ([{"system": GONE} | imported("w"), listed(GONE, "h")], "h ?g"),
        ([{"system": GONE} | imported("w"), listed(GONE, "g")], "g"),
        ([{"system": GONE} | imported("w"), {"system": GONE}], " ?"),
        ([{"system": GONE} | imported("w", "x")], ""),
        ([imported("gone", "y", "w")], "?g"),
    ],
)
def test_what_may_be_a_member_is_joined(includes: list[dict[str, Any]], gone: str) -> None:
    lists = {"w": ["g"], "x": ["h"], "y": ["g", "h"]}
    sets = [value_set(name, listed(GONE, *codes)) for name, codes in lists.items()]
    sets.append(value_set("gone", {"system": GONE}))
    assert told(compose(value_set("v", *includes), *sets), GONE) == gone


def test_what_may_be_a_member_may_be_taken_away() -> None:
    sets = [value_set("y", listed(GONE, "g", "h")), value_set("gone", {"system": GONE})]
    found = compose(value_set("v", imported("y", "gone"), exclude=(listed(GONE, "h"),)), *sets)
    assert told(found, GONE) == "?g"


@pytest.mark.parametrize("system", [PART, GONE, FLAT])
def test_a_whole_system_is_taken_away_even_where_its_codes_are_not_known(system: str) -> None:
    include = {"system": system, "filter": [{"property": "p", "op": "=", "value": "x"}]}
    for given in ({"system": system}, include):
        found = compose(value_set("v", given, listed(TREE, "a"), exclude=({"system": system},)))
        assert (told(found, system), told(found, TREE)) == ("", "a")


def test_of_an_ignored_system_nothing_is_known_not_even_what_may_be_a_member() -> None:
    sets = [value_set("v", {"system": GONE} | imported("w")), value_set("w", listed(GONE, "g"))]
    for ignored, told_of_h in ((frozenset[str](), Answer.NOT_MEMBER), (frozenset({GONE}), Answer.CANNOT_TELL)):
        settings = CheckSettings(ignored_systems=ignored)
        terminology = PackageTerminology(Definitions(*SYSTEMS, *sets), lambda key, make: make(), settings)
        assert terminology.membership(VS + "v").answer(GONE, "h") is told_of_h


def test_case_is_disregarded_in_what_may_be_a_member() -> None:
    sets = [value_set("w", listed(FOLD, "Mg")), value_set("gone", {"system": FOLD, "version": "9"})]
    found = compose(value_set("v", imported("w", "gone")), *sets)
    answers = [found.answer(FOLD, code) for code in ("Mg", "MG", "KG")]
    assert answers == [Answer.CANNOT_TELL, Answer.CANNOT_TELL, Answer.NOT_MEMBER]
