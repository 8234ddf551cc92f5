"""How much of the data only its own house or vendor can read: codes and extensions by whose they are (lock-in).

Counted by `public-code` and `public-extension`; whoever compares two stores counts with `PortabilityCounts`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fhircheck.measures.coded_look import PUBLIC as CODES
from fhircheck.measures.coded_look import VALID
from fhircheck.measures.coding_verdicts import TWIN
from fhircheck.measures.owners import NO_OWNER, owner_of
from fhircheck.model.bounded_counts import OTHER
from fhircheck.model.facts import Tally
from fhircheck.model.path import shown_term
from fhircheck.model.reconcile import PublicShare

if TYPE_CHECKING:
    from fhircheck.model.protocols import Conformance

EXTENSIONS = "public-extension"
SHOWN = 20
"""So many owners are told apart, those with the most; the others count together."""
OTHERS = "(others)"
ASKED = 1_000
"""So many extensions are looked up in the definitions, the most frequent ones."""
HL7 = "http://hl7.org/fhir/StructureDefinition/"


@dataclass(frozen=True, slots=True)
class Own:
    """What one house or vendor owns: of (its code system, or the host of its extensions), how often it is used.

    twins: of codes, those beside a public code. defined: of extensions, those whose definition a loaded package has.
    alike: of extensions, those that HL7 has one of the same name as. `of` is OTHERS for all that are not shown.
    """

    of: str
    count: int
    twins: int = 0
    defined: int = 0
    alike: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """public of judged items are of owners who publish for everybody; cannot_tell: no owner is known. own: by whom."""

    public: int = 0
    judged: int = 0
    cannot_tell: int = 0
    own: tuple[Own, ...] = ()


@dataclass(frozen=True, slots=True)
class Portability:
    """codes: coded elements, a concept each, and the codings of their own. extensions: one each."""

    codes: Part = field(default_factory=Part)
    extensions: Part = field(default_factory=Part)


def portability(
    tallies: Mapping[str, Tally], smallest_cell: int = 10, definitions: "Conformance | None" = None
) -> Portability:
    """What the tallies of `public-code` and `public-extension` come to; the first is a part of that of `code-valid`.

    Owners used less often than `smallest_cell` count together. `definitions`: what extensions are looked up in; without
    them nothing is said of their definitions.
    """
    whole = tallies.get(VALID)
    coded = whole.parts.get(CODES) if whole is not None else None
    extended = tallies.get(EXTENSIONS)
    return Portability(
        _part(coded, own_codes(coded, smallest_cell)),
        _part(extended, own_extensions(extended, smallest_cell, definitions)),
    )


def _part(tally: Tally | None, own: tuple[Own, ...]) -> Part:
    return Part() if tally is None else Part(tally.numerator, tally.denominator, tally.cannot_tell, own)


def own_codes(tally: Tally | None, smallest_cell: int) -> tuple[Own, ...]:
    """Codings by the code system of a house or vendor, the most frequent first."""
    counts: Counter[str] = Counter()
    twins: Counter[str] = Counter()
    for name, number in tally.counts if tally is not None else ():
        of = OTHERS if name == OTHER else NO_OWNER if owner_of(name[0]) == NO_OWNER else shown_term(name[0])
        counts[of] += number
        twins[of] += number if name[-1] == TWIN else 0
    return _bounded((Own(of, number, twins=twins[of]) for of, number in counts.items()), smallest_cell)


def own_extensions(tally: Tally | None, smallest_cell: int, definitions: "Conformance | None") -> tuple[Own, ...]:
    """Extensions by the host of their URL, the most frequent first."""
    counts: Counter[str] = Counter()
    defined: Counter[str] = Counter()
    alike: Counter[str] = Counter()
    names = sorted(tally.counts, key=lambda pair: (-pair[1], pair[0])) if tally is not None else []
    for rank, (name, number) in enumerate(names):
        of = OTHERS if name == OTHER else owner_of(name[0])
        counts[of] += number
        if definitions is None or name == OTHER or rank >= ASKED:
            continue
        defined[of] += number if definitions.find(name[0], "StructureDefinition") is not None else 0
        tail = name[0].rpartition("/")[2]
        alike[of] += number if definitions.find(f"{HL7}{tail}", "StructureDefinition") is not None else 0
    found = (Own(of, number, defined=defined[of], alike=alike[of]) for of, number in counts.items())
    return _bounded(found, smallest_cell)


def _bounded(found: Iterable[Own], smallest_cell: int) -> tuple[Own, ...]:
    """The largest ones; all others together."""
    ordered = sorted(found, key=lambda each: (each.of == OTHERS, -each.count, each.of))
    kept = [each for each in ordered if each.count >= smallest_cell and each.of != OTHERS][:SHOWN]
    rest = [each for each in ordered if each not in kept]
    if not rest:
        return tuple(kept)
    sums = (sum(getattr(each, name) for each in rest) for name in ("count", "twins", "defined", "alike"))
    return (*kept, Own(OTHERS, *sums))


def side_by_side(before: Portability, after: Portability) -> tuple[PublicShare, ...]:
    """Two stores beside each other: the shares, named by their measures, and each house's or vendor's own uses."""
    found = []
    for name, one, two in ((CODES, before.codes, after.codes), (EXTENSIONS, before.extensions, after.extensions)):
        counts = [{own.of: own.count for own in part.own} for part in (one, two)]
        owners = sorted({*counts[0], *counts[1]}, key=lambda of: (of == OTHERS, of))
        own = tuple((of, counts[0].get(of, 0), counts[1].get(of, 0)) for of in owners)
        found.append(PublicShare(name, (one.public, one.judged), (two.public, two.judged), own))
    return tuple(found)
