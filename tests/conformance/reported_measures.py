"""Made measures and reports by them, beside the reference: ``python -m tests.conformance.reported_measures``.

Measures (scorings, groups, populations, stratifiers, libraries, units) are made by chance, and reports that mostly fit
them: parts left out, added, given twice or without a code, counts and scores that cannot be. Either of the two is
asked. Runs are named by their numbers and are the same each time. Needs ../shared and Java; a minute.
"""

import base64
import copy
import json
from random import Random

from tests.conformance.example_places import Node
from tests.conformance.made_bundles import TEXT
from tests.conformance.made_comparison import Made, command, comparison_of
from tests.conformance.made_constraints import MADE

NAME = "made measures and their reports"
SYSTEM = "http://terminology.hl7.org/CodeSystem/"
POPULATIONS = ("initial-population", "numerator", "denominator", "denominator-exclusion", "measure-observation",
               "measure-population", "numerator-exclusion", "denominator-exception")  # fmt: skip
SCORINGS = ("proportion", "ratio", "continuous-variable", "cohort")
UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
UCUM = "http://unitsofmeasure.org"
CQL = "library ages version '1.0'\ndefine \"Older\":\n  true\ndefine Younger:\n  false\n"


def code(chance: Random, value: str, system: str = f"{SYSTEM}measure-population") -> Node:
    """A concept; at times by text alone, with a second coding, or without a system."""
    found: Node = {"coding": [{"system": system, "code": value}]}
    how = chance.random()
    if how < 0.06:
        return {"text": value}
    if how < 0.12:
        found["coding"].append({"system": "http://example.org/other", "code": f"{value}-other"})
    elif how < 0.15:
        del found["coding"][0]["system"]
    elif how < 0.2:
        found["text"] = "x"
    return found


def library(count: int) -> Node:
    """A library with two definitions."""
    return {"resourceType": "Library", "id": f"library-{count}", "url": f"{MADE}Library/library-{count}",
            "name": "ages", "text": dict(TEXT), "status": "active",
            "type": {"coding": [{"system": f"{SYSTEM}library-type", "code": "logic-library"}]},
            "content": [{"contentType": "text/cql", "data": base64.b64encode(CQL.encode()).decode()}]}  # fmt: skip


def _criteria(chance: Random) -> Node:
    language, expression = chance.choice((
        ("text/cql.identifier", "Older"), ("text/cql.identifier", "Younger"), ("text/cql.identifier", "Nobody"),
        ("text/cql", "Older"), ("text/cql", "ages.Older"), ("text/cql.identifier", 'ages."Older"'),
        ("text/fhirpath", "true"),
        ("text/cql.identifier", "others.Older"), ("text/cql.identifier", '"Older"'), ("text/fhirpath", "nothing("),
        ("text/plain", "x"), ("text/cql-identifier", "Older"), ("text/fhirpath", "1 + 'a'"),
    ))  # fmt: skip
    return {"language": language, "expression": expression}


def measure(chance: Random, count: int) -> Node:
    """A measure."""
    node: Node = {"resourceType": "Measure", "id": f"measure-{count}", "url": f"{MADE}Measure/measure-{count}",
                  "text": dict(TEXT), "version": "1.0.0", "name": "M", "title": "M", "status": "active"}  # fmt: skip
    if chance.random() < 0.95:
        node["scoring"] = {"coding": [{"system": f"{SYSTEM}measure-scoring", "code": chance.choice(SCORINGS)}]}
    if chance.random() < 0.2:
        node["extension"] = [{"url": UNIT, "valueCoding": {"system": UCUM, "code": "mg"}}]
    if chance.random() < 0.3:
        node["library"] = [f"{MADE}Library/library-{count}"]
        if chance.random() < 0.2:
            node["library"].append(f"{MADE}Library/none")
    groups = []
    for number in range(chance.choice((0, 1, 1, 1, 1, 2, 2))):
        group: Node = {"population": [], "stratifier": []}
        if chance.random() < 0.7:
            group["code"] = code(chance, f"group-{number}", "http://example.org/group")
        for name in chance.sample(POPULATIONS, chance.choice((0, 1, 2, 3))):
            part: Node = {"criteria": {"language": "text/fhirpath", "expression": "true"}}
            if chance.random() < 0.9:
                part["code"] = code(chance, name)
            group["population"].append(part)
        for place in range(chance.choice((0, 0, 1, 2))):
            part = {}
            if chance.random() < 0.85:
                part["code"] = code(chance, f"stratifier-{place}", "http://example.org/stratifier")
            if chance.random() < 0.8:
                part["criteria"] = _criteria(chance)
            else:
                part["component"] = [{"criteria": _criteria(chance)}]
            group["stratifier"].append(part)
        groups.append({name: value for name, value in group.items() if value})
    return node | ({"group": groups} if groups and all(groups) else {})


