"""Kubernetes manifests as kustomize renders them, as far as ours use it; and by kustomize itself, where it is there."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]
_KEYS = ("mountPath", "name", "path")
"""What items of lists are told apart by in a patch, as Kubernetes defines it for the lists we patch."""
_REPLACED = ("args", "items", "command")


def render(folder: Path) -> list[Manifest]:
    """All manifests of a kustomization; names of generated ConfigMaps without their hash."""
    described = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    found: list[Manifest] = []
    for name in (*described.get("resources", ()), *described.get("components", ())):
        found += render(folder / name) if (folder / name).is_dir() else _read(folder / name)
    for generator in described.get("configMapGenerator", ()):
        _generate(generator, folder, found)
    for patch in described.get("patches", ()):
        (change,) = _read(folder / patch["path"])
        (target,) = [each for each in found if key_of(each) == key_of(change)]
        target |= _merged(target, change)
    for labels in described.get("labels", ()):
        for each in found:
            _label(each, labels["pairs"], labels["includeTemplates"])
    unknown = set(described) - {
        "apiVersion",
        "kind",
        "resources",
        "components",
        "configMapGenerator",
        "patches",
        "labels",
    }
    assert not unknown, f"{folder.name}: {unknown} is not rendered here"
    return found


def key_of(manifest: Manifest) -> tuple[str, str]:
    return manifest["kind"], manifest["metadata"]["name"]


def _read(path: Path) -> list[Manifest]:
    return [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each]


def _generate(generator: Manifest, folder: Path, found: list[Manifest]) -> None:
    data = {name: (folder / name).read_text(encoding="utf-8") for name in generator["files"]}
    made = {"apiVersion": "v1", "kind": "ConfigMap", "data": data,
            "metadata": {"name": generator["name"], "namespace": generator["namespace"]}}  # fmt: skip
    known = [each for each in found if key_of(each) == key_of(made)]
    assert bool(known) is (generator.get("behavior") == "replace")
    if known:
        known[0]["data"] = data
    else:
        found.append(made)


def _merged(old: Any, new: Any, name: str = "") -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old[key], value, key) if key in old else value for key, value in new.items()}}
    if isinstance(old, list) and isinstance(new, list) and name not in _REPLACED:
        key = next(each for each in _KEYS if all(each in item for item in (*old, *new)))
        by = {item[key]: item for item in old}
        for item in new:
            by[item[key]] = _merged(by[item[key]], item) if item[key] in by else item
        return list(by.values())
    return new


def _label(manifest: Manifest, pairs: dict[str, str], templates: bool) -> None:
    manifest["metadata"].setdefault("labels", {}).update(pairs)
    for template in _templates(manifest.get("spec") or {}) if templates else ():
        template.setdefault("metadata", {}).setdefault("labels", {}).update(pairs)


def _templates(spec: Manifest) -> list[Manifest]:
    outer = [spec["jobTemplate"]] if "jobTemplate" in spec else []
    inner = (outer[0]["spec"] if outer else spec).get("template")
    claims = spec.get("volumeClaimTemplates", [])
    return [*outer, *claims, *([inner] if inner and "spec" in inner else [])]


def rendered_by_kustomize(folder: Path) -> list[Manifest] | None:
    """The same by kustomize or kubectl; None where neither is installed."""
    for command in (["kustomize", "build"], ["kubectl", "kustomize"]):
        if shutil.which(command[0]):
            done = subprocess.run([*command, folder], capture_output=True, text=True, check=True, timeout=120)
            text = re.sub(r"\b(fhircheck-[a-z]+)-[a-z0-9]{10}$", r"\1", done.stdout, flags=re.MULTILINE)
            return [each for each in yaml.safe_load_all(text) if each]
    return None


def in_order(value: Any) -> Any:
    """The same with lists of named things sorted: a patch changes their order."""
    if isinstance(value, dict):
        return {key: in_order(each) for key, each in value.items()}
    if isinstance(value, list):
        items = [in_order(each) for each in value]
        named = all(isinstance(each, dict) and {"name", "mountPath", "kind"} & set(each) for each in items)
        return sorted(items, key=lambda each: sorted(map(str, each.items()))) if named else items
    return value
