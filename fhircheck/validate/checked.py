"""One checked resource: what later stages may know of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fhircheck.model.issue import Issue, Place, has_error
from fhircheck.model.path import child
from fhircheck.validate import statements


class ProfileCheck(NamedTuple):
    """A profile the resource was checked against: how it was chosen, whether it was found, whether it holds."""

    url: str
    how: str
    found: bool
    valid: bool


@dataclass(slots=True)
class Checked:
    """A resource with its findings.

    source, record: where it was read. root: expression of the resource, ``Bundle.entry[3].resource``
    for an entry. full_url, bundle: the entry's fullUrl and the number of the Bundle's record (-1 for
    a Bundle that was split), None for what is no entry. valid: no error was found; None where it
    could not be checked. claimed: it names profiles, or was asked to conform to some. cannot_tell:
    one of these could not be loaded. version: FHIR version it seems to be of, empty for R4.
    """

    source: str
    record: int
    node: dict[str, Any]
    root: str
    resource: str
    full_url: Any = None
    bundle: int | None = None
    issues: list[Issue] = field(default_factory=list)
    profiles: list[ProfileCheck] = field(default_factory=list)
    valid: bool | None = True
    version: str = ""
    evidence: str = ""

    @property
    def claimed(self) -> bool:
        """Whether it says, or was asked, to conform to a profile."""
        for _, how, _, _ in self.profiles:  # noqa: SIM110  asked of every resource, and any() costs twice as much
            if how != "base":
                return True
        return False

    @property
    def cannot_tell(self) -> bool:
        """Whether a profile it claims could not be used."""
        for _, how, found, _ in self.profiles:  # noqa: SIM110
            if not found and how != "base":
                return True
        return False

    def reject(self) -> None:
        """Take it for invalid, also against every profile."""
        self.valid = False
        self.profiles = [each._replace(valid=False) for each in self.profiles]

    def place(self, expression: str) -> Place:
        """The Place of `expression` (from the resource's type on, e.g. ``Patient.name``) in this resource."""
        tail = expression.partition(".")[2]
        shown = child(self.root, tail) if tail else self.root
        return Place(self.source, self.record, self.resource, shown)


def with_form(found: list[Checked], again: list[Checked], place: Callable[[str], str]) -> list[Checked]:
    """The resources of a record whose form is wrong: by their form as `found`, by all else as they are in `again`.

    found: checked as they are. again: checked as far as they can be read. place: the expression in the record of one
    in what can be read of it.
    """
    by_root = {place(each.root): each for each in again}
    return [_by_both(each, by_root[each.root], place) if each.root in by_root else each for each in found]


def _by_both(found: Checked, again: Checked, place: Callable[[str], str]) -> Checked:
    if found.version:
        return found
    of_form = [issue for issue in found.issues if statements.is_of_form(issue)]
    there = [issue.at(issue.place._replace(expression=place(issue.place.expression))) for issue in again.issues]
    found.issues = of_form + [issue for issue in there if not statements.is_of_form(issue)]
    found.profiles, found.valid = again.profiles, again.valid
    if has_error(of_form):
        found.reject()
    return found


def reject_misread(issues: Iterable[Issue], found: list[Checked]) -> None:
    """Take resources for invalid whose text was at fault (wrong order in XML, a member twice), each the innermost."""
    by_root = sorted(found, key=lambda each: -len(each.root))
    for issue in issues:
        if issue.severity in ("fatal", "error") and by_root:
            place = issue.place.expression
            next((each for each in by_root if place.startswith(each.root)), by_root[-1]).reject()
