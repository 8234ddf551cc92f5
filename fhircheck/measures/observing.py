"""First pass: which measures look at a resource, found by its type in one step."""

from collections.abc import Callable, Iterable

from fhircheck.measures.counted_measure import CountedMeasure, Observe, observes_nothing
from fhircheck.model.facts import Tally
from fhircheck.model.protocols import Observed
from fhircheck.model.record import Node

Steps = tuple[tuple[str, Observe], ...]


def observer(measures: Iterable[CountedMeasure]) -> Callable[[Node, Observed, dict[str, Tally]], None]:
    """The function that lets `measures` count one resource into tallies by name."""
    active = [each for each in measures if each.observe is not observes_nothing]
    types = {kind for each in active for kind in each.types or ()}
    plan = {kind: _steps(active, kind) for kind in types}
    others = _steps(active, "")

    def observe_all(node: Node, seen: Observed, tallies: dict[str, Tally]) -> None:
        kind = node.get("resourceType")
        for name, observe in plan.get(kind, others) if type(kind) is str else others:
            tally = tallies.get(name)
            if tally is None:
                tally = tallies[name] = Tally()
            before = tally.denominator - tally.numerator
            observe(node, seen, tally)
            tally.resources_failed += tally.denominator - tally.numerator > before

    return observe_all


def _steps(measures: Iterable[CountedMeasure], kind: str) -> Steps:
    return tuple((each.name, each.observe) for each in measures if each.types is None or kind in each.types)
