import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from fhircheck.measures import MEASURES
from fhircheck.model.errors import UsageError
from fhircheck.score import Rubric, load_rubric
from fhircheck.score.piqi_rubric import SAMS
from fhircheck.score.rubric_toml import as_toml
from fhircheck.score.scoring_rules import EXTENSION


def criterion(sam: str, entity: str = "CONDITION_CODE", **more: Any) -> dict[str, Any]:
    return {"sequence": 1, "entity": entity, "samMnemonic": sam, "scoringEffect": "Scoring", "scoringWeight": 1,
            "criticalityIndicator": False, "conditionalSam": None, "samParameters": [], **more}  # fmt: skip


def read(tmp_path: Path, data: Any) -> Rubric:
    file = tmp_path / "rubric.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    return load_rubric(str(file))


def piqi(*criteria: dict[str, Any]) -> dict[str, Any]:
    return {"name": "Our rubric", "mnemonic": "OUR_V1", "version": 202601, "criteria": list(criteria)}


def rule(path: str, *rules: str, value: Any = 1, **more: Any) -> dict[str, Any]:
    parts = [{"url": "key", "valueId": path + "-".join(rules)}, {"url": "value", "valueDecimal": value}]
    parts += [{"url": "rule", "valueCode": each} for each in rules]
    return {"path": path, "extension": [{"url": EXTENSION, "extension": parts + more.pop("parts", [])}], **more}


def profile(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "StructureDefinition", "title": "Scored", "differential": {"element": list(elements)}}


def test_piqi_criteria_come_to_measures_and_the_rest_is_listed(tmp_path: Path) -> None:
    found = read(tmp_path, piqi(
        criterion("CONCEPT_HASCODE", scoringWeight=2),
        criterion("Concept_HasCodeSystem", "LAB_TEST", scoringWeight=0.5),
        criterion("CONCEPT_ISVALID", "LAB_RESULT_UNIT", criticalityIndicator=True, conditionalSam="ATTR_ISPOPULATED"),
        criterion("ATTR_ISDATE", "CONDITION_ONSET"),
        criterion("CONCEPT_HASCODE", "X", scoringEffect="Informational"),
        criterion("CONCEPT_HASCODE", "Y", conditionalSam="OBSERVATIONVALUE_ISQUALITATIVE"),
        criterion("CONCEPT_HASCODE", "Z", scoringWeight=0),
    ))  # fmt: skip
    assert found.name == "OUR_V1"
    assert found.scores == ("piqi-index",)
    assert [(each.measure, each.weight, each.critical, each.maximum_failing) for each in found.criteria] == [
        ("coded-concept", Fraction(5, 2), False, None),
        ("ucum-unit", 1, True, 0),
    ]
    assert "CONDITION_CODE CONCEPT_HASCODE" in found.criteria[0].reason
    assert dict(found.not_read) == {
        "CONDITION_ONSET ATTR_ISDATE": "no measure here asks the same",
        "X CONCEPT_HASCODE": "informational: does not score",
        "Y CONCEPT_HASCODE": "depends on OBSERVATIONVALUE_ISQUALITATIVE, which is not judged here",
        "Z CONCEPT_HASCODE": "weight 0",
    }
    assert len(found.widened) + len(found.not_read) == 7


def test_all_sams_lead_to_measures_of_the_catalogue() -> None:
    assert set(SAMS.values()) <= set(MEASURES.names)


def test_scoring_rules_come_to_measures_and_the_rest_is_listed(tmp_path: Path) -> None:
    found = read(tmp_path, profile(
        rule("Observation", "valid", value=2),
        rule("Observation.value[x]", "ucum", value=1.5),
        rule("Observation.code", "coding"),
        rule("Observation.code", "text"),
        rule("Observation.status"),
        rule("Observation.category", "valid", sliceName="VSCat"),
        rule("Observation.effective[x]", "precision", parts=[{"url": "condition", "valueString": "true"}]),
        rule("Observation.subject", "reference", "display"),
    ))  # fmt: skip
    assert {each.measure: each.weight for each in found.criteria} == {
        "profile-valid": 2, "ucum-unit": Fraction(3, 2), "coded-concept": 1,
    }  # fmt: skip
    assert dict(found.not_read) == {
        "Observation.code text": "no measure here asks the same",
        "Observation.status": "asks only that the element is there",
        "Observation.category:VSCat valid": "is about one slice",
        "Observation.effective[x] precision": "has a condition of its own",
        "Observation.subject reference display": "asks several things at once",
    }
    assert [(each.name, each.at_least) for each in found.bands] == [("green", 90), ("yellow", 70), ("red", 0)]
    assert all("ScoringReporter" in each.source for each in found.bands)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"a": 1}, "neither a PIQI rubric"),
        ({"resourceType": "Patient"}, "neither a PIQI rubric"),
        (profile({"path": "Patient"}), "without scoring rules"),
        (profile(rule("Patient.name", "content")), "none of its 1 criteria"),
        (profile(rule("Patient", "valid", value="x")), "element Patient: value: must be a number"),
        (piqi({"entity": "X"}), "criteria[1].samMnemonic: must be a text"),
        (
            piqi(criterion("CONCEPT_HASCODE"), criterion("CONCEPT_HASCODE", scoringWeight=-1)),
            "criteria[2].scoringWeight",
        ),
        (piqi(criterion("CONCEPT_HASCODE", scoringWeight=True)), "criteria[1].scoringWeight"),
        (piqi("x"), "criteria[1]: must be an object"),  # type: ignore[arg-type]
        (piqi(), "none of its 0 criteria"),
    ],
)
def test_what_cannot_be_read_is_one_line_with_its_place(tmp_path: Path, data: Any, told: str) -> None:
    with pytest.raises(UsageError) as error:
        read(tmp_path, data)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_broken_json_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"criteria": [', encoding="utf-8")
    with pytest.raises(UsageError, match="begins like JSON"):
        load_rubric(str(file))


def test_a_rubric_survives_its_own_toml(tmp_path: Path) -> None:
    for source in ("fhircheck", "published"):
        original = load_rubric(source)
        file = tmp_path / f"{source}.toml"
        file.write_text(as_toml(original), encoding="utf-8")
        assert load_rubric(str(file)) == original
    found = read(tmp_path, piqi(criterion("CONCEPT_HASCODE"), criterion("ATTR_ISDATE")))
    text = as_toml(found)
    assert "# not read: CONDITION_CODE ATTR_ISDATE: no measure here asks the same" in text
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    assert load_rubric(str(tmp_path / "mine.toml")).criteria == found.criteria
