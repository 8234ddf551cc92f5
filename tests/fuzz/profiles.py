"""Profiles: sound ones, broken anywhere, and hostile ones; each is compiled and data is judged by it."""

import copy
from collections.abc import Callable
from random import Random
from typing import Any

from fhircheck.compile.compile_cache import CompileCache
from fhircheck.compile.linker import BASE, Linker
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.model.errors import FhircheckError
from fhircheck.terminology.package_terminology import PackageTerminology
from tests.fuzz.laws import NOW, GateJudge, Judge, silent
from tests.fuzz.nodes import CANARY, change, places, written
from tests.fuzz.seeds import parsed
from tests.fuzz.watch import LawBroken, Tally
from tests.needs import ROOT

NAME = "profiles"
URL = "http://example.org/StructureDefinition/hostile"
CORE = ("vitalsigns", "bp", "bodyweight", "lipidprofile", "shareablevalueset", "Patient", "Observation",
    "Questionnaire",
        "Bundle", "Extension", "HumanName", "patient-birthPlace", "data-absent-reason", "cholesterol",
        "groupdefinition",
        "catalog", "provenance-relevant-history", "MoneyQuantity", "Composition", "Parameters")  # fmt: skip
RUN_CODE = ["__import__('builtins').setattr(__import__('builtins'),'owned',1)",
    "'];import builtins;builtins.owned=1;['",
            "x\nimport builtins\nbuiltins.owned = 1", '""" + exec("import builtins; builtins.owned=1") + """',
            "{value.__class__.__mro__}", "__class__", "lambda: 0"]  # fmt: skip
EVIL = ["(a+)+$", "(a|a)*b", "(.*)*x", "(\\w+\\s?)+!", "(?:a{1,9999}){1,9999}", "(", "[", "\\", "(?P<x>",
    "a{99999999999}",
        "(?i)" * 500, "((" * 500 + "))" * 500, "(?=.*){500}", "\\p{Nonsense}",
        "^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-z]+))*$"]  # fmt: skip
MANY = "descendants()" + ".descendants()" * 2
MATCHES = "descendants().all($this.matches('{}'))"
Element = dict[str, Any]


class CoreCache(CompileCache):
    """What is compiled of the core is kept in memory from run to run; nothing else is."""

    def __init__(self) -> None:
        super().__init__(None)
        self._known: dict[str, Any] = {}

    def get(self, key: str, make: Callable[[], dict[str, Any] | None]) -> dict[str, Any] | None:
        """The data of `key`; by the canonical alone where it is of the core."""
        name = key.rpartition(" ")[2]
        if not (key.startswith("profile ") and name.startswith(BASE)):
            return make()
        if name not in self._known:
            self._known[name] = make()
        found = self._known[name]
        return None if found is None else dict(found)


