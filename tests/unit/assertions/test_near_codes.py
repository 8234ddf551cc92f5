"""The member a code may have been meant for."""

import pytest

from fhircheck.assertions.near_codes import MEMBERS, hint
from fhircheck.terminology.codings import Coded
from fhircheck.terminology.membership import Membership

GENDERS = frozenset({"male", "female", "other", "unknown"})
MANY = frozenset(f"code-{number}" for number in range(MEMBERS + 1))


@pytest.mark.parametrize(
    ("code", "codes", "near"),
    [
        ("Male", GENDERS, "male"),
        ("m", GENDERS, "male"),
        ("femal", GENDERS, "female"),
        ("unkown", GENDERS, "unknown"),
        ("xyz", GENDERS, ""),
        ("Hans Müller geb. 1950", GENDERS, ""),
        ("CODE-7", MANY, "code-7"),
        ("code-77777", MANY, ""),
        (5, GENDERS, ""),
    ],
)
def test_nearest_member(code: object, codes: frozenset[str], near: str) -> None:
    members = Membership("http://x.test/v", {"http://x.test/s": codes}, codes=codes)
    assert hint([Coded(None, code)], members) == (f" (did you mean '{near}'?)" if near else "")  # type: ignore[arg-type]


def test_members_of_the_codes_own_system_come_first() -> None:
    members = Membership("v", {"a": frozenset({"one"}), "b": frozenset({"oneself"})}, codes=frozenset({"one"}))
    assert hint([Coded("b", "onesel")], members) == " (did you mean 'oneself'?)"


def test_without_codings_there_is_no_hint() -> None:
    assert hint([], Membership("v")) == ""
