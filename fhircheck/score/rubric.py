"""What a score is made of: a rubric, read from TOML and checked before anything is scored."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from importlib.resources import files
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.score.outside import described, names
from fhircheck.transport.bounded_file import read_bounded

RUBRICS = ("fhircheck", "published")
"""Names of the shipped rubrics."""

LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Criterion:
    """One part of a score; score ``use-case``: of a score of its own for each use case.

    maximum_failing: threshold in place of the measure's own, None to keep that. prerequisite: a
    measure whose failing makes this criterion earn nothing; empty for none. same_items: it judges the
    same items, and each that fails it counts as failing here too (HL7 PIQI, evaluation: prerequisite SAM).
    """

    score: str
    measure: str
    weight: Fraction
    reason: str
    prerequisite: str = ""
    critical: bool = False
    maximum_failing: Fraction | None = None
    same_items: bool = False

    def limit(self, measure: str) -> Fraction | None:
        """Largest share of `measure`'s items that may fail here; None where nothing says so."""
        if self.maximum_failing is not None and measure == self.measure:
            return self.maximum_failing
        entry = described(measure)
        return entry.threshold.maximum_failing if entry and entry.threshold else None


@dataclass(frozen=True, slots=True)
class Band:
    """What values of at least `at_least` (of 100) are called, and where that was published."""

    name: str
    at_least: Fraction
    source: str


@dataclass(frozen=True, slots=True)
class Rubric:
    """Weighted criteria, each part of one score.

    published_only: count only what was published in full. left_out: measures that do not count, each with the reason.
    origin: what it was read from, empty for our own form. not_read: what that form held and ours has no counterpart
    for, each with the reason; widened: criteria whose counterpart here looks at more than they did.
    """

    name: str
    summary: str
    criteria: tuple[Criterion, ...]
    published_only: bool = False
    left_out: Mapping[str, str] = field(default_factory=dict)
    bands: tuple[Band, ...] = ()
    origin: str = ""
    not_read: tuple[tuple[str, str], ...] = ()
    widened: tuple[str, ...] = ()

    @property
    def scores(self) -> tuple[str, ...]:
        """Names of the scores, in the order they first appear."""
        return tuple(dict.fromkeys(each.score for each in self.criteria))


def load_rubric(name_or_path: str) -> Rubric:
    """The shipped rubric of this name, else the one in this TOML file; or a JSON file of another form (foreign_rubric).

    Raises UsageError naming file and place where the file is missing, is no TOML, breaks
    rubric.schema.json, or names a measure that does not exist or a prerequisite without a threshold.
    """
    if name_or_path in RUBRICS:
        return _built(_parsed(_shipped(f"rubrics/{name_or_path}.toml"), name_or_path), name_or_path)
    text = _text(name_or_path)
    if text.lstrip().startswith("{"):
        from fhircheck.score.foreign_rubric import read_foreign

        return read_foreign(text, name_or_path)
    data = _parsed(text, name_or_path)
    _check_form(data, name_or_path)
    return _built(data, name_or_path)


def _shipped(path: str) -> str:
    return files("fhircheck.score").joinpath(path).read_text(encoding="utf-8")


def _text(path: str) -> str:
    shipped = f"(shipped ones: {', '.join(RUBRICS)}; else a TOML file)"
    try:
        data = read_bounded(path, LARGEST, f"rubric {path}", reason=lambda said: f"{said.lower()} {shipped}")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"rubric {path}: not UTF-8 text") from error


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=_exact)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"rubric {name}: no TOML: {error or 'nested too deep'}") from error


def _exact(text: str) -> Decimal:
    """A number as it was written: 0.05 is 1/20."""
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise ValueError(f"{text} is no usable number")
    return number


def _check_form(data: dict[str, Any], name: str) -> None:
    """Compare with the schema, as an editor would."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    fault = best_match(Draft202012Validator(json.loads(_shipped("rubric.schema.json"))).iter_errors(data))
    if fault is not None:
        raise UsageError(f"rubric {name}: {_place(fault.absolute_path)}{fault.message[:300]}")


def _place(path: Any) -> str:
    steps = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path)
    return f"{steps.lstrip('.')}: " if steps else ""


def _built(data: dict[str, Any], name: str) -> Rubric:
    criteria = tuple(_criterion(each) for each in data["criterion"])
    for number, each in enumerate(criteria, 1):
        fault = _fault(each, criteria[: number - 1])
        if fault:
            raise UsageError(f"rubric {name}: criterion[{number}].{fault}")
    left_out = data.get("left_out", {})
    for measure in left_out:
        if described(measure) is None:
            raise UsageError(f"rubric {name}: left_out.{measure}: no measure is called {measure!r}")
        if any(each.measure == measure for each in criteria):
            raise UsageError(f"rubric {name}: left_out.{measure}: is the measure of a criterion")
    return Rubric(data["name"], data["summary"], criteria, data.get("published_only", False), left_out, _bands(data))


def _bands(data: dict[str, Any]) -> tuple[Band, ...]:
    """The bands, the highest first."""
    bands = (Band(each["name"], Fraction(each["at_least"]), each["source"]) for each in data.get("band", ()))
    return tuple(sorted(bands, key=lambda each: -each.at_least))


def _criterion(data: dict[str, Any]) -> Criterion:
    limit = data.get("maximum_failing")
    return Criterion(
        score=data["score"],
        measure=data["measure"],
        weight=Fraction(data["weight"]),
        reason=data["reason"],
        prerequisite=data.get("prerequisite", ""),
        critical=data.get("critical", False),
        maximum_failing=None if limit is None else Fraction(limit),
        same_items=data.get("same_items", False),
    )


def _fault(criterion: Criterion, before: tuple[Criterion, ...]) -> str:
    """What is wrong beyond the form; empty where nothing is."""
    for key in ("measure", "prerequisite"):
        name = getattr(criterion, key)
        if name and described(name) is None:
            near = get_close_matches(name, names(), n=1)
            return f"{key}: no measure is called {name!r}" + (f" (did you mean {near[0]}?)" if near else "")
    if any((each.score, each.measure) == (criterion.score, criterion.measure) for each in before):
        return f"measure: {criterion.measure} is part of {criterion.score} already"
    if criterion.prerequisite == criterion.measure:
        return "prerequisite: a criterion cannot be its own"
    if criterion.same_items and not criterion.prerequisite:
        return "same_items: there is no prerequisite"
    if criterion.prerequisite and not criterion.same_items and criterion.limit(criterion.prerequisite) is None:
        return f"prerequisite: {criterion.prerequisite} has no threshold that it could fail"
    if criterion.critical and criterion.limit(criterion.measure) is None:
        return f"critical: {criterion.measure} has no threshold that it could fail (set maximum_failing)"
    return ""
