"""The samples, through the command line: valid ones give no error, each invalid one what its folder is called.

A file dropped into ``sample_bundles/valid`` or ``sample_bundles/invalid/KIND`` is a test; no file has an exception.
"""

import gzip
import json
import os
import subprocess
import zipfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.needs import ROOT, lack, program, shared_path

SAMPLES = ROOT / "sample_bundles"
VALID = sorted((SAMPLES / "valid").iterdir())
INVALID = sorted(path for path in (SAMPLES / "invalid").glob("*/*"))
BAD = {"fatal", "error"}

# What the reference takes without an error, though the specification forbids it or the data are damaged.
REFERENCE_IS_SILENT = {
    "unit-unknown",  # it judges units by a terminology server only
    "byte-order-mark",
    "mojibake",
    "nesting-too-deep",
    "number-out-of-range",
    "profile-unknown",
    "empty-array/given-names.json",
    "encoding-not-utf8/latin-1.json",
    "null-alignment/more-extensions-than-names.json",
}

# Folder -> kinds that the same defect gives as well, as it does in the reference.
COMPANIONS = {
    "required-binding": {"code-system-undetermined"},
    "primitive-format": {"code-unknown", "invariant"},
    "cardinality-max": {"slice-max"},
    "pattern-value": {"slice-min"},
    "unknown-resource-type": {"full-url-mismatch", "invariant"},  # an entry has no resource that can be read
    "object-expected": {"cardinality-min"},  # what has another form is not there, as the reference counts too
    "nesting-too-deep": {"invariant"},  # of the group whose items are too deep to be read
}


def shown(path: Path) -> str:
    return str(path.relative_to(SAMPLES))


def validate(*paths: Path) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and findings of ``fhircheck validate`` over the paths, with our profiles loaded."""
    from click.testing import CliRunner

    from fhircheck.cli import main

    options = ["--package", str(ROOT / "profiles"), "--offline", "--format", "ndjson"]
    done = CliRunner().invoke(main, ["validate", *options, *map(str, paths)], prog_name="fhircheck")
    assert done.exit_code in (0, 1, 3), done.output
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("path", VALID, ids=shown)
def test_valid_sample_has_no_error(path: Path) -> None:
    code, findings = validate(path)
    assert [finding for finding in findings if finding["severity"] in BAD] == []
    assert code == 0


@pytest.mark.parametrize("path", INVALID, ids=shown)
def test_invalid_sample_has_the_defect_of_its_folder_and_no_other(path: Path) -> None:
    code, findings = validate(path)
    kind = path.parent.name
    found = [finding for finding in findings if finding["kind"] == kind]
    assert found, f"no finding {kind}, but {[finding['kind'] for finding in findings]}"
    errors = {finding["kind"] for finding in findings if finding["severity"] in BAD}
    assert errors <= {kind} | COMPANIONS.get(kind, set())
    assert (code != 0) == any(finding["severity"] in BAD for finding in found)
    assert all(finding["source"].endswith(path.name) for finding in found)


def test_all_samples_in_one_run_give_the_same_findings() -> None:
    """Nothing of one file changes what is found in another."""
    _, together = validate(SAMPLES / "invalid")
    found = {(finding["kind"], Path(finding["source"]).parts[-2:]) for finding in together}
    assert found >= {(path.parent.name, path.parts[-2:]) for path in INVALID}
    code, findings = validate(SAMPLES / "valid")
    assert [finding for finding in findings if finding["severity"] in BAD] == []
    assert code == 0


def kinds() -> set[str]:
    return {path.parent.name for path in INVALID}


def test_every_folder_is_called_like_a_kind_that_can_be_explained() -> None:
    from fhircheck.report.kinds import ISSUE_KINDS

    assert kinds() <= set(ISSUE_KINDS.names)


def test_readme_names_every_sample() -> None:
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    wanted = {path.name for path in VALID} | kinds()
    assert {name for name in wanted if f"| `{name}` |" not in readme} == set()


def documents(path: Path) -> Iterator[dict[str, Any]]:
    """Every JSON document of a valid sample."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield from lines(archive.read(name))
    elif ".ndjson" in path.suffixes:
        yield from lines(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())
    else:
        yield json.loads(path.read_bytes())


def lines(data: bytes) -> Iterator[dict[str, Any]]:
    return map(json.loads, data.splitlines())


@pytest.mark.parametrize("path", VALID, ids=shown)
def test_valid_sample_is_read_by_fhir_resources(path: Path) -> None:
    """A second reader, with types of its own (R4B, the nearest to R4 that it has)."""
    if path.suffix == ".xml":
        from fhir.resources.R4B.patient import Patient

        assert Patient.model_validate_xml(path.read_bytes()).get_resource_type() == "Patient"
        return
    for document in documents(path):
        name = document["resourceType"]
        model = getattr(import_module(f"fhir.resources.R4B.{name.lower()}"), name)
        assert model.model_validate(document).get_resource_type() == name


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every sample as a file the reference can read, by its name here."""
    folder = tmp_path_factory.mktemp("samples")
    readable = {shown(path): path for path in INVALID}
    for number, path in enumerate(VALID):
        if path.suffix in {".gz", ".zip"}:
            target = folder / f"{number}.ndjson"
            target.write_text("".join(json.dumps(each) + "\n" for each in documents(path)), encoding="utf-8")
            readable[shown(path)] = target
        else:
            readable[shown(path)] = path
    readable["valid/readiness"] = ROOT / "profiles" / "Questionnaire-cloud-ai-readiness.json"
    readable |= {f"valid/{path.parent.name}": path for path in SAMPLES.glob("readiness/*/answers.json")}
    return readable


def test_reference_validator_agrees(unpacked: dict[str, Path], tmp_path: Path) -> None:
    """HL7's own validator: no error in valid samples, one at least in every invalid one."""
    run = shared_path("reference", "run")
    program("Java", "java")
    built = Path(os.environ.get("FHIRCHECK_REFERENCE_DIR", Path.home() / ".cache" / "fhircheck-reference"))
    if not (built / "hl7" / "ready").exists():
        lack("the reference validator", "not built yet: start ../shared/reference/run hl7 once")
    names, out = {str(path): name for name, path in unpacked.items()}, tmp_path / "findings.jsonl"
    options = ["--best-practice", "ignore", "--profiles", str(ROOT / "profiles"), "--out", str(out)]
    subprocess.run([str(run), "hl7", *options, *names], check=True, capture_output=True, timeout=600)
    failing = {
        names[result["file"]]
        for result in map(json.loads, out.read_text(encoding="utf-8").splitlines())
        if any(issue["severity"] in BAD for issue in result["issues"])
    }
    assert {name for name in failing if name.startswith("valid/")} == set()
    silent = {shown(path).removeprefix("invalid/") for path in INVALID if shown(path) not in failing}
    assert {name for name in silent if not {name, name.partition("/")[0]} & REFERENCE_IS_SILENT} == set()
