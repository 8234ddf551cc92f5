"""What findings are filled with is said in German: every phrase that the code gives, and none that is FHIR's."""

import ast
from collections.abc import Callable, Iterator

import pytest

from fhircheck.assertions.primitive_format import RULES
from fhircheck.report.german import param_text
from fhircheck.report.german.table import table
from tests.needs import ROOT

CODE = ROOT / "fhircheck"
STAGES = ("assertions", "validate", "compile", "sources", "fetch")
PARAMS = {name for name in table("params") if name != "*" and "." not in name} - {"hint", "allowed"}
SAME = {
    "",
    "XML",
    "transactionTime",
    "extension",
    "binding.description",
    "binding",
    "targetProfile",
    "null",
    "Element {}",
}
"""Names of FHIR and of formats, which stay."""
GIVEN = {
    "found": {"assertions/primitive_format.py": ("_JSON_TYPES",)},
    "problem": {
        "assertions/narrative_url.py": ("problem_of_url", "_data_problem"),
        "assertions/narrative_control.py": ("_language_problem",),
        "validate/elements/extension_use.py": ("PROBLEMS",),
        "validate/rules/code_system_properties.py": ("_uri_problem",),
        "validate/rules/measure.py": ("_problem",),
        "validate/text_quality.py": ("TWICE", "LOST"),
    },
    "expected": {
        "validate/rules/value_set_filters.py": ("_problem",),
        "assertions/primitive_format.py": ("expected_json",),
    },
    "side": {"assertions/min_max_value.py": ("NOT_COMPARABLE",)},
    "reason": {"sources/died.py": ("how_died",), "transport/unpacking.py": ("_reason",)},
    "fault": {"validate/resource_check.py": ("ENDLESS",)},
    "not-a-resource.found": {"transport/json_reader.py": ("_what",)},
}  # fmt: skip
"""Param -> file -> the functions and tables whose texts it can be."""
FAULTS = {"_fault", "report", "ReadingStopped"}
OWN_KINDS = {"duplicate-key", "number-out-of-range", "nesting-too-deep"}
"""Faults that are kinds of finding themselves."""


def template(node: ast.AST) -> str | None:
    """A text as it stands in the code, ``{}`` for each part that is filled in; None for what is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)
    return None


def ends(node: ast.AST | None) -> Iterator[str]:
    """The texts that an expression can be."""
    if isinstance(node, ast.IfExp):
        yield from (*ends(node.body), *ends(node.orelse))
    elif node is not None and (found := template(node)) is not None:
        yield found


def passed() -> Iterator[tuple[str, str]]:
    """(param, text) of what is handed to a finding where it is made."""
    for path in (each for stage in STAGES for each in (CODE / stage).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) not in ("IssueKind", "CodeVerdict"):
                yield from (
                    (each.arg, text) for each in node.keywords if each.arg in PARAMS for text in ends(each.value)
                )
            elif isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                yield from ((key, text) for name, value in pairs if (key := template(name) if name else None) in PARAMS
                            for text in ends(value) if key)  # fmt: skip


def given() -> Iterator[tuple[str, str]]:
    """(param, text) of what functions and tables give."""
    yield from (("rule", rule) for rule in RULES.values() if rule != "hh:mm:ss")
    for param, files in GIVEN.items():
        for file, names in files.items():
            for node in ast.parse((CODE / file).read_text(encoding="utf-8")).body:
                named = {getattr(node, "name", "")} | {ast.unparse(each) for each in targets(node)}
                if named & set(names):
                    yield from ((param, text) for text in inside(node))


def targets(node: ast.stmt) -> list[ast.expr]:
    return [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])


def inside(node: ast.stmt) -> Iterator[str]:
    """What a function returns, or the texts with blanks of a table."""
    if isinstance(node, ast.FunctionDef):
        yield from (text for each in ast.walk(node) if isinstance(each, ast.Return) for text in ends(each.value))
    else:
        yield from (text for each in ast.walk(node) if (text := template(each)) and " " in text)


def faults() -> Iterator[tuple[str, str]]:
    """(param, text) of the faults of JSON that the recovering reader names, and of servers."""
    for path in (CODE / "transport/json_recovery.py", CODE / "transport/json_text.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in FAULTS and node.args:
                yield from (("fault", text) for text in ends(node.args[0]))
    for path in (each for stage in ("transport", "sources", "fetch") for each in (CODE / stage).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = {"ServerFault": 0, "StreamFault": 1}.get(
                ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            )
            if isinstance(node, ast.Call) and place is not None:
                yield from (("reason", text) for each in node.args[place : place + 1] for text in ends(each))


@pytest.mark.parametrize("source", [passed, given, faults])
def test_every_phrase_has_german(source: Callable[[], Iterator[tuple[str, str]]]) -> None:
    found = {each for each in source() if each[1] not in SAME | OWN_KINDS}
    assert len(found) > 20
    for param, text in sorted(found):
        kind, _, name = param.rpartition(".")
        filled = text.format(*"789") if "{}" in text else text
        if text == "{}":
            continue
        assert param_text(kind, name, filled) != filled or filled in table("params").get(param, {}), (param, text)


def test_what_is_filled_in_stays() -> None:
    assert param_text("x", "problem", "values: 1, entries in _given: 2") == "Werte: 1, Einträge in _given: 2"
    assert param_text("x", "reason", "server-refused, HTTP 500") == "der Server lehnte ab, HTTP 500"
    assert param_text("x", "hint", " (did you mean 'male'?)") == " (gemeint: 'male'?)"
    assert param_text("x", "fault", "profile {0} has no snapshot") == "Profil {0} hat keinen Snapshot"


def test_names_of_fhir_and_of_the_data_stay() -> None:
    assert param_text("not-a-resource", "found", "string") == "eine Zeichenkette"
    assert param_text("code-system-property-value", "found", "string") == "string"
    assert param_text("extension-part-unknown", "part", "group") == "group"
    assert param_text("report-part-missing", "part", "group") == "Gruppe"
    assert param_text("x", "element", "an object") == "an object"
    assert param_text("x", "code", "(value)") == "(Wert)"
