"""What holds of every record, however broken: one answer by all ways, in both languages, without words of the data."""

from datetime import UTC, datetime
from typing import Any

from fhircheck.assertions.assertion import Findings
from fhircheck.compile.linker import Linker
from fhircheck.definitions.definition_set import DefinitionSet
from fhircheck.first_pass import Plan, first_pass, linker_for
from fhircheck.model.issue import Issue, has_error
from fhircheck.model.record import Piece, Record
from fhircheck.report.messages import text
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.resource_check import ResourceCheck
from fhircheck.validate.validator import Validator
from tests.fuzz.nodes import CANARY
from tests.fuzz.watch import LawBroken

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def silent(reason: str, detail: str) -> None:
    """Nobody counts what cannot be told here."""


class Judge:
    """Validates records by every way there is, and compares. asked: profiles each record is checked against too."""

    def __init__(self, linker: Linker, asked: tuple[str, ...] = ()) -> None:
        self.types = linker.around.types
        self.asked = asked
        self._reader = RecordReader(self.types)
        self._validator = Validator(linker, asked)

    def judge(self, data: bytes, form: Any = "resource") -> list[Issue]:
        """All findings about the records of `data`. Raises LawBroken where two ways disagree."""
        found: list[Issue] = []
        for record, other in zip(self.records(data, form), self.records(data, form), strict=True):
            found += self._judge(record, other)
        _words(found)
        return found

    def records(self, data: bytes, form: Any = "resource") -> list[Record]:
        """The records of `data`, as read."""
        return list(self._reader.records(Piece("fuzz", form, data)))

    def _judge(self, record: Record, other: Record) -> list[Issue]:
        """Findings of `record`, taken the short way first; `other` is the same, read again."""
        short = self._validator.clean(record)
        after = _all(record, self._validator.check(record))
        plain = _all(other, self._validator.check(other))
        if after != plain:
            raise LawBroken(f"after the short way other findings: {_difference(after, plain)}")
        if short is not None and plain:
            raise LawBroken(f"the short way passes, the long way finds {kinds(plain)}")
        if short is None and not plain and record.node is not None and record.form in ("resource", "ndjson"):
            raise LawBroken("the short way does not pass, the long way finds nothing")
        if record.node is None and not has_error(record.issues):
            raise LawBroken("not read, and no finding says why")
        return plain


def _all(record: Record, checked: list[Any]) -> list[Issue]:
    return record.issues + [issue for each in checked for issue in each.issues]


def _difference(one: list[Issue], other: list[Issue]) -> str:
    lost = [each for each in other if each not in one]
    more = [each for each in one if each not in other]
    return f"without {kinds(lost)}, with {kinds(more)}" if lost or more else "order or number"


def kinds(issues: list[Issue]) -> str:
    """Kinds and places of `issues`, shortened."""
    return ", ".join(f"{each.kind} at {each.place.expression[:80]}" for each in issues[:4])


def _words(issues: list[Issue]) -> None:
    """Every finding can be said in both languages on one line, and says nothing of a patient."""
    for issue in issues:
        for language in ("en", "de"):
            said = text(issue, language)
            if CANARY in said:
                raise LawBroken(f"a message of {issue.kind} repeats a text of the data")
            if not said or len(said.splitlines()) != 1:
                raise LawBroken(f"a message of {issue.kind} is no single line")
            text(issue, language, show_values=True)


class GateJudge:
    """The law of gate and explainer: the one passes exactly where the other finds nothing."""

    def __init__(self, linker: Linker) -> None:
        self.check = ResourceCheck(linker)

    def judge(self, node: Any) -> None:
        """Raises LawBroken where they disagree about `node`."""
        self.check.forget()
        findings = Findings()
        self.check.explain_inner(node, "Resource", findings)
        if self.check.inner_gate(node) is not (not findings.issues):
            raise LawBroken(f"gate {bool(findings.issues)} against explainer: {kinds(findings.issues)}")


class Measuring:
    """The first pass with measures, as `check` runs it."""

    def __init__(self, definitions: DefinitionSet) -> None:
        self._run = first_pass(Plan(definitions.recipe(), (), True, True, NOW))

    def issues(self, data: bytes, form: Any = "resource") -> list[Issue]:
        """The findings of `data`."""
        return self._run([Piece("fuzz", form, data)]).issues


def new_linker(definitions: DefinitionSet) -> Linker:
    """A linker for judges."""
    return linker_for(definitions, silent, NOW)
