"""The manifest of a finished Bulk Data export: what it must hold, and which files it names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal
from urllib.parse import urlsplit

from jiter import from_json

from fhircheck.sources.content import foreign_form
from fhircheck.sources.search_page import link_url, outcome_codes
from fhircheck.transport.http import Answer, ServerFault, joined

FileGroup = Literal["output", "deleted", "error"]
GROUPS: tuple[FileGroup, ...] = ("output", "deleted", "error")
_KNOWN = {"transactionTime", "request", "requiresAccessToken", "output", "deleted", "error", "link"}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_TYPE = re.compile(r"[A-Za-z]{1,64}")


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of an export. url: may hold a signature, so it is neither shown nor kept.

    number: its place in its group over all pages. type: resource type, empty where the manifest says none.
    count: resources in it, None where not said.
    """

    group: FileGroup
    number: int
    type: str
    url: str = field(repr=False)
    count: int | None = None

    @property
    def place(self) -> str:
        """A hash of the address without its query: the same when the same file is signed anew."""
        try:
            parts = urlsplit(self.url)
        except ValueError:
            return ""
        return blake2b(f"{parts.hostname}{parts.path}".encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class ExportManifest:
    """What the server says of a finished export (Bulk Data Access 2.0, Response - Complete Status).

    wrong: members that are missing or of a wrong form, by name. other: members that the specification does not know.
    expires: the header that says until when the files are there, empty where there was none. unnamed: files of data
    that are listed without an address.
    """

    transaction_time: str = ""
    request: str = field(default="", repr=False)
    requires_token: bool | None = None
    files: tuple[ExportFile, ...] = ()
    wrong: tuple[str, ...] = ()
    other: dict[str, Any] = field(default_factory=dict)
    expires: str = ""
    next: str = field(default="", repr=False)
    unnamed: int = 0

    def joined(self, page: "ExportManifest") -> "ExportManifest":
        """This manifest and its next `page` as one."""
        numbers = {group: sum(each.group == group for each in self.files) for group in GROUPS}
        more = (
            ExportFile(each.group, each.number + numbers[each.group], each.type, each.url, each.count)
            for each in page.files
        )
        wrong = tuple(dict.fromkeys((*self.wrong, *page.wrong)))
        return ExportManifest(
            self.transaction_time or page.transaction_time,
            self.request or page.request,
            self.requires_token if page.requires_token is None else page.requires_token or self.requires_token,
            (*self.files, *more),
            wrong,
            {**page.other, **self.other},
            self.expires or page.expires,
            page.next,
            self.unnamed + page.unnamed,
        )


def read_manifest(answer: Answer) -> ExportManifest:
    """The manifest in the answer of a status request.

    Raises ServerFault ``not-a-manifest`` where it is none (detail: what came instead, never its content) and
    ``export-failed`` where it is an OperationOutcome (detail: its codes).
    """
    form = foreign_form(answer.body[:4096])
    try:
        node = None if form else from_json(answer.body, allow_inf_nan=False)
    except ValueError:
        node, form = None, "broken-json"
    if not isinstance(node, dict):
        raise ServerFault("not-a-manifest", answer.status, form or "json-without-members")
    if node.get("resourceType") == "OperationOutcome":
        raise ServerFault("export-failed", answer.status, outcome_codes(node))
    if not isinstance(node.get("output"), list):
        raise ServerFault("not-a-manifest", answer.status, "no-output")
    return _manifest(node, answer)


def _manifest(node: dict[str, Any], answer: Answer) -> ExportManifest:
    wrong: list[str] = []
    files = tuple(each for group in GROUPS for each in _files(node, group, answer.url, wrong))
    time, request, token = (node.get(each) for each in ("transactionTime", "request", "requiresAccessToken"))
    if not (isinstance(time, str) and _INSTANT.fullmatch(time)):
        wrong.append("transactionTime")
    if not isinstance(request, str):
        wrong.append("request")
    if not isinstance(token, bool):
        wrong.append("requiresAccessToken")
    return ExportManifest(
        time if isinstance(time, str) and "transactionTime" not in wrong else "",
        request if isinstance(request, str) else "",
        token if isinstance(token, bool) else None,
        files,
        tuple(dict.fromkeys(wrong)),
        {name: value for name, value in node.items() if name not in _KNOWN},
        answer.headers.get("expires", ""),
        _absolute(answer.url, url) if (url := link_url(node, "next")) else "",
        wrong.count("output.url"),
    )


def _files(node: dict[str, Any], group: FileGroup, base: str, wrong: list[str]) -> Iterator[ExportFile]:
    """The files of one group; what is wrong with them is added to `wrong`."""
    listed = node.get(group)
    if not isinstance(listed, list):
        if group == "error" or listed is not None:
            wrong.append(group)
        return
    for number, each in enumerate(listed):
        url = each.get("url") if isinstance(each, dict) else None
        if not isinstance(url, str) or not url:
            wrong.append(f"{group}.url")
            continue
        type_, count = each.get("type"), each.get("count")
        if not isinstance(type_, str) or not _TYPE.fullmatch(type_):
            type_ = ""
            if group == "output" and "outputOrganizedBy" not in node:
                wrong.append(f"{group}.type")
        if count is not None and (type(count) is not int or count < 0):
            count = None
            wrong.append(f"{group}.count")
        yield ExportFile(group, number, type_, _absolute(base, url), count)


def _absolute(base: str, url: str) -> str:
    try:
        return joined(base, url)
    except ServerFault:
        return url
