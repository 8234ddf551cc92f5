"""Changes of a node, at a place chosen by chance: each takes (random, node) and says by its name what it does."""

import copy
import json
import re
import sys
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

Node = dict[str, Any]
Change = Callable[[Random, Node], None]
RAW = "@@raw "
"""A string that begins so is written as bare JSON: numbers that no float can hold."""
ODD: list[Any] = [
    None, True, False, 0, -1, 2**40, 10**40, 0.1, -0.0, "", " ", "x", "\t", "2023-02-30", "0000", [], {}, [None], [{}],
    {"id": "a"}, [[]], [[[]]], {"": 1}, {"extension": []}, RAW + "1e400", RAW + "1.00000000000000000000000000000001",
    RAW + "-0", RAW + "1e-999999", RAW + "NaN", RAW + "01", RAW + "9" * 400,
]  # fmt: skip
TEXTS = [
    "\0", "\u0007", "\ud800", "\udfff\ud800", "\u202e abc", "\ufeff", "e\u0301" * 50, "a" * 70_000, "A" * 1_100_000,
    " lead", "trail ", "%", "%zz", "http://", "http://[", "http://[::1", "urn:uuid:", "urn:oid:1..2", "#", "#x", "/",
    "//", "a/b/c/d", "Patient/", "Patient/a/_history/", "?", "Patient?", "../../etc/passwd", "file:///etc/passwd",
    "javascript:alert(1)", "http://example.org/a|b|c", "|", "||1.0", "http://hl7.org/fhir/ValueSet/|4", "a|",
    "__import__('os')", "{0}", "{value}", "{0.__class__}", "%s%n", "$where", "<script>", "&amp;&x;", "]]>", "\\", "'",
    "2020-13-45", "24:00:00", "2020-02-30T25:61:61Z", "9999-12-31T23:59:60+14:00", "0001-01-01T00:00:00+14:00",
    "-2020", "1e5", "٣", "true", "null", "P1Y", "==", "====", "a" * 63 + "=", "ı", "ß" * 300,
]  # fmt: skip
NAMES = [
    "", "_", "__class__", "__proto__", "resourceType", "extension", "modifierExtension", "contained", "id", "_id",
    "url",
    "value[x]", "valueString", "valueCoding", "a.b", "a[0]", "\ud800", "x" * 5_000, "name\nname", "{name}", "%s",
    "Value",
    "fhir_comments", "xmlns", "div", "text", "meta", "reference", "0", "ofType(x)", "👩",
]  # fmt: skip
URLS = [
    "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
    "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
    "http://hl7.org/fhir/StructureDefinition/rendered-value",
    "http://hl7.org/fhir/StructureDefinition/Patient",
    "http://hl7.org/fhir/StructureDefinition/Extension",
    "http://hl7.org/fhir/StructureDefinition/vitalsigns",
    "http://hl7.org/fhir/StructureDefinition/bp",
    "http://hl7.org/fhir/ValueSet/administrative-gender",
    "http://example.org/none",
    "http://example.org/none|1.0",
    "relative",
    "#",
]
CANARY = "Frau Kanarie Geheim"
"""Stands for what a patient's record says in words; no message may repeat it."""


def places(node: Any) -> Iterator[tuple[Any, str | int]]:
    """(container, key) of every value below `node`."""
    waiting: list[Any] = [node]
    while waiting:
        at = waiting.pop()
        items = list(at.items()) if isinstance(at, dict) else list(enumerate(at)) if isinstance(at, list) else []
        for key, value in items:
            yield at, key
            if isinstance(value, dict | list):
                waiting.append(value)


def copied(value: Any) -> Any:
    """A copy of a value, or nothing where it is nested too deeply for one."""
    try:
        return copy.deepcopy(value)
    except RecursionError:
        return None


def size(node: Any) -> int:
    """How many values stand below `node`."""
    return sum(1 for _ in places(node))


def _any(rng: Random, node: Node, kind: type | tuple[type, ...] = object) -> tuple[Any, Any]:
    found = [each for each in places(node) if isinstance(each[0][each[1]], kind)]
    if found:
        return rng.choice(found)
    node["id"] = "filled"
    return node, "id"


def _object(rng: Random, node: Node) -> Node:
    """Any object, the node itself included."""
    found = [node] + [at[key] for at, key in places(node) if isinstance(at[key], dict)]
    return rng.choice(found)


