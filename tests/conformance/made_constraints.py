"""Constraints made by chance, mostly of what an example holds: each takes (random, place, profile).

It adds elements to the differential of the profile, or nothing where it does not fit the place. Values that it asks for
are those of the example or near to them, so that some profiles hold and some do not. What the reference says
it cannot do is left out: patterns of some types, and discriminators by text alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.conformance.example_places import CORE, Node, Place, below_it, is_primitive, named, near, part, type_name

MADE = "http://example.org/fhir/"
NUMBERS = ("integer", "decimal", "positiveInt", "unsignedInt")
TIMES = ("date", "dateTime", "instant")
TOLD = {"CodeableConcept": ("coding",), "Coding": ("system", "code"), "Identifier": ("system", "value"),
        "Quantity": ("system", "code")}  # fmt: skip
"""Complex types whose patterns the reference takes for discriminators -> the members that it looks at."""
UNKNOWN_PATTERNS = frozenset(("Money", "Annotation", "Dosage", "Signature", "Timing", "Age", "Count", "Duration"))
"""Types for which the reference knows no fixed[x] and pattern[x]."""


@dataclass
class Profile:
    """A profile under construction, with the definitions that it names.

    elements: (number in the walk, element) of the differential.
    """

    url: str
    elements: list[tuple[float, Node]] = field(default_factory=list)
    others: list[Node] = field(default_factory=list)

    def add(self, place: Place, **facets: Any) -> None:
        """Constrain an element."""
        self.elements.append((place.number, {"id": place.path, "path": place.path, **facets}))

    def own(self, kind: str, **content: Any) -> str:
        """The canonical URL of another definition that is made with the profile."""
        name = f"{self.url.rpartition('/')[2]}-{len(self.others)}"
        url = f"{MADE}{kind}/{name}"
        head = {"resourceType": kind, "id": name, "url": url, "version": "1.0.0", "name": "Made", "status": "active"}
        self.others.append({**head, **content})
        return url


def structure(url: str, code: str, elements: list[Node], **more: Any) -> Node:
    """A profile by its differential."""
    head = {"resourceType": "StructureDefinition", "id": url.rpartition("/")[2], "url": url, "version": "1.0.0",
            "name": "Made", "status": "active", "fhirVersion": "4.0.1", "kind": "resource", "abstract": False,
            "type": code, "baseDefinition": CORE + code, "derivation": "constraint"}  # fmt: skip
    return {**head, **more, "differential": {"element": [{"id": code, "path": code}, *elements]}}


def limits(chance: Random, place: Place, making: Profile) -> None:
    """min and max."""
    count = len(place.values)
    least = chance.choice((0, 1, 1, 2 if place.repeats else 1))
    most = chance.choice(("0", "1", "2", str(count)) if place.repeats else ("0", "1"))
    if least > int(most) or least < place.element["min"]:
        return
    making.add(place, min=least, max=most)


def fixed(chance: Random, place: Place, making: Profile) -> None:
    """fixed[x]."""
    if place.values and not place.element["path"].endswith("[x]") and place.kind in KINDS - UNKNOWN_PATTERNS:
        making.add(place, **{f"fixed{type_name(place)}": near(chance, chance.choice(place.values))})


def pattern(chance: Random, place: Place, making: Profile) -> None:
    """pattern[x]."""
    if place.values and not place.element["path"].endswith("[x]") and place.kind in KINDS - UNKNOWN_PATTERNS:
        value = near(chance, part(chance, chance.choice(place.values)))
        if value != {}:
            making.add(place, **{f"pattern{type_name(place)}": value})


def types(chance: Random, place: Place, making: Profile) -> None:
    """The types of a choice."""
    codes = [each["code"] for each in place.element["type"]]
    if len(codes) > 1:
        kept = chance.sample(codes, chance.randint(1, 2))
        if chance.random() < 0.6 and place.kind not in kept:
            kept.append(place.kind)
        making.add(place, type=[{"code": each} for each in codes if each in kept])


def targets(chance: Random, place: Place, making: Profile) -> None:
    """The targets of a reference."""
    allowed = next((each.get("targetProfile") for each in place.element["type"] if each["code"] == "Reference"), None)
    if place.kind == "Reference" and not place.element["path"].endswith("[x]") and allowed:
        names = allowed if CORE + "Resource" not in allowed else [CORE + "Patient", CORE + "Practitioner"]
        kept = chance.sample(names, chance.randint(1, min(2, len(names))))
        making.add(place, type=[{"code": "Reference", "targetProfile": kept}])


def length(chance: Random, place: Place, making: Profile) -> None:
    """maxLength."""
    texts = [each for each in place.values if isinstance(each, str)]
    if texts and is_primitive(place) and place.kind not in TIMES:
        making.add(place, maxLength=max(1, len(chance.choice(texts)) + chance.choice((-1, 0, 1))))


def bounds(chance: Random, place: Place, making: Profile) -> None:
    """minValue[x] and maxValue[x]."""
    if not place.values or place.element["path"].endswith("[x]") or place.kind not in (*NUMBERS, *TIMES):
        return
    value = chance.choice(place.values)
    if not isinstance(value, str):
        value += chance.choice((-1, 0, 1))
    making.add(place, **{f"{chance.choice(('min', 'max'))}Value{named(place.kind)}": value})


def binding(chance: Random, place: Place, making: Profile) -> None:
    """A binding to a value set made of what is there, whole systems, other codes, filters."""
    codings = [each for value in place.values for each in _codings(place.kind, value)]
    if place.kind not in ("code", "Coding", "CodeableConcept", "Quantity") or place.element["path"].endswith("[x]"):
        return
    includes, excludes = list[Node](), list[Node]()
    own = making.own("CodeSystem", **_system(codings)) if codings and not codings[0][0] else ""
    for coding in codings[: chance.choice((1, 2, 9))]:
        include: Node = {"system": coding[0] or own}
        if chance.random() < 0.7:
            include["concept"] = [{"code": near(chance, coding[1])}, {"code": "another"}]
        (excludes if includes and chance.random() < 0.15 else includes).append(include)
    if includes:
        compose = {"include": includes, **({"exclude": excludes} if excludes else {})}
        url = making.own("ValueSet", compose=compose)
        strength = chance.choice(("required", "required", "extensible", "preferred"))
        making.add(place, binding={"strength": strength, "valueSet": chance.choice((url, f"{url}|1.0.0"))})


def _codings(kind: str, value: Any) -> Iterator[tuple[str, str]]:
    if kind == "code" and isinstance(value, str):
        yield "", value
    elif isinstance(value, dict):
        for each in value.get("coding", [value]):
            if isinstance(each, dict) and isinstance(each.get("code"), str) and isinstance(each.get("system"), str):
                yield each["system"], each["code"]


def _system(codings: list[tuple[str, str]]) -> Node:
    concepts = [{"code": code} for code in sorted({code for _, code in codings})]
    return {"content": "complete", "caseSensitive": True, "concept": concepts}


def invariant(chance: Random, place: Place, making: Profile) -> None:
    """A constraint in FHIRPath about the children or the value."""
    names = [each.path.rpartition(".")[2].removesuffix("[x]") for each in place.children] or ["id"]
    one, other = chance.choice(names), chance.choice(names)
    texts = [each for each in place.values if isinstance(each, str)] or ["x"]
    quoted = chance.choice(texts).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    choice = INVARIANTS if place.children else VALUE_INVARIANTS
    expression = chance.choice(choice).format(one=one, other=other, text=quoted, number=chance.randint(0, 3))
    severity = chance.choice(("error", "error", "warning"))
    making.add(place, constraint=[{"key": "made-1", "severity": severity, "human": "made", "expression": expression}])


INVARIANTS = (
    "{one}.exists() and {other}.exists()", "{one}.exists() implies {other}.exists()", "{one}.count() > {number}",
    "{one}.empty() or {other}.count() < {number}", "{one}.exists() xor {other}.exists()",
    "children().count() > {number}", "descendants().where($this is string).exists()", "{one}.first() = {other}.last()",
    "{one}.all($this.hasValue())", "iif({one}.exists(), {other}.exists(), true)", "{one}.isDistinct()",
    "{one}.intersect({other}).exists()", "({one} | {other}).count() >= {number}", "{one}.select($this).count() = 1",
    "{one}.extension.empty()", "{one}.trace('x').exists().not()", "repeat({one}).count() < {number}",
    "{one}.ofType(string).exists() or {other} is code", "{one}.tail().exists()", "%resource.id.exists()",
    "%context.{one}.exists() and $this.{other}.exists()", "{one}.subsetOf({other})", "{one}.where($index > 0).empty()",
    "{one}.as(Reference).reference.startsWith('#').not()", "{one}.toString().length() > {number}",
    "{one}.single().exists()", "{one} ~ {other}", "{one} !~ {other}", "{one}.aggregate($total + 1, 0) > {number}",
)  # fmt: skip
VALUE_INVARIANTS = (
    "$this = '{text}'", "$this.toString() = '{text}'", "toString().length() > {number}", "hasValue()", "id.empty()",
    "toString().matches('^[A-Za-z0-9 ]+$')", "toString().contains('a')", "toString().startsWith('{text}')",
    "extension.empty()", "$this != '{text}'", "'{text}'.indexOf($this.toString()) = 0", "$this is string",
    "toString().upper() = $this", "toString().replace('a', 'b') = $this", "toString().substring(1).exists()",
    "$this.toString() in ('{text}' | 'x')", "toString().toInteger().exists()", "is(code) or is(uri)",
    "$this ~ '{text}'",
)  # fmt: skip


def by_value(chance: Random, place: Place, making: Profile) -> None:
    """Slices by a child's value, pattern or existence."""
    inner = [each for each in below_it(place) if each.values and _tells(each)]
    if not place.repeats or not inner or place.kind == "Extension":
        return
    child = chance.choice(inner)
    at = child.path.removeprefix(f"{place.path}.")
    how = chance.choice(("value", "value", "pattern", "exists"))
    slicing = {"discriminator": [{"type": how, "path": at}], "ordered": chance.random() < 0.2,
               "rules": chance.choice(("open", "open", "closed"))}  # fmt: skip
    making.add(place, slicing=slicing)
    for number in range(chance.randint(1, 2)):
        name, shift = f"s{number}", (number + 1) / 10
        most = chance.choice(("*", "1", "1", "0"))
        least = 0 if most == "0" else chance.choice((0, 1))
        sliced = {"id": f"{place.path}:{name}", "path": place.path, "sliceName": name, "min": least, "max": most}
        making.elements.append((place.number + shift, sliced))
        facets = _told(chance, child, how, number)
        if facets is None:
            continue
        own = {"id": f"{place.path}:{name}.{at}", "path": child.path, **facets}
        making.elements.append((place.number + shift + 0.05, own))
        more = chance.choice(place.children)
        if more.number < child.number and chance.random() < 0.3 and not child.path.startswith(more.path):
            first = {"id": f"{place.path}:{name}.{more.path.rpartition('.')[2]}", "path": more.path, "min": 1}
            making.elements.append((place.number + shift + 0.04, first))


