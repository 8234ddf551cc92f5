"""What the reference says of a group of inputs; its answers are kept in the user's cache folder."""

import hashlib
import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from fhircheck.definitions.cache_directory import cache_directory
from tests.conformance.agreement_data import Group
from tests.needs import SHARED

OPTIONS = ("--best-practice", "ignore")
VERSION = "hl7 6.10.4"
COMMENT = re.compile(r"/\*.*?\*/")


class Said(NamedTuple):
    """An error of the reference."""

    expression: str
    message_id: str
    message: str


def answers(group: Group, kept: bool = True) -> list[list[Said]]:
    """The reference's errors for each input, in their order. Needs Java and minutes where they are not kept."""
    if not kept:
        return [_errors(line) for line in _run(group).splitlines()]
    file = cache_directory() / "agreement" / f"{_key(group)}.ndjson"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_run(group), "utf-8")
    return [_errors(line) for line in file.read_text("utf-8").splitlines()]


def _key(group: Group) -> str:
    digest = hashlib.sha256(repr((VERSION, OPTIONS, group.packages)).encode())
    for name, data in group.inputs:
        digest.update(f"{name} {len(data)} ".encode() + data)
    return digest.hexdigest()[:24]


def _run(group: Group) -> str:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, (name, data) in enumerate(group.inputs):
            paths.append(Path(folder, f"{number:05}{Path(name).suffix}"))
            paths[-1].write_bytes(data)
        listed, output = Path(folder, "list.txt"), Path(folder, "out.ndjson")
        listed.write_text("\n".join(map(str, paths)), "utf-8")
        command = [str(SHARED / "reference" / "run"), "hl7", *OPTIONS, "--out", str(output), "--list", str(listed)]
        for package in group.packages:
            command += ["--profiles", str(SHARED / "packages" / package)]
        subprocess.run(command, check=True, capture_output=True)
        found = {}
        for line in output.read_text("utf-8").split("\n")[:-1]:  # messages may have other line breaks in them
            answer = json.loads(line)
            found[Path(answer["file"]).name] = json.dumps({"issues": answer["issues"]})
        return "".join(f"{found[path.name]}\n" for path in paths)


def _errors(line: str) -> list[Said]:
    return [
        Said(COMMENT.sub("", issue["location"] or ""), issue["messageId"] or "", issue["message"] or "")
        for issue in json.loads(line)["issues"]
        if issue["severity"] in ("fatal", "error")
    ]
