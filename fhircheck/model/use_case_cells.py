"""The people of a use case as they may be shown: no step, group or class gives away a count below the smallest cell."""

from dataclasses import dataclass

from fhircheck.model.small_cells import Cell, cell_of, cells_of, funnel_of
from fhircheck.model.use_case import FunnelStep, Subgroup, UseCaseResult


@dataclass(frozen=True, slots=True)
class StepCells:
    """One step. met: of an optional requirement, else as `left`. reasons: empty cells are not told apart."""

    step: FunnelStep
    left: Cell
    lost: Cell
    met: Cell
    reasons: tuple[tuple[str, Cell | None], ...]


@dataclass(frozen=True, slots=True)
class GroupCells:
    """One subgroup."""

    group: Subgroup
    eligible: Cell
    usable: Cell
    labelled: Cell


@dataclass(frozen=True, slots=True)
class CaseCells:
    """All counts of people of one use case."""

    patients: Cell
    eligible: Cell
    usable: Cell
    steps: tuple[StepCells, ...]
    groups: tuple[GroupCells, ...]
    classes: tuple[tuple[str, Cell], ...]
    leaks: tuple[tuple[str, int, Cell], ...]


def cells_of_case(case: UseCaseResult) -> CaseCells:
    """`case` with every count of people as it may be shown."""
    if case.cells is not None:
        return case.cells
    limit = case.smallest_cell
    funnel = funnel_of([case.patients, *(each.left for each in case.steps), case.usable], limit)
    steps = tuple(_step(each, funnel[number], funnel[number + 1], limit) for number, each in enumerate(case.steps))
    classes = cells_of({each.name: each.patients for each in case.classes}, limit)
    first = sum(each.role in ("cohort", "index", "exclusion") for each in case.steps)
    return CaseCells(
        funnel[0],
        funnel[first],
        funnel[-1],
        steps,
        tuple(cells for dimension in ("sex", "age") for cells in _groups(case, dimension, limit)),
        tuple(classes.items()),
        tuple((each.requirement, each.resources, cell_of(each.patients, limit)) for each in case.leaks),
    )


def _step(step: FunnelStep, before: Cell, left: Cell, limit: int) -> StepCells:
    exact = before.count is not None and left.count is not None
    lost = Cell(step.lost, step.lost) if exact or not step.lost else cell_of(step.lost, limit)
    if not exact and step.lost >= limit:
        lost = Cell(limit, None)
    counts = dict(step.reasons)
    told = cells_of(counts, limit) if lost.count else {}
    met = funnel_of([step.left, step.met], limit)[1] if step.role == "optional" else left
    if step.role == "optional" and left.count is None:
        met = Cell(0, None)
    return StepCells(step, left, lost, met, tuple((name, told.get(name)) for name in counts))


def _groups(case: UseCaseResult, dimension: str, limit: int) -> list[GroupCells]:
    groups = [each for each in case.subgroups if each.dimension == dimension]
    eligible = cells_of({each.group: each.eligible for each in groups}, limit)
    parts = []
    for name in ("usable", "labelled"):
        having = {each.group: getattr(each, name) for each in groups}
        inside = cells_of(having, limit)
        others = cells_of({each.group: each.eligible - having[each.group] for each in groups}, limit)
        parts.append({
            each: inside[each]
            if eligible[each].count is not None and others[each].count is not None
            else _hidden(having[each], eligible[each], limit)
            for each in having
        })  # fmt: skip
    return [GroupCells(each, eligible[each.group], parts[0][each.group], parts[1][each.group]) for each in groups]


def _hidden(count: int, whole: Cell, limit: int) -> Cell:
    """A part that is not shown: below the bound where it is, or where the whole is; else nothing is said."""
    small = 0 < count < limit or (whole.most is not None and whole.most < limit)
    return Cell(0, limit - 1) if small else Cell(0, None)
