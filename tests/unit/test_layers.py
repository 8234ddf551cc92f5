"""The stages import only downwards: the contract in pyproject.toml, held by import-linter."""

import subprocess
import sys
from pathlib import Path

LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"]


def test_stages_import_only_from_lower_stages(project_root: Path) -> None:
    done = subprocess.run(LINT, cwd=project_root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 kept, 0 broken" in done.stdout


def test_the_contract_can_break(project_root: Path, tmp_path: Path) -> None:
    """A copy of the package where a low stage imports a high one is refused, naming both."""
    for file in [project_root / "pyproject.toml", *(project_root / "fhircheck").rglob("*.py")]:
        copy = tmp_path / file.relative_to(project_root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    (tmp_path / "fhircheck" / "model" / "upwards.py").write_text("import fhircheck.score\n")
    done = subprocess.run(
        LINT, cwd=tmp_path, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(tmp_path)}
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "fhircheck.model.upwards -> fhircheck.score" in done.stdout
