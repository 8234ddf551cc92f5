"""A requirement CapabilityStatement as single demands, each with an id that is the same in every run."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args

from fhircheck.probe.result import Expectation

EXPECTATION = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation"
DEMAND = "https://fhircheck.dev/fhir/StructureDefinition/server-demand"
STRENGTH: dict[Expectation, int] = {"MAY": 0, "SHOULD": 1, "SHALL": 2}
FLAGS = (
    "versioning", "readHistory", "updateCreate", "conditionalCreate", "conditionalRead", "conditionalUpdate",
    "conditionalDelete", "referencePolicy",
)  # fmt: skip
_FORMATS = {
    "application/fhir+json": "json", "application/json": "json", "application/json+fhir": "json",
    "application/fhir+xml": "xml", "application/xml": "xml", "application/xml+fhir": "xml", "text/xml": "xml",
    "application/fhir+turtle": "ttl", "text/turtle": "ttl", "turtle": "ttl",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demand. id: in the words of a CapabilityStatement, ``Patient.searchParam:family``.

    what: which part of the statement (``resource``, ``interaction``, ``searchParam``, ``_include``, ``_revinclude``,
    ``operation``, ``profile``, ``format``, ``patchFormat``, ``flag``, ``security-service``, ``claim``, ``software``, or
    ``probed`` where the form of a CapabilityStatement has no place for it). resource: type, empty for the system.
    value: name, code or canonical. type: of a search parameter. definition: canonical of parameter or operation.
    """

    id: str
    expectation: Expectation
    what: str
    resource: str = ""
    value: str = ""
    type: str = ""
    definition: str = ""


def requirements_of(statement: dict[str, Any]) -> tuple[Requirement, ...]:
    """The demands of one CapabilityStatement on a server, each id once with its strongest expectation.

    No expectation means that the actor needs it. What a client is asked for (``rest.mode``) is left out.
    https://hl7.org/fhir/R4/extension-capabilitystatement-expectation.html
    """
    return merged(_all(statement))


def merged(found: Iterable[Requirement]) -> tuple[Requirement, ...]:
    """Each id once, in the order they came, with the strongest expectation and what any of them knows."""
    by_id: dict[str, Requirement] = {}
    for each in found:
        known = by_id.setdefault(each.id, each)
        by_id[each.id] = replace(
            known,
            expectation=max(known.expectation, each.expectation, key=STRENGTH.__getitem__),
            definition=known.definition or each.definition,
        )
    return tuple(by_id.values())


def weaker(one: Expectation, other: Expectation) -> Expectation:
    """The weaker of two expectations."""
    return min(one, other, key=STRENGTH.__getitem__)


def expectation_of(node: Any) -> Expectation:
    """What the extension of `node` says, SHALL without one; SHALL-NOT is treated as MAY, since nothing is asked for."""
    for each in dicts(node, "extension"):
        if each.get("url") == EXPECTATION:
            code = each.get("valueCode")
            return next((known for known in STRENGTH if known == code), "MAY")
    return "SHALL"


def dicts(node: Any, name: str) -> list[dict[str, Any]]:
    """The objects in the list `name` of `node`; whatever else stands there is left out."""
    value = node.get(name) if isinstance(node, dict) else None
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text_of(node: Any, name: str) -> str:
    """The text in the member `name` of `node`, empty where there is none."""
    value = node.get(name) if isinstance(node, dict) else None
    return value if isinstance(value, str) else ""


def texts(node: Any, name: str) -> list[tuple[str, Any]]:
    """The texts in the list `name` of `node`, each with what stands beside it in ``_name``."""
    value = node.get(name) if isinstance(node, dict) else None
    value = [value] if isinstance(value, str) else value
    beside = node.get(f"_{name}") if isinstance(node, dict) else None
    beside = [beside] if isinstance(beside, dict) else beside if isinstance(beside, list) else []
    if not isinstance(value, list):
        return []
    return [
        (each, beside[number] if number < len(beside) else None)
        for number, each in enumerate(value)
        if isinstance(each, str)
    ]


def format_name(code: str) -> str:
    """``json``, ``xml`` or ``ttl`` for the many names these formats have, others as they are."""
    code = code.partition(";")[0].strip().lower()
    return _FORMATS.get(code, code)


