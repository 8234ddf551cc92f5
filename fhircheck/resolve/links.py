"""Across records: does each reference lead to a resource of the data, and of a type its path allows?"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from fhircheck.model.contribution import Contribution
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import OTHER, LinkFacts
from fhircheck.model.row_joins import Join, Numbers, derive, fold
from fhircheck.model.spilled_rows import SpilledRows
from fhircheck.resolve.failed_places import FailedPlaces, SourceNames
from fhircheck.resolve.target_types import ANY

Allowed = Callable[[str], frozenset[str] | None]
Types = dict[int, int]
"""Key of a resource -> key of its type; where a key stands for several types, the smallest, in any order of rows."""


@dataclass(slots=True)
class LinkVerdicts:
    """What became of all references, by element path.

    tally: resolved with an allowed type of all that could be judged; cannot_tell are the external
    ones. unresolved, wrong_type, external: numbers by path. within: of the references that count within their
    resource or Bundle only, those whose target is there.
    """

    tally: Tally = field(default_factory=Tally)
    unresolved: Counter[str] = field(default_factory=Counter)
    wrong_type: Counter[str] = field(default_factory=Counter)
    external: Counter[str] = field(default_factory=Counter)
    within: Tally = field(default_factory=Tally)

    def merge(self, other: "LinkVerdicts") -> None:
        """Add what `other` found."""
        self.tally.merge(other.tally)
        self.unresolved.update(other.unresolved)
        self.wrong_type.update(other.wrong_type)
        self.external.update(other.external)
        self.within.merge(other.within)


@dataclass(frozen=True, slots=True)
class _Path:
    """An element path. text: empty where no reference is expected there. fits: keys of the types allowed, None: any."""

    text: str
    fits: frozenset[int] | None = frozenset()


_OTHER = _Path(OTHER)


@dataclass(frozen=True, slots=True)
class _Paths:
    """All that a judge of references knows but the rows. names: of sources."""

    by_key: Mapping[int, _Path]
    names: SourceNames
    sampled: bool

    def of(self, key: int) -> _Path:
        """The path of that key; OTHER where it is not known any more."""
        return self.by_key.get(key, _OTHER)


def judge_links(links: LinkFacts, allowed: Allowed, sampled: bool = False) -> LinkVerdicts:
    """Judge every reference collected (R4 references.html#literal; Qualifier q_ref_target_valid).

    `allowed`: the resource types an element path may point to, None where it holds no Reference (such
    a member is not counted). `sampled`: records were left out, so that a target which is not there
    says nothing; all references are then "cannot tell". Exact but for collisions of 64-bit keys;
    memory is bounded. Raises CouldNotCheck where temporary files fail. `links` stays usable.
    """
    links.trim()
    paths = _Paths(_paths(links.names, allowed), links.known_sources, sampled)
    far = fold(Join(_bases, partial(_far, paths)), links.bases, links.absolute)
    ours = derive(Join(_bases, _ours), links.bases, links.absolute)
    judged = fold(Join(_types, partial(_near, paths)), links.identities, links.scoped, links.edges, ours)
    ours.close()
    judged.verdicts.merge(far)
    judged.failed.into(judged.verdicts.tally, links)
    judged.failed_within.into(judged.verdicts.within, links)
    return judged.verdicts


def _paths(names: Mapping[int, str], allowed: Allowed) -> dict[int, _Path]:
    """What each path allows; `names` holds resource types too, which are no paths."""
    keys: dict[str, list[int]] = {}
    for key, name in names.items():
        keys.setdefault(name, []).append(key)
    found = {}
    for key, name in names.items():
        if name == OTHER:
            continue
        types = allowed(name)
        if types is None:
            found[key] = _Path("")
        elif not types or types == ANY:
            found[key] = _Path(name, None)
        else:
            found[key] = _Path(name, frozenset(each for kind in types for each in keys.get(kind, ())))
    return found


def _bases(known: set[int] | None, bases: Numbers, absolute: Numbers) -> set[int]:
    """Servers that the data itself comes from."""
    return set(bases) if known is None else known | set(bases)


def _far(paths: _Paths, known: set[int], bases: Numbers, absolute: Numbers) -> LinkVerdicts:
    """References to servers that none of the data comes from cannot be told."""
    found = LinkVerdicts()
    for base, path in zip(absolute[0::5], absolute[2::5], strict=True):
        if base not in known:
            _untold(found, paths.of(path))
    return found


def _ours(known: set[int], bases: Numbers, absolute: Numbers) -> SpilledRows:
    """References to servers that the data itself comes from, as rows of edges: they are judged by their key."""
    found = SpilledRows(4)
    for start in range(0, len(absolute), 5):
        if absolute[start] in known:
            found.fresh.extend(absolute[start + 1 : start + 5])
    found.pack()
    return found


class _Near:
    """References that their key decides: verdicts and what fails."""

    __slots__ = ("failed", "failed_within", "verdicts")

    def __init__(self, names: SourceNames) -> None:
        self.verdicts = LinkVerdicts()
        self.failed, self.failed_within = FailedPlaces(names), FailedPlaces(names)

    def merge(self, other: "_Near") -> None:
        self.verdicts.merge(other.verdicts)
        self.failed.merge(other.failed)
        self.failed_within.merge(other.failed_within)


def _types(known: Types | None, identities: Numbers, *edges: Numbers) -> Types:
    keys, kinds = identities[0::2], identities[1::2]
    types = dict(zip(keys, kinds, strict=True))
    if len(types) < len(keys):
        types = dict(sorted(zip(keys, kinds, strict=True), reverse=True))
    for key, kind in (known or {}).items():
        types[key] = min(kind, types.get(key, kind))
    return types


def _near(paths: _Paths, types: Types, identities: Numbers, within: Numbers, *edges: Numbers) -> _Near:
    found = _Near(paths.names)
    for rows in (within, *edges):
        _judge(found, paths, types, rows)
    for target, path_key, source, place in zip(within[0::4], within[1::4], within[2::4], within[3::4], strict=True):
        path = paths.of(path_key)
        if path.text:
            _judge_within(found, path, None if paths.sampled else target in types, (source, place))
    return found


def _judge(found: _Near, paths: _Paths, types: Types, rows: Numbers) -> None:
    """Count rows by path and type of their target; only those that fail are looked at one by one."""
    kinds = list(map(types.get, rows[0::4]))
    verdicts, failing = found.verdicts, set()
    for (key, kind), number in Counter(zip(rows[1::4], kinds, strict=True)).items():
        path = paths.of(key)
        if paths.sampled or path is _OTHER:
            _untold(verdicts, path, number)
        elif path.text:
            fits = kind is not None and (path.fits is None or kind in path.fits)
            verdicts.tally.repeat(Contribution(((path.text, number if fits else 0, number),)))
            if not fits:
                (verdicts.unresolved if kind is None else verdicts.wrong_type)[path.text] += number
                failing.add((key, kind))
    verdicts.tally.settle()
    if failing:
        for key, kind, source, place in zip(rows[1::4], kinds, rows[2::4], rows[3::4], strict=True):
            if (key, kind) in failing:
                found.failed.add(paths.of(key).text, source, place)


def _untold(verdicts: LinkVerdicts, path: _Path, number: int = 1) -> None:
    if path.text:
        verdicts.tally.cannot_tell += number
        verdicts.external[path.text] += number


def _judge_within(found: _Near, path: _Path, there: bool | None, at: tuple[int, int]) -> None:
    """A reference within its resource or Bundle: is its target there, whatever it is?"""
    if there is None or path is _OTHER:
        found.verdicts.within.cannot_tell += 1
        return
    found.verdicts.within.count(path.text, there)
    if not there:
        found.failed_within.add(path.text, *at)
