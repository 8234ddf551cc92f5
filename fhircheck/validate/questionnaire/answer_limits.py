"""Bounds of an answer: minValue, maxValue, maxDecimalPlaces, minLength, maxLength, regex, line breaks.

http://hl7.org/fhir/R4/questionnaire-profiles.html lists the extensions. Dates compare by the moment at which
they begin: 2022-06-30 lies after a maximum of 2022-06.
"""

from collections.abc import Callable
from typing import Any

from fhircheck.model.issue import IssueKind, Severity
from fhircheck.validate.lenient import extension, extensions, number, whole
from fhircheck.validate.questionnaire.answered import Answered
from fhircheck.validate.questionnaire.moments import begins, clock

BASE = "http://hl7.org/fhir/StructureDefinition/"
_CLAUSE = "http://hl7.org/fhir/R4/extension-{}.html"
PATTERN_SECONDS = 0.5
BOUND_MISSING = "questionnaire-bound"
PATTERN_UNUSABLE = "questionnaire-pattern"

BELOW = IssueKind(
    name="response-answer-below-minimum",
    severity="error",
    code="invariant",
    summary="An answer is less than the smallest value that the questionnaire allows.",
    why="Values outside the bounds are errors of entry or of the unit.",
    clause=_CLAUSE.format("minvalue"),
    fix="Check the value at the source.",
    english="The answer is less than the minimum {bound}",
    german="Die Antwort ist kleiner als das Minimum {bound}",
    failing='{"valueInteger": 4}',
    passing='{"valueInteger": 5}',
)
ABOVE = IssueKind(
    name="response-answer-above-maximum",
    severity="error",
    code="invariant",
    summary="An answer is greater than the largest value that the questionnaire allows.",
    why="Values outside the bounds are errors of entry or of the unit.",
    clause=_CLAUSE.format("maxvalue"),
    fix="Check the value at the source.",
    english="The answer is greater than the maximum {bound}",
    german="Die Antwort ist größer als das Maximum {bound}",
    failing='{"valueInteger": 11}',
    passing='{"valueInteger": 10}',
)
DECIMALS = IssueKind(
    name="response-answer-decimals",
    severity="error",
    code="invariant",
    summary="A number has more decimal places than the questionnaire allows.",
    why="It states a precision that was not measured.",
    clause=_CLAUSE.format("maxdecimalplaces"),
    fix="Round the number at the source.",
    english="The number has {count} decimal {count:place|places}, {limit} {limit:is|are} allowed",
    german="Die Zahl hat {count} {count:Nachkommastelle|Nachkommastellen}, erlaubt {limit:ist|sind} {limit}",
    failing='{"valueDecimal": 1.666}',
    passing='{"valueDecimal": 1.67}',
)
SHORT = IssueKind(
    name="response-answer-too-short",
    severity="error",
    code="invariant",
    summary="A text is shorter than the questionnaire asks for.",
    why="Who asked expects more than this.",
    clause=_CLAUSE.format("minlength"),
    fix="Complete the answer.",
    english="The answer has {count} {count:character|characters}, at least {limit} {limit:is|are} needed",
    german="Die Antwort hat {count} Zeichen, mindestens {limit} {limit:ist|sind} nötig",
    failing='{"valueString": "x"}',
    passing='{"valueString": "a longer text"}',
)
LONG = IssueKind(
    name="response-answer-too-long",
    severity="error",
    code="invariant",
    summary="A text is longer than the questionnaire allows.",
    why="Systems that store the answer may cut it off.",
    clause="http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.maxLength",
    fix="Shorten the answer.",
    english="The answer has {count} {count:character|characters}, at most {limit} {limit:is|are} allowed",
    german="Die Antwort hat {count} Zeichen, höchstens {limit} {limit:ist|sind} erlaubt",
    failing='{"valueString": "a text beyond the limit"}',
    passing='{"valueString": "a text"}',
)
PATTERN = IssueKind(
    name="response-answer-pattern",
    severity="error",
    code="invariant",
    summary="A text is not of the form that the questionnaire asks for.",
    why="Numbers and names of a fixed form are not understood in another one.",
    clause=_CLAUSE.format("regex"),
    fix="Give the answer in the form asked for.",
    english="The answer is not of the form {pattern}",
    german="Die Antwort hat nicht die Form {pattern}",
    failing='{"valueString": "12-34"}',
    passing='{"valueString": "1234"}',
)
LINE_BREAK = IssueKind(
    name="response-answer-line-break",
    severity="warning",
    code="invariant",
    summary="The answer to a question of type string has line breaks.",
    why="string is for one line; where more is expected, the type is text.",
    clause="http://hl7.org/fhir/R4/valueset-item-type.html",
    fix="Use the type text in the questionnaire, or one line in the answer.",
    english="The answer has line breaks, the question asks for one line",
    german="Die Antwort hat Zeilenumbrüche, die Frage erwartet eine Zeile",
    failing='{"valueString": "first\\nsecond"}',
    passing='{"valueString": "first, second"}',
)
KINDS = (BELOW, ABOVE, DECIMALS, SHORT, LONG, PATTERN, LINE_BREAK)

