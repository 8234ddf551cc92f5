"""Faults that authors of concept maps, capability statements, operations and guides make.

As in `definition_changes`: each takes (random, resource) and changes it in place; ValueError where nothing fits.
"""

import copy
from random import Random
from typing import Any

from tests.conformance.definition_changes import NOWHERE, Change, Node, all_with, head, one_of

VALUE_SETS = (
    NOWHERE, "http://hl7.org/fhir/ValueSet/administrative-gender", "http://hl7.org/fhir/administrative-gender",
    "http://hl7.org/fhir/StructureDefinition/Patient", "#none", "relative", "http://hl7.org/fhir/ValueSet/languages",
)  # fmt: skip
SYSTEMS = (
    NOWHERE, "http://hl7.org/fhir/administrative-gender", "http://loinc.org", "http://hl7.org/fhir/observation-status",
    "http://hl7.org/fhir/ValueSet/administrative-gender",
    "http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender",
)  # fmt: skip
PROFILES = (
    NOWHERE, "http://hl7.org/fhir/StructureDefinition/Patient", "http://hl7.org/fhir/StructureDefinition/Parameters",
    "http://hl7.org/fhir/StructureDefinition/vitalsigns", "http://hl7.org/fhir/ValueSet/languages",
)  # fmt: skip
PARAMETERS = (
    NOWHERE,
    "http://hl7.org/fhir/SearchParameter/Patient-gender",
    "http://hl7.org/fhir/SearchParameter/Resource-id",
)


def concept_map(chance: Random, node: Node) -> None:
    """Sides that are none, codes that are not there, equivalences and targets that do not fit."""
    how = chance.randrange(9)
    groups = node.get("group", [])
    if how == 0:
        side, kind = chance.choice(("source", "target")), chance.choice(("Uri", "Canonical"))
        for each in ("Uri", "Canonical"):
            node.pop(f"{side}{each}", None)
        node[f"{side}{kind}"] = chance.choice(VALUE_SETS)
    elif how == 1:
        one_of(chance, groups)[chance.choice(("source", "target"))] = chance.choice(SYSTEMS)
    elif how == 2:
        one_of(chance, all_with(groups, "code"))["code"] = chance.choice(("male", "m", "a b", "718-7", "x", ""))
    elif how == 3:
        one_of(chance, all_with(groups, "equivalence"))["equivalence"] = chance.choice(
            ("equal", "inexact", "x", "unmatched", "narrower")
        )
    elif how == 4:
        one_of(chance, all_with(groups, "equivalence")).pop(chance.choice(("equivalence", "code", "comment")), None)
    elif how == 5:
        one_of(chance, groups)["unmapped"] = chance.choice((
            {"mode": "fixed"}, {"mode": "fixed", "code": "x"}, {"mode": "other-map"}, {"mode": "x"},
            {"mode": "provided"},
            {"mode": "other-map", "url": NOWHERE}, {"mode": "provided", "code": "x"}, {"mode": "fixed", "url": NOWHERE},
        ))  # fmt: skip
    elif how == 6:
        one_of(chance, groups)[chance.choice(("sourceVersion", "targetVersion"))] = chance.choice(("0", "4.0.1", ""))
    elif how == 7:
        elements = one_of(chance, groups)["element"]
        elements.append(copy.deepcopy(one_of(chance, elements)))
    else:
        one_of(chance, groups).pop(chance.choice(("element", "source", "target")), None)


def capability_statement(chance: Random, node: Node) -> None:
    """Resources twice, search parameters of other types, profiles and interactions that are not there."""
    rest = one_of(chance, node.get("rest", []))
    resource, how = one_of(chance, rest.get("resource", [])), chance.randrange(11)
    if how == 0:
        rest["resource"].append(copy.deepcopy(resource))
    elif how == 1:
        resource["profile"] = chance.choice(PROFILES)
    elif how == 2:
        resource["supportedProfile"] = [chance.choice(PROFILES)]
    elif how == 3:
        resource.setdefault("searchParam", []).append(
            {"name": "gender", "definition": chance.choice(PARAMETERS), "type": chance.choice(("token", "string", "x"))}
        )
    elif how == 4:
        parameter = one_of(chance, resource.get("searchParam", []))
        parameter[chance.choice(("type", "name", "definition"))] = chance.choice(("date", "string", NOWHERE, "_id"))
    elif how == 5:
        parameters = resource.get("searchParam", [])
        parameters.append(copy.deepcopy(one_of(chance, parameters)))
    elif how == 6:
        resource["interaction"] = [{"code": chance.choice(("read", "x", "transaction"))}] * chance.choice((1, 2))
    elif how == 7:
        resource["operation"] = [{"name": "x", "definition": chance.choice((NOWHERE, "relative"))}]
    elif how == 8:
        name, value = chance.choice((
            ("kind", "instance"), ("kind", "capability"), ("format", ["x"]), ("fhirVersion", "9"), ("instantiates",
            [NOWHERE]),
            ("software", {}), ("implementation", {"description": "x"}), ("messaging", [{}]), ("document",
            [{"mode": "x"}]),
            ("format", []), ("implementationGuide", [NOWHERE]), ("patchFormat", ["application/x"]), ("date", None),
        ))  # fmt: skip
        node[name] = value
        if value is None:
            node.pop(name)
    elif how == 9:
        resource["type"] = chance.choice(("Patient", "Nothing", "", "HumanName"))
    else:
        resource["versioning"] = chance.choice(("versioned", "x"))
        resource["searchInclude"] = [chance.choice(("*", "Patient:x", ""))]


