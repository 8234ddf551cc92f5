"""First pass: which measures look at a resource, found by its type in one step."""

from collections.abc import Callable, Iterable

from fhircheck.measures.counted_measure import CountedMeasure, Observe, observes_nothing
from fhircheck.measures.seen import Seen
from fhircheck.measures.timeline import collect_timeline
from fhircheck.model.facts import Tally

Steps = tuple[tuple[str, Observe], ...]


def observer(measures: Iterable[CountedMeasure]) -> Callable[[Seen, dict[str, Tally]], None]:
    """The function that lets `measures` count one resource into tallies by name."""
    active = [each for each in measures if each.observe is not observes_nothing]
    types = {kind for each in active for kind in each.types or ()}
    plan = {kind: _steps(active, kind) for kind in types}
    others = _steps(active, "")

    def observe(seen: Seen, tallies: dict[str, Tally]) -> None:
        node = seen.node
        for name, count in plan.get(seen.kind, others):
            tally = tallies.get(name)
            if tally is None:
                tally = tallies[name] = Tally()
            before = tally.denominator - tally.numerator
            count(node, seen, tally)
            if tally.denominator - tally.numerator > before:
                tally.resources_failed += 1
                if seen.patient:
                    tally.patients_failed.add(seen.patient)
        collect_timeline(seen)
        if seen.tools.use_cases is not None:
            seen.tools.use_cases.collect(seen)

    return observe


def _steps(measures: Iterable[CountedMeasure], kind: str) -> Steps:
    return tuple((each.name, each.observe) for each in measures if each.types is None or kind in each.types)
