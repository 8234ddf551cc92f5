import pytest

from fhircheck.model.issue import Place
from fhircheck.report.shown import OPEN, Disguise, clean

HIDING = Disguise(b"key of the test")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Müller 漢字 😀", "Müller 漢字 😀"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\tc\r", r"a\x0ab\x09c\x0d"),
        ("\x9b31m\x7f", r"\x9b31m\x7f"),
        ("abc\u202egnp.exe", r"abc\u202egnp.exe"),
        ("\udc80", r"\udc80"),
        ("[bold red]x[/]", "[bold red]x[/]"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_clean_shortens_in_the_middle() -> None:
    text = clean("a" * 500 + "z" * 500, longest=100)
    assert len(text) == 100
    assert (text[0], text[-1]) == ("a", "z")
    assert "…" in text


def test_nothing_is_hidden_unless_asked() -> None:
    assert OPEN.source("a.json") == "a.json"
    assert OPEN.resource("Patient/1") == "Patient/1"
    assert OPEN.words("see Patient/1") == "see Patient/1"


def test_same_name_same_hash_within_a_run_and_another_in_the_next() -> None:
    assert HIDING.source("a.json") == HIDING.source("a.json") != HIDING.source("b.json")
    assert HIDING.source("a.json") != Disguise(b"another key").source("a.json")
    assert "a.json" not in HIDING.source("a.json")


def test_resource_keeps_its_type() -> None:
    shown = HIDING.resource("Patient/meier-1970")
    assert shown.startswith("Patient/#")
    assert "meier" not in shown
    assert HIDING.resource("Patient") == "Patient"
    assert HIDING.source("") == ""


def test_ids_and_file_names_are_found_within_words() -> None:
    place = Place("data/meier.json", 0, "Patient/meier-1970")
    text = "Patient/meier-1970 of data/meier.json links to urn:uuid:1b4e28ba-2fa1-11d2-883f-b9a761bde3fb and meier-1970"
    shown = HIDING.words(text, place)
    assert "meier" not in shown
    assert "1b4e28ba" not in shown
    assert shown.startswith(HIDING.resource("Patient/meier-1970"))


def test_canonicals_and_counts_stay_readable() -> None:
    text = "http://hl7.org/fhir/StructureDefinition/Patient|4.0.1: at least 1 needed"
    assert HIDING.words(text, Place("x.json", 0, "Patient/1")) == text


def test_standard_input_hides_no_hyphens() -> None:
    assert HIDING.words("not-a-file", Place("-", 0, "Patient/p")) == "not-a-file"


def test_the_key_is_not_shown() -> None:
    assert "key of the test" not in repr(HIDING)
