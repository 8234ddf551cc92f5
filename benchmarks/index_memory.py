"""Memory, disk and time of what is compared across records: `python -m benchmarks.index_memory [--help]`.

The first pass runs once over an invented clinic with every planted defect; its rows (identities, references, all that
is known by patient) are repeated under other keys until there are as many as of so many resources, and all measures
are judged. Nothing is read or validated: it is the part of a run that grows with the data. Codes are the same in all
copies, so that there are keys with millions of rows. Each size is a process of its own. Ends with 1 where a peak is
above the limit and what the process holds without rows, or where results are not those of one copy times the copies.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import threading
import time
from array import array
from collections import Counter
from random import Random
from typing import Any

MEGABYTE = 1_000_000
PATIENTS = 300
KEYS = {
    "identities": (0,), "edges": (0,), "scoped": (0,), "absolute": (1,),
    "rows.patients": (0,), "rows.timeline": (0,), "rows.undated": (0,), "rows.origin": (0, 5), "rows.traced": (0,),
    "rows.linked": (0, 2, 5), "rows.recorded": (0,), "rows.quasi": (0,), "rows.sensitive": (0,), "rows.traces": (0,),
    "rows.words": (0,), "rows.consents": (0,), "rows.quantities": (3,), "rows.stays": (0,), "rows.visits": (0, 4),
    "rows.sexed": (0,), "rows.orders": (0,), "rows.doses": (0, 4), "rows.identities": (0, 3), "rows.contents": (0, 2),
}  # fmt: skip
"""Columns of each table with keys of resources and patients, which are others in each copy."""
PLACES = {
    "edges": 3, "scoped": 3, "absolute": 4, "rows.patients": 7, "rows.timeline": 5, "rows.origin": 4, "rows.linked": 4,
    "rows.words": 5, "rows.quantities": 5, "rows.visits": 6, "rows.sexed": 4, "rows.doses": 6, "rows.identities": 5,
    "rows.contents": 4,
}  # fmt: skip
"""The column with the place of a resource, which is another in each copy."""
TIMES = (
    "reference-resolves",
    "unique-identity",
    "unique-content",
    "within-lifetime",
    "patients-with-type",
    "follow-up",
)
"""Measures whose counts are those of one copy times the copies."""


def main() -> int:
    """Measure each size in a process of its own and print a table."""
    given = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    given.add_argument("--millions", type=float, nargs="+", default=[0.1, 0.2, 0.4], help="resources of each run")
    given.add_argument("--memory-limit", default="64MB", help="as of fhircheck check")
    given.add_argument("--child", type=int, help=argparse.SUPPRESS)
    options = given.parse_args()
    from fhircheck.model.byte_size import bytes_of

    limit = bytes_of(options.memory_limit, "--memory-limit", 1 << 20)
    if options.child is not None:
        print(json.dumps(_child(options.child, limit)))
        return 0
    one = _run(1, limit)
    print(f"limit {limit / MEGABYTE:.0f} MB; one copy: {one['resources']:,} resources, {one['rows']:,} rows")
    print("resources       rows    bytes   peak over no rows      disk   processor  a resource")
    seen = []
    for millions in options.millions:
        seen.append(_run(max(1, round(millions * 1e6 / one["resources"])), limit))
        print(_line(seen[-1]), flush=True)
    if len(seen) > 1:
        print(_fit([each["resources"] for each in seen], [each["cpu"] for each in seen]))
    return 0 if all(_holds(one, each, limit) for each in seen) else 1


def _run(copies: int, limit: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.index_memory", "--memory-limit", str(limit), "--child", str(copies)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _line(found: dict[str, Any]) -> str:
    size, disk, peak = (found[name] / MEGABYTE for name in ("bytes", "disk", "peak"))
    each = found["cpu"] / found["resources"] * 1e6
    return (
        f"{found['resources']:9,} {found['rows']:10,} {size:5.0f} MB  {peak:5.0f} MB ({found['before'] / MEGABYTE:.0f})"
        f"  {disk:9.0f} MB  {found['cpu']:8.1f} s  {each:5.1f} us"
    )


def _holds(one: dict[str, Any], found: dict[str, Any], limit: int) -> bool:
    fine = found["peak"] <= limit
    if not fine:
        print(f"{found['resources']:,} resources: {found['peak'] / MEGABYTE:.0f} MB are above the limit")
    for name, counts in found["counts"].items():
        expected = [number * found["copies"] for number in one["counts"][name]]
        if counts != expected:
            fine = False
            print(f"{name}: {counts}, expected {expected}")
    return fine


def _fit(sizes: list[int], seconds: list[float]) -> str:
    """Least squares of seconds = a + b * resources, and how much of the variation it explains."""
    mean_x, mean_y = sum(sizes) / len(sizes), sum(seconds) / len(seconds)
    spread = sum((x - mean_x) ** 2 for x in sizes)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(sizes, seconds, strict=True)) / spread
    rest = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in zip(sizes, seconds, strict=True))
    whole = sum((y - mean_y) ** 2 for y in seconds)
    return f"fit: {mean_y - slope * mean_x:.2f} s + {slope * 1e6:.2f} s a million resources, r2 {1 - rest / whole:.4f}"


def _child(copies: int, limit: int) -> dict[str, Any]:
    from fhircheck.definitions.definition_set import load_definitions
    from fhircheck.measures import judge_measures
    from fhircheck.measures.tools import Tools
    from fhircheck.model.link_facts import LinkFacts
    from fhircheck.model.row_facts import RowFacts
    from fhircheck.model.row_memory import limited_rows
    from tests.planted.clinic import NOW

    kinds, tallies, links, rows = _first_pass()
    resources = Counter({kind: number * copies for kind, number in kinds.items()})
    definitions = load_definitions()
    judge_measures(tallies, links, False, definitions, rows=rows, resources=resources, tools=Tools(NOW))
    before, watch = _peak(), _Disk()
    clock = time.process_time()
    with limited_rows(limit):
        all_links, all_rows = LinkFacts(), RowFacts()
        all_links.names, all_links.sources = dict(links.names), dict(links.sources)
        for number in range(copies):
            _copy(number, links, rows, all_links, all_rows)
        count, size = _size(all_links, all_rows)
        results = judge_measures(
            tallies, all_links, False, definitions, rows=all_rows, resources=resources, tools=Tools(NOW)
        )
    cpu = time.process_time() - clock
    return {
        "copies": copies, "resources": resources.total(), "rows": count, "bytes": size, "cpu": cpu,
        "before": before, "peak": _peak() - before, "disk": watch.stop(),
        "counts": {each.name: [each.numerator, each.denominator] for each in results if each.name in TIMES},
    }  # fmt: skip


def _first_pass() -> tuple[Counter[str], dict[str, Any], Any, Any]:
    """The clinic's resources by type, its tallies, its references, its rows."""
    from fhircheck.measures import observe_all
    from fhircheck.measures.tools import Tools
    from fhircheck.model.link_facts import LinkFacts
    from fhircheck.model.row_facts import RowFacts
    from fhircheck.resolve.reference_walk import collect_links
    from tests.planted.clinic import NOW, clinic
    from tests.planted.defects import PLANTERS, planted
    from tests.unit.measures.seen import Seen

    data = clinic(PATIENTS)
    for each in PLANTERS:
        data = planted(each, data).data
    tallies: dict[str, Any] = {}
    links, rows, tools = LinkFacts(), RowFacts(), Tools(NOW)
    for number, node in enumerate(data):
        seen = Seen(record=number)
        observe_all(node, seen, tallies, rows, tools)
        collect_links(node, seen, links)
    return Counter(each["resourceType"] for each in data), tallies, links, rows


