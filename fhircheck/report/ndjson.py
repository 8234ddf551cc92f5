"""Report as NDJSON: one line a finding, written as they are found, so that memory stays bounded."""

import json
import re
from collections.abc import Callable
from typing import Any

from fhircheck.model.issue import Issue
from fhircheck.model.report import RunReport
from fhircheck.report.finding import finding
from fhircheck.report.shown import View

# json.dumps escapes C0 only; DEL, C1, direction marks and line separators would still reach a terminal.
_UNSAFE = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def encoded(value: Any, indent: int | None = None) -> str:
    """JSON text in UTF-8 (not ASCII) whose bytes depend on `value` only and which a terminal can show safely."""
    separators = (", ", ": ") if indent is None else (",", ": ")
    dumped = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators, allow_nan=False)
    dumped = _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", dumped)
    return _SURROGATE.sub("\ufffd", dumped)


class Ndjson:
    """One JSON object a finding; nothing else."""

    name = "ndjson"
    summary = "One JSON line a finding, written as they are found; for scripts and big data."

    def sink(self, view: View, write: Callable[[str], None]) -> Callable[[list[Issue]], None] | None:
        """Write each finding as it comes."""
        return lambda issues: write("".join(encoded(finding(issue, view)) + "\n" for issue in issues))

    def finish(self, report: RunReport, view: View, write: Callable[[str], None]) -> None:
        """Nothing: all findings have been written."""
