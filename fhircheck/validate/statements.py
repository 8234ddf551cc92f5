"""What findings say, so that nothing is said twice of one resource."""

from fhircheck.assertions import (
    choice_type,
    json_form,
    null_alignment,
    primitive_format,
    resource_type,
    unknown_element,
)
from fhircheck.compile.explainer import OF_EACH_PROFILE
from fhircheck.model.issue import Issue

What = tuple[str, str, tuple[tuple[str, str | int], ...], str]
OF_FORM = frozenset(
    each.name
    for each in (
        *json_form.KINDS,
        *null_alignment.KINDS,
        *unknown_element.KINDS,
        primitive_format.MISMATCH,
        resource_type.UNKNOWN,
    )
)
"""Kinds that say that a text is not of the form that its elements have in JSON, whatever profile is asked of it."""


def is_of_form(issue: Issue) -> bool:
    """Whether a finding is about JSON's form alone; so is a choice that has several values."""
    return issue.kind in OF_FORM or ("problem", choice_type.SEVERAL) in issue.params


def not_said(issues: list[Issue], said: set[What], whole: bool = False) -> list[Issue]:
    """Those of `issues` that say something new, each once. whole: what was said by any profile is not new."""
    kept, new = [], set[What]()
    for issue in issues:
        what = statement(issue)
        if what not in new and statement(issue, whole) not in said:
            new.add(what)
            kept.append(issue)
    return kept


def statement(issue: Issue, whole: bool = False) -> What:
    """What a finding says, and by which profile where that counts.

    What a datatype's own definition says of its parts is not the profile's, whichever led to it.
    """
    own = issue.definition.partition(".")[0] == issue.place.resource.partition("/")[0]
    profile = issue.profile if own and issue.kind in OF_EACH_PROFILE and not whole else ""
    return issue.kind, issue.place.expression, issue.params, profile


def without_echoes(issues: list[Issue]) -> list[Issue]:
    """`issues` without what the value of an extension breaks in its definition merely by its type.

    That its type is wrong is said at the extension already; a profile that names the extension leads to the same
    definition again.
    """
    told = {(each.place.expression, each.definition) for each in issues if each.kind == "extension-value-type"}
    if not told:
        return issues
    return [each for each in issues if each.kind != "choice-type" or _holder(each) not in told]


def _holder(issue: Issue) -> tuple[str, str]:
    """The element whose choice `issue` is about, and the profile that says so."""
    return issue.place.expression.rpartition(".value")[0], issue.profile