def _score(chance: Random) -> Node | None:
    return chance.choice((
        None, {"value": 0.5}, {"value": 0.5}, {"value": 1}, {"value": 1.2}, {"value": -0.1}, {"value": 0.0},
        {"value": 5, "unit": "mg", "system": UCUM, "code": "mg"}, {"value": 5, "code": "mg"}, {"unit": "mg"},
        {"value": 5, "unit": "mg"},
        {"value": 5, "system": UCUM, "code": "kg"}, {"value": 5, "system": "http://example.org", "code": "mg"},
        {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]},
        {"_value": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                                   "valueCode": "unknown"}]}},
    ))  # fmt: skip


def _changed(chance: Random, parts: list[Node], rate: float) -> list[Node]:
    """Parts of a report: mostly those of the measure."""
    if chance.random() > rate or not parts:
        return parts
    what, at = chance.choice(("drop", "twice", "uncoded", "other", "swap", "text")), chance.randrange(len(parts))
    if what == "drop":
        return parts[:at] + parts[at + 1 :]
    if what == "twice":
        return [*parts, copy.deepcopy(parts[at])]
    if what == "swap":
        return parts[::-1]
    parts[at] = dict(parts[at])
    if what == "uncoded":
        parts[at].pop("code", None)
    else:
        parts[at]["code"] = (
            {"text": "x"} if what == "text" else {"coding": [{"system": "http://example.org", "code": "other"}]}
        )
    return parts


def report(chance: Random, by: Node) -> Node:
    """A report by a measure."""
    kind = chance.choice(("summary", "summary", "individual", "subject-list", "data-collection"))
    node: Node = {"resourceType": "MeasureReport", "id": "r", "text": dict(TEXT), "status": "complete", "type": kind,
                  "measure": by["url"] + chance.choice(("", "", "", "|1.0.0", "|2.0.0")),
                  "period": {"start": "2024-01-01", "end": "2024-12-31"}}  # fmt: skip
    if chance.random() < 0.03:
        node["measure"] = chance.choice((f"{MADE}Measure/none", "#in", "", "Measure/1"))
    lists: list[Node] = []
    groups = []
    for defined in _changed(chance, [*by.get("group", [])], 0.15):
        group: Node = {name: copy.deepcopy(defined[name]) for name in ("code",) if name in defined}
        populations: list[Node] = []
        for part in _changed(
            chance,
            [{key: each[key] for key in ("code",) if key in each} for each in defined.get("population", ())],
            0.35,
        ):
            part = copy.deepcopy(part)
            if chance.random() < 0.9:
                part["count"] = chance.choice((0, 1, 2, 10))
            if chance.random() < (0.8 if kind == "subject-list" else 0.06):
                entries = chance.choice((0, 1, 2))
                name = f"l{len(lists)}"
                made: Node = {"resourceType": "List", "id": name, "status": "current", "mode": "working"}
                if entries:
                    made["entry"] = [{"item": {"display": "x"}}] * entries
                lists.append(made)
                part["subjectResults"] = {"reference": f"#{name}"}
                if chance.random() < 0.8 and kind == "subject-list":
                    part["count"] = entries
            populations.append(part)
        if populations:
            group["population"] = populations
        score = _score(chance)
        if score is not None:
            group["measureScore"] = score
        stratifiers = []
        for part in _changed(
            chance, [{"code": each["code"]} if "code" in each else {} for each in defined.get("stratifier", ())], 0.3
        ):
            stratum: Node = {"value": {"text": "x"}}
            if chance.random() < 0.3:
                stratum["population"] = [{"code": code(chance, chance.choice(POPULATIONS)), "count": 1}]
            if chance.random() < 0.3:
                stratum["measureScore"] = {"value": 0.5}
            codes = {"code": [copy.deepcopy(part["code"])]} if "code" in part else {}
            stratifiers.append({**codes, "stratum": [stratum]})
        if stratifiers:
            group["stratifier"] = stratifiers
        if group:
            groups.append(group)
    if groups:
        node["group"] = groups
    return node | ({"contained": lists} if lists else {})


def made(count: int) -> Made:
    """A measure or a report by it."""
    chance = Random(f"reported {count}")
    by = measure(chance, count)
    definitions = [library(count), by]
    node = by if chance.random() < 0.25 else report(chance, by)
    return Made(str(count), node["resourceType"], json.dumps(by), definitions, json.dumps(node).encode())


run = comparison_of(made)

if __name__ == "__main__":
    command(__doc__, NAME, run, 1500)
