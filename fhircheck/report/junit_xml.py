"""JUnit XML: suites, cases and what became of them, as text (Jenkins' junit-10.xsd is the form)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

# What XML 1.0 does not allow in a document, in no form.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a case did not pass. message: a line; text: all there is to say."""

    how: Literal["failure", "error", "skipped"]
    message: str
    text: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One test case. file, line: where its first example is. output: what a case that passed has to say."""

    name: str
    classname: str
    trouble: Trouble | None = None
    file: str = ""
    line: int = 0
    output: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """Test cases of one sort."""

    name: str
    cases: list[Case] = field(default_factory=list)

    def count(self, how: str) -> int:
        """Number of cases that ended so."""
        return sum(each.trouble is not None and each.trouble.how == how for each in self.cases)


def document(suites: Sequence[Suite], started: str, duration: float) -> str:
    """The whole document. started: ISO 8601; duration: seconds, all of them booked to the first suite."""
    counts = {
        "tests": sum(len(each.cases) for each in suites),
        "failures": sum(each.count("failure") for each in suites),
        "errors": sum(each.count("error") for each in suites),
        "time": f"{duration:.3f}",
    }
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', _open("testsuites", name="fhircheck", **counts)]
    for number, suite in enumerate(suites):
        lines += _suite(suite, _moment(started), duration if number == 0 else 0.0)
    return "\n".join((*lines, "</testsuites>")) + "\n"


def _suite(suite: Suite, moment: str, duration: float) -> list[str]:
    head = _open(
        "testsuite",
        name=suite.name,
        tests=len(suite.cases),
        failures=suite.count("failure"),
        errors=suite.count("error"),
        skipped=suite.count("skipped"),
        time=f"{duration:.3f}",
        timestamp=moment,
    )
    return [head, *(_case(each) for each in suite.cases), "</testsuite>"]


def _case(case: Case) -> str:
    given = {"name": case.name, "classname": case.classname, "time": "0", "file": case.file, "line": case.line or ""}
    head = _open("testcase", **{name: value for name, value in given.items() if value != ""})
    inside = ""
    if case.trouble is not None:
        kind = case.trouble.type if case.trouble.how != "skipped" else ""
        about = {"message": case.trouble.message, "type": kind}
        opened = _open(case.trouble.how, **{name: value for name, value in about.items() if value})
        inside = f"{opened}{_text(case.trouble.text)}</{case.trouble.how}>"
    elif case.output:
        inside = f"<system-out>{_text(case.output)}</system-out>"
    return f"{head}{inside}</testcase>"


def _open(element: str, **attributes: object) -> str:
    given = " ".join(f"{name}={quoteattr(_sound(str(value)))}" for name, value in attributes.items())
    return f"<{element} {given}>" if given else f"<{element}>"


def _text(text: str) -> str:
    return escape(_sound(text))


def _sound(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _moment(started: str) -> str:
    """ISO 8601 to the second; empty where it is no moment."""
    try:
        return datetime.fromisoformat(started).isoformat(timespec="seconds")
    except ValueError:
        return ""
