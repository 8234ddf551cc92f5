"""The score of a use case is explained by the measures of that use case, in both languages."""

from dataclasses import replace

import pytest

from fhircheck.report.score_interval import results_of
from fhircheck.report.shown import View
from fhircheck.report.text import Text
from tests.unit.use_cases.test_sample_bundles import report


def test_results_of_a_use_case_are_its_own() -> None:
    found = report("sepsis-diagnosis-support", "flawed")
    score = found.scores[-1]
    own = results_of(score, found)
    case = {each.name: each for each in found.use_cases[0].measures}
    assert own["subgroup-completeness"] is case["subgroup-completeness"]
    assert own["patients-usable"] is case["usable-patients"]


@pytest.mark.parametrize(("language", "said"), [("en", "9 of 22 fail"), ("de", "9 von 22 verfehlt")])
def test_what_a_use_case_lost_is_said_with_its_own_numbers(language: str, said: str) -> None:
    found = report("sepsis-diagnosis-support", "flawed")
    whole = [each for each in found.measures if each.name != "subgroup-completeness"]
    text: list[str] = []
    Text().finish(replace(found, measures=tuple(whole)), View(language=language), text.append)
    lines = "".join(text)
    part = lines[lines.index("\n  ai-readiness: sepsis-diagnosis-support\n") :]
    assert any("patients-usable" in line and said in line for line in part.splitlines())
    assert any("subgroup-completeness" in line and ("3 of 12" in line or "3 von 12" in line)
               for line in part.splitlines())  # fmt: skip
