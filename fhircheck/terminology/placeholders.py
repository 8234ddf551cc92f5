"""Codes of HL7 version 2 tables that stand for many: NNxxx in table 0203 is NN and a country's three letters.

https://terminology.hl7.org/CodeSystem-v2-0203.html, CodeSystem-v2-0396.html, CodeSystem-v2-0335.html
"""

import re

from fhircheck.definitions.code_system import CodeTable

V2 = "http://terminology.hl7.org/CodeSystem/v2-"
_RUN = re.compile(r"xxx+|nnnn+|zzz+|sss+")
_STANDS_FOR = {"x": "[A-Za-z0-9]", "n": "[0-9]", "z": "[A-Za-z0-9_]", "s": "[A-Za-z0-9]"}


def stood_for(table: CodeTable, code: str) -> str | None:
    """The code of `table` that stands for `code` among others, or None."""
    if not table.url.startswith(V2) or len(code) > 40:
        return None
    return next((each for each in table.codes if _RUN.search(each) and _pattern(each).fullmatch(code)), None)


def _pattern(code: str) -> re.Pattern[str]:
    parts = []
    start = 0
    for run in _RUN.finditer(code):
        parts += [re.escape(code[start : run.start()]), f"{_STANDS_FOR[run[0][0]]}{{1,{len(run[0])}}}"]
        start = run.end()
    return re.compile("".join(parts) + re.escape(code[start:]))