def _tells(place: Place) -> bool:
    """Whether slices can be told apart by this element."""
    return ((is_primitive(place) and place.kind in KINDS) or place.kind in TOLD) and "[x]" not in place.path


def by_itself(chance: Random, place: Place, making: Profile) -> None:
    """Slices of an element by its own pattern, ``$this``; sliced once more at times."""
    if not place.repeats or not place.values or not _tells(place):
        return
    slicing = {"discriminator": [{"type": chance.choice(("value", "pattern")), "path": "$this"}], "ordered": False,
               "rules": chance.choice(("open", "open", "closed"))}  # fmt: skip
    making.add(place, slicing=slicing)
    for number in range(chance.randint(1, 2)):
        name = f"t{number}"
        most = chance.choice(("*", "1", "1", "0"))
        sliced = {"id": f"{place.path}:{name}", "path": place.path, "sliceName": name,
                  "min": 0 if most == "0" else chance.choice((0, 1)), "max": most}  # fmt: skip
        making.elements.append((place.number + (number + 1) / 10, {**sliced, **_of_this(chance, place, making)}))
        inner = [each for each in place.children if each.kind in KINDS and "[x]" not in each.path]
        if inner and chance.random() < 0.4:
            child = chance.choice(inner)
            own = {"id": f"{place.path}:{name}.{child.path.rpartition('.')[2]}", "path": child.path}
            making.elements.append((place.number + (number + 1) / 10 + 0.01, {**own, "min": 1}))


