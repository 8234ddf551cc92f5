"""Seeded runs of ``fhircheck fetch`` through the fault proxy, each judged: nothing lost or doubled, all explained.

``python -m tests.servers.fault_runs [--runs 100] [--seed 1] [--server hapi|memory] [--bulk]`` prints a line a run and
the sums; exit code 1 where a run was not right. A run that gives up goes on through a proxy that breaks nothing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from tests.needs import ROOT
from tests.servers.fault_proxy import FaultProxy
from tests.servers.faults import FAULTS, LIES

LIMIT = 300
# the one resource that a lie adds, and nobody asked for
ADDED = "Basic/nobody-asked"
SEARCHED = ("Condition", "Encounter", "Observation", "Organization", "Patient")
# resources a page, and seconds of the longest silence that is borne; a stall is half as long again
PAGE = {"memory": 3, "hapi": 25}
PATIENCE = {"memory": 1.0, "hapi": 4.0}
# faults in the body of a file of an export: without counts in the manifest half a file of whole lines looks whole
BULK_FAULTS = sorted(
    set(FAULTS) - set(LIES) - {"truncated-without-length", "outcome-as-answer", "html-as-fhir", "empty"}
)
Content = dict[str, str]


@dataclass
class Run:
    """One seed. ended: exit codes of the broken run and of the one that went on. wrong: what should not have been."""

    seed: int
    ended: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    gave_up: list[str] = field(default_factory=list)
    requests: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        how = "complete" if self.ended[:1] != [3] else "gave up, then complete"
        told = ", ".join(self.gave_up or sorted(set(self.findings)))
        state = how if not self.wrong else f"WRONG: {'; '.join(self.wrong)}"
        return (
            f"seed {self.seed}: {self.requests} requests, {len(self.faults)} broken, exit {self.ended}, "
            f"{self.seconds:.0f} s: {state}" + (f" ({told})" if told else "")
        )


def one_run(root: str, seed: int, sound: Content, *, kind: str, rate: float = 0.2, bulk: bool = False) -> Run:
    """Fetch from the server at `root` through the proxy of `seed`; `sound` is what must be there in the end."""
    run, started = Run(seed), time.monotonic()
    faults = BULK_FAULTS if bulk else FAULTS
    more = ["--timeout", str(PATIENCE[kind]), *(["--bulk"] if bulk else ["--count", str(PAGE[kind])])]
    stall = PATIENCE[kind] * 1.5
    with tempfile.TemporaryDirectory() as place, FaultProxy(root, seed, rate=rate, faults=faults, stall=stall) as proxy:
        out = Path(place) / "data"
        done = _fetched(proxy, out, seed, more)
        run.faults, run.requests = proxy.happened(), len(proxy.log)
        _judge(run, done, out, sound)
        if done.returncode == 3:
            proxy.rate = 0.0
            _judge(run, again := _fetched(proxy, out, seed, more), out, sound)
            if again.returncode == 3:
                run.wrong.append("gives up though nothing is broken any more")
        if proxy.strays:
            run.wrong.append("asked a server that nobody named")
    run.seconds = time.monotonic() - started
    return run


def _fetched(proxy: FaultProxy, out: Path, seed: int, more: list[str]) -> "subprocess.CompletedProcess[str]":
    types = [part for name in SEARCHED for part in ("--type", name)]
    patience = ["--retries", "3", "--concurrency", "1" if seed % 2 else "4"]
    command = [sys.executable, "-m", "fhircheck", "fetch", f"{proxy.root}/fhir", str(out), *types, *more, *patience]
    environment = {**os.environ, "XDG_STATE_HOME": str(out.parent / "state")}
    try:
        return subprocess.run(
            [*command, "--format", "json"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT,
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, -1, "", f"did not end within {LIMIT} s")


def _judge(run: Run, done: "subprocess.CompletedProcess[str]", out: Path, sound: Content) -> None:
    """What one command left behind, against what the server holds."""
    run.ended.append(done.returncode)
    if "Traceback" in done.stderr or "a bug in fhircheck" in done.stderr or done.returncode not in (0, 1, 3):
        run.wrong.append(f"exit {done.returncode}: {done.stderr.strip()[-300:]}")
        return
    manifest = json.loads(done.stdout) if done.stdout.strip() else {}
    run.findings = [each["kind"] for each in manifest.get("findings", ())]
    if done.returncode == 3:
        run.gave_up = [each["kind"] for each in manifest.get("findings", ()) if each["gaveUp"]]
        if not run.gave_up and not done.stderr.strip().startswith("fhircheck: "):
            run.wrong.append("gave up without a word")
        if out.exists():
            run.wrong.append("the folder is there though it is not whole")
        return
    run.wrong += list(_differences(out, manifest, sound))


def _differences(out: Path, manifest: dict[str, Any], sound: Content) -> Iterator[str]:
    if not manifest.get("complete"):
        yield "ended well, and the manifest says it is not complete"
    listed = {each["file"]: each for each in manifest.get("output", ())}
    if set(listed) != {path.name for path in out.glob("*.ndjson")}:
        yield "files and manifest differ"
    found: Counter[str] = Counter()
    for name, entry in listed.items():
        text = (out / name).read_bytes()
        if sha256(text).hexdigest() != entry["sha256"] or len(text.splitlines()) != entry["count"]:
            yield f"{name} is not what the manifest says"
        for line in text.splitlines():
            key, content = keyed(json.loads(line))
            found[key] += 1
            if key != ADDED and sound.get(key) != content:
                yield f"{key} differs from the server's"
    if lost := set(sound) - set(found):
        yield f"{len(lost)} lost ({min(lost)} ...)"
    if doubled := [key for key, number in found.items() if number > 1]:
        yield f"{len(doubled)} doubled ({min(doubled)} ...)"
    if set(found) - set(sound) - {ADDED}:
        yield "more than the server holds"


def keyed(node: dict[str, Any]) -> tuple[str, str]:
    """Type and id of a resource, and a text that is the same for the same content."""
    return f"{node['resourceType']}/{node['id']}", json.dumps(node, sort_keys=True)


def sound_content(base: str) -> Content:
    """What the server holds of the types that are fetched, read by a plain client without a proxy."""
    import requests

    content: Content = {}
    with requests.Session() as session:
        session.trust_env = False
        for name in SEARCHED:
            url = f"{base}/{name}?_count=200"
            while url:
                page = session.get(url, timeout=120).json()
                content.update(keyed(each["resource"]) for each in page.get("entry", ()))
                following = next((each["url"] for each in page["link"] if each["relation"] == "next"), "")
                url = urljoin(url, following) if following else ""
    return content


@contextmanager
def served(kind: str) -> Iterator[str]:
    """A running server by its kind: its root, that is scheme and host."""
    if kind == "memory":
        from tests.servers.clinic import clinic
        from tests.servers.fhir_server import FhirServer

        with FhirServer(clinic()) as server:
            server.searching.base = "/fhir"  # links that lead back through the proxy
            yield server.base.removesuffix("/fhir")
        return
    from tests.servers.hapi.__main__ import FOLDER
    from tests.servers.hapi.loading import load
    from tests.servers.hapi.process import HapiRun

    hapi = HapiRun(FOLDER)
    user = str(os.getpid())
    server = hapi.enter(user)
    try:
        load(hapi)
        yield server.base.removesuffix("/fhir")
    finally:
        hapi.leave(user)


def main() -> int:
    """Exit code 1 where a run was not right."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers.fault_runs", description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; each has the next")
    parser.add_argument("--server", choices=("hapi", "memory"), default="hapi")
    parser.add_argument("--rate", type=float, default=0.2, help="share of requests that are broken")
    parser.add_argument("--bulk", action="store_true", help="a Bulk Data export instead of searches")
    given = parser.parse_args()
    runs: list[Run] = []
    with served(given.server) as root:
        sound = sound_content(f"{root}/fhir")
        print(f"{len(sound)} resources of {len(SEARCHED)} types at {root}", flush=True)
        for seed in range(given.seed, given.seed + given.runs):
            runs.append(one_run(root, seed, sound, kind=given.server, rate=given.rate, bulk=given.bulk))
            print(runs[-1], flush=True)
    print(summary(runs))
    return 1 if any(each.wrong for each in runs) else 0


def summary(runs: list[Run]) -> str:
    """The figures of all runs."""
    faults, told = Counter[str](), Counter[str]()
    for each in runs:
        faults.update(each.faults)
        told.update(each.gave_up)
    wrong = [each.seed for each in runs if each.wrong]
    lines = [
        f"{len(runs)} runs, {sum(each.requests for each in runs)} requests, {faults.total()} broken in "
        f"{len(faults)} ways; {sum(each.ended[0] != 3 for each in runs)} complete at once, "
        f"{sum(each.ended[0] == 3 for each in runs)} gave up and went on; {len(wrong)} wrong {wrong or ''}",
        "faults: " + ", ".join(f"{name} {number}" for name, number in sorted(faults.items())),
        "given up for: " + ", ".join(f"{name} {number}" for name, number in sorted(told.items())),
        f"faults that did not happen: {', '.join(sorted(set(FAULTS) - set(faults))) or 'none'}",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