def parameter_name(name: str) -> str:
    """A search parameter's name as it is compared: those of all resources in any case (``_lastupdated``)."""
    return "_lastUpdated" if name.lower() == "_lastupdated" else name


def operation_name(name: str) -> str:
    """An operation's name without the ``$`` it is called with."""
    return name.removeprefix("$")


def _all(statement: dict[str, Any]) -> Iterator[Requirement]:
    for code, beside in texts(statement, "format"):
        name = format_name(code)
        yield Requirement(f"rest.format:{name}", expectation_of(beside), "format", value=name)
    for code, beside in texts(statement, "patchFormat"):
        yield Requirement(f"rest.patchFormat:{code}", expectation_of(beside), "patchFormat", value=code)
    yield from _demands(statement)
    for rest in dicts(statement, "rest"):
        if rest.get("mode", "server") == "server":
            yield from _system(rest)
            for resource in dicts(rest, "resource"):
                yield from _resource(resource)


def _demands(statement: dict[str, Any]) -> Iterator[Requirement]:
    """What stands in an extension of ours, since the form has no place for it: ``SHALL security.token-required``."""
    for extension in dicts(statement, "extension"):
        text = extension.get("valueString")
        if extension.get("url") != DEMAND or not isinstance(text, str):
            continue
        needed, _, about = text.partition(" ")
        kind, _, rest = about.partition(":")
        what, value = {"instantiates": ("claim", rest), "rest.format": ("format", rest)}.get(kind, ("probed", about))
        if about.startswith("software."):
            what, value = "software", about.partition(".")[2]
        if needed in get_args(Expectation) and about:
            yield Requirement(about, needed, what, value=value)  # type: ignore[arg-type]


def _system(rest: dict[str, Any]) -> Iterator[Requirement]:
    for service in dicts(rest.get("security"), "service"):
        for coding in dicts(service, "coding"):
            if isinstance(coding.get("code"), str):
                code = coding["code"]
                yield Requirement(f"security.service:{code}", expectation_of(service), "security-service", value=code)
    yield from _shared(rest, "system", "")


def _resource(resource: dict[str, Any]) -> Iterator[Requirement]:
    name = resource.get("type")
    if not isinstance(name, str):
        return
    yield Requirement(name, expectation_of(resource), "resource", name)
    yield from _shared(resource, name, name)
    for flag in FLAGS:
        for value in _flag(resource.get(flag)):
            needed = expectation_of(resource.get(f"_{flag}"))
            yield Requirement(f"{name}.{flag}{value}", needed, "flag", name, flag, definition=value.removeprefix(":"))
    for what, member in (("_include", "searchInclude"), ("_revinclude", "searchRevInclude")):
        for text, beside in texts(resource, member):
            yield Requirement(f"{name}.{what}:{text}", expectation_of(beside), what, name, text)
    for member in ("profile", "supportedProfile"):
        for url, beside in texts(resource, member):
            yield Requirement(f"{name}.profile:{url}", expectation_of(beside), "profile", name, url)


def _flag(value: Any) -> list[str]:
    """What is asked for beyond "there": the codes of conditionalDelete and others; none where nothing is."""
    if value is True:
        return [""]
    if isinstance(value, list):
        return [f":{each}" for each in value if isinstance(each, str)]
    return [f":{value}"] if isinstance(value, str) and value not in ("not-supported", "no-version") else []


def _shared(node: dict[str, Any], level: str, resource: str) -> Iterator[Requirement]:
    """Interactions, search parameters and operations, which stand in the same form on both levels."""
    for each in dicts(node, "interaction"):
        if isinstance(each.get("code"), str):
            yield Requirement(f"{level}.{each['code']}", expectation_of(each), "interaction", resource, each["code"])
    for each in dicts(node, "searchParam"):
        if isinstance(each.get("name"), str):
            name = parameter_name(each["name"])
            yield Requirement(
                f"{level}.searchParam:{name}", expectation_of(each), "searchParam", resource, name,
                text_of(each, "type"), text_of(each, "definition"),
            )  # fmt: skip
    for each in dicts(node, "operation"):
        if isinstance(each.get("name"), str):
            name = operation_name(each["name"])
            yield Requirement(
                f"{level}.operation:${name}", expectation_of(each), "operation", resource, name,
                definition=text_of(each, "definition"),
            )  # fmt: skip