def _of_this(chance: Random, place: Place, making: Profile) -> Node:
    """What a slice asks of the element itself: a pattern, or a binding."""
    value = chance.choice(place.values)
    if place.kind in ("Coding", "CodeableConcept") and chance.random() < 0.25:
        codings = list(_codings(place.kind, value))
        if codings:
            include = {"system": codings[0][0], "concept": [{"code": codings[0][1]}]}
            url = making.own("ValueSet", compose={"include": [include]})
            return {"binding": {"strength": "required", "valueSet": url}}
    shown = _telling(place.kind, value)
    return {f"pattern{type_name(place)}": shown if chance.random() < 0.8 else near(chance, shown)} if shown else {}


def _telling(kind: str, value: Any) -> Any:
    """What a pattern of a discriminator says of a value; None where there is nothing to say."""
    if kind not in TOLD:
        return value
    kept = {name: value[name] for name in TOLD[kind] if name in value}
    if kind == "CodeableConcept":
        inner = [each for each in (_telling("Coding", coding) for coding in kept.get("coding", ())) if each]
        kept = {"coding": inner[:1]} if inner else {}
    return kept if kept.get("code" if kind == "Coding" else next(iter(kept), "")) else None


def _told(chance: Random, child: Place, how: str, number: int) -> Node | None:
    """What the discriminating element of a slice asks for."""
    if how == "exists":
        return {"min": 1} if number == 0 else {"max": "0"}
    value = chance.choice(child.values)
    if how == "pattern" or not is_primitive(child):
        shown = _telling(child.kind, value)
        if not shown:
            return None
        facets: Node = {f"pattern{type_name(child)}": shown if chance.random() < 0.7 else near(chance, shown)}
    else:
        facets = {f"{chance.choice(('fixed', 'pattern'))}{type_name(child)}": near(chance, value)}
    return {"min": 1, **facets} if chance.random() < 0.5 else facets