class Profiles:
    """The campaign over profiles; `seeds` are the data judged by them. One object for each process."""

    def __init__(self, seeds: tuple[bytes, ...]) -> None:
        plain = load_definitions(offline=True)
        found = [plain.structure(name) or plain.find(BASE + name, "StructureDefinition") for name in CORE]
        own = [parsed(path.read_bytes()) for path in sorted((ROOT / "profiles").rglob("StructureDefinition-*.json"))]
        self._profiles = [each for each in (*found, *own) if each]
        self._seeds: dict[str, list[bytes]] = {}
        for data in seeds:
            self._seeds.setdefault(str(parsed(data).get("resourceType")), []).append(data)
        self._cache = CoreCache()

    def run(self, number: int, seed: int, tally: Tally) -> None:
        """Run `number` of the campaign that `seed` begins."""
        rng, changes = Random(f"{NAME} {seed} {number}"), list[str]()
        with tally.watched(NAME, number, changes):
            tally.said[f"{NAME}: {self._judged(rng, self._profile(rng, changes))}"] += 1
            if hasattr(__builtins__, "owned") or (isinstance(__builtins__, dict) and "owned" in __builtins__):
                raise LawBroken("a name of a profile was run as code")

    def _profile(self, rng: Random, changes: list[str]) -> list[dict[str, Any]]:
        """A profile, broken; and others that it leads to."""
        profile = copy.deepcopy(rng.choice(self._profiles))
        profile["url"] = URL
        elements = profile.get("snapshot", {}).get("element") or [{"path": "Patient"}]
        more: list[dict[str, Any]] = []
        for _ in range(rng.randint(1, 3)):
            if rng.random() < 0.4:
                change(rng, profile, changes, 1)
                elements = _elements(profile) or [{"path": "Patient"}]
            else:
                chosen = rng.choice(HOSTILE)
                changes.append(chosen.__name__)
                more += chosen(rng, profile, elements) or []
        profile["resourceType"], profile["url"] = "StructureDefinition", URL
        for at, key in places(profile):
            if at[key] == CANARY:  # what a profile says may be repeated
                at[key] = "a word"
        return [profile, *more]

    def _judged(self, rng: Random, loose: list[dict[str, Any]]) -> str:
        """Compile the first of `loose` with the others at hand, and judge data by it."""
        try:
            definitions = load_definitions(offline=True, loose=loose)
            linker = Linker(definitions, PackageTerminology(definitions, self._cache.get), self._cache, silent, NOW)
            linked = linker.profile(URL)
        except FhircheckError as refused:
            if len(str(refused).splitlines()) != 1:
                raise LawBroken("the error is no single line") from None
            return "refused"
        if linked is None or linked.compiled is None:
            if linked is not None and (not linked.fault or len(linked.fault.splitlines()) != 1):
                raise LawBroken("unusable, and no line says why")
            return "unusable"
        judge, gates = Judge(linker, (URL,)), GateJudge(linker)
        for data in self._data(rng, linked.compiled.type):
            judge.judge(data)
            node = parsed(data)
            node["meta"] = {"profile": [URL]}
            gates.judge(node)
        return "compiled"

    def _data(self, rng: Random, kind: str) -> list[bytes]:
        fitting = self._seeds.get(kind) or self._seeds["Patient"]
        broken = parsed(rng.choice(fitting))
        change(rng, broken, [], 2)
        odd = {"resourceType": kind, "extension": [{"url": URL, "valueString": "a" * 40 + "!"}]}
        data = [rng.choice(fitting), written(broken), written(odd)]
        return [each for each in data if b"NaN" not in each and _readable(each)]


def _readable(data: bytes) -> bool:
    try:
        return isinstance(parsed(data), dict)
    except (ValueError, RecursionError, AssertionError):
        return False


