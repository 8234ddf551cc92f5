"""Two stores of any size, with planted differences and planted harmless ones: is every difference found, and no other?

    python -m benchmarks.compare_planted [--resources 200000] [--differences 1000] [--jobs 2] [--kill]

The data is sample_bundles/ again and again under new ids. AFTER is BEFORE in another order, with `--differences`
planted differences of every kind and as many changes that servers may make. With --kill the comparison is killed in
the middle (SIGKILL) and run again: it must say the same. Prints a table; exits 1 where a difference was missed or
made up.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from jiter import from_json

from benchmarks.big_data import COPY, MARK, resources
from benchmarks.process import ROOT, as_installed

Node = dict[str, Any]
Told = tuple[str, str, str]
"""status, id before or after, change (empty where nothing is changed)"""
FILES = 4
BASE = b"https://cloud.example/fhir/"


def dumped(node: Node) -> bytes:
    """JSON with decimals as they were written."""
    return orjson.dumps(node, default=lambda number: orjson.Fragment(str(number).encode()))


# -- what is planted: each returns whether the resource has what it takes --------------------------


def _value(node: Node) -> bool:
    quantity = node.get("valueQuantity", {})
    if "value" in quantity:
        quantity["value"] = Decimal(quantity["value"]) + 1
    return "value" in quantity


def _unit(node: Node) -> bool:
    quantity = node.get("valueQuantity", {})
    if "unit" in quantity:
        quantity["unit"] += "2"
    return "unit" in quantity


def _code(node: Node) -> bool:
    coding = node.get("code", {}).get("coding", [{}])[0]
    if "code" in coding and "system" in coding:
        coding["code"] += "9"
        return True
    return False


def _precision(node: Node) -> bool:
    quantity = node.get("valueQuantity", {})
    if "value" in quantity:
        text = str(quantity["value"])
        quantity["value"] = Decimal(f"{text}0" if "." in text else f"{text}.0")
    return "value" in quantity


def _reference(node: Node) -> bool:
    for name in ("subject", "patient"):
        if "reference" in node.get(name, {}):
            node[name]["reference"] = "Patient/somebody-else"
            return True
    return False


def _attachment(node: Node) -> bool:
    for content in node.get("content", []) if isinstance(node.get("content"), list) else []:
        if "data" in content.get("attachment", {}):
            content["attachment"]["data"] = "QUJDRA=="
            return True
    return False


def _date(node: Node) -> bool:
    for name in ("effectiveDateTime", "recordedDate", "birthDate"):
        if node.get(name, "")[:3] == "202" or node.get(name, "")[:2] == "19":
            node[name] = "2001" + node[name][4:]
            return True
    return False


def _order(node: Node) -> bool:
    for value in node.values():
        if isinstance(value, list) and len(value) > 1 and value[0] != value[-1]:
            value.reverse()
            return True
    return False


def _added(node: Node) -> bool:
    node["language"] = "de" if node.get("language") != "de" else "fr"
    return True


def _removed(node: Node) -> bool:
    return node.pop("status", None) is not None


PLANTED: dict[str, Callable[[Node], bool]] = {
    "value": _value,
    "unit": _unit,
    "code": _code,
    "precision": _precision,
    "reference": _reference,
    "attachment": _attachment,
    "date": _date,
    "order": _order,
    "added": _added,
    "removed": _removed,
}
LACKS = ("missing", "extra", "duplicate")


# -- what servers may do ---------------------------------------------------------------------------


def _versioned(node: Node) -> bool:
    node["meta"] = {**node.get("meta", {}), "versionId": "17", "lastUpdated": "2026-01-01T00:00:00Z"}
    return True


def _reordered(node: Node) -> bool:
    items = list(node.items())
    node.clear()
    node.update(reversed(items))
    return True


def _narrated(node: Node) -> bool:
    text = node.get("text", {})
    if "div" in text:
        text["div"] = text["div"].replace(" ", "\n   ").replace("<p>", " <p>\n")
    return "div" in text


def _absolute(node: Node) -> bool:
    for name in ("subject", "patient"):
        reference = node.get(name, {}).get("reference", "")
        if reference.startswith("Patient/"):
            node[name]["reference"] = BASE.decode() + reference + "/_history/2"
            return True
    return False


def _rewritten(node: Node) -> bool:
    quantity = node.get("valueQuantity", {})
    if isinstance(quantity.get("value"), Decimal):
        quantity["value"] = Written(quantity["value"])
        return True
    return False


class Written(Decimal):
    """The same number with the same digits, in another notation."""

    def __str__(self) -> str:
        sign, digits, exponent = self.as_tuple()
        assert isinstance(exponent, int)
        first, rest = digits[0], "".join(map(str, digits[1:]))
        return f"{'-' * sign}{first}{'.' if rest else ''}{rest}e{exponent + len(digits) - 1}"


HARMLESS = (_versioned, _reordered, _narrated, _absolute, _rewritten)


@dataclass
class Plan:
    """What is planted where: number of a resource -> what."""

    size: int
    differences: int
    told: set[Told] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    harmless: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        chance = random.Random(8)
        names = [*PLANTED, *LACKS]
        chosen = chance.sample(range(self.size), min(2 * self.differences * 8, self.size))
        self.spots = iter(chosen)
        self.wanted = [names[at % len(names)] for at in range(self.differences)]
        self.harms = [HARMLESS[at % len(HARMLESS)] for at in range(self.differences)]
        self.at = set(chosen)

    def after(self, node: Node) -> list[Node]:
        """What AFTER has for a resource at one of the chosen places."""
        who = f"{node['resourceType']}/{node['id']}"
        for at, name in enumerate(self.wanted):
            if name not in PLANTED or PLANTED[name](node):
                del self.wanted[at]
                self.kinds[name] += 1
                return self._planted(name, who, node)
            if at > 40:
                break
        for at, change in enumerate(self.harms):
            if change(node):
                del self.harms[at]
                self.harmless[change.__name__.strip("_")] += 1
                break
            if at > 20:
                break
        return [node]

    def _planted(self, name: str, who: str, node: Node) -> list[Node]:
        if name == "missing":
            self.told.add(("missing", who, ""))
            return []
        if name == "duplicate":
            self.told.add(("extra-copy", who, ""))
            return [node, node]
        if name == "extra":
            other = {**node, "id": node["id"] + "-x", "language": "la"}
            self.told.add(("extra", f"{who}-x", ""))
            return [node, other]
        self.told.add(("changed", who, name))
        return [node]


def lines(size: int) -> Iterator[bytes]:
    """The resources of BEFORE."""
    samples = [dumped(from_json(json.dumps(_named(each)).encode(), float_mode="decimal")) for each in resources()]
    for number in range(size):
        yield samples[number % len(samples)].replace(MARK, b"-%d" % (number // len(samples)))


def _named(node: Node) -> Node:
    """The sample with business identifiers that are its own in every round."""
    found = node.get("identifier")
    for each in found if isinstance(found, list) else [found] if found else []:
        if "value" in each:
            each["value"] += COPY
    return node


def write(folder: Path, size: int, differences: int) -> Plan:
    """BEFORE and AFTER as folders of NDJSON files."""
    plan = Plan(size, differences)
    sides = {side: folder / side for side in ("before", "after")}
    for side in sides.values():
        side.mkdir(parents=True)
    before = [(sides["before"] / f"{at}.ndjson").open("wb") for at in range(FILES)]
    after = [(sides["after"] / f"{at}.ndjson").open("wb") for at in range(FILES + 1)]
    for number, line in enumerate(lines(size)):
        before[number * FILES // size].write(line + b"\n")
        target = after[(number * 7919) % (FILES + 1)]
        if number in plan.at:
            for node in plan.after(from_json(line, float_mode="decimal")):
                target.write(dumped(node) + b"\n")
        else:
            target.write(line + b"\n")
    for file in (*before, *after):
        file.close()
    return plan


def command(folder: Path, jobs: int, out: Path, *more: str) -> list[str]:
    """The comparison as a command."""
    return [sys.executable, "-m", "fhircheck", "compare", str(folder / "before"), str(folder / "after"), "--jobs",
            str(jobs), "--after-base", BASE.decode(), "--format", "ndjson", "--output", str(out / "found.ndjson"),
            "--report", str(out / "report.json"), "--work", str(out / "work"), *more]  # fmt: skip


def peak_of(process: "subprocess.Popen[bytes]", stop: Callable[[], bool]) -> int:
    """The largest sum of memory of a process and its children until it ends or `stop` says so, in bytes (Linux)."""
    peak = 0
    while process.poll() is None and not stop():
        total = 0
        for each in [process.pid, *_children(process.pid)]:
            try:
                text = Path(f"/proc/{each}/smaps_rollup").read_text()
                total += int(text.partition("\nPss:")[2].split()[0]) << 10
            except (OSError, ValueError, IndexError):
                continue
        peak = max(peak, total)
        time.sleep(0.3)
    return peak


def _children(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def told(found: Path) -> Counter[Told]:
    """What the comparison says."""
    heard: Counter[Told] = Counter()
    with found.open("rb") as file:
        for line in file:
            each = json.loads(line)
            changes = {element["change"] for element in each["elements"]}
            heard[each["status"], each["before"] or each["after"], "+".join(sorted(changes))] += 1
    return heard


def size_of(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> int:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resources", type=int, default=200_000)
    parser.add_argument("--differences", type=int, default=1_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--memory-limit", default="1GB")
    parser.add_argument("--kill", action="store_true", help="kill it in the middle and run it again")
    parser.add_argument("--folder", type=Path, help="where data and rows are put (default: a temporary folder)")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="fhircheck-planted-", dir=given.folder))
    try:
        return run(folder, given)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path, given: argparse.Namespace) -> int:
    """Plant, compare, judge."""
    plan = write(folder, given.resources, given.differences)
    more = ["--memory-limit", given.memory_limit]
    resumed = 0
    if given.kill:
        _killed(command(folder, given.jobs, folder, *more), folder / "work")
    start = time.perf_counter()
    process = subprocess.Popen(command(folder, given.jobs, folder, *more), cwd=ROOT, env=as_installed())
    peak = peak_of(process, lambda: False)
    code, seconds = process.wait(), time.perf_counter() - start
    if code != 1:
        print(f"exit code {code}, expected 1")
        return 1
    report = json.loads((folder / "report.json").read_text())
    resumed = report["before"]["kept"] + report["after"]["kept"]
    heard = told(folder / "found.ndjson")
    missed = sorted(plan.told - heard.keys())
    made_up = sorted(heard.keys() - plan.told)
    both = report["before"]["resources"] + report["after"]["resources"]
    print(f"planted       {sum(plan.kinds.values()):,}: {dict(plan.kinds)}")
    print(f"harmless      {sum(plan.harmless.values()):,}: {dict(plan.harmless)}")
    print(f"missed        {len(missed)} {missed[:5]}")
    print(f"made up       {len(made_up)} {made_up[:5]}")
    print(f"resources     {both:,} on both sides, {size_of(folder / 'before') / 1e9:.2f} GB in BEFORE")
    print(f"kept          {resumed:,} rows of a killed run")
    print(f"seconds       {seconds:.1f}, {both / seconds:,.0f} resources/s with {given.jobs} jobs")
    print(f"peak memory   {peak / 1e6:,.0f} MB of all processes; rows on disk {size_of(folder / 'work') / 1e6:,.0f} MB")
    return int(bool(missed or made_up or plan.wanted))


def _killed(command: list[str], work: Path) -> None:
    """Begin a comparison and kill it (and its workers) when the rows of some parts are on disk."""
    process = subprocess.Popen(command, cwd=ROOT, env=as_installed(), stderr=subprocess.DEVNULL, start_new_session=True)
    while process.poll() is None and len(list(work.glob("*/part-*"))) < 2:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


if __name__ == "__main__":
    sys.exit(main())
