"""Searches by several parameters at once, with values of one resource of the server's own data."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Any, NamedTuple

from fhircheck.fhirpath import Item
from fhircheck.probe.asking import Query, entries, search, search_of
from fhircheck.probe.probe import Probing
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_check import judged_search
from fhircheck.probe.search_kinds import SEARCH_KINDS
from fhircheck.probe.search_kinds.date import holds as date_holds
from fhircheck.probe.search_kinds.search import Search, SearchKind
from fhircheck.probe.search_parameter import SearchParameter, SearchParameters
from fhircheck.probe.verdict import Verdict

SAMPLES = 20
_YEARS = {"gt": -1, "sa": -1, "lt": 1, "eb": 1}
Node = dict[str, Any]


class Asking(NamedTuple):
    """One parameter of a combination. name: with a modifier after a colon, or a date's prefix: ``date:ge``."""

    name: str

    @property
    def plain(self) -> str:
        return self.name.partition(":")[0]

    @property
    def label(self) -> str:
        return self.name.partition(":")[2]


class Chosen(NamedTuple):
    """A parameter with the search that was chosen for it."""

    parameter: SearchParameter
    search: Search

    def pair(self) -> tuple[str, str]:
        """Name and value as they are sent."""
        modifier = f":{self.search.modifier}" if self.search.modifier else ""
        return self.parameter.name + modifier, self.search.prefix + self.search.text


@cache
def core_parameters() -> SearchParameters:
    """The search parameters of FHIR R4 itself."""
    from fhircheck.definitions.definition_set import load_definitions

    return SearchParameters(load_definitions())


def combined(
    probing: Probing, verdict: Verdict, kind: str, names: tuple[str, ...], *, post: bool = False
) -> ProbeResult:
    """Search `kind` by all of `names` with values of one sample: it is found, and whatever is found holds them."""
    known, samples = core_parameters(), probing.samples.get(kind, [])[:SAMPLES]
    for sample in samples:
        chosen = [_chosen(known, kind, Asking(name), sample) for name in names]
        if not all(chosen):
            continue
        held = [each for each in chosen if each is not None]
        query: Query = [each.pair() for each in held]
        return judged_search(probing, verdict, kind, query, _holds(known, held), str(sample.get("id", "")), post=post)
    return verdict.not_tested("no-value" if samples else "no-sample", type=kind)


def _chosen(known: SearchParameters, kind: str, asking: Asking, sample: Node) -> Chosen | None:
    """A search by one parameter that finds `sample`; None where it has no value, or nothing is known of it."""
    parameter = known.find(kind, asking.plain)
    how = SEARCH_KINDS.get(parameter.kind) if parameter is not None else None
    items = known.items(parameter, sample) if parameter is not None else None
    if parameter is None or how is None or not items:
        return None
    for item in items:
        for one in _searches(how, item, asking.label):
            if one.label == asking.label and one.finds and one.holds(items):
                return Chosen(parameter, one)
    return None


def _searches(how: SearchKind, item: Item, label: str) -> list[Search]:
    if how.name == "date" and label in _YEARS:
        return [_beside(one, label) for one in how.plain(item)[:1]]
    return how.plain(item) if not label else [*how.further(item), *how.prefixed(item)]


def _beside(one: Search, prefix: str) -> Search:
    """A search for what is after or before: by a day in the year before or after the sample's."""
    text = f"{int(one.text[:4]) + _YEARS[prefix]:04d}-06-15"
    return Search(text, partial(date_holds, text, prefix), prefix=prefix)


def _holds(known: SearchParameters, chosen: list[Chosen]) -> Callable[[Node], bool]:
    """Whether a resource holds all that was asked; what cannot be told counts as held."""

    def holds(node: Node) -> bool:
        return all(_told(known.items(each.parameter, node), each.search) for each in chosen)

    return holds


def _told(items: list[Item] | None, one: Search) -> bool:
    return items is None or one.holds(items) is not False


def until_silent(results: Iterable[ProbeResult]) -> Iterator[ProbeResult]:
    """`results` up to the first that had no answer: what follows would have none either, and would take its time."""
    for each in results:
        yield each
        if each.why == "no-answer":
            return


def included(probing: Probing, verdict: Verdict, kind: str, include: str) -> ProbeResult:
    """``_include`` brings what a sample refers to, marked as included (R4 search, include)."""
    known = core_parameters()
    parameter = known.find(kind, include.partition(":")[2])
    samples = probing.samples.get(kind, [])[:SAMPLES]
    for sample in samples if parameter is not None else ():
        wanted = _local_targets(known.items(parameter, sample) or []) if parameter is not None else set()
        if not wanted:
            continue
        query = [("_id", str(sample.get("id", ""))), ("_include", include)]
        asked = search(probing.client, probing.base, kind, query)
        if not asked.status:
            return verdict.no_answer(asked)
        found = [
            (f"{each['resource'].get('resourceType')}/{each['resource'].get('id')}", search_of(each).get("mode"))
            for each in entries(asked.resource("Bundle"))
            if isinstance(each.get("resource"), dict)
        ]
        if not asked.ok or not wanted & {name for name, _ in found}:
            return verdict.unmet("include-missing", asked, status=asked.status)
        right = all(mode == "include" for name, mode in found if name in wanted)
        return verdict.met(asked) if right else verdict.unmet("include-not-marked", asked)
    return verdict.not_tested("no-value" if samples else "no-sample", type=kind)


def _local_targets(items: list[Item]) -> set[str]:
    """``Type/id`` of the relative references among `items`."""
    texts = (each.value.get("reference") for each in items if isinstance(each.value, dict))
    return {each for each in texts if isinstance(each, str) and each.count("/") == 1 and not each.startswith("#")}
