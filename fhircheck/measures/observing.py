"""First pass: which measures look at a resource, found by its type and its members in one step."""

from collections.abc import Callable, Iterable

from fhircheck.measures.counted_measure import CountedMeasure, Observe, observes_nothing
from fhircheck.measures.counting_census import collect_census
from fhircheck.measures.outcome import note_failing
from fhircheck.measures.seen import Seen
from fhircheck.measures.timeline import collect_timeline
from fhircheck.model.facts import Tally

SHAPES = 4_000
"""So many sets of members are remembered; real data has some tens for each type."""

Shape = tuple[str, ...]
Asked = list[tuple[str, Observe]]
Steps = list[tuple[Observe, Tally]]


def observer(measures: Iterable[CountedMeasure]) -> Callable[[Seen, dict[str, Tally]], None]:
    """The function that lets `measures` count one resource into tallies by name."""
    active = [each for each in measures if each.observe is not observes_nothing]
    asked: dict[tuple[str, Shape], Asked] = {}
    bound: tuple[dict[str, Tally], dict[tuple[str, Shape], Steps]] = {}, {}

    def bind(shape: tuple[str, Shape], tallies: dict[str, Tally]) -> Steps:
        found = asked.get(shape)
        if found is None:
            if len(asked) > SHAPES:
                asked.clear()
            found = asked[shape] = _asked(active, *shape)
        return [(observe, tallies.setdefault(name, Tally())) for name, observe in found]

    def observe(seen: Seen, tallies: dict[str, Tally]) -> None:
        nonlocal bound
        whose, plans = bound
        if whose is not tallies or len(plans) > SHAPES:
            plans = {}
            bound = tallies, plans
        node = seen.node
        shape = seen.kind, tuple(node)
        steps = plans.get(shape)
        if steps is None:
            steps = plans[shape] = bind(shape, tallies)
        for count, tally in steps:
            count(node, seen, tally)
            if tally.failing:
                note_failing(seen, tally)
        collect_timeline(seen)
        if seen.census is not None:
            collect_census(seen, seen.census)
        if seen.tools.use_cases is not None:
            seen.tools.use_cases.collect(seen)

    return observe


def _asked(measures: Iterable[CountedMeasure], kind: str, names: Shape) -> Asked:
    """The measures that may have an item in such a resource."""
    found: Asked = []
    for each in measures:
        if (each.types is None or kind in each.types) and _needed(each, kind, names):
            observe = each.observe if each.fitted is None else each.fitted(kind, names)
            if observe is not None:
                found.append((each.name, observe))
    return found


def _needed(measure: CountedMeasure, kind: str, names: Shape) -> bool:
    needs = measure.needs.get(kind)
    return needs is None or not needs.isdisjoint(names)
