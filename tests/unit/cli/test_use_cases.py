"""``fhircheck use-cases`` and ``check --use-case``, as they are called."""

import json

from fhircheck.use_cases.shipped import shipped_names
from tests.needs import ROOT

SAMPLE = str(ROOT / "sample_bundles" / "use-cases" / "image-analysis" / "flawed")


def test_list_names_all_in_both_languages(fhircheck) -> None:
    english, german = fhircheck("use-cases", "list"), fhircheck("use-cases", "list", "--language", "de")
    assert [line.split()[0] for line in english.stdout.splitlines()] == list(shipped_names())
    assert "Image analysis" in english.stdout
    assert "Bildanalyse" in german.stdout


def test_show_says_what_is_asked_for(fhircheck) -> None:
    for name in shipped_names():
        assert fhircheck("use-cases", "show", name).code == 0
    german = fhircheck("use-cases", "show", "sepsis-diagnosis-support", "--language", "de").stdout
    assert "Beginn der Sepsis" in german
    assert "von -1 d bis 0 d" in german
    library = json.loads(fhircheck("use-cases", "show", "image-analysis", "--format", "json").stdout)
    assert library["resourceType"] == "Library"


def test_a_wrong_name_is_answered_with_the_nearest(fhircheck) -> None:
    for command in (("use-cases", "show", "sepsis"), ("check", SAMPLE, "--use-case", "sepsis")):
        ended = fhircheck(*command)
        assert ended.code == 2
        assert "did you mean sepsis-diagnosis-support?" in ended.stderr


def test_check_shows_the_funnel_without_small_numbers(fhircheck) -> None:
    ended = fhircheck("check", SAMPLE, "--use-case", "image-analysis", "--offline")
    section = ended.stdout.partition("USE CASES")[2].partition("\n\n")[0]
    section = " ".join(section.split())
    assert "13 usable of 24 eligible patients" in section
    assert "< 10 lost (elements missing" in section
    assert " 3 lost" not in section
    found = json.loads(fhircheck("check", SAMPLE, "--use-case", "image-analysis", "--format", "json").stdout)
    case = found["use_cases"][0]
    assert case["usable"] == {"least": 13, "most": 13}
    lost = {each["name"]: each["lost"] for each in case["steps"]}
    assert lost["identified-study"] == {"least": 1, "most": 9}
