"""Exit codes and the one line that goes with them."""

import tempfile
from dataclasses import replace

import pytest

from fhircheck.model.errors import PackageUnusable, SourceUnusable, UsageError
from fhircheck.model.report import Verdict
from tests.golden.sample_reports import CLEAN, EVERYTHING, FINDINGS


@pytest.mark.parametrize("code", [0, 1, 3])
@pytest.mark.parametrize("command", ["check", "validate"])
def test_the_verdict_is_the_exit_code(fhircheck, run, command: str, code: int) -> None:
    run.report = replace(CLEAN, verdict=Verdict(code, ("because",)))
    assert fhircheck(command, "x.json").code == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("rubric x: no such file"), 2),
        (SourceUnusable("a.json: no such file"), 3),
        (PackageUnusable("a#1: not found in\n ~/.fhir/packages"), 3),
    ],
)
def test_an_error_of_ours_is_one_line(fhircheck, run, error: Exception, code: int) -> None:
    run.error = error
    ended = fhircheck("check", "x.json")
    assert ended.code == code
    assert ended.stdout == ""
    assert ended.stderr == f"fhircheck: {' '.join(str(error).split())}\n"


def test_an_error_cannot_steer_the_terminal(fhircheck, run) -> None:
    run.error = SourceUnusable("\x1b[2J.json: no such file")
    assert fhircheck("check", "x").stderr == "fhircheck: \\x1b[2J.json: no such file\n"


def test_an_error_hides_file_names_where_asked(fhircheck, run) -> None:
    run.error = SourceUnusable("exports/station/meier.json: no such file")
    for source in ("exports", "exports/", "exports/station/meier.json"):
        ended = fhircheck("check", source, "--hash-ids")
        assert (ended.code, ended.stderr.count("#")) == (3, 1)
        assert "meier" not in ended.stderr
        assert ended.stderr.endswith(": no such file\n")


def test_interrupted(fhircheck, run) -> None:
    run.error = KeyboardInterrupt()
    ended = fhircheck("check", "x.json")
    assert (ended.code, ended.stderr.strip()) == (130, "fhircheck: interrupted")


def test_no_folder_for_temporary_files_is_no_bug(fhircheck, run, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", list)
    monkeypatch.setattr("fhircheck.report.text.Text.finish", lambda *args: tempfile.mkdtemp())
    ended = fhircheck("check", "x.json")
    assert ended.code == 3
    assert ended.stderr == "fhircheck: no folder for temporary files can be written: name one with TMPDIR\n"


def fail_with_patient_data() -> None:
    raise KeyError("Erika Mustermann")


def test_a_bug_is_one_line_without_data(fhircheck, run, monkeypatch) -> None:
    monkeypatch.setattr("fhircheck.report.text.Text.finish", lambda *args: fail_with_patient_data())
    ended = fhircheck("check", "x.json")
    assert ended.code == 3
    assert ended.stderr.count("\n") == 1
    assert "KeyError at " in ended.stderr
    assert "FHIRCHECK_DEBUG=1" in ended.stderr
    assert "Mustermann" not in ended.stderr


def test_the_traceback_of_a_bug_shows_frames_but_no_data(fhircheck, run, monkeypatch) -> None:
    monkeypatch.setenv("FHIRCHECK_DEBUG", "1")
    monkeypatch.setattr("fhircheck.report.text.Text.finish", lambda *args: fail_with_patient_data())
    ended = fhircheck("check", "x.json")
    assert "fail_with_patient_data" in ended.stderr
    assert ended.stderr.count("Traceback") == 1
    assert "Mustermann" not in ended.stderr.replace('raise KeyError("Erika Mustermann")', "")


def test_out_of_memory(fhircheck, run) -> None:
    run.error = MemoryError()
    ended = fhircheck("validate", "x.json")
    assert (ended.code, ended.stderr.count("\n")) == (3, 1)


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (("chek", "x"), "Did you mean check?"),
        (("zzz",), "There are: check, validate"),
        (("check", "x", "--ofline"), "--offline"),
        (("validate", "x", "--fail-on", "errors"), "error"),
        (("check",), "PATH_OR_URL"),
        (("check", "x", "--min-score", "101"), "0 to 100"),
        (("check", "x", "--min-coverage", "many"), "0 to 100"),
        (("check", "x", "--jobs", "-1"), "--jobs"),
        (("check", "x", "--memory-limit", "1MB"), "memory_limit: must be at least 1 MiB"),
        (("compare", "x", "y", "--memory-limit", "much"), "--memory-limit: must be a size such as 400MB or 2GiB"),
        (("compare", "x", "y", "--memory-limit", "64MiB"), "--memory-limit: must be at least 256 MiB"),
        (("check", "x", "--sample", "0"), "--sample"),
        (("check", "x", "--output", "/no/such/folder/r.txt"), "/no/such/folder/r.txt"),
    ],
)
def test_wrong_use_is_2_and_says_what_was_meant(fhircheck, run, args: tuple[str, ...], hint: str) -> None:
    ended = fhircheck(*args)
    assert (ended.code, ended.stdout) == (2, "")
    assert hint in ended.stderr
    assert run.options is None


def test_machine_forms_say_on_stderr_why_they_failed(fhircheck, run) -> None:
    run.report, run.findings = EVERYTHING, FINDINGS
    for command, form in (("check", "json"), ("validate", "ndjson")):
        ended = fhircheck(command, "x", "--format", form)
        assert ended.code == 3
        assert ended.stderr.startswith("fhircheck: NOT VALID: 1,243 errors")
        assert ended.stderr.count("\n") == 1
    run.report = CLEAN
    assert fhircheck("check", "x", "--format", "json").stderr == ""


def test_text_says_it_once(fhircheck, run) -> None:
    run.report = EVERYTHING
    assert fhircheck("check", "x").stderr == ""
