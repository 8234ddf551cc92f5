"""A few seeded runs of ``fhircheck fetch`` through the fault proxy; tests/servers/fault_runs.py runs a hundred."""

from collections.abc import Iterator

import pytest

from tests.servers.fault_runs import Content, Run, one_run, served, sound_content, summary


@pytest.fixture(scope="module")
def root() -> Iterator[str]:
    with served("memory") as found:
        yield found


@pytest.fixture(scope="module")
def sound(root: str) -> Content:
    return sound_content(f"{root}/fhir")


@pytest.mark.parametrize("seed", range(1, 7))
def test_nothing_is_lost_nothing_doubled_and_every_end_explained(root: str, sound: Content, seed: int) -> None:
    run = one_run(root, seed, sound, kind="memory", rate=0.35)
    assert run.faults
    assert not run.wrong, str(run)


def test_the_judge_sees_what_is_wrong(root: str, sound: Content) -> None:
    """Measured against a server that holds more, less and other things, a sound fetch is wrong."""
    other = {**sound, "Patient/p0": "{}", "Patient/nobody": "{}"}
    del other["Patient/p1"]
    run = one_run(root, 1, other, kind="memory", rate=0.0)
    assert run.ended == [0]
    assert run.wrong == [
        "Patient/p0 differs from the server's",
        "Patient/p1 differs from the server's",
        "1 lost (Patient/nobody ...)",
        "more than the server holds",
    ]
    assert "1 wrong [1]" in summary([run, Run(2, ended=[3, 0], faults=["reset"], gave_up=["server-page-failed"])])
