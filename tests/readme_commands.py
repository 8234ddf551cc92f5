"""What the README promises: its commands (`python3 -m tests.readme_commands run|test` prints one) and its report."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("run", "test")
_COMMAND = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_REPORT = re.compile(r"^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NUMBER = re.compile(r"\d+([.,]\d+)*")


def commands(text: str) -> dict[str, str]:
    """The first two shell blocks of the README by name. Raises ValueError where there are fewer."""
    blocks = [block.strip() for block in _COMMAND.findall(text)]
    if len(blocks) < len(NAMES):
        raise ValueError(f"README.md: {len(NAMES)} shell blocks expected, {len(blocks)} found")
    return dict(zip(NAMES, blocks, strict=False))


def shown_report(text: str) -> str:
    """The report shown in the README. Raises ValueError where there is none."""
    found = _REPORT.search(text)
    if found is None:
        raise ValueError("README.md: no report is shown")
    return found.group(1)


def with_report(text: str, report: str) -> str:
    """The README with `report` as the one it shows."""
    return _REPORT.sub(lambda _: f"```text\n{report.rstrip()}\n```", text, count=1)


def printed_report() -> str:
    """What the README's main command prints here, with no packages in the cache. Raises RuntimeError if it fails."""
    command = commands((ROOT / "README.md").read_text(encoding="utf-8"))["run"].rpartition("fhircheck ")[2].split()
    with tempfile.TemporaryDirectory() as nothing:
        environment = {**os.environ, "FHIRCHECK_PACKAGE_CACHE": nothing, "FHIRCHECK_LANGUAGE": "en"}
        run = [sys.executable, "-m", "fhircheck", *command]
        done = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"fhircheck {' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def structure(report: str) -> list[str]:
    """Its lines with every number as ``0`` and every run of spaces as one: what may not change unseen."""
    return [re.sub(r"\s+", " ", _NUMBER.sub("0", line)).strip() for line in report.strip().splitlines()]


if __name__ == "__main__":
    print(commands((ROOT / "README.md").read_text(encoding="utf-8"))[sys.argv[1]])
