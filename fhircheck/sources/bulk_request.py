"""What is asked of a Bulk Data `$export`, as the URL or the Parameters that say so."""

import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from fhircheck.model.errors import UsageError

Level = Literal["system", "patient", "group"]
LAST = "last"
NDJSON = "application/fhir+ndjson"
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """One `$export` (Bulk Data Access 2.0, Bulk Data Kick-off Request).

    group: id of the Group for the level ``group``. types: ``_type``. since: ``_since``, an instant (a date means its
    beginning in UTC), or ``last``, which has to be replaced before it is sent. type_filters: ``_typeFilter``, each a
    search such as ``Observation?status=final``. elements: ``_elements``. output_format: ``_outputFormat``, empty for
    the server's own. patients: ids, or references, of the patients asked for; they need a POST. associated:
    ``includeAssociatedData``.
    """

    level: Level = "system"
    group: str = ""
    types: tuple[str, ...] = ()
    since: str = ""
    type_filters: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    output_format: str = ""
    patients: tuple[str, ...] = ()
    associated: tuple[str, ...] = ()
    post: bool = False

    @property
    def path(self) -> str:
        """What follows the base URL of the server."""
        return {"system": "$export", "patient": "Patient/$export", "group": f"Group/{self.group}/$export"}[self.level]

    @property
    def by_post(self) -> bool:
        """Whether it is sent by POST: asked so, or with patients, which a URL cannot hold."""
        return self.post or bool(self.patients)

    def url(self, base: str) -> str:
        """Where the request goes; with all parameters where it is a GET."""
        address = f"{base.rstrip('/')}/{self.path}"
        if self.by_post:
            return address
        query = urlencode([(name, value) for name, _, value in self._parameters()], safe=",:/$")
        return f"{address}?{query}" if query else address

    def body(self) -> bytes:
        """The Parameters resource of a POST."""
        parameter: list[dict[str, Any]] = [
            {"name": name, f"value{kind}": value} for name, kind, value in self._parameters()
        ]
        parameter += [{"name": "patient", "valueReference": {"reference": _patient(each)}} for each in self.patients]
        return json.dumps({"resourceType": "Parameters", "parameter": parameter}).encode()

    def fingerprint(self, with_since: bool = True) -> dict[str, Any]:
        """What makes two requests the same one: a fetch goes on only where this has not changed."""
        asked = {name: value for name, value in asdict(self).items() if value and name != "post"}
        if not with_since:
            asked.pop("since", None)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asked.items()}

    def check(self) -> None:
        """Raise UsageError where it makes no sense."""
        if (self.level == "group") != bool(self.group):
            raise UsageError("an export at the level of a group needs the group's id, and no other does")
        if self.group and not _ID.fullmatch(self.group):
            raise UsageError("--group: an id has up to 64 letters, digits, - and .")
        if self.patients and self.level == "system":
            raise UsageError("patients can be named in an export of patients or of a group, not of the whole system")
        for each in self.types:
            if not _TYPE.fullmatch(each):
                raise UsageError(f"--type {each}: no resource type")
        for each in self.type_filters:
            if not _TYPE.fullmatch(each.partition("?")[0]) or "?" not in each:
                raise UsageError("--type-filter: a search such as Observation?status=final is asked for")
        for each in self.patients:
            if not _ID.fullmatch(each.removeprefix("Patient/")):
                raise UsageError("--patient: an id has up to 64 letters, digits, - and .")
        if self.since not in ("", LAST) and not (_INSTANT.fullmatch(self.since) or _DATE.fullmatch(self.since)):
            raise UsageError("--since: an instant such as 2026-01-31T00:00:00+01:00, a date, or last is asked for")

    def _parameters(self) -> list[tuple[str, str, str]]:
        """(name, FHIR type, value) of all parameters but the patients, in a stable order."""
        single = [
            ("_outputFormat", "String", self.output_format),
            ("_since", "Instant", f"{self.since}T00:00:00Z" if _DATE.fullmatch(self.since) else self.since),
            ("_type", "String", ",".join(self.types)),
            ("_elements", "String", ",".join(self.elements)),
        ]
        given = [each for each in single if each[2]]
        given += [("_typeFilter", "String", each) for each in self.type_filters]
        return given + [("includeAssociatedData", "Code", each) for each in self.associated]


def _patient(name: str) -> str:
    return name if name.startswith("Patient/") else f"Patient/{name}"
