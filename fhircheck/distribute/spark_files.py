"""Files as Spark's driver lists them (local, HDFS, S3, ABFS ...), by the rules of sources/directory.py."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from glob import has_magic
from json import loads
from typing import Any, NamedTuple
from urllib.parse import unquote

from fhircheck.model.errors import SourceUnusable, UsageError
from fhircheck.model.record import Piece
from fhircheck.sources.content import problem
from fhircheck.sources.fetched_folder import BESIDE, MANIFEST, is_incomplete, manifest_of
from fhircheck.sources.files import shown
from fhircheck.sources.skipped import begins_like_json, is_own_file, is_read_in_folders, left_out, suffix_of

LAST = "\U0010ffff"
"""Sorts behind every name."""


class Found(NamedTuple):
    """A file. path: as Hadoop says it; name: as the user's own path to it; order: sorts as a local run reads."""

    path: str
    name: str
    order: str
    size: int


class Said(NamedTuple):
    """What is said of a folder, in its place in the order."""

    order: str
    piece: Piece


def plain_path(path: str) -> str:
    """A path as all parts of Spark agree on it: one slash behind the scheme (``file:/a b``)."""
    return re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*:)/+", r"\1/", path)


def plain_uri(uri: str) -> str:
    """The same of an address whose signs are quoted (``file:///a%20b``)."""
    return plain_path(unquote(uri))


class HadoopFiles:
    """Lists and looks into files by the file systems that `session` knows. Only small things pass through here."""

    def __init__(self, session: Any) -> None:
        self._jvm = session._jvm
        self._conf = session._jsparkSession.sessionState().newHadoopConf()

    def path_of(self, name: str) -> Any:
        """The Hadoop path of a name as the user gave it; what has no scheme is on the default file system."""
        path = self._jvm.org.apache.hadoop.fs.Path
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", name):
            return path(name)
        if str(self._conf.get("fs.defaultFS", "file:///")).startswith("file:"):
            return path("file", "", os.path.abspath(name))
        return path(None, None, name)

    def status(self, path: Any) -> Any:
        """The FileStatus of `path`, None where nothing is there."""
        from py4j.protocol import Py4JJavaError

        try:
            return path.getFileSystem(self._conf).getFileStatus(path)
        except Py4JJavaError as error:
            kind = error.java_exception.getClass().getSimpleName()
            if kind == "FileNotFoundException":
                return None
            raise SourceUnusable(f"{path.toString()}: {kind}") from None

    def listed(self, path: Any) -> "list[tuple[str, Any]] | None":
        """(name, FileStatus) of what is in a folder, sorted by code points; None where it cannot be listed."""
        from py4j.protocol import Py4JJavaError

        try:
            found = path.getFileSystem(self._conf).listStatus(path)
        except Py4JJavaError:
            return None
        return sorted(((each.getPath().getName(), each) for each in found), key=lambda pair: pair[0])

    def head(self, path: Any, size: int) -> bytes:
        """The first bytes of a file; empty where it cannot be read."""
        from py4j.protocol import Py4JJavaError

        try:
            stream = path.getFileSystem(self._conf).open(path)
            try:
                return bytes(stream.readNBytes(size))
            finally:
                stream.close()
        except Py4JJavaError:
            return b""

    def text_path(self, path: Any) -> str:
        """`path` as a string that Spark's readers take."""
        return str(path.toString())


