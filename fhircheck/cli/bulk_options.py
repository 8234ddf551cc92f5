"""The options of `fhircheck fetch` about Bulk Data exports."""

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from fhircheck.cli.package_options import Function, Option
from fhircheck.model.errors import UsageError

if TYPE_CHECKING:
    from fhircheck.fetch.bulk import BulkOptions
    from fhircheck.model.connection import Connection
    from fhircheck.sources.bulk_request import ExportRequest


@dataclass(frozen=True, slots=True)
class BulkAsked:
    """What the options say. bulk: whether an export was asked for; without it all others must be left out.

    hours: how long the server's work on the export is waited for.
    """

    bulk: bool = False
    patient_level: bool = False
    type_filters: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    output_format: str = ""
    associated: tuple[str, ...] = ()
    keep_export: bool = False
    token_for: tuple[str, ...] = ()
    hours: float | None = None

    def check(self) -> None:
        """Raise UsageError where an option makes no sense without ``--bulk``."""
        named = [option for field, option in _NAMES.items() if field != "bulk" and getattr(self, field)]
        if named and not self.bulk:
            raise UsageError(f"{named[0]}: only together with --bulk")
        if self.hours is not None and self.hours <= 0:
            raise UsageError("--export-timeout: a number of hours above 0 is asked for")

    def request(
        self,
        group: str = "",
        patients: tuple[str, ...] = (),
        types: tuple[str, ...] = (),
        since: str = "",
        post: bool = False,
    ) -> "ExportRequest":
        """The `$export` that is meant, together with options that searches have too. Raises UsageError."""
        from fhircheck.sources.bulk_request import ExportRequest

        if group and self.patient_level:
            raise UsageError("--group and --patient-level: one of the two")
        level = "group" if group else "patient" if self.patient_level or patients else "system"
        request = ExportRequest(
            level,  # type: ignore[arg-type]
            group,
            _parted(types),
            since,
            self.type_filters,
            _parted(self.elements),
            self.output_format,
            patients,
            self.associated,
            post,
        )
        request.check()
        return request

    def options(self, connection: "Connection") -> "BulkOptions":
        """How it is fetched."""
        from fhircheck.fetch.bulk import BulkOptions
        from fhircheck.sources.bulk_export import Patience

        patience = Patience() if self.hours is None else replace(Patience(), whole=self.hours * 3600)
        return BulkOptions(connection, self.keep_export, self.token_for, patience=patience)


def _parted(values: tuple[str, ...]) -> tuple[str, ...]:
    """Values that may be given one by one or parted by commas, each once."""
    return tuple(dict.fromkeys(part.strip() for each in values for part in each.split(",") if part.strip()))


_NAMES = {
    "bulk": "--bulk",
    "patient_level": "--patient-level",
    "type_filters": "--type-filter",
    "elements": "--elements",
    "output_format": "--output-format",
    "associated": "--associated",
    "keep_export": "--keep-export",
    "token_for": "--token-for",
    "hours": "--export-timeout",
}

_GIVEN: dict[str, dict[str, Any]] = {
    "bulk": {"is_flag": True, "help": "Let the server export the data (Bulk Data $export) and fetch its files."},
    "patient_level": {"is_flag": True, "help": "With --bulk: export what belongs to patients, not all of the server."},
    "type_filters": {
        "multiple": True,
        "metavar": "SEARCH",
        "help": "With --bulk: only what this search finds, such as Observation?status=final. Repeatable.",
    },
    "elements": {
        "multiple": True,
        "metavar": "NAMES",
        "help": "With --bulk: only these elements, such as id,Patient.birthDate.",
    },
    "output_format": {
        "default": "",
        "metavar": "TYPE",
        "help": "With --bulk: form of the files.  [default: the server's]",
    },
    "associated": {
        "multiple": True,
        "metavar": "CODE",
        "help": "With --bulk: includeAssociatedData, such as LatestProvenanceResources. Repeatable.",
    },
    "keep_export": {
        "is_flag": True,
        "help": "With --bulk: do not tell the server to end or remove the export, on Ctrl-C or when all is fetched.",
    },
    "token_for": {
        "multiple": True,
        "metavar": "URL",
        "help": "With --bulk: another server with files of the export that gets our credentials too. Repeatable.",
    },
    "hours": {
        "type": float,
        "metavar": "HOURS",
        "help": "With --bulk: how long to wait until the server has finished the export.  [default: 24]",
    },
}


def bulk_options(function: Function) -> Function:
    """Add them; `function` is called with `bulk`, a BulkAsked, in their place. Raises UsageError."""

    @functools.wraps(function)
    def asked(*args: Any, **given: Any) -> Any:
        found = BulkAsked(**{field: given.pop(f"bulk_{field}") for field in _GIVEN})
        found.check()
        return function(*args, bulk=found, **given)

    with_options: Function = asked
    for field, more in reversed(_GIVEN.items()):
        option: Option = click.option(_NAMES[field], f"bulk_{field}", **more)
        with_options = option(with_options)
    return with_options


def exported(bulk: BulkAsked, connection: "Connection", given: dict[str, Any]) -> dict[str, Any]:
    """Fetch by an export what the options `given` of the command name; the manifest. Raises UsageError."""
    from fhircheck.cli.ending import say
    from fhircheck.cli.progress import shown
    from fhircheck.fetch.bulk_fetching import fetch_bulk
    from fhircheck.fetch.fetching import FetchOptions

    for name in ("queries", "everything", "includes", "revincludes", "count"):
        if given[name]:
            raise UsageError(f"{_SEARCHES[name]}: not together with --bulk")
    if len(given["groups"]) > 1:
        raise UsageError("--group: an export is of one group; name the others in runs of their own")
    base = given["url"].rstrip("/")
    if not base.lower().startswith(("http://", "https://")) or "?" in base:
        raise UsageError("the server is named by its base address, which begins with http:// or https://")
    group = "".join(given["groups"])
    request = bulk.request(group, given["patients"], given["types"], given["since"], given["post"])
    flags = {name: given[name] for name in ("resume", "restart", "partial")}
    with shown(unit="resources", rate=True) as line:
        options = FetchOptions(connection, tick=line, tell=say, **flags)
        waiting = line.show if line is not None else lambda text: None
        return fetch_bulk(base, given["out"], request, bulk.options(connection), options, waiting)


_SEARCHES = {
    "queries": "--query",
    "everything": "--everything",
    "includes": "--include",
    "revincludes": "--revinclude",
    "count": "--count",
}