def drop(rng: Random, node: Node) -> None:
    at, key = _any(rng, node)
    del at[key]


def replace(rng: Random, node: Node) -> None:
    at, key = _any(rng, node)
    at[key] = copy.deepcopy(rng.choice(ODD))


def text(rng: Random, node: Node) -> None:
    at, key = _any(rng, node, str)
    at[key] = rng.choice(TEXTS)


def spliced_text(rng: Random, node: Node) -> None:
    at, key = _any(rng, node, str)
    if isinstance(at[key], str):
        cut = rng.randint(0, len(at[key]))
        at[key] = at[key][:cut] + rng.choice(TEXTS)[:300] + at[key][cut + rng.randint(0, 3) :]


def canary(rng: Random, node: Node) -> None:
    at, key = _any(rng, node, str)
    at[key] = CANARY


def wrap(rng: Random, node: Node) -> None:
    at, key = _any(rng, node)
    at[key] = [at[key]]


def unwrap(rng: Random, node: Node) -> None:
    at, key = _any(rng, node, list)
    if at[key]:
        at[key] = at[key][0]


def rename(rng: Random, node: Node) -> None:
    at, key = _any(rng, node)
    if isinstance(at, dict):
        at[rng.choice([*NAMES, f"_{key}", f"{key}x", str(key).lower(), str(key).title()])] = at.pop(key)


def sibling(rng: Random, node: Node) -> None:
    at, key = _any(rng, node)
    if isinstance(at, dict):
        extended = {"extension": [{"url": rng.choice(URLS), "valueCode": "unknown"}]}
        at[f"_{key}"] = copy.deepcopy(rng.choice([*ODD, extended, [None, extended], {"id": "x"}, [None, {"id": "x"}]]))


def only_sibling(rng: Random, node: Node) -> None:
    at, key = _any(rng, node)
    if isinstance(at, dict):
        at.pop(key)
        at[f"_{key}"] = {"extension": [{"url": URLS[1], "valueCode": "masked"}]}


