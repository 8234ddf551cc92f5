"""A rubric as a TOML file, to begin one's own with."""

import json
from fractions import Fraction
from typing import Any

from fhircheck.score.rubric import Criterion, Rubric


def as_toml(rubric: Rubric) -> str:
    """The TOML text of a rubric; what was not read of a foreign form stands in comments."""
    lines = [f"# not read: {_line(what)}: {_line(why)}" for what, why in rubric.not_read]
    lines += [f"name = {_text(rubric.name)}", f"summary = {_text(rubric.summary)}"]
    if rubric.published_only:
        lines.append("published_only = true")
    for band in rubric.bands:
        lines += ["", "[[band]]", f"name = {_text(band.name)}", f"at_least = {_number(band.at_least)}"]
        lines.append(f"source = {_text(band.source)}")
    for criterion in rubric.criteria:
        lines += ["", "[[criterion]]", *_criterion(criterion)]
    if rubric.left_out:
        lines += ["", "[left_out]", *(f"{name} = {_text(why)}" for name, why in rubric.left_out.items())]
    return "\n".join(lines) + "\n"


def _criterion(each: Criterion) -> list[str]:
    found: dict[str, Any] = {"score": _text(each.score), "measure": _text(each.measure), "weight": _number(each.weight)}
    if each.prerequisite:
        found["prerequisite"] = _text(each.prerequisite)
    if each.same_items:
        found["same_items"] = "true"
    if each.critical:
        found["critical"] = "true"
    if each.maximum_failing is not None:
        found["maximum_failing"] = _number(each.maximum_failing)
    found["reason"] = _text(each.reason)
    return [f"{key} = {value}" for key, value in found.items()]


def _text(value: str) -> str:
    """A TOML string: JSON's escapes are TOML's, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _line(value: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in value).split())


def _number(value: Fraction) -> str:
    """A number as TOML writes it; what has no end is cut at ten decimals."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.10f}".rstrip("0")
