"""Decisions about findings: which they are about, and what becomes of a resource by them."""

import pytest

from fhircheck.model.decision_facts import DecisionFacts
from fhircheck.model.issue import Issue, Place
from fhircheck.model.settings import AcceptedIssue, IssuePattern, SeverityRule
from fhircheck.validate.checked import Checked, ProfileCheck
from fhircheck.validate.decisions import Decisions, fits

ROOT = "Bundle.entry[3].resource"
PLACE = Place("f", 0, "Patient/1", f"{ROOT}.name[0].family")
ISSUE = Issue("max-length", "error", PLACE, definition="HumanName.family", profile="http://x.test/p|1.0")
TODAY = "2026-01-15"


@pytest.mark.parametrize(
    ("pattern", "fitting"),
    [
        (IssuePattern("max-length"), True),
        (IssuePattern("max-*"), True),
        (IssuePattern("min-length"), False),
        (IssuePattern("max-length", "Patient.name.family"), True),
        (IssuePattern("max-length", "Bundle.entry.resource.name.family"), True),
        (IssuePattern("max-length", "HumanName.family"), True),
        (IssuePattern("max-length", "Patient.name"), False),
        (IssuePattern("max-length", "Patient.*"), True),
        (IssuePattern("max-length", "*.family"), True),
        (IssuePattern("max-length", "*.family.*"), False),
        (IssuePattern("max-length", "Pat*family*family"), False),
        (IssuePattern(profile="http://x.test/p"), True),
        (IssuePattern(profile="http://x.test/p|1.0"), True),
        (IssuePattern(profile="http://x.test/p|2.0"), False),
        (IssuePattern(fingerprint=ISSUE.fingerprint), True),
        (IssuePattern("min-length", fingerprint=ISSUE.fingerprint), False),
        (IssuePattern(fingerprint="0" * 16), False),
    ],
)
def test_all_that_a_pattern_says_must_fit(pattern: IssuePattern, fitting: bool) -> None:
    assert fits(pattern, ISSUE, ROOT) is fitting


def checked(*issues: Issue, valid: bool = False) -> Checked:
    found = Checked("f", 0, {"resourceType": "Patient"}, ROOT, "Patient/1", issues=list(issues), valid=valid)
    found.profiles = [
        ProfileCheck("Patient", "base", True, valid),
        ProfileCheck("http://x.test/p", "meta", True, valid),
        ProfileCheck("http://x.test/none", "meta", False, False),
    ]
    return found


def test_a_softened_error_leaves_a_valid_resource_and_is_counted() -> None:
    rule = SeverityRule(IssuePattern("max-length"), "warning", "agreed")
    resource, facts = checked(ISSUE), DecisionFacts()
    Decisions([rule], [], TODAY).apply(resource, facts)
    assert [issue.severity for issue in resource.issues] == ["warning"]
    assert resource.valid is True
    assert [each.valid for each in resource.profiles] == [True, True, False]
    assert (facts.overridden, facts.softened) == ({0: 1}, 1)


def test_a_hardened_finding_makes_resource_and_its_profile_invalid() -> None:
    rule = SeverityRule(IssuePattern("max-length"), "error", "agreed", was="warning")
    resource, facts = checked(ISSUE._replace(severity="warning"), valid=True), DecisionFacts()
    Decisions([rule], [], TODAY).apply(resource, facts)
    assert resource.valid is False
    assert [each.valid for each in resource.profiles] == [True, False, False]
    assert facts.softened == 0


def test_a_rule_for_one_severity_leaves_others_and_the_first_that_fits_counts() -> None:
    rules = [
        SeverityRule(IssuePattern("max-length"), "warning", "a", was="information"),
        SeverityRule(IssuePattern("max-length"), "information", "b"),
        SeverityRule(IssuePattern("*"), "warning", "c"),
    ]
    facts = DecisionFacts()
    (left,) = Decisions(rules, [], TODAY).judge([ISSUE], facts, ROOT)
    assert (left.severity, facts.overridden) == ("information", {1: 1})


@pytest.mark.parametrize(("expires", "borne"), [(TODAY, True), ("2026-01-14", False), ("2027-01-01", True)])
def test_accepted_findings_are_borne_until_their_last_day(expires: str, borne: bool) -> None:
    entry = AcceptedIssue(IssuePattern("max-length", "Patient.name.family"), "known", "me", expires)
    resource, facts = checked(ISSUE), DecisionFacts()
    Decisions([], [entry], TODAY).apply(resource, facts)
    assert resource.valid is borne
    assert resource.issues == ([] if borne else [ISSUE])
    assert (facts.accepted[0], facts.returned[0], facts.accepted_errors) == ((1, 0, 1) if borne else (0, 1, 0))


def test_a_resource_of_another_version_stays_unchecked() -> None:
    resource = checked(ISSUE)
    resource.valid = None
    Decisions([SeverityRule(IssuePattern("max-length"), "warning", "x")], [], TODAY).apply(resource, DecisionFacts())
    assert resource.valid is None


def test_what_a_fingerprint_stands_for_is_kept_in_any_order_of_merging() -> None:
    def facts(*severities: str) -> DecisionFacts:
        made = DecisionFacts()
        for number, severity in enumerate(severities):
            place = ISSUE.place._replace(expression=f"Basic.extension[{number}]")
            made.see([ISSUE._replace(severity=severity, place=place)])  # type: ignore[arg-type]
        return made

    one, other = facts("warning", "error"), facts("information")
    one.merge(facts("information"))
    other.merge(facts("warning", "error"))
    (identity,) = one.identities.values()
    assert one.identities == other.identities
    assert identity == (ISSUE.kind, ISSUE.definition, ISSUE.profile, "Basic.extension", "error")
    assert sum(one.fingerprints.values()) == 3
