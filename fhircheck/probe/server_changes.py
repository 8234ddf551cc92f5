"""Two moments of one server compared: what its new software no longer offers, or does worse.

Interfaces are compared by what the two CapabilityStatements declare, behaviour by what probes found at both times.
An interface that is gone and a probe that now fails are breaking; what was not tested at one of the times is no change.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from fhircheck.probe.declared import Declared
from fhircheck.probe.requirement import Requirement, requirements_of

How = Literal["removed", "added", "changed", "worse", "better"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. about: in the words of a CapabilityStatement; before, after: values, empty where none is."""

    how: How
    about: str
    before: str = ""
    after: str = ""
    breaking: bool = False


def server_changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[Change, ...]:
    """Changes between two saved reports (see server_form.py), the breaking ones first."""
    found = [
        *_server(before["server"], after["server"]),
        *_interfaces(before["capability"], after["capability"]),
        *_findings(before["issues"], after["issues"]),
        *_behaviour(before["probes"], after["probes"]),
    ]
    return tuple(sorted(found, key=lambda each: not each.breaking))


def _server(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for name in ("base", "software", "fhirVersion"):
        if before[name] != after[name]:
            breaking = name == "fhirVersion"
            yield Change("changed", name, before[name], after[name], breaking)


def _interfaces(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    old, new = _by_id(before), _by_id(after)
    gone = [each for name, each in old.items() if name not in new]
    come = [each for name, each in new.items() if name not in old]
    yield from (Change("removed", each.id, breaking=True) for each in _topmost(gone))
    yield from (Change("added", each.id) for each in _topmost(come))
    for name in [each for each in old if each in new]:
        yield from _same(old[name], new[name])
    claims = (("instantiates", "claims"), ("implementationGuide", "guides"))
    for member, field in claims:
        was, now = getattr(Declared(before), field), getattr(Declared(after), field)
        yield from (Change("removed", f"{member}:{each}", breaking=True) for each in sorted(was - now))
        yield from (Change("added", f"{member}:{each}") for each in sorted(now - was))


def _by_id(capability: dict[str, Any]) -> dict[str, Requirement]:
    """All that is declared, by id; what stands in extensions is no interface."""
    plain = {name: value for name, value in capability.items() if name != "extension"}
    return {each.id: each for each in requirements_of(plain)}


def _topmost(found: list[Requirement]) -> list[Requirement]:
    """Without the parts of a resource type that has come or gone as a whole."""
    whole = {each.resource for each in found if each.what == "resource"}
    return [each for each in found if each.what == "resource" or each.resource not in whole]


def _same(old: Requirement, new: Requirement) -> Iterator[Change]:
    """A parameter of another type, an operation or a parameter of another definition."""
    if old.type != new.type and old.type and new.type:
        yield Change("changed", f"{old.id}.type", old.type, new.type, breaking=True)
    if old.definition != new.definition and old.definition and new.definition:
        yield Change("changed", f"{old.id}.definition", old.definition, new.definition)


def _findings(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[Change]:
    """Kinds of errors in the CapabilityStatement that have come or gone."""
    was, now = _errors(before), _errors(after)
    yield from (Change("worse", f"capability.valid ({kind})", "", str(now[kind])) for kind in sorted(now.keys() - was))
    yield from (Change("better", f"capability.valid ({kind})", str(was[kind])) for kind in sorted(was.keys() - now))


def _errors(issues: list[dict[str, Any]]) -> dict[str, int]:
    return {each["kind"]: each["count"] for each in issues if each["severity"] in ("fatal", "error")}


def _behaviour(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[Change]:
    """What the same probe found about the same thing at both times; the worst of several results counts."""
    was, now = _worst(before), _worst(after)
    for key in [each for each in was if each in now]:
        if was[key] == "met" and now[key] == "unmet":
            yield Change("worse", f"{key[0]} ({key[1]})", was[key], now[key], breaking=True)
        elif was[key] == "unmet" and now[key] == "met":
            yield Change("better", f"{key[0]} ({key[1]})", was[key], now[key])


_ORDER = ("met", "not-tested", "unmet")


def _worst(results: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for each in results:
        key = (each["about"], each["probe"])
        found[key] = max(found.get(key, "met"), each["outcome"], key=_ORDER.index)
    return found
