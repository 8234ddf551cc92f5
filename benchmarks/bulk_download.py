"""A Bulk Data export from loopback, against a plain download: `python -m benchmarks.bulk_download [MEGABYTES]`.

A server of its own process exports MEGABYTES (default 200) made of sample_bundles/, one file for each type. `fhircheck
fetch --bulk` reads every line, finds duplicates, and puts files, counts and hashes in place; its peer writes the same
bytes to disk as they come, one file after the other. Prints both and their ratio; ends with 1 where bytes are lost.
"""

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.big_data import copies
from benchmarks.process import FHIRCHECK, ROOT, measured

MEGABYTE = 1_000_000
PLAIN = """
import json, shutil, sys, urllib.request
for number, entry in enumerate(json.loads(sys.argv[1])):
    with urllib.request.urlopen(entry["url"]) as answer, open(f"{sys.argv[2]}/{number}.ndjson", "wb") as file:
        shutil.copyfileobj(answer, file, 1 << 16)
"""


def serve(size: int) -> None:
    """Export about `size` bytes until the process is ended; prints the base address."""
    from tests.servers.bulk_server import BulkServer, File

    by_type: dict[str, list[bytes]] = {}
    for line in copies(size):
        by_type.setdefault(json.loads(line)["resourceType"], []).append(line)
    files = [File(name, b"".join(lines), count=len(lines)) for name, lines in sorted(by_type.items())]
    with BulkServer(files) as server:
        print(server.base, sum(len(each.data) for each in files), flush=True)
        while True:
            time.sleep(60)


def main(arguments: list[str]) -> int:
    """Measure and print."""
    if arguments[:1] == ["serve"]:
        serve(int(arguments[1]))
    size = int(arguments[0] if arguments else 200) * MEGABYTE
    command = [sys.executable, "-m", "benchmarks.bulk_download", "serve", str(size)]
    with (
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        assert server.stdout is not None
        try:
            base, sent = server.stdout.readline().split()
            return compared(base, int(sent), Path(folder))
        finally:
            server.terminate()


def compared(base: str, sent: int, folder: Path) -> int:
    """Both downloads, and 1 where one of them is not whole."""
    with urllib.request.urlopen(f"{base}/status/1") as answer:
        listed = json.dumps(json.load(answer)["output"])
    plain = measured([sys.executable, "-c", PLAIN, listed, str(folder)])
    fetched = measured([*FHIRCHECK, "fetch", "--bulk", "--keep-export", base, str(folder / "out")])
    fine = True
    for name, done, where in (("plain download", plain, folder), ("fetch --bulk", fetched, folder / "out")):
        arrived = sum(each.stat().st_size for each in where.glob("*.ndjson"))
        fine = fine and done.code == 0 and arrived == sent
        figures = (
            f"{sent / done.seconds / MEGABYTE:.0f} MB/s, peak {done.peak / MEGABYTE:.0f} MB (exit code {done.code})"
        )
        size = f"{arrived / MEGABYTE:.0f} of {sent / MEGABYTE:.0f} MB"
        print(f"{name}: {size} in {done.seconds:.1f} s, processor {done.cpu:.1f} s, {figures}")
    print(f"ratio of wall times: {fetched.seconds / plain.seconds:.1f}")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
