"""Laws of the order of versions and of ranges."""

from hypothesis import given
from hypothesis import strategies as st

from fhircheck.definitions.version import accepts, is_prerelease, newest, version_key

NUMBERS = st.lists(st.integers(0, 30), min_size=3, max_size=3).map(lambda parts: ".".join(map(str, parts)))
TAGS = st.lists(st.sampled_from(["0", "1", "9", "10", "rc", "beta", "ballot-2"]), max_size=2).map(".".join)
VERSIONS = st.builds(lambda numbers, tag: f"{numbers}-{tag}" if tag else numbers, NUMBERS, TAGS)


@given(st.lists(st.one_of(VERSIONS, st.text(max_size=8)), unique=True))
def test_any_texts_have_one_order(versions: list[str]) -> None:
    backwards = versions[::-1]
    assert sorted(versions, key=version_key) == sorted(backwards, key=version_key)
    assert len({version_key(version) for version in versions}) == len(versions)


@given(NUMBERS, TAGS.filter(bool))
def test_a_prerelease_stands_just_below_its_release(numbers: str, tag: str) -> None:
    following = numbers.rpartition(".")[0] + "." + str(int(numbers.rpartition(".")[2]) + 1)
    before, release, after = version_key(f"{numbers}-{tag}"), version_key(numbers), version_key(f"{following}-{tag}")
    assert before < release < after


@given(VERSIONS)
def test_a_version_lies_in_its_own_ranges(version: str) -> None:
    first, second, _ = version.partition("-")[0].split(".")
    assert all(
        accepts(wanted, version) for wanted in (version, f"{first}.{second}.x", f"{first}.{second}", f"{first}.x")
    )


@given(st.lists(VERSIONS, min_size=1), VERSIONS)
def test_newest_is_one_that_fits_and_none_fitting_is_newer(versions: list[str], wanted: str) -> None:
    asked = wanted.partition(".")[0] + ".x"
    found = newest(versions, asked)
    fitting = [version for version in versions if accepts(asked, version)]
    assert (found is None) == (not fitting)
    if found is not None:
        rivals = [version for version in fitting if is_prerelease(version) <= is_prerelease(found)]
        assert found in fitting
        assert all(version_key(rival) <= version_key(found) for rival in rivals)
