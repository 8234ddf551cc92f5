"""A requirement compiled: does a resource match its filters, which class or code is it, and when did it begin?"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from fhircheck.measures.date_span import SECOND, Span, span_of
from fhircheck.measures.moments import MOMENTS
from fhircheck.measures.seen import Seen
from fhircheck.model.protocols import ValueSetAnswers
from fhircheck.use_cases.code_matching import CodeSet, codings_in
from fhircheck.use_cases.element_path import Values, values_at
from fhircheck.use_cases.requirement import REST, CodeFilter, DateFilter, LabelClassRule, Requirement
from fhircheck.use_cases.sampling import Sampler

INCOMPLETE, UNTOLD, LINKED, NOBODY, SKEWED = 1, 2, 4, 8, 16
"""Flags of a row: an element that must be there is missing; it cannot be told whether it matches; what it is linked to
is contained in it and fits; it is about no patient (its row goes by the resource's own key); its time and that of its
record are of different clocks."""

Answers = Callable[[str], ValueSetAnswers | str]
"""A value set's canonical -> its answers, or why there are none."""


class Predicate:
    """One requirement, ready to be asked about resources of its type. fault: why it cannot be, else empty."""

    def __init__(self, asked: Requirement, own: Mapping[str, Any], answers: Answers, now: datetime) -> None:
        self.asked = asked
        self.fault = asked.fault
        self._profiles = asked.profiles
        self._codes = [(values_at(each.path, asked.type), self._code_set(each, own, answers)) for each in asked.codes]
        self._dates = [(values_at(each.path, asked.type), _limits(each, now)) for each in asked.dates]
        self._needed = [values_at(each, asked.type) for each in asked.paths]
        self._classes = [
            (number, rule, self._class_codes(rule, own, answers))
            for number, rule in enumerate(asked.classes, REST + 1)
            if not rule.rest
        ]
        label_path = asked.label_path or (asked.codes[0].path if asked.codes else "")
        self._label: Values | None = values_at(label_path, asked.type) if asked.classes and label_path else None
        self.links: Values | None = values_at(asked.link.path, asked.type) if asked.link else None
        moments = (asked.dates[0].path,) if asked.dates else MOMENTS.get(asked.type, ())
        self.sampler = Sampler(asked) if (asked.sampling or asked.clock) and not asked.fault else None
        self._moments = tuple(values_at(path, asked.type) for path in moments)

    def _code_set(self, asked: CodeFilter, own: Mapping[str, Any], answers: Answers) -> CodeSet | None:
        """None where any value will do."""
        if not asked.codes and not asked.value_set:
            return None
        made = CodeSet()
        for system, code in asked.codes:
            if system:
                made.add_code(system, code)
            else:
                made.others.append(_any_system(code))
        if asked.value_set:
            made.add_value_set(asked.value_set, own, answers)
        self.fault = self.fault or made.blind
        return made

    def _class_codes(self, rule: LabelClassRule, own: Mapping[str, Any], answers: Answers) -> CodeSet | None:
        if not rule.value_set:
            return None
        made = CodeSet()
        made.add_value_set(rule.value_set, own, answers)
        self.fault = self.fault or made.blind
        return made

    def match(self, seen: Seen) -> tuple[int, int] | None:
        """(flags, class) where the resource matches the filters, None where it does not. Never raises on any JSON."""
        node, flags = seen.node, 0
        if self._profiles and not _claims(seen, self._profiles):
            return None
        for values, codes in self._codes:
            found = _in(values(node), codes)
            if not found:
                if found is False:
                    return None
                flags |= UNTOLD
        for values, limits in self._dates:
            if not any(_within(value, limits) for value in values(node)):
                return None
        for values in self._needed:
            if not values(node):
                flags |= INCOMPLETE
                break
        return flags, self._class(node) if self._label is not None else 0

    def _class(self, node: Mapping[str, Any]) -> int:
        """The first declared class that a value at the label's path falls into; 0 where there is no value."""
        values = self._label(node) if self._label is not None else []
        for number, rule, codes in self._classes:
            for value in values:
                if codes is not None:
                    if any(codes.has(*pair) for pair in codings_in(value)):
                        return number
                elif _in_range(value, rule):
                    return number
        return REST if values else 0

    def span(self, node: Mapping[str, Any]) -> Span | None:
        """When it began (or ended, as the requirement's anchor says): of the first date element that is there.

        A requirement with a dateFilter is placed by the date it names.
        """
        end = self.asked.anchor == "end"
        for values in self._moments:
            for value in values(node):
                if value.__class__ is dict:
                    value = value.get("end" if end else "start")
                found = span_of(value)
                if found is not None:
                    return found
        return None


def _any_system(code: str) -> ValueSetAnswers:
    return lambda _, given: given == code


def _in(values: list[Any], codes: CodeSet | None) -> bool | None:
    if codes is None:
        return bool(values)
    told: bool | None = False
    for value in values:
        for system, code in codings_in(value):
            found = codes.has(system, code)
            if found:
                return True
            if found is None:
                told = None
    return told


def _claims(seen: Seen, wanted: tuple[str, ...]) -> bool:
    """Whether the resource says, or was asked, to conform to one of the profiles."""
    if any(each[0].partition("|")[0] in wanted for each in getattr(seen.checked, "profiles", ())):
        return True
    meta = seen.node.get("meta")
    claims = meta.get("profile") if meta.__class__ is dict else None
    return claims.__class__ is list and any(
        each.__class__ is str and each.partition("|")[0] in wanted for each in claims
    )


def _limits(asked: DateFilter, now: datetime) -> tuple[int | None, int | None]:
    if asked.within is None:
        return asked.first, asked.last
    moment = now.toordinal() * 86_400 + now.hour * 3_600 + now.minute * 60 + now.second
    return moment - asked.within, moment


def _within(value: Any, limits: tuple[int | None, int | None]) -> bool:
    """Whether a date, or any part of a Period, may lie within the limits."""
    if value.__class__ is dict:
        start, end = span_of(value.get("start")), span_of(value.get("end"))
        first, last = (start.first if start else None), (end.last if end else None)
        if start is None and end is None:
            return False
    else:
        span = span_of(value)
        if span is None:
            return False
        first, last = span.first, span.last
    low, high = limits
    return (low is None or last is None or last // SECOND >= low) and (
        high is None or first is None or first // SECOND <= high
    )


def _in_range(value: Any, rule: LabelClassRule) -> bool:
    number = value.get("value") if value.__class__ is dict else None
    if number.__class__ is bool or number is None or (rule.unit and value.get("code") != rule.unit):
        return False
    try:
        exact = Decimal(str(number))
    except ArithmeticError:
        return False
    return (
        exact.is_finite() and (rule.least is None or exact >= rule.least) and (rule.below is None or exact < rule.below)
    )