Sortable = Callable[[Any], Any]


def check_number(answered: Answered) -> None:
    """minValue, maxValue and maxDecimalPlaces of a number."""
    _bounds(answered, number)
    check_decimals(answered, answered.value.value)


def check_date(answered: Answered) -> None:
    """minValue and maxValue of a date or dateTime."""
    _bounds(answered, begins)


def check_time(answered: Answered) -> None:
    """minValue and maxValue of a time of day."""
    _bounds(answered, clock)


def _bounds(answered: Answered, sortable: Sortable) -> None:
    value = sortable(answered.value.value)
    for name, kind, wrong in (("minValue", BELOW, -1), ("maxValue", ABOVE, 1)):
        for each in extensions(answered.question.node, BASE + name)[:1]:
            bound = sortable(each.value)
            if bound is None:
                answered.undecided(BOUND_MISSING)
            elif value is not None and (value > bound) - (value < bound) == wrong:
                answered.spot.add(kind, value=str(answered.value.value), bound=str(each.value))


def check_decimals(answered: Answered, value: Any) -> None:
    """maxDecimalPlaces of the number `value`: as written, zeros count."""
    limit = whole(extension(answered.question.node, BASE + "maxDecimalPlaces"))
    found = number(value)
    if limit is None or found is None:
        return
    exponent = found.as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    if places > limit:
        answered.spot.add(DECIMALS, value=str(value), count=places, limit=limit)


def check_text(answered: Answered) -> None:
    """minLength, maxLength, regex, and no line breaks where the type is string.

    The reference holds strings alone to them; for longer texts and for URLs they are warnings here.
    """
    value, node = answered.value.value, answered.question.node
    if value.__class__ is not str:
        return
    severity: Severity = "error" if answered.question.type == "string" else "warning"
    least, most = whole(extension(node, BASE + "minLength")), whole(node.get("maxLength"))
    if least is not None and len(value) < least:
        answered.spot.add(SHORT, severity=severity, count=len(value), limit=least)
    if most is not None and 0 <= most < len(value):
        answered.spot.add(LONG, severity=severity, count=len(value), limit=most)
    pattern = extension(node, BASE + "regex")
    if pattern.__class__ is str and pattern:
        _match(answered, pattern, value, severity)
    if answered.question.type == "string" and ("\n" in value or "\r" in value):
        answered.spot.add(LINE_BREAK)


def _match(answered: Answered, pattern: str, value: str, severity: Severity) -> None:
    """Whether all of `value` matches; a pattern that is none, or that takes too long, decides nothing."""
    import regex

    try:
        fits = regex.fullmatch(pattern, value, timeout=PATTERN_SECONDS)
    except (regex.error, TimeoutError, RecursionError, OverflowError):
        answered.undecided(PATTERN_UNUSABLE)
        return
    if fits is None:
        shown = pattern if len(pattern) <= 100 else pattern[:100] + "..."
        answered.spot.add(PATTERN, severity=severity, value=value, pattern=shown)
