"""A user's folder with faulty, marked files: commands are run in it, and all they leave behind is searched."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.marked_data import LEAK, Marks
from tests.marked_faults import files
from tests.needs import ROOT

LOGGING = "import http.client, logging\nlogging.basicConfig(level=1)\n"
STATEMENT = "server.json"  # holds the server's own public statement whole, to be compared with a later one
SPLIT = ("valid.ndjson", "invalid.ndjson", "usable/")  # data, written on purpose


def leaks(text: str, marks: Marks) -> list[str]:
    """Markers in a text, with the element each was put in and what stands around it."""
    found = []
    for match in LEAK.finditer(text):
        around = text[max(0, match.start() - 80) : match.end() + 20].replace("\n", " ")
        found.append(f"{marks.places.get(match[0].lower(), 'a number or a day')}: ...{around}")
    return found


@dataclass
class Home:
    """A user's folder: the faulty files, and all that commands leave behind."""

    folder: Path
    marks: Marks
    seen: set[tuple[str, int]] = field(default_factory=set)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """A command, with everything that talks turned on."""
        process = self.start(*arguments)
        said, warned = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, said, warned)

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """A command that goes on."""
        path = os.pathsep.join((str(self.folder / "logging"), str(ROOT)))
        folders = dict.fromkeys(("HOME", "FHIRCHECK_PACKAGE_CACHE", "XDG_STATE_HOME"), str(self.folder))
        more = {"FHIRCHECK_DEBUG": "1", "PYTHONPATH": path, "FHIRCHECK_CACHE": str(_cache(self.folder))}
        return subprocess.Popen(
            [sys.executable, "-m", "fhircheck", *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **folders, **more},
        )  # fmt: skip

    def left(self) -> Iterator[Path]:
        """All files that commands have written since the last look, but data."""
        for path in (*self.folder.rglob("*"), *_cache(self.folder).rglob("*")):
            usable = path.parent.name == "usable" and path.suffix == ".ndjson"
            if not path.is_file() or (self.folder / "data") in path.parents or path.name in SPLIT or usable:
                continue
            written = (str(path), path.stat().st_mtime_ns)
            if written not in self.seen:
                self.seen.add(written)
                yield path

    def assert_clean(self, done: subprocess.CompletedProcess[bytes], expected: set[int]) -> None:
        """Nothing shows, and the command did what it was to do."""
        said = {"stdout": done.stdout, "stderr": done.stderr}
        assert done.returncode in expected, done.stderr.decode()[-2000:]
        assert b"Traceback" not in done.stderr
        for name, content in said.items():
            assert leaks(content.decode("utf-8", "replace"), self.marks) == [], name
        for path in self.left():
            found = [each for one in (path.read_bytes(), *unpacked(path)) for each in self._leaks(one)]
            if path.name == STATEMENT:
                found = [each for each in found if not each.startswith("CapabilityStatement:")]
            assert found == [], path.name

    def _leaks(self, content: bytes) -> list[str]:
        return leaks(content.decode("utf-8", "replace"), self.marks)


def unpacked(path: Path) -> Iterator[bytes]:
    """What a file says in a form of its own: every value of every table of a database, unpacked where it is packed."""
    if path.suffix != ".sqlite":
        return
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
            for row in database.execute(f'select * from "{table}"'):
                for value in row:
                    yield value if isinstance(value, bytes) else str(value).encode()
                    if isinstance(value, bytes) and value[:1] == b"\x78":
                        yield zlib.decompress(value)


def _cache(folder: Path) -> Path:
    """Shared by all such folders of a test run, since a new one costs seconds; searched with each of them."""
    return folder.parent / "cache-of-the-marker-tests"


def marked_home(folder: Path) -> Home:
    """The faulty files in ``data`` of `folder`; file names carry no markers, since they are shown."""
    made = Home(folder, Marks())
    (folder / "logging").mkdir()
    (folder / "logging" / "sitecustomize.py").write_text(LOGGING)
    (folder / "data").mkdir()
    for name, content in files(made.marks).items():
        (folder / "data" / name).write_bytes(content)
    return made