def _copy(number: int, links: Any, rows: Any, all_links: Any, all_rows: Any) -> None:
    """Add the rows of one more copy of the clinic."""
    mask, place = Random(number).getrandbits(64) if number else 0, number << 36
    for name in ("identities", "edges", "scoped", "absolute", "bases"):
        _add(name, getattr(links, name), getattr(all_links, name), mask, place)
    for name, table in rows._tables.items():
        _add(f"rows.{name}", table, all_rows.table(name), mask, place)


def _add(name: str, table: Any, whole: Any, mask: int, place: int) -> None:
    numbers = table.whole()
    row = array("Q", bytes(8 * table.width))
    for column in KEYS.get(name, ()):
        row[column] = mask
    if name in PLACES:
        row[PLACES[name]] = place
    pattern = int.from_bytes(row.tobytes() * (len(numbers) // table.width), "little")
    copied = int.from_bytes(numbers.tobytes(), "little") ^ pattern
    whole.rows.frombytes(copied.to_bytes(len(numbers) * 8, "little"))
    whole.settle()


def _size(links: Any, rows: Any) -> tuple[int, int]:
    tables = [*links.tables, *rows._tables.values()]
    return sum(map(len, tables)), sum(each.size for each in tables)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class _Disk:
    """Looks at what files without a name take, ten times a second."""

    def __init__(self) -> None:
        self.most, self._over = 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            taken = 0
            for each in os.listdir("/proc/self/fd"):
                try:
                    told = os.stat(f"/proc/self/fd/{each}")
                except OSError:
                    continue
                taken += told.st_blocks * 512 if not told.st_nlink else 0
            self.most = max(self.most, taken)

    def stop(self) -> int:
        """The most there was, in bytes."""
        self._over.set()
        self._thread.join()
        return self.most


if __name__ == "__main__":
    sys.exit(main())