def operation(chance: Random, node: Node) -> None:
    """Parameters twice, without a type, with parts and types, bindings and profiles that do not fit."""
    how = chance.randrange(8)
    if how == 0:
        node[chance.choice(("inputProfile", "outputProfile"))] = chance.choice(PROFILES)
        return
    if how == 1:
        name, value = chance.choice((
            ("system", None), ("type", None), ("instance", None), ("code", "a b"), ("kind", "x"), ("kind", "query"),
            ("base", NOWHERE), ("resource", ["Nothing"]), ("resource", ["HumanName"]), ("affectsState", "x"),
            ("overload", [{"parameterName": ["x"]}]), ("base", "http://hl7.org/fhir/StructureDefinition/Patient"),
        ))  # fmt: skip
        node[name] = value
        if value is None:
            node.pop(name)
        return
    parameters = node.get("parameter", [])
    at = one_of(chance, parameters)
    if how == 2:
        parameters.append(copy.deepcopy(at))
    elif how == 3:
        at["type"] = chance.choice(("Nothing", "string", "Reference", "Any", "Element", "x y", "Patient"))
    elif how == 4:
        at.pop(chance.choice(("type", "min", "max", "use", "name")), None)
    elif how == 5:
        at["part"] = [{"name": "p", "use": "in", "min": 0, "max": "1", **chance.choice(({"type": "string"}, {}))}]
    elif how == 6:
        at["binding"] = {"strength": chance.choice(("required", "x")), "valueSet": chance.choice(VALUE_SETS)}
    else:
        name, value = chance.choice((
            ("searchType", "string"), ("targetProfile", [PROFILES[1]]), ("max", "x"), ("max", "0"), ("min", -1),
            ("min", 5),
            ("name", "a b"), ("use", "both"), ("referencedFrom", [{"source": "x"}]), ("targetProfile", [NOWHERE]),
        ))  # fmt: skip
        at[name] = value


def guide(chance: Random, node: Node) -> None:
    """Packages and versions that are none, dependencies and resources that do not fit."""
    name, values = chance.choice((
        ("packageId", ("x", "a.b", "A.B", "a b")), ("fhirVersion", (["9"], ["4.0.1", "4.0.1"], [], ["5.0.0"])),
        ("license", ("x", "CC0-1.0")), ("version", ("", "1")), ("url", ("relative", f"{NOWHERE}|1")), ("definition",
        ({}, None)),
        ("dependsOn", ([{"uri": NOWHERE}], [{"uri": f"{NOWHERE}|1"}],
        [{"uri": "http://hl7.org/fhir/ImplementationGuide/x",
                       "version": "1", "packageId": "x"}], [{"uri": "relative", "version": "x y",
                       "packageId": "a.b"}])),
        ("global", ([{"type": "Patient", "profile": PROFILES[1]}], [{"type": "Patient", "profile": PROFILES[3]}],
                    [{"type": "Nothing", "profile": NOWHERE}])), ("status", ("x", None)), ("name", ("a b", "")),
    ))  # fmt: skip
    value: Any = chance.choice(values)
    node[name] = value
    if value is None:
        node.pop(name)


BY_TYPE: dict[str, tuple[Change, ...]] = {
    "ConceptMap": (concept_map, concept_map, concept_map, head),
    "CapabilityStatement": (capability_statement, capability_statement, capability_statement, head),
    "OperationDefinition": (operation, operation, operation, head),
    "ImplementationGuide": (guide,),
}
