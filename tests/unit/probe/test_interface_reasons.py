"""Every reason that a probe gives has words in both languages, and takes what the probe hands it."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import fhircheck.probe
from fhircheck.probe.interface_reasons import (
    IHE_REASONS,
    INTERFACE_REASONS,
    SEARCH_REASONS,
    SECURITY_REASONS,
    SMART_REASONS,
    WRITING_REASONS,
)
from fhircheck.probe.texts import WHY

FOLDER = Path(fhircheck.probe.__file__).parent
CERTIFICATE_FAULTS = (
    "expired",
    "not-yet-valid",
    "other-host",
    "self-signed",
    "unknown-authority",
    "revoked",
    "not-accepted",
)


def _given() -> Iterator[tuple[str, str, frozenset[str]]]:
    """(file, reason, names of its parameters) of each call of unmet() and not_tested() with a plain text."""
    for path in sorted(FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
                continue
            if node.func.attr in ("unmet", "not_tested"):
                names = frozenset(each.arg for each in node.keywords if each.arg)
                for each in ast.walk(node.args[0]):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value:
                        yield path.name, each.value, names


def _named(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_reason_has_words() -> None:
    reasons = {(file, reason) for file, reason, _ in _given() if not reason.endswith("-")}
    assert len(reasons) > 100
    assert [each for each in sorted(reasons) if each[1] not in WHY] == []


def test_the_words_use_what_the_probe_hands_them() -> None:
    wrong = [
        (file, reason)
        for file, reason, names in _given()
        if reason in INTERFACE_REASONS and not _named(INTERFACE_REASONS[reason][0]) <= names
    ]
    assert wrong == []


@pytest.mark.parametrize("name", INTERFACE_REASONS)
def test_both_languages_say_the_same(name: str) -> None:
    english, german = INTERFACE_REASONS[name]
    assert english
    assert german
    assert english != german
    assert _named(english) == _named(german)
    assert "\n" not in english + german


def test_no_reason_is_there_twice_and_none_is_idle() -> None:
    parts = (SECURITY_REASONS, SMART_REASONS, SEARCH_REASONS, IHE_REASONS, WRITING_REASONS)
    assert len(INTERFACE_REASONS) == sum(len(each) for each in parts)
    text = "\n".join(path.read_text() for path in FOLDER.rglob("*.py") if path.name != "interface_reasons.py")
    certificate = {f"certificate-{fault}" for fault in CERTIFICATE_FAULTS}
    assert [name for name in INTERFACE_REASONS if f'"{name}"' not in text and name not in certificate] == []
