"""What scores may count beside the measures of the data: a server's result, and how far a use case is served."""

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from fhircheck.measures import MEASURES
from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.model.errors import UsageError
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.report import MeasureResult, Threshold
from fhircheck.registry import Registry
from fhircheck.transport.bounded_file import read_bounded

if TYPE_CHECKING:
    from fhircheck.score.scoring import UseCase

LARGEST = 1 << 28

EXCHANGE = CountedMeasure(
    name="exchange-served",
    code="",
    summary="Demands on the server that it meets, declared or tried.",
    why="Data that no interface hands out in the agreed way is of use to its own system only.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.NONE,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is a SHALL of the demands a server was compared with, in one lane (declared in the "
    "CapabilityStatement, or tried by a probe). Met / met or unmet; what was not tested is 'cannot tell'. From the "
    "report that `fhircheck server --save` wrote.",
    source="The specifications that the demands were taken from; the share is ours",
    published=False,
    threshold=Threshold(Fraction(0), "a SHALL leaves no exception; counting them is ours", published=False),
    types=frozenset(),
    failing="",
    passing="",
)

USABLE = CountedMeasure(
    name="patients-usable",
    code="",
    summary="Eligible patients of a use case who lose nothing at any step of its funnel.",
    why="However good the rest is: a model learns from those patients only of whom all is there that it needs.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VALIDATION,
    dimension="ai-readiness",
    formula="One item is an eligible patient of the use case (per patient). Usable patients / eligible ones; 'cannot "
    "tell' where the number of either is too small to be shown.",
    source="Ours; the idea is Weiskopf 2013: completeness for a purpose",
    published=False,
    threshold=None,
    types=frozenset(),
    failing="",
    passing="",
)

OUTSIDE: Registry[CountedMeasure] = Registry("results from outside", EXCHANGE, USABLE)


def described(name: str) -> CountedMeasure | None:
    """The entry of a measure, or of a result from outside; None for a name nobody knows."""
    return MEASURES.get(name) or OUTSIDE.get(name)


def names() -> tuple[str, ...]:
    """All names that a criterion may have."""
    return (*MEASURES.names, *OUTSIDE.names)


def _result(entry: CountedMeasure, passed: int, judged: int, untold: int, reason: str = "") -> MeasureResult:
    status: Any = "informational" if entry.threshold is None else "passed" if passed == judged else "failed"
    if not judged:
        status = "cannot-tell" if untold else "not-applicable"
    return MeasureResult(
        entry.name,
        entry.category.value,
        entry.subcategory.value,
        entry.context.value,
        entry.dimension,
        status,
        passed,
        judged,
        untold,
        entry.threshold,
        reason=reason,
    )


def exchange_result(path: str) -> MeasureResult:
    """The result of a server as saved by ``fhircheck server --save``. Raises UsageError where the file is none."""
    data = read_bounded(path, LARGEST, f"--server-report {path}")
    try:
        saved = json.loads(data.decode("utf-8-sig"))
        parts = [each for each in saved["score"]["parts"] if each["expectation"] == "SHALL"]
        met, unmet, untold = (sum(_count(each[key]) for each in parts) for key in ("met", "unmet", "notTested"))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(f"--server-report {path}: is no report that `fhircheck server --save` wrote") from None
    return _result(EXCHANGE, met, met + unmet, untold, f"{untold} not tested" if untold else "")


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("a count")
    return value


def usable_result(case: "UseCase") -> MeasureResult | None:
    """How many of a use case's eligible patients are usable; None where it does not say.

    'cannot tell' where one of the two numbers may not be shown: a score would give it away.
    """
    from fhircheck.model.use_case import UseCaseResult
    from fhircheck.model.use_case_cells import cells_of_case

    cells = cells_of_case(case) if isinstance(case, UseCaseResult) else case
    eligible, usable = getattr(cells, "eligible", None), getattr(cells, "usable", None)
    if eligible is None or usable is None:
        return None
    if eligible.least != eligible.most or usable.least != usable.most:
        return _result(USABLE, 0, 0, 1, "a number of patients is too small to be shown")
    return _result(USABLE, usable.least, eligible.least, 0)
