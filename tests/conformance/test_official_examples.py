"""All official R4 examples are read, and no error is raised that the reference does not raise too."""

from collections import Counter

from tests.conformance.official_examples import CONFIRMED, STRUCTURAL, check
from tests.needs import shared_path


def test_official_examples_have_the_confirmed_errors_and_no_other() -> None:
    shared_path("packages", "hl7.fhir.r4.examples-4.0.1.tgz")
    merged, errors = check()
    assert merged.files > 5_300
    assert merged.unreadable == 0
    structural = Counter((kind, definition) for _, kind, definition, _ in errors if kind in STRUCTURAL)
    assert structural == CONFIRMED
