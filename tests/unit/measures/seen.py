"""A checked resource as measures see it, made by hand."""

from dataclasses import dataclass

from fhircheck.model.issue import Issue, Place


@dataclass
class Seen:
    source: str = "data.ndjson"
    record: int = 0
    resource: str = ""
    root: str = ""
    valid: bool | None = True
    claimed: bool = False
    cannot_tell: bool = False
    full_url: object = None
    issues: tuple[Issue, ...] = ()
    profiles: tuple[tuple[str, str, bool, bool], ...] = ()

    def place(self, expression: str) -> Place:
        return Place(self.source, self.record, self.resource, expression or self.root)
