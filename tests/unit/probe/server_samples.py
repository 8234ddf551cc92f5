"""A server's report as it could come out of a run, small enough to be read as a whole."""

from fhircheck.probe.result import ActorResult, Evidence, ProbeResult, RequirementResult, ServerReport

SEARCH = Evidence("GET https://fhir.example/r4/Patient?family=***", 200, "7 entries, 5 of them without the value")
READ = Evidence("GET https://fhir.example/r4/Patient/***", 200, "")
ACTOR = ActorResult(
    "pdqm-supplier", "IHE PDQm: Patient Demographics Supplier", "https://fhircheck.dev/fhir/CapabilityStatement/pdqm",
    "3.2.0",
    (
        RequirementResult("pdqm-supplier", "Patient", "SHALL", "met", "not-tested", lanes=("declared",)),
        RequirementResult("pdqm-supplier", "Patient.read", "SHALL", "met", "met", evidence=(READ,)),
        RequirementResult("pdqm-supplier", "Patient.searchParam:family", "SHALL", "met", "unmet", "not-valid", (),
                          (SEARCH,)),
        RequirementResult("pdqm-supplier", "Patient.searchParam:given", "SHALL", "unmet", "not-tested",
                          "search-type-differs", (("needed", "string"), ("declared", "token"))),
        RequirementResult("pdqm-supplier", "Patient.searchParam:family:exact", "SHALL", "not-tested", "not-tested",
                          "no-sample", (("type", "Patient"),), lanes=("probed",)),
        RequirementResult("pdqm-supplier", "rest.format:xml", "SHOULD", "unmet", "not-tested", "not-declared"),
        RequirementResult("pdqm-supplier", "Patient.profile:https://profiles.ihe.net/ITI/PDQm/Patient", "MAY", "unmet",
                          "not-tested", "not-declared", lanes=("declared",)),
    ),
    "V", "IHE PDQm: Patientenstammdatenserver",
)  # fmt: skip
GENERAL = ActorResult(
    "fhir-rest", "FHIR R4 server", "http://hl7.org/fhir/R4/http.html", "4.0.1",
    (RequirementResult("fhir-rest", "capability.valid", "SHALL", "unmet", "not-tested", "not-valid",
                       lanes=("declared",)),),
    "V", "FHIR-R4-Server",
)  # fmt: skip
PROBES = (
    ProbeResult("read", "Patient.read", "met", evidence=(READ,)),
    ProbeResult("search", "Patient.searchParam:family", "unmet", why="not-valid", evidence=(SEARCH,)),
)
CAPABILITY = {
    "resourceType": "CapabilityStatement", "kind": "instance", "fhirVersion": "4.0.1", "format": ["json"],
    "rest": [{"mode": "server", "resource": [
        {"type": "Patient", "interaction": [{"code": "read"}],
         "searchParam": [{"name": "family", "type": "string"}, {"name": "given", "type": "token"}]},
    ]}],
}  # fmt: skip


def report(*actors: ActorResult, **changes) -> ServerReport:
    given = {
        "base": "https://fhir.example/r4", "at": "2026-11-22T08:00:00+00:00", "seconds": 1.25, "fhir_version": "4.0.1",
        "software": "Example [server] 7.1", "capability": CAPABILITY,
        "issues": (("error", "cardinality-min", 2), ("warning", "narrative-missing", 1)),
        "probes": PROBES, "actors": actors or (GENERAL, ACTOR), "notes": ("Something is not known.",),
    }  # fmt: skip
    return ServerReport(**{**given, **changes})


MET = report(
    ActorResult("x", "X", "https://x.example", "1",
                (RequirementResult("x", "Patient.read", "SHALL", "met", "met", evidence=(READ,)),)),
    issues=(), notes=(),
)  # fmt: skip
UNTOLD = report(
    ActorResult("x", "X", "https://x.example", "1",
                (RequirementResult("x", "Patient.read", "SHALL", "met", "not-tested", "not-probed"),)),
    issues=(), notes=(),
)  # fmt: skip
EVERYTHING = report(broken=("tls-version",))
