"""The words of the probes of REST and search: in both languages, fillable, none idle."""

from pathlib import Path

import pytest

import fhircheck.probe
from fhircheck.probe.interface_reasons import INTERFACE_REASONS
from fhircheck.probe.rest_reasons import READ_REASONS, REST_REASONS, RESULT_REASONS, SEARCH_REASONS
from tests.unit.probe.test_interface_reasons import _given, _named


def test_the_words_use_what_the_probe_hands_them() -> None:
    wrong = [
        (file, reason)
        for file, reason, names in _given()
        if reason in REST_REASONS and not _named(REST_REASONS[reason][0]) <= names
    ]
    assert wrong == []


@pytest.mark.parametrize("name", REST_REASONS)
def test_both_languages_say_the_same(name: str) -> None:
    english, german = REST_REASONS[name]
    assert english
    assert english != german
    assert _named(english) == _named(german)
    assert "\n" not in english + german


def test_no_reason_is_there_twice_and_none_is_idle() -> None:
    assert len(REST_REASONS) == sum(map(len, (READ_REASONS, SEARCH_REASONS, RESULT_REASONS)))
    assert not set(REST_REASONS) & set(INTERFACE_REASONS)
    files = Path(fhircheck.probe.__file__).parent.rglob("*.py")
    text = "\n".join(path.read_text() for path in files if path.name != "rest_reasons.py")
    assert [name for name in REST_REASONS if f'"{name}"' not in text] == []
