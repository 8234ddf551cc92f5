"""For a code that is not in its value set: the member it may have been meant for."""

from difflib import get_close_matches
from functools import lru_cache

from fhircheck.assertions.bound_value import shown_code
from fhircheck.terminology.codings import Coded
from fhircheck.terminology.membership import Membership

MEMBERS = 3_000
"""Past so many members only other spellings are looked for."""


def hint(codings: list[Coded], members: Membership) -> str:
    """`` (did you mean 'male'?)``; empty where no member is near, or where the code itself is not shown."""
    for each in codings[:1]:
        if each.code.__class__ is str and shown_code(each.code) != "(value)":
            near = _nearest(each.code, members.systems.get(each.system or "") or members.codes)
            return f" (did you mean '{near}'?)" if near else ""
    return ""


@lru_cache(2_000)
def _nearest(code: str, members: frozenset[str]) -> str:
    """Another spelling, else the only member that begins so, else the one most alike."""
    folded = code.casefold()
    same = sorted(each for each in members if each.casefold() == folded)
    if same:
        return same[0] if same[0] != code else ""
    if len(members) > MEMBERS:
        return ""
    longer = [each for each in members if each.casefold().startswith(folded)]
    if len(longer) == 1:
        return longer[0]
    return next(iter(get_close_matches(code, sorted(members), n=1, cutoff=0.7)), "")