class Listing:
    """All files of the sources, and what is said of their folders."""

    def __init__(self, files: HadoopFiles) -> None:
        self._hadoop = files
        self.files: list[Found] = []
        self.said: list[Said] = []

    def take(self, number: int, name: str) -> None:
        """List one source as the user named it. Raises UsageError or SourceUnusable."""
        if name == "-" or name.lower().startswith(("http://", "https://")):
            raise UsageError("--engine spark reads files and tables: fetch from a server first (fhircheck fetch)")
        root = f"{number:06d}/"
        path = self._hadoop.path_of(name)
        status = self._hadoop.status(path)
        if status is not None:
            self._take(status, name, root)
            return
        if not has_magic(name):
            raise SourceUnusable(f"{shown(name)}: No such file or directory")
        matches = list(self._matching(name))
        if not matches:
            raise SourceUnusable(f"{shown(name)}: no file matches this pattern")
        deep = "**" in name
        for order, (text, each) in enumerate(sorted(matches, key=lambda pair: pair[0])):
            if not (deep and each.isDirectory()):
                self._take(each, text, f"{root}{order:09d}/")

    def _take(self, status: Any, name: str, order: str) -> None:
        if status.isDirectory():
            self._folder(status.getPath(), name, order)
        else:
            self._add(status, name, order)

    def _add(self, status: Any, name: str, order: str) -> None:
        self.files.append(Found(self._hadoop.text_path(status.getPath()), shown(name), order, int(status.getLen())))

    def _folder(self, path: Any, name: str, order: str) -> None:
        listed = self._hadoop.listed(path)
        if listed is None:
            raise SourceUnusable(f"{shown(name)}: cannot be listed")
        beside = self._beside(path, name, order)
        skipped: Counter[str] = Counter()
        before = len(self.files) + len(self.said)
        self._walk(listed, name.rstrip("/") or "/", order, skipped, beside)
        for piece in left_out(shown(name), len(self.files) + len(self.said) > before, skipped):
            self._say(order + LAST, piece)

    def _beside(self, path: Any, name: str, order: str) -> tuple[str, ...]:
        """Names in a folder that `fhircheck fetch` wrote which are no data; mostly none."""
        text = self._hadoop.head(self._hadoop._jvm.org.apache.hadoop.fs.Path(path, MANIFEST), 1 << 24)
        try:
            manifest = manifest_of(loads(text)) if text else None
        except ValueError:
            manifest = None
        if manifest is None:
            return ()
        if is_incomplete(manifest):
            self._say(order, problem(shown(name), "fetch-incomplete"))
        return (MANIFEST, *BESIDE)

    def _walk(
        self,
        listed: "list[tuple[str, Any]]",
        name: str,
        order: str,
        skipped: Counter[str],
        beside: tuple[str, ...] = (),
    ) -> None:
        for base, status in listed:
            text, place = os.path.join(name, base), f"{order}\0{base}"
            if base in beside:
                continue
            if status.isDirectory():
                if base.startswith("."):
                    continue
                inside = self._hadoop.listed(status.getPath())
                if inside is None:
                    self._say(place, problem(shown(text), "file-unreadable", reason="folder cannot be listed"))
                else:
                    self._walk(inside, text, place, skipped)
            elif is_own_file(base):
                continue
            elif is_read_in_folders(base) or ("." not in base and self._begins_like_json(status.getPath())):
                self._add(status, text, place)
            else:
                skipped[suffix_of(base)] += 1

    def _begins_like_json(self, path: Any) -> bool:
        return begins_like_json(self._hadoop.head(path, 64))

    def _say(self, order: str, piece: Piece) -> None:
        self.said.append(Said(order, piece))

    def _matching(self, pattern: str) -> Iterator[tuple[str, Any]]:
        """(name, FileStatus) of all that `pattern` names, as Python's glob with ``**`` does."""
        parts = pattern.split("/")
        fixed = next(at for at, part in enumerate(parts) if has_magic(part))
        start = "/".join(parts[:fixed])
        path = self._hadoop.path_of(start or ("/" if pattern.startswith("/") else "."))
        yield from self._below(path, start + "/" if start or pattern.startswith("/") else "", parts[fixed:])

    def _below(self, folder: Any, prefix: str, parts: list[str]) -> Iterator[tuple[str, Any]]:
        part, rest = parts[0], parts[1:]
        for base, status in self._hadoop.listed(folder) or ():
            inside, name = status.getPath(), prefix + base
            if part == "**":
                if base.startswith("."):
                    continue
                if rest and not status.isDirectory():
                    if len(rest) == 1 and fnmatchcase(base, rest[0]):
                        yield name, status
                    continue
                if not rest or (len(rest) == 1 and fnmatchcase(base, rest[0])):
                    yield name, status
                if status.isDirectory():
                    yield from self._below(inside, f"{name}/", parts)
                continue
            hidden = base.startswith(".") and not part.startswith(".")
            if hidden or not fnmatchcase(base, part):
                continue
            if not rest:
                yield name, status
            elif status.isDirectory():
                yield from self._below(inside, f"{name}/", rest)
