"""Throughput of `$validate` over HTTP: `python -m benchmarks.serve_validate [--jobs N] [--clients N] [--reference]`.

Posts the official clinical examples (../shared/reference/clinical500.txt) to `fhircheck serve`, over a few connections
that stay open, twice: the second pass counts. Beside it, in the same run: the function behind `fhircheck validate` over
the same bytes, warm, in one process; and with --reference the HL7 validator (Java). Prints requests a second, the
processor time of one request in the server and in its workers (which a busy machine changes least), and the time of
the slowest hundredth. Bar: 5 times the HL7 validator's 59 resources a second with two threads
(../shared/reference/README.md), by processor time of all processes on two cores. Ends with 1 under the bar.
"""

import argparse
import http.client
import os
import sys
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue

from benchmarks.beside_reference import PACKAGES, best, checker, reference
from benchmarks.throughput import EXAMPLES, SHARED, examples
from fhircheck.model.record import Piece
from tests.serving import Served

HL7_TWO_THREADS = 59.0
BAR = 5.0
TICKS = os.sysconf("SC_CLK_TCK")
TYPE = {"Content-Type": "application/fhir+json"}


def cpu_of(pid: int) -> float:
    """Seconds of processor time of a process and all that it started and that are still there."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = [
        int(each) for task in Path(f"/proc/{pid}/task").iterdir() for each in (task / "children").read_text().split()
    ]
    return (int(fields[11]) + int(fields[12])) / TICKS + sum(map(cpu_of, children))


def posted(port: int, data: list[bytes], clients: int) -> list[float]:
    """Post all of `data` over `clients` connections; seconds that each request took."""
    waiting: SimpleQueue[bytes] = SimpleQueue()
    for each in data:
        waiting.put(each)
    took: list[float] = []

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            try:
                body = waiting.get_nowait()
            except Empty:
                connection.close()
                return
            start = time.perf_counter()
            connection.request("POST", "/fhir/$validate", body, TYPE)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            took.append(time.perf_counter() - start)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return took


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--clients", type=int, default=4)
    options.add_argument("--reference", action="store_true")
    given = options.parse_args()
    if not EXAMPLES.is_file():
        print("needs ../shared with the package hl7.fhir.r4.examples")
        return 2
    data = examples(SHARED / "reference" / "clinical500.txt")
    bodies = list(data.values())
    check = checker()
    pieces = [Piece(name, "resource", text) for name, text in data.items()]
    check(pieces)
    alone = len(bodies) / best(lambda: check(pieces))
    packages = [part for each in PACKAGES for part in ("--package", str(SHARED / "packages" / each))]
    served = Served("--jobs", str(given.jobs), *packages)
    try:
        port = int(served.url.rpartition(":")[2])
        posted(port, bodies, given.clients)
        before, start = cpu_of(served.process.pid), time.perf_counter()
        took = sorted(posted(port, bodies, given.clients))
        wall, spent = time.perf_counter() - start, cpu_of(served.process.pid) - before
    finally:
        served.stop()
    by_cpu, ratio = len(bodies) / spent, 2 * len(bodies) / spent / HL7_TWO_THREADS
    slowest, middle = took[int(len(took) * 0.99)] * 1e3, took[len(took) // 2] * 1e3
    print(f"{len(bodies)} resources, {sum(map(len, bodies)) / 1e6:.1f} MB, {given.jobs} jobs, {given.clients} clients")
    print(
        f"  $validate over HTTP {len(bodies) / wall:,.0f} requests/s, median {middle:.1f} ms, "
        f"slowest 1 % {slowest:.0f} ms"
    )
    print(f"  processor time of one request, server and workers: {spent / len(bodies) * 1e3:.2f} ms")
    print(f"  the function alone, warm: {1e3 / alone:.2f} ms; HTTP and answers make that {alone / by_cpu:.1f} times")
    print(
        f"  two cores by processor time {2 * by_cpu:,.0f}/s, HL7 {HL7_TWO_THREADS:.0f}/s: "
        f"ratio {ratio:.0f}, bar {BAR:.0f}"
    )
    if given.reference:
        theirs = reference(data)
        print(
            f"  HL7 validator in this run {theirs:,.1f} resources/s, one thread: "
            f"ratio {by_cpu / theirs:.0f} on one core"
        )
    return 0 if ratio >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
