"""How data is judged where the specification leaves it to whoever judges: settings of one run, as plain data."""

from dataclasses import dataclass
from typing import Literal

from fhircheck.model.issue import Severity

UnknownProfile = Literal["error", "warning", "information", "ignore"]
UnknownExtensions = Literal["error", "warning", "allow"]
BestPractice = Literal["error", "warning", "information", "ignore"]
WrongDisplays = Literal["error", "warning", "ignore"]


@dataclass(frozen=True, slots=True)
class MappedProfiles:
    """Profiles that resources of a type are checked against. unclaimed: only those that claim no profile themselves."""

    type: str
    profiles: tuple[str, ...]
    unclaimed: bool = False


@dataclass(frozen=True, slots=True)
class ValidityPeriod:
    """When a profile's version, or all profiles of a package, are in force; days as ``YYYY-MM-DD``, both included.

    profile: canonical URL, with ``|version`` where only one version is meant; or package: ``name#version``.
    start, end: empty where the period is open.
    """

    profile: str = ""
    package: str = ""
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class IssuePattern:
    """Which findings a decision is about: all that is given must fit; ``*`` stands for any run of characters.

    path: an element's path from the resource or the record on, without indexes, or the id of its definition.
    profile: canonical of the profile that was broken, with or without its version.
    """

    kind: str = ""
    path: str = ""
    profile: str = ""
    fingerprint: str = ""

    @property
    def shown(self) -> str:
        """The pattern in one line."""
        return " ".join(each for each in (self.fingerprint, self.kind, self.path, self.profile) if each)


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """Findings that fit get another severity. was: only those of this severity, empty for any."""

    pattern: IssuePattern
    severity: Severity
    reason: str
    was: str = ""


@dataclass(frozen=True, slots=True)
class AcceptedIssue:
    """Findings that are known and borne: counted and shown apart, until the day `expires` (included) has passed."""

    pattern: IssuePattern
    reason: str
    owner: str
    expires: str


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """Settings of one run, the same in all its processes; picklable.

    unknown_profile: severity of a claim to a profile that no loaded package has.
    unknown_extensions: whether an extension whose definition no loaded package has may be used.
    ignored_systems: code systems (URLs without version) whose codes are not judged.
    ignored_value_sets: value sets (URLs without version) that no code is held against.
    wrong_displays: severity of a display that the code system does not have for its code.
    terminology_server: FHIR base URL of the server that is asked about codes no package decides, empty for none.
    best_practice: severity of invariants that FHIR only recommends, ``ignore`` not to ask them.
    example_urls: whether names below example.org and the like stand for definitions that need not exist.
    forbid_example_urls: whether every URL below example.org and the like is an error. forbid_markup: whether texts that
    look as if they held HTML are (else that is only mentioned). publication: whether resources of HL7 are held to
    what HL7 asks of what it publishes.
    allow_comments: whether JSON may have comments, which FHIR does not allow.
    references_exist: whether what a reference leads to has to be at hand where no server can hold it: urns in a
    Bundle, relative references among Parameters. (What lies between files is judged across records.)
    url_types: whether ``Patient/1`` in a reference's URL is a promise that the target is a Patient.
    aggregation_alone: whether a profile's ``bundled`` binds resources that stand outside of a Bundle too.
    mapped: type -> profiles. periods: when profiles are in force. dates: (resource type, paths of the
    elements that date it, the first that is there counts). severities, accepted: decisions about findings.
    """

    unknown_profile: UnknownProfile = "warning"
    unknown_extensions: UnknownExtensions = "error"
    ignored_systems: frozenset[str] = frozenset()
    ignored_value_sets: frozenset[str] = frozenset()
    wrong_displays: WrongDisplays = "error"
    terminology_server: str = ""
    best_practice: BestPractice = "ignore"
    example_urls: bool = False
    forbid_example_urls: bool = False
    forbid_markup: bool = False
    publication: bool = False
    allow_comments: bool = False
    references_exist: bool = False
    url_types: bool = False
    aggregation_alone: bool = True
    mapped: tuple[MappedProfiles, ...] = ()
    periods: tuple[ValidityPeriod, ...] = ()
    dates: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severities: tuple[SeverityRule, ...] = ()
    accepted: tuple[AcceptedIssue, ...] = ()


DEFAULT_SETTINGS = CheckSettings()
