"""Two runs beside each other as they are drawn, kept as files; ``pytest --update-golden`` writes them anew."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import fhircheck.report
from fhircheck.history.compare import compare, named
from fhircheck.report.difference import DIFFERENCES
from fhircheck.report.shown import View
from tests.unit.history.runs import HB, ICD, census, measure, part, run, score

FOLDER = Path(__file__).parent / "difference"
SCHEMA = json.loads((Path(fhircheck.report.__file__).parent / "diff.schema.json").read_text(encoding="utf-8"))
MII = "https://www.medizininformatik-initiative.de/fhir/core/modul-diagnose/StructureDefinition/Diagnose"
SUFFIX = {"text": "txt", "markdown": "md"}
CONDITION, OBSERVATION, SNOMED = "Condition.code", "Observation.code", "http://snomed.info/sct"


def use(url: str, resources: int) -> dict[str, Any]:
    return {"url": url, "how": "meta", "found": True, "resources": resources, "valid": resources, "decided": 1}


def issue(kind: str, definition: str, count: int) -> dict[str, Any]:
    return {"kind": kind, "definition": definition, "profile": MII, "count": count, "resources": count}


def both() -> tuple[Any, Any]:
    """Two runs with a change of every kind that a report tells."""
    values = [11 + each / 100 for each in range(500)]
    before = run(
        resources={"Condition": 900, "Observation": 1_000, "Procedure": 300, "Encounter": 100},
        scores=[score("ai-readiness", part("code-valid", 3, 3), part("ucum-unit", 2, 1))],
        measures=[measure("code-valid", 1_890, 1_900, "passed", [(CONDITION, 895, 900), (OBSERVATION, 995, 1_000)])],
        totals={("error", "cardinality-min"): 40, ("warning", "code-unknown"): 12},
        issues=[issue("cardinality-min", "Condition.subject", 40)],
        profiles=[use(f"{MII}|2025.0.0", 900)],
        census=census({(CONDITION, ICD, f"I{n}"): 100 for n in range(9)}, {(HB, "g/dL"): values}),
    )
    after = run(
        "2026-03-09T04:00:00+00:00",
        header={"version": "0.2.0", "started": "2026-03-09T04:00:00+00:00", "duration": 1.0},
        verdict={"outcome": "invalid", "exit_code": 1, "reasons": []},
        resources={"Condition": 900, "Observation": 400, "Encounter": 140},
        scores=[score("ai-readiness", part("code-valid", 3, 2), part("ucum-unit", 2, 1))],
        measures=[measure("code-valid", 1_100, 1_300, "failed", [(CONDITION, 750, 900), (OBSERVATION, 350, 400)])],
        totals={("error", "required-binding"): 140, ("error", "cardinality-min"): 45},
        issues=[issue("required-binding", "Condition.code", 140)],
        profiles=[use(f"{MII}|2026.0.0", 900)],
        census=census(
            {(CONDITION, ICD, f"I{n}"): 20 * n for n in range(9)} | {(CONDITION, SNOMED, "38341003"): 180},
            {(HB, "mmol/L"): [each * 0.62 for each in values]},
        ),
    )  # fmt: skip
    return before, after


def drawn(form: str, language: str, same: bool = False) -> str:
    before, after = both()
    after = before if same else after
    diff = compare(before, after, named(before, "ward@1", 1), named(after, "exports/2026-03-09.json"))
    return DIFFERENCES[form](diff, View("diff", language))


CASES = [("text", "en"), ("text", "de"), ("markdown", "en"), ("markdown", "de"), ("json", "de")]


@pytest.mark.parametrize(("form", "language"), CASES, ids=["-".join(each) for each in CASES])
def test_differences_are_drawn_as_kept(form: str, language: str, golden) -> None:
    golden(FOLDER / f"changes.{language}.{SUFFIX.get(form, form)}", drawn(form, language))


def test_nothing_has_changed(golden) -> None:
    golden(FOLDER / "same.en.txt", drawn("text", "en", same=True))


@pytest.mark.parametrize("language", ["en", "de"])
def test_sentences_fit_80_columns(language: str) -> None:
    assert [
        line for line in drawn("text", language).splitlines() if len(line) > 80 and not re.search("://", line)
    ] == []


def test_json_fits_its_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for same in (True, False):
        jsonschema.validate(json.loads(drawn("json", "en", same)), SCHEMA)


def test_markdown_holds_no_markup_out_of_the_data() -> None:
    hostile = "[x](http://evil) <img src=x> @all www.evil.example *b* `c`\n# h"
    before, after = run(), run(totals={("error", hostile): 500})
    text = DIFFERENCES["markdown"](compare(before, after), View("diff"))
    assert not re.search(r"(?<!\\)[\[`*]x?\]?\(http|<img|@all|www\.|://|\n# h|(?<!\\)`", text)
