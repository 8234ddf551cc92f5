"""small-cells: how much of a published table of these patients would have to be left blank? (PRIV-3)"""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.equal_people import by_value, tell_failing
from fhircheck.measures.quasi_identifiers import QuasiIdentifier, chosen, patients_alike
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.report import Detail
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.model.spilled_rows import SpilledRows

_Sizes = Counter[tuple[int, int]]


@dataclass(slots=True)
class _Cells:
    """Cells and small cells by number of the quasi-identifier. failing: rows (patient, number) of small cells."""

    all: Counter[int] = field(default_factory=Counter)
    small: Counter[int] = field(default_factory=Counter)
    failing: SpilledRows = field(default_factory=lambda: SpilledRows(2))

    def merge(self, other: "_Cells") -> None:
        """Add other cells."""
        self.all.update(other.all)
        self.small.update(other.small)
        self.failing.merge(other.failing)
        other.failing.close()


def judge(merged: Merged) -> Judged:
    """Count the cells of a table over each quasi-identifier by itself."""
    options = merged.tools.options
    wanted = dict(enumerate(chosen(options.quasi_identifiers), 1))
    values = by_value(merged.rows)
    cells = fold(Join(_sizes, partial(_few, options.smallest_cell), partial(_cells, options.smallest_cell)), values)
    values.close()
    tally = Tally()
    if merged.sampled:
        cells.failing.close()
        tally.cannot_tell = cells.all.total()
        return Judged(tally, "in a sample every cell is smaller than it is in the data")
    for number, each in wanted.items():
        _count(tally, each, cells.all[number], cells.small[number])
    tell_failing(cells.failing, {number: each.path for number, each in wanted.items()}, merged, tally)
    if not cells.all:
        return Judged(tally)
    return Judged(tally, f"cells below {options.smallest_cell} are small", details=_details(wanted, cells))


def _sizes(known: _Sizes | None, numbers: Numbers) -> _Sizes:
    """Patients for each (value, quasi-identifier)."""
    sizes = Counter() if known is None else known
    sizes.update(zip(numbers[0::3], numbers[1::3], strict=True))
    return sizes


def _few(smallest: int, sizes: _Sizes, numbers: Numbers) -> _Cells:
    """The patients of small cells."""
    found = _Cells()
    for value, number, patient in zip(numbers[0::3], numbers[1::3], numbers[2::3], strict=True):
        if number and sizes[value, number] < smallest:
            found.failing.fresh += (patient, number)
    found.failing.settle()
    return found


def _cells(smallest: int, sizes: _Sizes) -> _Cells:
    found = _Cells()
    for (_, number), size in sizes.items():
        if number:
            found.all[number] += 1
            found.small[number] += size < smallest
    return found


def _count(tally: Tally, each: QuasiIdentifier, judged: int, small: int) -> None:
    if judged:
        pair = tally.by.setdefault(each.path, [0, 0])
        pair[0] += judged - small
        pair[1] += judged
    tally.numerator += judged - small
    tally.denominator += judged


def _details(wanted: dict[int, QuasiIdentifier], cells: _Cells) -> tuple[Detail, ...]:
    details = [Detail("cells", cells.all[number], "", each.name) for number, each in wanted.items()]
    return (*details, *(Detail("small-cells", cells.small[number], "", each.name) for number, each in wanted.items()))


MEASURE = CountedMeasure(
    name="small-cells",
    code="PRIV-3",
    summary="Cells of a table of patients by one quasi-identifier that are large enough to be shown.",
    why="A table that counts three people in a village tells who they are. Such cells are left out of what is "
    "published; where there are many, the groups are too fine for the data.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.VALUE,
    context=Context.VALIDATION,
    dimension="ai-readiness",
    formula="One item is a value of one of the chosen quasi-identifiers that any patient has (per occurrence: a value, "
    "not a resource; a missing value is a value). Values that at least 10 patients have / values. fhircheck's own "
    "reports keep to the same bound: no count of patients by a property is shown below it, nor one that would give "
    "such a count away. In a sample 'cannot tell'.",
    source="Cumulus (buckets below 10 are dropped); the formula, a share of cells, is ours",
    published=False,
    threshold=None,
    types=frozenset(),
    failing=patients_alike(9, gender="male", birthDate="1950-03-01"),
    passing=patients_alike(10, gender="male", birthDate="1950-03-01"),
    judge=judge,
)
