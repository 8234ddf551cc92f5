import pytest

from fhircheck.definitions.version import accepts, is_range, newest, version_key


def test_order_is_that_of_semantic_versioning() -> None:
    # The example of Semantic Versioning 2.0.0, clause 11.4, and versions seen in real packages.
    ordered = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11"]
    ordered += ["1.0.0-rc.1", "1.0.0", "1.0.6-2", "1.0.6-10", "1.0.6", "1.0.10", "2022.4.20221006", "2025.0.0"]
    assert sorted(ordered, key=version_key) == ordered


def test_what_is_no_version_stands_below_all() -> None:
    assert sorted(["0.0.1-a", "draft", ""], key=version_key) == ["", "draft", "0.0.1-a"]


def test_numbers_too_long_for_a_version_do_no_harm() -> None:
    assert version_key("9" * 5000 + ".1") < version_key("2.0")


@pytest.mark.parametrize(
    ("wanted", "version", "fits"),
    [
        ("1.5.x", "1.5.4", True), ("1.5.x", "1.50.0", False), ("1.5", "1.5.0", True), ("1.3", "1.3.1-rc", True),
        ("1", "1.9.9", True), ("1.x", "2.0.0", False), ("1.3.0", "1.3.0", True), ("1.3.0", "1.3.0-rc", False),
        ("latest", "7.0.0", True), ("", "7.0.0", True), ("current", "1.0.0", False), ("1.3.0", "1.3", False),
    ],
)  # fmt: skip
def test_accepts(wanted: str, version: str, fits: bool) -> None:
    assert accepts(wanted, version) is fits


def test_is_range() -> None:
    ranges = [wanted for wanted in ("1.5.x", "1.5", "1", "latest", "", "1.5.0", "1.5.0-rc", "dev") if is_range(wanted)]
    assert ranges == ["1.5.x", "1.5", "1", "latest", ""]


def test_newest_takes_a_release_before_a_higher_prerelease() -> None:
    assert newest(["1.0.0", "1.1.0-ballot", "0.9.0"]) == "1.0.0"
    assert newest(["1.1.0-alpha", "1.1.0-ballot"], "1.1.x") == "1.1.0-ballot"
    assert newest(["1.1.0-alpha", "1.1.0"], "1.1.0-alpha") == "1.1.0-alpha"
    assert newest(["1.0.0"], "2.x") is None
