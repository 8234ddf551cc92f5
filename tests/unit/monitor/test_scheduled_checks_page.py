"""The snippets of docs/how-to/scheduled-checks.md: each is what the tool it is for takes."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from fhircheck.monitor.job_file import load_job
from tests.needs import ROOT, program

PAGE = (ROOT / "docs" / "how-to" / "scheduled-checks.md").read_text(encoding="utf-8")


def snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def arguments(command: str) -> list[str]:
    """The arguments of `fhircheck run` in a command, which the command line has to know."""
    words = command.split()
    at = next(number for number, word in enumerate(words) if word.endswith("fhircheck"))
    return words[at + 1 :]


def check_arguments(words: list[str]) -> None:
    from fhircheck.cli.run import run

    assert words[0] == "run"
    given = run.make_context("run", words[1:]).params
    assert given["file"].endswith(".toml")


def test_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FHIR_TOKEN", "x")
    (text,) = snippets("toml")
    (tmp_path / "lab.toml").write_text(text)
    job = load_job(str(tmp_path / "lab.toml"))
    assert (job.name, job.deadline) == ("lab", 7200)


LINES = re.findall(r"^    (\w+ = .*?)(?:\s+#.*)?$", PAGE.partition("## cron")[0], re.MULTILINE)


@pytest.mark.parametrize("extra", LINES)
def test_lines_of_jobs(extra: str, tmp_path: Path) -> None:
    needs = 'since = "last"\n' if extra.startswith(("overlap", "whole_every")) else ""
    table = "[server]\n" if extra.startswith(("against", "probes")) else ""
    (tmp_path / "a.toml").write_text(f'name = "a"\nsources = ["https://a.example/fhir"]\n{needs}{table}{extra}\n')
    load_job(str(tmp_path / "a.toml"))


def test_the_line_of_cron() -> None:
    (line,) = snippets("cron")
    minute, hour, *rest = line.split(None, 5)
    assert int(minute) < 60
    assert int(hour) < 24
    assert rest[:3] == ["*", "*", "*"]
    assert "%" not in rest[3]  # cron takes it for a line end
    check_arguments(arguments(rest[3]))


def units(folder: Path) -> tuple[Path, Path]:
    """The units of the page with a program that is there; the credential's file is made too."""
    service, timer = snippets("ini")
    check_arguments(arguments(re.findall(r"^ExecStart=(.*)$", service, re.MULTILINE)[0]))
    (folder / "token").write_text("x")
    service = service.replace("/opt/fhircheck/bin/fhircheck", sys.executable)
    service = service.replace("/etc/fhircheck/fhir-token", str(folder / "token"))
    paths = folder / "fhircheck-lab.service", folder / "fhircheck-lab.timer"
    for path, text in zip(paths, (service, timer), strict=True):
        path.write_text(text)
    return paths


def test_the_units_of_systemd(tmp_path: Path) -> None:
    analyze = program("systemd", "systemd-analyze")
    done = subprocess.run(
        [analyze, "verify", "--man=no", "--recursive-errors=no", *map(str, units(tmp_path))],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said = [line for line in done.stderr.splitlines() if "fhircheck-lab" in line or "token" in line]
    assert (done.returncode, said) == (0, []), done.stderr


def test_the_unit_is_hardened(tmp_path: Path) -> None:
    analyze = program("systemd", "systemd-analyze")
    service, _ = units(tmp_path)
    command = [analyze, "security", "--offline=true", "--no-pager", "--threshold=25", str(service)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if "Unknown" in done.stderr or "unrecognized" in done.stderr:
        pytest.skip("needs systemd: this one judges no unit files")
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


def test_the_cron_job_of_kubernetes() -> None:
    (text,) = snippets("yaml")
    found = yaml.safe_load(text)
    assert (found["apiVersion"], found["kind"]) == ("batch/v1", "CronJob")
    spec = found["spec"]
    assert len(spec["schedule"].split()) == 5
    assert spec["concurrencyPolicy"] == "Forbid"
    pod: dict[str, Any] = spec["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    assert spec["jobTemplate"]["spec"]["backoffLimit"] == 0
    assert pod["securityContext"]["runAsNonRoot"] is True
    (container,) = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    check_arguments(container["args"])
    mounted = {each["name"] for each in container["volumeMounts"]}
    assert mounted == {each["name"] for each in pod["volumes"]}
    assert not [each for each in container["env"] if "PASSWORD" in each["name"] and "value" in each]