def by_type(chance: Random, place: Place, making: Profile) -> None:
    """Slices of a choice by type."""
    codes = [each["code"] for each in place.element["type"]]
    if len(codes) < 2:
        return
    code = place.kind if chance.random() < 0.7 else chance.choice(codes)
    slicing = {"discriminator": [{"type": "type", "path": "$this"}], "ordered": False,
               "rules": chance.choice(("open", "closed"))}  # fmt: skip
    making.add(place, slicing=slicing)
    name = place.path.rpartition(".")[2].removesuffix("[x]") + named(code)
    sliced = {"id": f"{place.path}:{name}", "path": place.path, "sliceName": name, "min": chance.choice((0, 1)),
              "max": "1", "type": [{"code": code}]}  # fmt: skip
    if code == place.kind and code in KINDS and chance.random() < 0.5:
        sliced[f"pattern{type_name(place)}"] = part(chance, chance.choice(place.values))
    making.elements.append((place.number + 0.1, sliced))


def of_choice(chance: Random, place: Place, making: Profile) -> None:
    """A choice of one type, and what is within it."""
    if "[x]" not in place.path or place.kind not in TOLD or not place.values:
        return
    making.add(place, type=[{"code": place.kind}])
    name = chance.choice([each for each in place.values[0] if each in CHILDREN] or ["id"])
    path = f"{place.path}.{name}"
    facets = chance.choice(({"min": 1}, {"max": "0"}, {"min": 1, "max": "1"}))
    making.elements.append((place.number + 0.1, {"id": path, "path": path, **facets}))


