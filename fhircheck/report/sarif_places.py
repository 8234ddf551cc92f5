"""Where a finding is, in SARIF: files relative to the working directory, members of archives below their archive."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fhircheck.model.issue import Place
from fhircheck.report.shown import View, clean

_SAFE = "/-._~!$&'()*+,;=@"


class Artifacts:
    """The files that results are about, numbered in the order they are first named (3.24 of SARIF 2.1.0).

    folder: the working directory, which relative names begin at.
    """

    def __init__(self, view: View, folder: str) -> None:
        self._view, self._folder = view, folder
        self._forms: list[dict[str, Any]] = []
        self._known: dict[str, int] = {}

    def forms(self) -> list[dict[str, Any]]:
        """All that were named."""
        return self._forms

    def location(self, source: str) -> dict[str, Any]:
        """The artifactLocation of a source as issues name it."""
        index = self._known.get(source)
        if index is None:
            index = self._known[source] = self._add(source)
        return {**self._forms[index]["location"], "index": index}

    def physical(self, place: Place) -> dict[str, Any]:
        """The physicalLocation of a place; its region by line, else where its record begins."""
        location: dict[str, Any] = {"artifactLocation": self.location(place.source)}
        if place.line:
            column = {"startColumn": place.column} if place.column else {}
            location["region"] = {"startLine": place.line, **column}
        elif place.offset:
            location["region"] = {"byteOffset": place.offset, "byteLength": 0}
        return location

    def _add(self, source: str) -> int:
        archive, mark, member = source.partition("!")
        hidden = bool(self._view.names.key)
        if mark and member and not hidden:
            parent = self.location(archive)["index"]
            form: dict[str, Any] = {"location": {"uri": "/" + quoted(member.lstrip("/"))}, "parentIndex": parent}
        else:
            form = {"location": self._uri(source)}
        self._forms.append(form)
        return len(self._forms) - 1

    def _uri(self, source: str) -> dict[str, Any]:
        """A URL as it is; a file relative to the working directory where it is below it, else by its whole path."""
        name = self._view.names.source(source)
        if name != source or source in ("", "-"):
            return {"uri": quoted(name.lstrip("#")) or "stdin", "uriBaseId": "SRCROOT"}
        if "://" in source:
            return {"uri": quote(source, safe=_SAFE + ":?%[]")}
        path = relative(source, self._folder)
        if os.path.isabs(path):
            return {"uri": "file://" + quoted(path)}
        return {"uri": quoted(path), "uriBaseId": "SRCROOT"}


def relative(source: str, folder: str) -> str:
    """The path of a file from `folder` on, whole where it is not below it; a URL or ``-`` as it is."""
    if "://" in source or source in ("", "-"):
        return source
    path = Path(os.path.abspath(os.path.join(folder, source)))
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def quoted(path: str) -> str:
    """A path as part of a URI (RFC 3986)."""
    return quote(path.encode("utf-8", "surrogateescape"), safe=_SAFE)


def logical(place: Place, view: View) -> list[dict[str, Any]]:
    """The place within the data: the resource, and the element by its FHIRPath expression."""
    resource = clean(view.names.resource(place.resource))
    found = [{"name": resource, "fullyQualifiedName": resource, "kind": "resource"}] if resource else []
    if place.expression:
        whole = clean(place.expression, 1_000)
        found.append({"name": whole.rpartition(".")[2], "fullyQualifiedName": whole, "kind": "element"})
    return found
