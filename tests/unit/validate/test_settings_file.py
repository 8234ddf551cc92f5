"""Settings and accepted issues as files: what they mean, and what is said where they are wrong."""

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from fhircheck.model.errors import UsageError
from fhircheck.model.settings import (
    AcceptedIssue,
    CheckSettings,
    IssuePattern,
    MappedProfiles,
    SeverityRule,
    ValidityPeriod,
)
from fhircheck.validate.settings_file import SCHEMAS, JobSettings, load_accepted, load_settings

WHOLE = """
packages = ["de.basisprofil.r4#1.5.0"]
profiles = ["http://x.test/p"]
[check]
unknown_profile = "error"
unknown_extensions = "allow"
ignored_systems = ["http://x.test/s"]
ignored_value_sets = ["http://x.test/v"]
best_practice = "warning"
example_urls = true
[[mapping]]
type = "Patient"
profiles = ["http://x.test/a", "http://x.test/b"]
unclaimed = true
[dates]
Bundle = ["entry.resource.ofType(Composition).date", "timestamp"]
MedicationRequest = "authoredOn"
[[validity]]
package = "kbv.ita.erp#1.1.2"
from = 2024-01-01
until = "2024-06-30"
[[validity]]
profile = "http://x.test/p|2"
from = 2024-07-01
[[severity]]
kind = "profile-unknown"
path = "Patient.meta.profile"
severity = "error"
was = "warning"
reason = "agreed"
"""
ACCEPTED = """
[[accepted]]
fingerprint = "0123456789abcdef"
reason = "old system"
owner = "Klinik-IT"
expires = 2026-12-31
[[accepted]]
kind = "cardinality-min"
path = "Patient.name"
profile = "http://x.test/p"
reason = "newborns"
owner = "Klinik-IT"
expires = "2027-01-01"
"""


def write(tmp_path: Path, text: str) -> str:
    path = tmp_path / "f.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_everything_a_settings_file_can_say(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, WHOLE)) == JobSettings(
        CheckSettings(
            unknown_profile="error",
            unknown_extensions="allow",
            ignored_systems=frozenset({"http://x.test/s"}),
            ignored_value_sets=frozenset({"http://x.test/v"}),
            best_practice="warning",
            example_urls=True,
            mapped=(MappedProfiles("Patient", ("http://x.test/a", "http://x.test/b"), True),),
            periods=(
                ValidityPeriod(package="kbv.ita.erp#1.1.2", start="2024-01-01", end="2024-06-30"),
                ValidityPeriod(profile="http://x.test/p|2", start="2024-07-01"),
            ),
            dates=(
                ("Bundle", ("entry.resource.ofType(Composition).date", "timestamp")),
                ("MedicationRequest", ("authoredOn",)),
            ),
            severities=(
                SeverityRule(IssuePattern("profile-unknown", "Patient.meta.profile"), "error", "agreed", "warning"),
            ),
        ),
        ("de.basisprofil.r4#1.5.0",),
        ("http://x.test/p",),
    )


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, "")) == JobSettings(CheckSettings())


def test_accepted_issues(tmp_path: Path) -> None:
    assert load_accepted(write(tmp_path, ACCEPTED)) == (
        AcceptedIssue(IssuePattern(fingerprint="0123456789abcdef"), "old system", "Klinik-IT", "2026-12-31"),
        AcceptedIssue(
            IssuePattern("cardinality-min", "Patient.name", "http://x.test/p"), "newborns", "Klinik-IT", "2027-01-01"
        ),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = ", "no TOML"),
        ("tempo = 3", "tempo"),
        ('[check]\nunknown_profile = "loud"', "check.unknown_profile"),
        ('[[mapping]]\ntype = "Patient"', "mapping[1]"),
        ('[dates]\nBundle = "where(a)"', "dates.Bundle"),
        ('[[validity]]\nprofile = "a"\npackage = "b#1"', "validity[1]"),
        ('[[validity]]\nprofile = "a"\nfrom = "2024-13-01"', "validity[1].from"),
        ('[[severity]]\nkind = "profile-unknwon"\nseverity = "error"\nreason = "x"', "did you mean profile-unknown?"),
        ('[[severity]]\nkind = "profile-unknown"\nseverity = "ignore"\nreason = "x"', "severity[1].severity"),
    ],
)
def test_what_is_wrong_in_settings_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        load_settings(write(tmp_path, text))
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'accepted' is a required property"),
        ('[[accepted]]\nkind = "profile-unknown"\nreason = "x"\nowner = "y"\nexpires = 2026-01-01', "accepted[1]"),
        ('[[accepted]]\nfingerprint = "xyz"\nreason = "x"\nowner = "y"\nexpires = 2026-01-01', "16 hexadecimal digits"),
        ('[[accepted]]\nfingerprint = "0123456789abcdef"\nreason = "x"\nexpires = 2026-01-01', "owner"),
        ('[[accepted]]\nfingerprint = "0123456789abcdef"\nreason = "x"\nowner = "y"\nexpires = "soon"', "expires"),
    ],
)
def test_what_is_wrong_in_accepted_issues_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match="accepted") as raised:
        load_accepted(write(tmp_path, text))
    assert said in str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        load_settings(str(tmp_path / "none.toml"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_are_schemas(name: str) -> None:
    text = files("fhircheck.validate").joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
