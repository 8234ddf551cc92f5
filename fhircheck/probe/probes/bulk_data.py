"""Bulk Data Access: what is declared of ``$export``, and, where that is allowed, its kick-off."""

from collections.abc import Iterator

from fhircheck.probe.asking import JSON, Asked, ask
from fhircheck.probe.declared import Declared, Level
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.probes.smart_configuration import contains, fetched
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_check import here
from fhircheck.probe.verdict import Verdict

_NAME = "bulk-export"
_DEFINITIONS = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/"
_LEVELS = (
    ("system", "export", "export"),
    ("Patient", "export", "patient-export"),
    ("Group", "export", "group-export"),
)


def _declared(probing: Probing) -> Iterator[ProbeResult]:
    """Whether the declared ``$export`` is that of Bulk Data: named, and defined by its OperationDefinition."""
    declared = Declared(probing.capability)
    for home, name, definition in _LEVELS:
        level = declared.system if home == "system" else declared.resources.get(home, Level())
        for operation in level.operations.get(name, ())[:1]:
            verdict = Verdict(_NAME, f"{home}.operation:$export:definition", "SHOULD")
            right = operation.definition.partition("|")[0] == _DEFINITIONS + definition
            yield verdict.met() if right else verdict.unmet("other-definition", expected=_DEFINITIONS + definition)
    if not is_declared(declared):
        yield Verdict(_NAME, "system.operation:$export").not_tested("export-not-declared")
        return
    yield _sign_in(probing)
    yield from _kicked_off(probing, declared)


def is_declared(declared: Declared) -> bool:
    """Whether any level declares ``$export``."""
    levels = [declared.system, *(declared.resources.get(each, Level()) for each in ("Patient", "Group"))]
    return any("export" in level.operations for level in levels)


def _sign_in(probing: Probing) -> ProbeResult:
    """Bulk Data rests on SMART Backend Services: asymmetric clients, client_credentials."""
    verdict, asked = Verdict(_NAME, "smart-configuration.backend-services", "SHOULD"), fetched(probing)
    node = asked.json() if asked.ok else None
    if not isinstance(node, dict):
        return verdict.not_tested("smart-configuration-missing", asked, status=asked.status)
    found = contains(verdict, node, "capabilities", "client-confidential-asymmetric", asked)
    if found.outcome == "met":
        found = contains(verdict, node, "grant_types_supported", "client_credentials", asked)
    return found


def _kicked_off(probing: Probing, declared: Declared) -> Iterator[ProbeResult]:
    """An export loads the server: it is started, and cancelled at once, only where changes are allowed."""
    home = "system" if "export" in declared.system.operations else "Patient"
    verdict = Verdict(_NAME, f"{home}.operation:$export")
    levels = (declared.system, declared.resources.get("Patient", Level()))
    if not any("export" in level.operations for level in levels):
        yield Verdict(_NAME, "Group.operation:$export").not_tested("export-of-a-group")
        return
    if not probing.allow_writes:
        yield verdict.not_tested("export-not-started")
        return
    path = "/$export" if home == "system" else "/Patient/$export"
    headers = {**JSON, "Prefer": "respond-async"}
    asked = ask(probing.client, f"{probing.base}{path}?_type=Patient", headers=headers)
    place = asked.headers.get("content-location", "")
    if not asked.status:
        yield verdict.no_answer(asked)
    elif asked.status != 202:
        yield verdict.unmet("export-not-accepted", asked, status=asked.status)
    elif not place.lower().startswith(("http://", "https://")):
        yield verdict.unmet("no-content-location", asked)
    else:
        yield verdict.met(asked)
        yield _cancelled(probing, place, home)


def _cancelled(probing: Probing, place: str, home: str) -> ProbeResult:
    verdict = Verdict(_NAME, f"{home}.operation:$export:cancel")
    if not here(place, probing.base, probing.base):
        return verdict.not_tested("on-another-host")
    asked: Asked = ask(probing.client, place, method="DELETE", shown="(status URL of the export)")
    return (
        verdict.met(asked) if asked.status == 202 else verdict.unmet("export-not-cancelled", asked, status=asked.status)
    )


BULK_EXPORT = Probe(
    _NAME,
    "Bulk Data $export is declared as it should be, and can be started and cancelled.",
    "https://hl7.org/fhir/uv/bulkdata/STU2/export.html",
    _declared,
    of_actors=True,
)