def repeat(rng: Random, node: Node) -> None:
    at, key = _any(rng, node, list)
    if isinstance(at[key], list):
        times = rng.choice([2, 2, 3, 2_000 // (size(at[key]) + 1) + 1])
        at[key] = [copied(each) for each in at[key] * times]  # each its own: a later change is of one of them


def null_item(rng: Random, node: Node) -> None:
    at, key = _any(rng, node, list)
    if isinstance(at[key], list):
        at[key].insert(rng.randint(0, len(at[key])), rng.choice([None, None, {}, [], "", 1]))


def swap(rng: Random, node: Node) -> None:
    (one, first), (other, second) = _any(rng, node), _any(rng, node)
    one[first], other[second] = copied(other[second]), copied(one[first])


def graft(rng: Random, node: Node) -> None:
    source, name = _any(rng, node)
    value = copied(source[name])
    _object(rng, node)[name if isinstance(name, str) else rng.choice(NAMES)] = value


def retype(rng: Random, node: Node) -> None:
    found = [each for each in [node] + [at[key] for at, key in places(node)] if isinstance(each, dict)]
    typed = [each for each in found if "resourceType" in each] or [node]
    rng.choice(typed)["resourceType"] = rng.choice(
        ["Patient", "Observation", "Bundle", "Parameters", "Questionnaire", "QuestionnaireResponse", "ValueSet",
         "CodeSystem", "StructureDefinition", "Measure", "MeasureReport", "Composition", "Resource", "DomainResource",
         "Extension", "string", "patient", "", None, 1, ["Patient"], "x" * 300, "Binary", "SearchParameter"]
    )  # fmt: skip


def odd_name(rng: Random, node: Node) -> None:
    _object(rng, node)[rng.choice(NAMES)] = copy.deepcopy(rng.choice([*ODD, *TEXTS[:8]]))


def many_names(rng: Random, node: Node) -> None:
    _object(rng, node).update({f"name{number}": number for number in range(rng.choice([10, 500]))})


def deep_extension(rng: Random, node: Node) -> None:
    inner: Node = {"url": rng.choice(URLS), "valueString": "end"}
    for _ in range(rng.choice([3, 30, 60, 95, 99, 120, 400])):
        inner = {"url": rng.choice(URLS), "extension": [inner]}
    _object(rng, node)["extension"] = [inner]


def deep_values(rng: Random, node: Node) -> None:
    """Values of extensions that are extended, with any type of those that can be."""
    inner: Node = {"id": "end"}
    for _ in range(rng.choice([3, 20, 45, 60])):
        name = rng.choice(["valueIdentifier", "valueCoding", "valueDataRequirement", "_valueString", "valueTiming"])
        inner = {"extension": [{"url": rng.choice(URLS), name: inner}]}
    _object(rng, node).update(inner)


def deep_lists(rng: Random, node: Node) -> None:
    at, key = _any(rng, node)
    value: Any = at[key]
    for _ in range(rng.choice([2, 50, 190, 250, 900])):
        value = [value]
    at[key] = value


def deep_same(rng: Random, node: Node) -> None:
    """An object within itself by the name it has: items in items, parts in parts, concepts in concepts."""
    at, key = _any(rng, node, (dict, list))
    name, value = key if isinstance(key, str) else "item", at[key]
    model = value[0] if isinstance(value, list) and value else value
    if not isinstance(model, dict) or size(model) > 300:
        return
    inner: Any = dict(model)
    for _ in range(rng.choice([2, 20, 80, 97, 300])):
        inner = {**{name: each for name, each in model.items() if not isinstance(each, dict | list)}, name: [inner]}
    at[key] = [inner] if isinstance(value, list) else inner


def extension_chaos(rng: Random, node: Node) -> None:
    shapes: list[Any] = [
        {}, {"url": rng.choice(URLS)}, {"valueString": "x"}, {"url": rng.choice(URLS), "valueString": "x"},
        {"url": rng.choice(URLS), "valueString": "x", "valueCode": "y"},
        {"url": rng.choice(URLS), "valueString": "x", "extension": [{"url": "y", "valueCode": "z"}]},
        {"url": rng.choice(URLS), "valueReference": {"reference": "#"}}, {"url": 1}, {"url": [URLS[0]]}, None, "x", [],
        {"url": rng.choice(URLS), "valueExtension": {"url": "x"}}, {"_url": {"id": "x"}, "valueDate": "2020"},
        {"url": rng.choice(URLS), "valueQuantity": {"value": "1", "comparator": "="}},
    ]  # fmt: skip
    name = rng.choice(["extension", "extension", "modifierExtension"])
    _object(rng, node)[name] = [rng.choice(shapes) for _ in range(rng.randint(1, 3))]


def circle(rng: Random, node: Node) -> None:
    """References that lead back to where they stand."""
    holder = {"resourceType": "Observation", "id": "a", "status": "final", "code": {"text": "x"},
              "subject": {"reference": "#b"}, "hasMember": [{"reference": "#a"}]}  # fmt: skip
    back = {"resourceType": "Group", "id": "b", "type": "person", "actual": True,
            "member": [{"entity": {"reference": rng.choice(["#a", "#b", "#"])}}]}  # fmt: skip
    node["contained"] = [holder, back]
    _object(rng, node)[rng.choice(["subject", "basedOn", "partOf", "hasMember", "replaces", "reference"])] = rng.choice(
        [{"reference": "#a"}, [{"reference": "#b"}], "#a", {"reference": "#"}, [{"reference": "#a"}] * 50]
    )


def contained_chaos(rng: Random, node: Node) -> None:
    inner: Any = {"resourceType": rng.choice(["Patient", "Bundle", "Parameters", "None"]), "id": "deep"}
    for _ in range(rng.choice([1, 2, 40, 95, 200])):
        inner = {"resourceType": "List", "id": "deep", "status": "current", "mode": "working", "contained": [inner]}
    node["contained"] = rng.choice([[inner], [inner, inner], inner, [None], [[]], [{}], ["x"], [node_copy(node)]])


def node_copy(node: Node) -> Node:
    """A copy that stands within the node itself, without what it contains."""
    return {name: value for name, value in node.items() if name != "contained"}


def bundled(rng: Random, node: Node) -> None:
    """The node as an entry of Bundles in Bundles."""
    inner = dict(node)
    for _ in range(rng.choice([1, 1, 2, 30, 60])):
        entry = {"fullUrl": rng.choice(["urn:uuid:" + "0" * 8, f"http://a/Patient/{rng.randint(0, 2)}", ""]),
                 "resource": inner}  # fmt: skip
        kind = rng.choice(["collection", "document", "message", "transaction", "batch", "history", "searchset", "x"])
        inner = {"resourceType": "Bundle", "type": kind, "entry": [entry] * rng.choice([1, 1, 1, 2])}
        if size(inner) > 2_000:
            break
    node.clear()
    node.update(inner)


def parameterised(rng: Random, node: Node) -> None:
    inner = dict(node)
    for _ in range(rng.choice([1, 2, 40])):
        inner = {
            "resourceType": "Parameters",
            "parameter": [{"name": rng.choice(["a", "resource"]), "resource": inner}],
        }
    node.clear()
    node.update(inner)


def claims(rng: Random, node: Node) -> None:
    base = "http://hl7.org/fhir/StructureDefinition/"
    known = ["vitalsigns", "bp", "bodyweight", "lipidprofile", "shareablevalueset", "cqf-questionnaire", "Patient",
             "actualgroup", "hlaresult", "Extension", "DomainResource", "familymemberhistory-genetic"]  # fmt: skip
    chosen = [rng.choice([base + each for each in known] + URLS) for _ in range(rng.choice([1, 1, 2, 40]))]
    node["meta"] = rng.choice([{"profile": chosen}, {"profile": chosen}, {"profile": [None, *chosen]},
                               {"profile": chosen[0]}, {"profile": {"a": chosen}}, chosen])  # fmt: skip


def narrative(rng: Random, node: Node) -> None:
    start = '<div xmlns="http://www.w3.org/1999/xhtml">'
    inside = rng.choice(
        ["x", "", "<p>", "<b><i>x</b></i>", "<script>x</script>", "<a href='javascript:x'>y</a>", "<!-- x -->",
            "&nbsp;",
         "&x;", "<img src='#a'/>", "<p>" * 2_000 + "x" + "</p>" * 2_000, "<b " + "a='1' " * 3_000 + ">x</b>",
         "<table><tr><td/></tr></table>", "<![CDATA[x]]>", "<?php x?>", "\0", "<p xmlns='urn:x'>x</p>", "<" * 5_000]
    )  # fmt: skip
    whole = rng.choice([start + inside + "</div>", inside, start + inside, "<!DOCTYPE x>" + start + inside + "</div>"])
    node["text"] = {"status": rng.choice(["generated", "empty", "x"]), "div": whole}


def coded(rng: Random, node: Node) -> None:
    systems = ["http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org", "urn:ietf:bcp:47",
               "http://hl7.org/fhir/administrative-gender", "urn:iso:std:iso:3166", "http://example.org/x", "x", "",
               "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "http://fhir.de/CodeSystem/ifa/pzn", 1, None]  # fmt: skip
    codes = ["8867-4", "male", "mm[Hg]", "{", "10*", "(((", "a.b.c", "m" * 900, "/" * 500, "de-DE-x-y", "D", "A00.0-",
             "404684003 |x|", "404684003:{1=2}", "", 1, None, "text/plain; x", "\ud800"]  # fmt: skip
    found = [each for each in [node] + [at[key] for at, key in places(node)] if isinstance(each, dict)]
    chosen = rng.choice([each for each in found if "system" in each or "code" in each or "coding" in each] or found)
    chosen["system"], chosen["code"] = rng.choice(systems), rng.choice(codes)
    if rng.random() < 0.3:
        chosen["version"], chosen["display"] = rng.choice(TEXTS), rng.choice(TEXTS)


CHANGES: tuple[Change, ...] = (
    drop, replace, text, spliced_text, canary, wrap, unwrap, rename, sibling, only_sibling, repeat, null_item, swap,
    graft, retype, odd_name, many_names, deep_extension, deep_values, deep_lists, deep_same, extension_chaos, circle,
    contained_chaos, bundled, parameterised, claims, narrative, coded,
)  # fmt: skip


def change(rng: Random, node: Node, changes: list[str], most: int = 3) -> None:
    """Change `node` in place up to `most` times; the names of the changes go to `changes`."""
    for _ in range(rng.randint(1, most)):
        chosen = rng.choice(CHANGES)
        changes.append(chosen.__name__)
        chosen(rng, node)


def written(node: Any) -> bytes:
    """The node as JSON text, with numbers as bare as they are meant."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)  # for what writes the text; what reads it has to do with what is usual
    try:
        text = json.dumps(node, check_circular=False)
    finally:
        sys.setrecursionlimit(before)
    return _BARE.sub(r"\1", text).encode()


_BARE = re.compile(f'"{RAW}([^"]*)"')
