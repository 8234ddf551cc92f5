import json
import subprocess
import sys
import tomllib
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fhircheck.measures import MEASURES
from fhircheck.model.errors import UsageError
from fhircheck.score import RUBRICS, load_rubric
from fhircheck.score.outside import OUTSIDE

HEAD = 'name = "mine"\nsummary = "Of my own."\n'
PART = '[[criterion]]\nscore = "one"\nmeasure = "{measure}"\nweight = {weight}\nreason = "why"\n'
SCHEMA = json.loads(files("fhircheck.score").joinpath("rubric.schema.json").read_text(encoding="utf-8"))


def part(measure: str = "ucum-unit", weight: str = "1", more: str = "") -> str:
    return PART.format(measure=measure, weight=weight) + more + "\n"


@pytest.fixture
def rubric_file(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


def test_shipped_files_and_names_agree() -> None:
    folder = files("fhircheck.score").joinpath("rubrics")
    assert {each.name.removesuffix(".toml") for each in folder.iterdir()} == set(RUBRICS)


@pytest.mark.parametrize("name", RUBRICS)
def test_shipped_rubrics_keep_to_the_schema_and_weigh_every_measure_or_say_why_not(name: str) -> None:
    text = files("fhircheck.score").joinpath(f"rubrics/{name}.toml").read_text(encoding="utf-8")
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(tomllib.loads(text))
    rubric = load_rubric(name)
    assert rubric.name == name
    assert set(rubric.scores) - {"use-case"} == {"interoperability", "ai-readiness"}
    if not rubric.published_only:
        assert set(OUTSIDE.names) <= {each.measure for each in rubric.criteria}
    assert all(len(each.reason) > 20 for each in rubric.criteria)
    weighed = {each.measure for each in rubric.criteria}
    assert not weighed & set(rubric.left_out)
    assert set(MEASURES.names) <= weighed | set(rubric.left_out)


def test_shipped_rubrics_need_no_heavy_import() -> None:
    code = (
        "import sys; from fhircheck.score import load_rubric; load_rubric('fhircheck'); "
        "assert not {'jsonschema', 'requests', 'rich', 'sqlite3'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_numbers_are_what_was_written(rubric_file: Path) -> None:
    rubric_file.write_text(HEAD + part(weight="0.1", more="maximum_failing = 0.07"), encoding="utf-8")
    (criterion,) = load_rubric(str(rubric_file)).criteria
    assert (criterion.weight, criterion.maximum_failing) == (Fraction(1, 10), Fraction(7, 100))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = ", "no TOML"),
        ('name = 1\nsummary = "x"\n' + part(), "name: 1 is not of type"),
        (HEAD, "'criterion' is a required property"),
        (HEAD + "criterion = []", "criterion: "),
        (HEAD + "colour = 1\n" + part(), "colour"),
        (HEAD + part(weight="0"), "criterion[1].weight: "),
        (HEAD + part(weight="-1"), "criterion[1].weight: "),
        (HEAD + part(weight='"1"'), "criterion[1].weight: "),
        (HEAD + part(weight="true"), "criterion[1].weight: "),
        (HEAD + part(weight="inf"), "inf is no usable number"),
        (HEAD + part(weight="nan"), "nan is no usable number"),
        (HEAD + part(weight="1e-999999999"), "no usable number"),
        (HEAD + part(more="maximum_failing = 1.5"), "criterion[1].maximum_failing: "),
        (
            HEAD + part("ucum-units"),
            "criterion[1].measure: no measure is called 'ucum-units' (did you mean ucum-unit?)",
        ),
        (HEAD + part() + part(), "criterion[2].measure: ucum-unit is part of one already"),
        (HEAD + part(more='prerequisite = "nothing"'), "criterion[1].prerequisite: no measure is called 'nothing'"),
        (HEAD + part(more='prerequisite = "ucum-unit"'), "criterion[1].prerequisite: a criterion cannot be its own"),
        (
            HEAD + part(more='prerequisite = "date-precision"'),
            "criterion[1].prerequisite: date-precision has no thresh",
        ),
        (HEAD + part(more="same_items = true"), "criterion[1].same_items: there is no prerequisite"),
        (HEAD + '[[band]]\nname = "good"\nat_least = 90\n' + part(), "band[1]: 'source' is a required property"),
        (HEAD + part() + '[left_out]\nucum-unit = "why"', "left_out.ucum-unit: is the measure of a criterion"),
        (HEAD + part() + '[left_out]\nnothing = "why"', "left_out.nothing: no measure is called 'nothing'"),
        (HEAD + part(more="critical = true"), "criterion[1].critical: ucum-unit has no threshold"),
        ("[" * 5_000, "no TOML"),
    ],
)
def test_a_bad_rubric_is_one_line_with_file_and_place(rubric_file: Path, text: str, told: str) -> None:
    rubric_file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as error:
        load_rubric(str(rubric_file))
    assert str(rubric_file) in str(error.value)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("data", "told"), [(b"\xff\xfe", "not UTF-8"), (b"#" * (2 << 20), "larger than 1 MiB")])
def test_odd_files_are_told(rubric_file: Path, data: bytes, told: str) -> None:
    rubric_file.write_bytes(data)
    with pytest.raises(UsageError, match=told):
        load_rubric(str(rubric_file))


def test_a_missing_file_names_the_shipped_rubrics(rubric_file: Path) -> None:
    with pytest.raises(UsageError, match="fhircheck, published"):
        load_rubric(str(rubric_file))
    with pytest.raises(UsageError, match=r"directory|denied"):
        load_rubric(str(rubric_file.parent))
