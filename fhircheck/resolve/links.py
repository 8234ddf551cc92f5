"""Across records: does each reference lead to a resource of the data, and of a type its path allows?"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import OTHER, LinkFacts
from fhircheck.model.spilled_rows import SpilledRows, side_by_side
from fhircheck.resolve.failed_places import FailedPlaces
from fhircheck.resolve.target_types import ANY

Allowed = Callable[[str], frozenset[str] | None]


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


def judge_links(links: LinkFacts, allowed: Allowed, sampled: bool = False) -> LinkVerdicts:
    """Judge every reference collected (R4 references.html#literal; Qualifier q_ref_target_valid).

    `allowed`: the resource types an element path may point to, None where it holds no Reference (such
    a member is not counted). `sampled`: records were left out, so that a target which is not there
    says nothing; all references are then "cannot tell". Exact but for collisions of 64-bit keys;
    memory is bounded. Raises CouldNotCheck where temporary files fail. `links` stays usable.
    """
    links.trim()
    return _Judge(links, allowed).run(sampled)


class _Judge:
    def __init__(self, links: LinkFacts, allowed: Allowed) -> None:
        self.links = links
        self.allowed = allowed
        self.verdicts = LinkVerdicts()
        self.paths: dict[int, str] = {}
        self.fits: dict[tuple[int, int], bool] = {}
        self.failed = FailedPlaces(links)
        self.failed_within = FailedPlaces(links)

    def run(self, sampled: bool) -> LinkVerdicts:
        near = SpilledRows(4)
        self._tell_external(near)
        links = self.links
        for identities, within, *tables in side_by_side(links.identities, links.scoped, links.edges, near):
            # where a key stands for several types, the smallest type key counts: whatever the order of merging
            types = dict(sorted(zip(identities[0::2], identities[1::2], strict=True), reverse=True))
            for rows in (within, *tables):
                for row in zip(rows[0::4], rows[1::4], rows[2::4], rows[3::4], strict=True):
                    if sampled:
                        self._cannot_tell(row[1])
                    else:
                        self._judge(row, types.get(row[0]))
            for row in zip(within[0::4], within[1::4], within[2::4], within[3::4], strict=True):
                self._judge_within(row, None if sampled else row[0] in types)
        near.close()
        self.failed.into(self.verdicts.tally)
        self.failed_within.into(self.verdicts.within)
        return self.verdicts

    def _judge_within(self, row: tuple[int, ...], there: bool | None) -> None:
        """A reference within its resource or Bundle: is its target there, whatever it is?"""
        path = self._path(row[1])
        if not path:
            return
        if there is None or path == OTHER:
            self.verdicts.within.cannot_tell += 1
            return
        self.verdicts.within.count(path, there)
        if not there:
            self.failed_within.add(path, row[2], row[3])

    def _tell_external(self, near: SpilledRows) -> None:
        """References to servers none of the data comes from cannot be told; the others are judged by their key."""
        for bases, rows in side_by_side(self.links.bases, self.links.absolute):
            known = set(bases)
            for start in range(0, len(rows), 5):
                if rows[start] in known:
                    near.fresh.extend(rows[start + 1 : start + 5])
                else:
                    self._cannot_tell(rows[start + 2])
            near.settle()

    def _path(self, key: int) -> str:
        """The path's text; empty where no reference is expected there, OTHER where it is not known any more."""
        path = self.paths.get(key)
        if path is None:
            path = self.links.names.get(key, OTHER)
            if path != OTHER and self.allowed(path) is None:
                path = ""
            self.paths[key] = path
        return path

    def _cannot_tell(self, path_key: int) -> None:
        path = self._path(path_key)
        if path:
            self.verdicts.tally.cannot_tell += 1
            self.verdicts.external[path] += 1

    def _judge(self, row: tuple[int, ...], type_key: int | None) -> None:
        path = self._path(row[1])
        if path == OTHER:
            self._cannot_tell(row[1])
        elif path:
            fits = type_key is not None and self._fits(row[1], path, type_key)
            self.verdicts.tally.count(path, fits)
            if not fits:
                (self.verdicts.unresolved if type_key is None else self.verdicts.wrong_type)[path] += 1
                self.failed.add(path, row[2], row[3])

    def _fits(self, path_key: int, path: str, type_key: int) -> bool:
        fits = self.fits.get((path_key, type_key))
        if fits is None:
            types = self.allowed(path) or ANY
            fits = self.fits[path_key, type_key] = types == ANY or self.links.names.get(type_key) in types
        return fits
