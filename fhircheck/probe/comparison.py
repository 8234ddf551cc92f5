"""Is a demand met by what the server declares? One function for each part of a CapabilityStatement.

The form has no place for modifiers, chains and much else: such a demand is "not tested" in the lane of
declarations, unless the server says it some other way, and never met because it could not be looked up.
"""

from collections.abc import Callable
from typing import NamedTuple

from fhircheck.definitions.canonical import split_canonical
from fhircheck.probe.declared import Declared, Level, Named
from fhircheck.probe.requirement import Requirement, operation_name, parameter_name
from fhircheck.probe.result import Outcome

_EMPTY = Level()
_CORE_PARAMETERS = "http://hl7.org/fhir/SearchParameter/"


class Said(NamedTuple):
    """What the declarations say of one demand; why: name of a text (probe/texts.py) with params."""

    outcome: Outcome
    why: str = ""
    params: tuple[tuple[str, str | int], ...] = ()


MET = Said("met")
NOT_DECLARED = Said("unmet", "not-declared")
NO_PLACE = Said("not-tested", "not-declarable")


def compare(requirement: Requirement, declared: Declared, base: str = "") -> Said:
    """What `declared` says of `requirement`. base: of the server, whose own definitions of operations count."""
    if requirement.resource and requirement.resource not in declared.resources:
        return Said("unmet", "resource-not-declared")
    level = declared.resources.get(requirement.resource, _EMPTY) if requirement.resource else declared.system
    return _CHECKS[requirement.what](requirement, level, declared, base)


def _resource(requirement: Requirement, level: Level, declared: Declared, base: str) -> Said:
    return MET


def _interaction(requirement: Requirement, level: Level, declared: Declared, base: str) -> Said:
    return MET if requirement.value in level.interactions else NOT_DECLARED


def _parameter(requirement: Requirement, level: Level, declared: Declared, base: str) -> Said:
    """A parameter by name; modifiers and chains by their own name, else the form cannot tell."""
    found = [*level.parameters.get(requirement.value, ()), *declared.system.parameters.get(requirement.value, ())]
    if not found and not requirement.resource:
        return _everywhere(requirement, declared, base)
    if found:
        return _same_parameter(requirement, found)
    plain = requirement.value.partition(":")[0]
    if plain != requirement.value:
        beginning, why = plain, "modifier-not-declarable"
    else:
        beginning, why = requirement.value.partition(".")[0], "chain-not-declarable"
    stem = parameter_name(beginning)
    if stem != requirement.value and (stem in level.parameters or stem in declared.system.parameters):
        return Said("not-tested", why)
    if any(":" in name and name.partition(":")[0] == requirement.value for name in level.parameters):
        return MET
    return NOT_DECLARED


def _everywhere(requirement: Requirement, declared: Declared, base: str) -> Said:
    """A parameter of all resources: where the system does not say it, each type that can be searched must."""
    searched = [each for each in declared.resources.values() if "search-type" in each.interactions]
    lacking = [each for each in searched if requirement.value not in each.parameters]
    if not searched or len(lacking) == len(searched):
        return NOT_DECLARED
    return Said("unmet", "not-declared-everywhere", (("count", len(lacking)),)) if lacking else MET


def _same_parameter(requirement: Requirement, found: list[Named]) -> Said:
    kinds = sorted({each.type for each in found if each.type})
    if requirement.type and kinds and requirement.type not in kinds:
        return Said("unmet", "search-type-differs", (("needed", requirement.type), ("declared", ", ".join(kinds))))
    wanted = split_canonical(requirement.definition)[0]
    named = {split_canonical(each.definition)[0] for each in found if each.definition}
    if wanted and not wanted.startswith(_CORE_PARAMETERS) and named and wanted not in named:
        return Said("unmet", "definition-differs", (("needed", wanted), ("declared", ", ".join(sorted(named)))))
    return MET


def _include(requirement: Requirement, level: Level, declared: Declared, base: str) -> Said:
    return MET if _brings(requirement.value, level.includes, declared) else NOT_DECLARED


def _revinclude(requirement: Requirement, level: Level, declared: Declared, base: str) -> Said:
    return MET if _brings(requirement.value, level.revincludes, declared) else NOT_DECLARED


