"""Which profiles a resource is checked against: those it claims, those asked for, those its type is mapped to.

Where validity periods are given, a claim without version means the version in force on the day the instance is
from, and a claim to a version that was not in force then is a finding.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from fhircheck.compile.linker import Linker
from fhircheck.definitions.canonical import split_canonical
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Conformance
from fhircheck.model.settings import CheckSettings, ValidityPeriod
from fhircheck.validate.implied_profiles import implied_profile
from fhircheck.validate.instance_date import InstanceDates, within
from fhircheck.validate.resource_parts import claimed

Node = dict[str, Any]
REMEMBERED = 20_000
NO_DATE = "instance-date"

NOT_IN_FORCE = IssueKind(
    name="profile-not-in-force",
    severity="error",
    code="business-rule",
    summary="A resource claims a version of a profile that was not in force on the day the resource is from.",
    why="Receivers process only the versions agreed on for that day: the resource would be refused.",
    clause="http://hl7.org/fhir/R4/references.html#canonical",
    fix="Send the resource with the version in force that day, or correct the validity periods in the settings.",
    english="Profile {profile} is not in force on {date} (in force: {period})",
    german="Profil {profile} ist am {date} nicht in Kraft (in Kraft: {period})",
    failing='{"resourceType": "Composition", "date": "2020-01-01", "meta": {"profile": ["http://example.org/p|2.0"]}}',
    passing='{"resourceType": "Composition", "date": "2025-01-01", "meta": {"profile": ["http://example.org/p|2.0"]}}',
)


class Outdated(NamedTuple):
    """A claim to what was not in force. period: when it is."""

    profile: str
    date: str
    period: str


class Selection(NamedTuple):
    """The profiles chosen for a resource, (canonical, how), and what is wrong about the choice.

    how: ``meta`` claimed in meta.profile; ``dated`` claimed there, its version by the instance's date;
    ``asked`` --profile; ``mapped`` by a mapping of the settings; ``implied`` by the specification.
    """

    claims: tuple[tuple[str, str], ...]
    outdated: tuple[Outdated, ...] = ()


NONE = Selection(())


class ProfileSelection:
    """Chooses profiles for resources by what `settings` say and the profiles `asked` for."""

    def __init__(self, linker: Linker, asked: Iterable[str], settings: CheckSettings) -> None:
        self._definitions: Any = linker.around.definitions
        self._undecided = linker.around.undecided
        self._dates = InstanceDates(settings.dates)
        self._periods = Periods(settings.periods, linker.around.definitions)
        self._chosen: dict[tuple[str, str], Chosen] = {}
        self._added: dict[str, list[tuple[str, str, bool]]] = {}
        for url in asked:
            linked = linker.profile(url)
            if linked is not None and linked.compiled is not None:
                self._added.setdefault(linked.compiled.type, []).append((url, "asked", False))
        for each in settings.mapped:
            self._added.setdefault(each.type, []).extend((url, "mapped", each.unclaimed) for url in each.profiles)

    def of(self, node: Node, outer: Node | None = None) -> Selection:
        """The profiles `node` is to be checked against. outer: the Bundle it is an entry of, which may date it."""
        meta = node.get("meta")
        implied = implied_profile(node) if node.get("resourceType") == "Observation" else ""
        if not implied and not self._added and (meta.__class__ is not dict or "profile" not in meta):
            return NONE
        urls = claimed(node)
        outdated: tuple[Outdated, ...] = ()
        if urls and self._periods:
            claims, outdated = self._dated(urls, self._date(node, outer))
        else:
            claims = tuple((url, "meta") for url in urls)
        added = self._added.get(str(node.get("resourceType")))
        if added:
            there = set(urls).union(url for url, _ in claims)
            more = {url: how for url, how, unclaimed in added if url not in there and not (unclaimed and urls)}
            claims = (*claims, *more.items())
        if implied and implied not in {url.partition("|")[0] for url, _ in claims}:
            claims = (*claims, (implied, "implied"))
        return Selection(claims, outdated) if outdated or claims else NONE

    def _date(self, node: Node, outer: Node | None) -> str:
        return self._dates.of(node) or (self._dates.of(outer) if outer is not None else "")

    def _dated(self, urls: list[str], date: str) -> tuple[tuple[tuple[str, str], ...], tuple[Outdated, ...]]:
        claims, outdated = [], []
        for url in urls:
            chosen = self._one(url, date)
            claims.append((chosen.canonical, chosen.how))
            if chosen.undated:
                self._undecided(NO_DATE, url[:200])
            if chosen.fault is not None:
                outdated.append(chosen.fault)
        return tuple(dict(claims).items()), tuple(outdated)

    def _one(self, url: str, date: str) -> "Chosen":
        chosen = self._chosen.get((url, date))
        if chosen is None:
            if len(self._chosen) > REMEMBERED:
                self._chosen.clear()
            chosen = self._chosen[url, date] = self._choose(url, date)
        return chosen

    def _choose(self, url: str, date: str) -> "Chosen":
        """What the claim `url` means on the day `date`, how that was decided, and the fault it has then."""
        bare, version = split_canonical(url)
        versions = (version,) if version else self._definitions.versions(bare, "StructureDefinition")
        periods = {each: self._periods.of(f"{bare}|{each}" if each else bare) for each in versions}
        said = [period for found in periods.values() for period in found]
        if not said:
            return Chosen(url, "meta")
        if not date:
            return Chosen(url, "meta", undated=True)
        for each, found in periods.items():
            if not found or any(within(date, period.start, period.end) for period in found):
                return Chosen(url, "meta") if version else Chosen(f"{bare}|{each}", "dated")
        return Chosen(url, "meta", Outdated(url[:200], date, _shown(said)))


class Chosen(NamedTuple):
    """What a claim means. undated: it depends on the day the instance is from, which nothing tells."""

    canonical: str
    how: str
    fault: Outdated | None = None
    undated: bool = False


class Periods:
    """Validity periods by the profiles they are about; false where there are none."""

    def __init__(self, periods: Iterable[ValidityPeriod], definitions: Conformance) -> None:
        self._definitions: Any = definitions
        self._profiles: dict[str, list[ValidityPeriod]] = {}
        self._packages: dict[str, list[ValidityPeriod]] = {}
        for each in periods:
            table, key = (self._profiles, each.profile) if each.profile else (self._packages, each.package)
            table.setdefault(key, []).append(each)

    def __bool__(self) -> bool:
        return bool(self._profiles or self._packages)

    def of(self, canonical: str) -> list[ValidityPeriod]:
        """The periods of a profile: of this very version, else of the URL, else of the package it is taken from."""
        bare, version = split_canonical(canonical)
        exact = self._definitions.find_version(canonical, "StructureDefinition") if version else ""
        for key in (canonical, f"{bare}|{exact}", bare):
            if key in self._profiles:
                return self._profiles[key]
        package = self._definitions.package_of(canonical, "StructureDefinition") if self._packages else ""
        return self._packages.get(package, [])


def _shown(periods: Iterable[ValidityPeriod]) -> str:
    return ", ".join(f"{each.start or '...'} - {each.end or '...'}" for each in periods)
