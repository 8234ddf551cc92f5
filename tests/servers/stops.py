"""`fhircheck fetch` in a process that is killed at random moments and started again until it is done."""

import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

TIMES = ("started", "finished", "serverTime")


def stopped_and_gone_on(base: str, out: Path, seed: int, most: int, longest: float, *args: str) -> int:
    """Fetch `base` into `out`; up to `most` runs are killed (SIGKILL) after up to `longest` seconds. Gives how many."""
    chance = random.Random(seed)
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    command = [sys.executable, "-m", "fhircheck", "fetch", base, str(out), *args]
    kills = 0
    while True:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            _, errors = process.communicate(timeout=chance.uniform(0.2, longest) if kills < most else None)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
            if out.exists():  # killed behind the moment the folder appeared
                return kills
            continue
        assert process.returncode == 0, errors.decode()
        return kills


def canonical(folder: Path) -> dict[str, Any]:
    """What a fetched folder holds: sorted lines of its files by hash, and its manifest without times."""
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*.ndjson")):
        lines = sorted(path.read_bytes().splitlines())
        found[path.name] = (len(lines), hashlib.sha256(b"\n".join(lines)).hexdigest())
    manifest = json.loads((folder / "manifest.json").read_text())
    return {**found, "manifest": {name: value for name, value in manifest.items() if name not in TIMES}}
