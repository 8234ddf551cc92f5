"""Reports for the tests of the page: with use cases and history, huge, and with hostile text wherever text is free."""

import dataclasses
from dataclasses import replace
from fractions import Fraction
from typing import Any

from fhircheck.model.census import Census, Counted, Volume
from fhircheck.model.change import Change
from fhircheck.model.issue import SEVERITIES
from fhircheck.model.report import Detail, MeasureResult, RunReport, Score, ScorePart, Verdict
from fhircheck.model.run_history import RunHistory, TrendPoint
from fhircheck.model.small_cells import Cell
from fhircheck.model.source_group import Barrier, SourceGroup, SourcePair, Use
from fhircheck.model.use_case import FunnelStep, LabelClass, Leak, Subgroup, UseCaseResult
from tests.golden.sample_reports import CLEAN, EVERYTHING

MARKUP = (
    "</style></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`&amp;{{7*7}}\x00\x1b[31m\u202e\ud800]]>"
)
_FIXED = frozenset({
    "severity", "status", "owner", "effort", "role", "dimension", "category", "subcategory", "context", "state", "how",
    "days", "started",
})  # fmt: skip


def _case(name: str, usable: int, **more: Any) -> UseCaseResult:
    steps = (
        FunnelStep("person", (("en", "Adults"), ("de", "Erwachsene")), "cohort", 900, 400, 500, 400,
                   (("missing", 500),)),
        FunnelStep("labs", (("en", "Laboratory values"), ("de", "Laborwerte")), "feature", 5_000, usable, 400 - usable,
                   usable, (("too-few", 400 - usable),)),
        FunnelStep("device", (("en", "Device"),), "optional", 3, 3, 0, usable),
    )  # fmt: skip
    return UseCaseResult(
        name, (("en", f"Use of {name}"), ("de", f"Nutzung von {name}")), "", "", "fhircheck", 900, 400, usable, steps,
        measures=(MeasureResult("usable-patients", "completeness", "none", "validation", "ai-readiness",
                                "informational", usable, 400, 0, None, code="USE-1"),),
        subgroups=(Subgroup("sex", "female", 200, usable // 2, 100), Subgroup("age", "0-17", 5, 3, 1)),
        classes=(LabelClass("sepsis", 40), LabelClass("none", 300)), leaks=(Leak("labs", 12, 3),), **more,
    )  # fmt: skip


CASES = (_case("sepsis", 380), _case("cohort", 100), _case("tiny", 4), _case("empty", 0))
OPEN_CASE = _case("open", 390, undecided=(("labs", "value set is not there"),))
_PATHS = tuple((f"{kind}.{name}", passed, 100) for kind in ("Condition", "Observation", "Patient")
               for name, passed in (("code", 100), ("value[x]", 97), ("date", 40)))  # fmt: skip
_FILL = tuple(
    MeasureResult(name, "completeness", "none", "verification", "ai-readiness", "failed", 711, 900, 0, None, _PATHS,
                  patients_failed=failed, resources_failed=150)
    for name, failed in (("mandatory-elements", 4), ("value-present", 44), ("coded-concept", 0))
)  # fmt: skip
_TIME = MeasureResult("time-coverage", "completeness", "none", "verification", "ai-readiness", "informational", 20, 30,
                      0, None, (("Condition", 20, 30),), details=(Detail("longest-gap", 7, "months", "Condition"),
                      Detail("patients", None, "patients", "small", least=1, most=9)))  # fmt: skip
CENSUS = Census(
    systems=(Counted("Observation.code", "http://loinc.org", 4_000), Counted("Condition.code", "urn:house", 90)),
    units=(Counted("Observation.value", "mmol/l", 70),),
    volumes=(Volume("Condition", (("2023", 9), ("2024-03", 90), ("2025-01-07", 33))),
             Volume("Observation", (("2025-02", 40),))),
)  # fmt: skip
_POINTS = tuple(
    TrendPoint(number, f"2025-{number:02}-01T02:00:00+00:00", "invalid", 1_000, 12 - number, 4,
               (("interoperability", Fraction(60 + number)), ("ai-readiness", Fraction(80 - number))))
    for number in range(1, 9)
)  # fmt: skip
HISTORY = RunHistory("nightly", _POINTS, "run 7", (
    Change("score", "interoperability", Fraction(67), Fraction(68)),
    Change("feed-stopped", "Observation", 400, 0, alarming=True),
))  # fmt: skip
_SCORE = Score("ai-readiness: sepsis", "fhircheck", Fraction(95), Fraction(9, 10), (
    ScorePart("patients-usable", Fraction(3), Fraction(57, 20), True, "Patients are what a model learns from."),
))  # fmt: skip
_GROUP = SourceGroup(
    "a.ndjson", (("Patient", 40),), Cell(40, 40), True, (), CLEAN.measures, CLEAN.scores, (), (), (), ()
)
_PAIR = SourcePair("a.ndjson", "b.ndjson", Cell(1, 9), (), (Barrier("other-units", "Observation", ("g",), ("mg",)),))
FULL: RunReport = replace(
    EVERYTHING, use_cases=CASES, census=CENSUS, history=HISTORY, scores=(*EVERYTHING.scores, _SCORE),
    measures=(*EVERYTHING.measures, *_FILL, _TIME), groups=(_GROUP, replace(_GROUP, name="b.ndjson")), pairs=(_PAIR,),
    verdict=Verdict(1, ("1,243 errors",)),
)  # fmt: skip
EMPTY: RunReport = replace(
    CLEAN, sources=replace(CLEAN.sources, files=0, records=0, bytes=0), resources=(), profiles=(), measures=(),
    scores=(), coverage=None, packages=(), verdict=Verdict(3, ("nothing was found to be checked",)),
)  # fmt: skip


def poisoned(value: Any, text: str = MARKUP, name: str = "") -> Any:
    """`value` with `text` at the end of every string whose content is free."""
    if isinstance(value, str):
        return value if name in _FIXED or value in SEVERITIES else value + text
    if isinstance(value, tuple):
        if hasattr(value, "_fields"):
            given = (poisoned(each, text, field) for field, each in zip(value._fields, value, strict=True))
            return type(value)(*given)
        return tuple(poisoned(each, text, name) for each in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fixed = _FIXED | ({"kind"} if isinstance(value, Barrier | Change) else set())
        changed = {
            each.name: poisoned(getattr(value, each.name), text, each.name)
            for each in dataclasses.fields(value)
            if each.name not in fixed
        }
        return replace(value, **changed)
    return value


def huge(text: str = "\"'<&ß\u202e\x00", times: int = 60) -> RunReport:
    """A report with more of everything than a page can hold, every text long."""
    long = text * 40
    grown = poisoned(FULL, long)
    uses = tuple(Use(f"{number}{long}", long, 9) for number in range(times))
    many = {
        each.name: tuple(item for _ in range(times) for item in getattr(grown, each.name))[: 4 * times]
        for each in dataclasses.fields(grown)
        if isinstance(getattr(grown, each.name), tuple) and each.name not in ("fingerprints", "scores", "use_cases")
    }
    cases = tuple(replace(grown.use_cases[number % 4], steps=grown.use_cases[0].steps * 30) for number in range(15))
    groups = tuple(replace(each, systems=uses) for each in many.pop("groups"))
    census = replace(grown.census, systems=grown.census.systems * times, units=grown.census.units * times)
    return replace(grown, **many, use_cases=cases, scores=grown.scores * 20, groups=groups, census=census)