def _elements(profile: dict[str, Any]) -> list[Element]:
    snapshot = profile.get("snapshot")
    found = snapshot.get("element") if isinstance(snapshot, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def only_differential(rng: Random, profile: dict[str, Any], elements: list[Element]) -> None:
    profile["differential"] = {"element": rng.sample(elements, min(len(elements), rng.randint(1, 12)))}
    if rng.random() < 0.5:
        profile["differential"]["element"].sort(key=lambda each: str(each.get("id")))
    profile.pop("snapshot", None)
    profile.setdefault("derivation", "constraint")


def own_base(rng: Random, profile: dict[str, Any], elements: list[Element]) -> None:
    only_differential(rng, profile, elements)
    profile["baseDefinition"] = URL


def bases_in_circle(rng: Random, profile: dict[str, Any], elements: list[Element]) -> list[dict[str, Any]]:
    only_differential(rng, profile, elements)
    count = rng.choice([1, 2, 40, 300])
    profile["baseDefinition"] = f"{URL}0"
    names = [f"{URL}{each}" for each in range(count)] + [rng.choice([URL, f"{URL}0", f"{BASE}Patient", f"{BASE}none"])]
    return [{**profile, "url": names[each], "baseDefinition": names[each + 1]} for each in range(count)]


def types_in_circle(rng: Random, profile: dict[str, Any], elements: list[Element]) -> None:
    for element in rng.sample(elements, min(len(elements), 4)):
        for each in element.get("type") or ():
            if isinstance(each, dict):
                each["profile"] = [URL] * rng.choice([1, 1, 3])
                each["targetProfile"] = [URL]


def content_in_circle(rng: Random, profile: dict[str, Any], elements: list[Element]) -> None:
    element = rng.choice(elements)
    element["contentReference"] = "#" + str(rng.choice([element.get("id"), rng.choice(elements).get("id"), "none", ""]))
    element.pop("type", None)


def many_elements(rng: Random, profile: dict[str, Any], elements: list[Element]) -> None:
    root, count = str(elements[0].get("path", "Patient")), rng.choice([500, 5_000])
    more = [{"id": f"{root}.e{each}", "path": f"{root}.e{each}", "min": 0, "max": "1", "type": [{"code": "string"}]}
            for each in range(count)]  # fmt: skip
    profile["snapshot"] = {"element": [*elements, *more]}


def many_slices(rng: Random, profile: dict[str, Any], elements: list[Element]) -> None:
    root, count = str(elements[0].get("path", "Patient")), rng.choice([50, 1_000])
    discriminator = {"type": rng.choice(["value", "pattern", "type", "profile", "exists", "position", "x"]),
                     "path": rng.choice(PATHS)}  # fmt: skip
    sliced = {"id": f"{root}.extension", "path": f"{root}.extension", "min": 0, "max": "*",
        "type": [{"code": "Extension"}],
              "slicing": {"discriminator": [discriminator], "rules": rng.choice(["open", "closed", "openAtEnd", "x"]),
                          "ordered": rng.random() < 0.5}}  # fmt: skip
    more = [{**sliced, "id": f"{root}.extension:s{each}", "sliceName": f"s{each}", "max": "1",
             "type": [{"code": "Extension",
             "profile": [f"{URL}{each % 7 or ''}"]}]} for each in range(count)]  # fmt: skip
    kept = [each for each in elements if not str(each.get("path")).startswith(f"{root}.extension")]
    profile["snapshot"] = {"element": [kept[0] if kept else elements[0], sliced, *more, *kept[1:]]}


PATHS = ["$this", "url", "value", "resolve()", "resolve().resolve()", "extension('x').value", "a.b.c", "", "(((", "%x",
         "$this.resolve().ofType(Patient)", "coding.code", "ofType(Quantity)", "'x'", "." * 300,
         "a." * 500 + "a"]  # fmt: skip


def odd_slicing(rng: Random, profile: dict[str, Any], elements: list[Element]) -> None:
    for element in rng.sample(elements, min(len(elements), 3)):
        element["slicing"] = rng.choice([
            {}, {"rules": "closed"}, {"discriminator": []}, {"discriminator": "x"}, [], None,
            {"discriminator": [{"type": rng.choice(["value", "type", "exists", "profile"]),
            "path": rng.choice(PATHS)}] * 3,
             "rules": rng.choice(["open", "closed", 1]), "ordered": rng.choice([True, "x"])},
        ])  # fmt: skip
        rng.choice(elements)["sliceName"] = rng.choice(["a", "a/b", "@default", "", None, 1])


def evil_patterns(rng: Random, profile: dict[str, Any], elements: list[Element]) -> None:
    for element in [elements[0], *rng.sample(elements, min(len(elements), 4))]:
        text = rng.choice(EVIL)
        quoted = text.replace("\\", "\\\\").replace("'", "\\'")
        element["constraint"] = [
            {"key": "evil-1", "severity": "error", "human": "x", "expression": MATCHES.format(quoted)},
            {"key": "evil-2", "severity": "warning", "human": "x", "expression": rng.choice(EVIL)},
            {"key": "evil-3", "severity": "error", "human": "x",
            "expression": MANY if element is elements[0] else "true"},
            {"key": "evil-4", "severity": "error", "human": "x", "expression": f"conformsTo('{URL}')"},
        ]  # fmt: skip
        regex = {"url": "http://hl7.org/fhir/StructureDefinition/regex", "valueString": text}
        for each in element.get("type") or ():
            if isinstance(each, dict):
                each["extension"] = [regex]
        element["extension"] = [regex]


def names_as_code(rng: Random, profile: dict[str, Any], elements: list[Element]) -> None:
    code = rng.choice(RUN_CODE)
    for element in rng.sample(elements, min(len(elements), 3)):
        name = rng.choice(["id", "path", "sliceName", "max", "contentReference", "short", "label"])
        element[name] = code if rng.random() < 0.5 else f"{element.get('path')}.{code}"
        element["constraint"] = [{"key": code, "severity": "error", "human": code, "expression": code}]
        element["type"] = rng.choice([[{"code": code}], element.get("type")])
    profile[rng.choice(["name", "title", "type", "version", "kind", "id"])] = code


def odd_bounds(rng: Random, profile: dict[str, Any], elements: list[Element]) -> None:
    for element in rng.sample(elements, min(len(elements), 6)):
        element["min"] = rng.choice([0, 1, 2, -1, 10**30, "1", None, 1.5, "*"])
        element["max"] = rng.choice(["0", "1", "*", "-1", "", "9" * 5_000, 1, None, "x"])
        element["maxLength"] = rng.choice([0, -1, "x", 10**40])
        element["minValueQuantity"] = rng.choice([{}, {"value": "x"}, {"value": 1, "code": "{{{", "system": "x"}])
        element["maxValueDate"] = rng.choice(["2020-02-31", "", 1, "-P1Y"])


def odd_values(rng: Random, profile: dict[str, Any], elements: list[Element]) -> None:
    deep: Any = {"coding": [{"code": "x"}]}
    for _ in range(rng.choice([1, 50])):
        deep = {"extension": [deep]}
    for element in rng.sample(elements, min(len(elements), 4)):
        name = rng.choice(
            ["fixedString", "patternCodeableConcept", "fixedCode", "patternQuantity", "fixedUri", "patternX"]
        )
        element[name] = rng.choice([deep, "x", None, [], {}, [deep], 1, True, "a" * 100_000, {"id": {"id": []}}])
        element["binding"] = rng.choice([
            {"strength": rng.choice(["required", "extensible", "x"]), "valueSet": rng.choice([URL, "", 1, "#x",
            "a|b|c"])},
            {}, [], {"valueSet": f"{BASE}Patient", "strength": "required"}, "x",
        ])  # fmt: skip


def odd_paths(rng: Random, profile: dict[str, Any], elements: list[Element]) -> None:
    for element in rng.sample(elements, min(len(elements), 3)):
        path = str(element.get("path"))
        element["path"] = rng.choice(
            [f"{path}." + "a." * 1_000 + "a", "", ".", "..", "x", path + "[x]", path + ".", None, 1]
        )
        element["id"] = rng.choice([element.get("id"), None, "a" * 10_000, f"{path}:a/b:c", ":", 1])


def deep_paths(rng: Random, profile: dict[str, Any], elements: list[Element]) -> None:
    path, more = str(elements[0].get("path", "Patient")), []
    for _ in range(rng.choice([50, 250, 1_000])):
        path += ".extension"
        more.append({"id": path, "path": path, "min": 0, "max": "*", "type": [{"code": "Extension"}]})
    profile["snapshot"] = {"element": [elements[0], *more, *elements[1:]]}


def shuffled(rng: Random, profile: dict[str, Any], elements: list[Element]) -> None:
    mixed = list(elements)
    rng.shuffle(mixed)
    profile["snapshot"] = {"element": rng.choice([mixed, elements[::-1], elements[1:], elements * 2, elements[:1]])}


def value_sets_in_circle(rng: Random, profile: dict[str, Any], elements: list[Element]) -> list[dict[str, Any]]:
    sets = [{"resourceType": "ValueSet", "url": f"{URL}-set{each}", "status": "active",
             "compose": {"include": [{"valueSet": [f"{URL}-set{(each + 1) % 3}"]}],
                         "exclude": [{"valueSet": [f"{URL}-set0"]}]}}
            for each in range(3)]  # fmt: skip
    for element in elements:
        if isinstance(element.get("binding"), dict):
            element["binding"] = {"strength": "required", "valueSet": f"{URL}-set{rng.randint(0, 2)}"}
    return sets


HOSTILE = (
    only_differential, own_base, bases_in_circle, types_in_circle, content_in_circle, many_elements, many_slices,
    odd_slicing, evil_patterns, names_as_code, odd_bounds, odd_values, odd_paths, deep_paths, shuffled,
    value_sets_in_circle,
)  # fmt: skip