CHILDREN = frozenset(("coding", "text", "system", "code", "value", "unit", "comparator", "display"))


def extended(chance: Random, place: Place, making: Profile) -> None:
    """An extension of its own, in a slice; the example gets one that fits, or one that does not."""
    holders = [each for each in place.values if isinstance(each, dict)]
    if not holders or place.kind == "Extension" or "[x]" in place.path:
        return
    code, value = chance.choice((("string", "x"), ("boolean", True), ("Coding", {"code": "y"}), ("code", "z")))
    choice = {"id": "Extension.value[x]", "path": "Extension.value[x]", "min": 1, "type": [{"code": code}]}
    if chance.random() < 0.3:
        choice[f"{'fixed' if code[0].islower() else 'pattern'}{named(code)}"] = value
    name = f"{making.url.rpartition('/')[2]}-{len(making.others)}"
    url = f"{MADE}StructureDefinition/{name}"
    context = chance.choice(
        (place.path, place.kind if place.kind != "BackboneElement" else place.path, "Element", "Group")
    )
    url_element = {"id": "Extension.url", "path": "Extension.url", "fixedUri": url}
    own = structure(url, "Extension", [url_element, choice], kind="complex-type",
                    context=[{"type": "element", "expression": context}])  # fmt: skip
    making.others.append(own)
    path = f"{place.path}.extension"
    slicing = {"discriminator": [{"type": "value", "path": "url"}], "ordered": False,
               "rules": chance.choice(("open", "closed"))}  # fmt: skip
    sliced = {"id": f"{path}:own", "path": path, "sliceName": "own", "min": chance.choice((0, 1)), "max": "1",
              "type": [{"code": "Extension", "profile": [url]}]}  # fmt: skip
    making.elements.append((place.number + 0.001, {"id": path, "path": path, "slicing": slicing}))
    making.elements.append((place.number + 0.002, sliced))
    given = {"url": url, f"value{named(code)}": value}
    wrong: Node = {"url": url, "valueInteger": 1}
    for holder in holders:
        extensions = chance.choice(([given], [given], [given, given], [wrong], [], [{"url": url}]))
        if extensions and isinstance(holder.get("extension", []), list):
            holder["extension"] = [*holder.get("extension", []), *extensions]


def by_profile(chance: Random, place: Place, making: Profile) -> None:
    """A profile of the element's data type."""
    if is_primitive(place) or place.kind not in KINDS or not place.children or "[x]" in place.path:
        return
    inner = [each for each in place.children if each.values and "[x]" not in each.path]
    if not inner:
        return
    child, own = chance.choice(inner), Profile(making.url)
    short = child._replace(path=f"{place.kind}.{child.path.rpartition('.')[2]}")
    chance.choice((limits, fixed, pattern, length, invariant))(chance, short, own)
    if own.elements:
        name = f"{making.url.rpartition('/')[2]}-{len(making.others)}"
        url = f"{MADE}StructureDefinition/{name}"
        making.others.append(structure(url, place.kind, [each for _, each in own.elements], kind="complex-type"))
        making.add(place, type=[{"code": place.kind, "profile": [url]}])


KINDS = frozenset((
    "boolean", "integer", "string", "decimal", "uri", "url", "canonical", "base64Binary", "instant", "date", "dateTime",
    "time", "code", "oid", "id", "uuid", "markdown", "unsignedInt", "positiveInt", "Address", "Age", "Annotation",
    "Attachment", "CodeableConcept", "Coding", "ContactPoint", "Count", "Duration", "HumanName", "Identifier", "Money",
    "Period", "Quantity", "Range", "Ratio", "Reference", "SampledData", "Signature", "Timing", "Dosage",
))  # fmt: skip
CONSTRAINTS: tuple[Callable[[Random, Place, Profile], None], ...] = (
    limits, limits, fixed, pattern, types, targets, length, bounds, binding, binding, invariant, by_value, by_value,
    by_value, by_value, by_itself, by_itself, by_type, by_type, by_profile, by_profile, of_choice, extended, extended,
)  # fmt: skip