def _brings(wanted: str, listed: set[str], declared: Declared) -> bool:
    """Whether an include is listed: as it is, with any target type, or by a wildcard.

    A wildcard stands for the parameters that the type declares, where it declares any.
    """
    kind, _, rest = wanted.partition(":")
    name, _, target = rest.partition(":")
    source = declared.resources.get(kind)
    wild = source is None or not source.parameters or name in source.parameters
    for each in listed:
        parts = each.split(":")
        if each in ("*", f"{kind}:*") and wild:
            return True
        if parts[:2] == [kind, name] and (not target or len(parts) == 2 or parts[2] == target):
            return True
    return False


def _operation(requirement: Requirement, level: Level, declared: Declared, base: str) -> Said:
    """By the canonical of its definition at any level, else by its name at its own level."""
    wanted = split_canonical(requirement.definition)[0]
    levels = (declared.system, *declared.resources.values())
    if wanted and any(
        split_canonical(each.definition)[0] == wanted for one in levels for each in _flat(one.operations)
    ):
        return MET
    found = level.operations.get(operation_name(requirement.value), ())
    if not found:
        return NOT_DECLARED
    foreign = sorted({split_canonical(each.definition)[0] for each in found if _foreign(each.definition, base)})
    if wanted and foreign and len(foreign) == len(found):
        return Said("unmet", "definition-differs", (("needed", wanted), ("declared", ", ".join(foreign))))
    return MET


def _flat(named: dict[str, list[Named]]) -> list[Named]:
    return [each for found in named.values() for each in found]


def _foreign(definition: str, base: str) -> bool:
    """Whether a definition is somebody else's: a server's own page about its operation may be any operation."""
    return bool(definition) and "://" in definition and not (base and definition.startswith(base + "/"))


def _profile(requirement: Requirement, level: Level, declared: Declared, base: str) -> Said:
    url, version = split_canonical(requirement.value)
    there = {split_canonical(each)[1] for each in level.profiles if split_canonical(each)[0] == url}
    if not there:
        return NOT_DECLARED
    if version and "" not in there and not any(_within(each, version) for each in there):
        return Said("unmet", "version-differs", (("needed", version), ("declared", ", ".join(sorted(there)))))
    return MET


def _within(version: str, wanted: str) -> bool:
    return version == wanted or version.startswith(wanted + ".")


def _format(requirement: Requirement, level: Level, declared: Declared, base: str) -> Said:
    return MET if requirement.value in declared.formats else NOT_DECLARED


def _patch_format(requirement: Requirement, level: Level, declared: Declared, base: str) -> Said:
    return MET if requirement.value in declared.patch_formats else NOT_DECLARED


def _flag(requirement: Requirement, level: Level, declared: Declared, base: str) -> Said:
    """A flag such as conditionalUpdate; ``conditionalDelete: multiple`` does more than ``single``."""
    found = level.flags.get(requirement.value, set())
    wanted = requirement.definition
    if wanted in found or (wanted == "single" and "multiple" in found):
        return MET
    if wanted == "versioned" and "versioned-update" in found:
        return MET
    return NOT_DECLARED


def _service(requirement: Requirement, level: Level, declared: Declared, base: str) -> Said:
    return MET if requirement.value in declared.services else NOT_DECLARED


def _claim(requirement: Requirement, level: Level, declared: Declared, base: str) -> Said:
    wanted = split_canonical(requirement.value)[0]
    return MET if wanted in {split_canonical(each)[0] for each in declared.claims} else NOT_DECLARED


def _software(requirement: Requirement, level: Level, declared: Declared, base: str) -> Said:
    return MET if requirement.value in declared.software else NOT_DECLARED


def _probed(requirement: Requirement, level: Level, declared: Declared, base: str) -> Said:
    return NO_PLACE


_CHECKS: dict[str, Callable[[Requirement, Level, Declared, str], Said]] = {
    "resource": _resource,
    "interaction": _interaction,
    "searchParam": _parameter,
    "_include": _include,
    "_revinclude": _revinclude,
    "operation": _operation,
    "profile": _profile,
    "format": _format,
    "patchFormat": _patch_format,
    "flag": _flag,
    "security-service": _service,
    "claim": _claim,
    "software": _software,
    "probed": _probed,
}
