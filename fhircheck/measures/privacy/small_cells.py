"""small-cells: how much of a published table of these patients would have to be left blank? (PRIV-3)"""

from collections import Counter
from dataclasses import dataclass

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.equal_people import by_value, sizes_of, tell_failing
from fhircheck.measures.quasi_identifiers import QuasiIdentifier, chosen, patients_alike
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.report import Detail
from fhircheck.model.spilled_rows import SpilledRows


@dataclass(slots=True)
class _Cells:
    """Cells and small cells by number of the quasi-identifier."""

    all: Counter[int]
    small: Counter[int]


def judge(merged: Merged) -> Judged:
    """Count the cells of a table over each quasi-identifier by itself."""
    options = merged.tools.options
    wanted = dict(enumerate(chosen(options.quasi_identifiers), 1))
    cells, failing = _Cells(Counter(), Counter()), SpilledRows(2)
    values = by_value(merged.rows)
    for sizes, rows in sizes_of(values):
        for (_, number), size in sizes.items():
            if number:
                cells.all[number] += 1
                cells.small[number] += size < options.smallest_cell
        for value, number, patient in rows:
            if number and sizes[value, number] < options.smallest_cell:
                failing.fresh += (patient, number)
        failing.settle()
    values.close()
    tally = Tally()
    if merged.sampled:
        failing.close()
        tally.cannot_tell = cells.all.total()
        return Judged(tally, "in a sample every cell is smaller than it is in the data")
    for number, each in wanted.items():
        _count(tally, each, cells.all[number], cells.small[number])
    tell_failing(failing, {number: each.path for number, each in wanted.items()}, merged, tally)
    if not cells.all:
        return Judged(tally)
    return Judged(tally, f"cells below {options.smallest_cell} are small", details=_details(wanted, cells))


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
