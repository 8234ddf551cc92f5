"""Bundles made by chance, and profiles that slice what is in them: by type, profile, target of a reference, extension.

What published examples hardly have: slices that can only be told apart by following a reference, by a profile of what
is there, or by an extension; slices of slices; slices of entries and of sections. Some profiles hold and some do not.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.conformance.example_places import CORE, Node
from tests.conformance.made_constraints import MADE, structure

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
CODES = ((LOINC, "2339-0"), (LOINC, "718-7"), (SNOMED, "364075005"), ("http://example.org/codes", "a"))
CATEGORIES = ("vital-signs", "laboratory", "exam")
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
IDENTIFIERS = ("http://example.org/ids/a", "http://example.org/ids/b", "http://example.org/ids/c")
TYPES = ("Patient", "Practitioner", "Organization", "Observation", "Condition")
PARTS = ((LOINC, "8480-6"), (LOINC, "8462-4"), (SNOMED, "271649006"), ("http://example.org/codes", "p"))
"""Codes of components: none of those of observations, which an invariant forbids."""
RULES = ("open", "open", "open", "closed")
BY_URL = {"discriminator": [{"type": "value", "path": "url"}], "rules": "open"}


class Slicing:
    """A profile under construction: its differential, and the definitions that it names."""

    def __init__(self, chance: Random, name: str, code: str, base: str = "") -> None:
        self.chance, self.name, self.code = chance, name, code
        self.base = base or CORE + code
        self.url = f"{MADE}StructureDefinition/{name}"
        self.elements: list[Node] = []
        self.others: list[Node] = []

    def element(self, identity: str, **facets: Any) -> None:
        """Constrain the element of an id (without the name of the type)."""
        path = ".".join(each.partition(":")[0] for each in identity.split("."))
        self.elements.append({"id": f"{self.code}.{identity}", "path": f"{self.code}.{path}", **facets})

    def sliced(self, identity: str, *discriminators: tuple[str, str], rules: str = "") -> None:
        """Slice the element."""
        told = [{"type": kind, "path": path} for kind, path in discriminators]
        slicing = {
            "discriminator": told,
            "ordered": self.chance.random() < 0.1,
            "rules": rules or self.chance.choice(RULES),
        }
        self.element(identity, slicing=slicing)

    def a_slice(self, identity: str, **facets: Any) -> None:
        """A slice with bounds by chance."""
        most = self.chance.choice(("*", "*", "*", "*", "1", "2", "0"))
        least = 0 if most == "0" else self.chance.choice((0, 0, 0, 1))
        name = identity.rpartition(":")[2]
        self.element(identity, sliceName=name, min=least, max=most, **facets)

    def within(self, code: str) -> "Slicing":
        """Another profile, for a type that this one refers to."""
        return Slicing(self.chance, f"{self.name}-{len(self.others)}-{code.lower()}", code)

    def keep(self, other: "Slicing") -> str:
        """The URL of a profile that was made for this one."""
        self.others += other.made()
        return other.url

    def made(self) -> list[Node]:
        """This profile and those that it names."""
        kind = "complex-type" if self.code == "Extension" else "resource"
        more = {"context": [{"type": "element", "expression": "Element"}]} if self.code == "Extension" else {}
        own = structure(self.url, self.code, self.elements, kind=kind, baseDefinition=self.base, **more)
        return [own, *self.others]


def _concept(system: str, code: str) -> Node:
    return {"coding": [{"system": system, "code": code}]}


def any_profile(making: Slicing, code: str) -> str:
    """The URL of a simple profile of a resource type."""
    own, chance = making.within(code), making.chance
    if code == "Observation":
        how = chance.randrange(3)
        if how == 0:
            system, name = chance.choice(CODES)
            own.element("code", patternCodeableConcept=_concept(system, name))
        elif how == 1:
            own.element("value[x]", min=1)
        else:
            own.element("status", fixedCode=chance.choice(("final", "amended")))
    elif code == "Condition":
        own.element("code", min=1)
    else:
        own.element("identifier", min=1)
        if chance.random() < 0.5:
            own.element("identifier.system", min=1, fixedUri=chance.choice(IDENTIFIERS))
    return making.keep(own)


def entries_by_type(making: Slicing) -> None:
    """Entries by the type of their resource."""
    making.sliced("entry", ("type", "resource"))
    for number, code in enumerate(making.chance.sample(TYPES, making.chance.randint(1, 3))):
        making.a_slice(f"entry:e{number}")
        profiled = {"profile": [any_profile(making, code)]} if making.chance.random() < 0.5 else {}
        making.element(f"entry:e{number}.resource", min=1, type=[{"code": code, **profiled}])


def entries_by_profile(making: Slicing) -> None:
    """Entries by a profile of their resource."""
    making.sliced("entry", ("profile", "resource"))
    for number in range(making.chance.randint(1, 2)):
        code = making.chance.choice(TYPES)
        making.a_slice(f"entry:e{number}")
        making.element(
            f"entry:e{number}.resource", min=1, type=[{"code": code, "profile": [any_profile(making, code)]}]
        )


def entries_by_content(making: Slicing) -> None:
    """Entries by what their resource says, or by whether they have one."""
    chance = making.chance
    if chance.random() < 0.3:
        making.sliced("entry", ("exists", "resource"))
        making.a_slice("entry:with")
        making.element("entry:with.resource", min=1)
        making.a_slice("entry:without")
        making.element("entry:without.resource", max="0")
        return
    if chance.random() < 0.4:
        making.sliced("entry", ("value", "resource.ofType(Observation).status"))
        for status in chance.sample(("final", "amended"), chance.choice((1, 2))):
            making.a_slice(f"entry:{status}")
            making.element(f"entry:{status}.resource", min=1, type=[{"code": "Observation"}])
            making.element(f"entry:{status}.resource.status", fixedCode=status)
        return
    making.sliced("entry", ("type", "resource"), ("pattern", "resource.code"))
    for number, (system, code) in enumerate(chance.sample(CODES, chance.randint(1, 2))):
        making.a_slice(f"entry:e{number}")
        making.element(f"entry:e{number}.resource", min=1, type=[{"code": "Observation"}])
        wanted = _concept(system, code)
        making.element(f"entry:e{number}.resource.code", min=1, patternCodeableConcept=wanted)


def performers_by_target(making: Slicing) -> None:
    """References by the type or a profile of what they lead to."""
    chance = making.chance
    kind = chance.choice(("type", "profile"))
    making.sliced("performer", (kind, "resolve()"))
    for number, code in enumerate(chance.sample(("Practitioner", "Organization", "Patient"), chance.randint(1, 2))):
        target = CORE + code if kind == "type" and chance.random() < 0.7 else any_profile(making, code)
        making.a_slice(f"performer:p{number}", type=[{"code": "Reference", "targetProfile": [target]}])
        if chance.random() < 0.3:
            making.element(f"performer:p{number}.display", min=1)


def codings(making: Slicing) -> None:
    """Codings by system, sliced once more by code."""
    chance = making.chance
    making.sliced("code.coding", *chance.choice(((("value", "system"),), (("value", "system"), ("value", "code")))))
    for number, (system, code) in enumerate(chance.sample(CODES, chance.randint(1, 2))):
        making.a_slice(f"code.coding:c{number}")
        making.element(f"code.coding:c{number}.system", min=1, fixedUri=system)
        if chance.random() < 0.7:
            making.element(f"code.coding:c{number}.code", min=1, fixedCode=code)


def resliced(making: Slicing) -> None:
    """Identifiers by system, and those of one system by their use."""
    chance = making.chance
    making.sliced("identifier", ("value", "system"), rules=chance.choice(("open", "closed")))
    making.a_slice("identifier:own")
    if chance.random() < 0.6:
        told = {"discriminator": [{"type": "value", "path": "use"}], "rules": chance.choice(("open", "closed"))}
        making.elements[-1]["slicing"] = told
        making.element("identifier:own.system", min=1, fixedUri=IDENTIFIERS[0])
        making.a_slice("identifier:own/official")
        making.element("identifier:own/official.use", min=1, fixedCode="official")
        making.element("identifier:own/official.system", min=1, fixedUri=IDENTIFIERS[0])  # again, for the reference
        making.element("identifier:own/official.value", min=chance.choice((0, 1)))
    else:
        making.element("identifier:own.system", min=1, fixedUri=IDENTIFIERS[0])
    making.a_slice("identifier:other")
    making.element("identifier:other.system", min=1, fixedUri=IDENTIFIERS[1])


def categories(making: Slicing) -> None:
    """Categories by their own pattern, in order at times, with rules for the rest."""
    chance = making.chance
    making.sliced("category", (chance.choice(("value", "pattern")), "$this"))
    for number, code in enumerate(chance.sample(CATEGORIES, chance.randint(1, 2))):
        wanted = _concept(CATEGORY, code)
        making.a_slice(f"category:k{number}", patternCodeableConcept=wanted)
        if chance.random() < 0.3:
            making.element(f"category:k{number}.text", min=1)


def _of_code(making: Slicing) -> Slicing:
    """An extension with a code."""
    own = making.within("Extension")
    own.element("url", fixedUri=own.url)
    own.element("value[x]", min=1, type=[{"code": "code"}])
    return own


def _of_parts(making: Slicing) -> Slicing:
    """An extension of extensions."""
    own = making.within("Extension")
    own.element("extension", slicing=BY_URL)
    for name, code in (("a", "string"), ("b", "boolean")):
        own.a_slice(f"extension:{name}")
        own.element(f"extension:{name}.url", fixedUri=name)
        own.element(f"extension:{name}.value[x]", min=1, type=[{"code": code}])
    own.element("url", fixedUri=own.url)
    own.element("value[x]", max="0")
    return own


def by_extension(making: Slicing) -> None:
    """Identifiers by the value of an extension."""
    url = making.keep(_of_code(making))
    making.sliced("identifier", ("value", f"extension('{url}').value"))
    for name in making.chance.sample(("x", "y"), making.chance.choice((1, 2))):
        making.a_slice(f"identifier:{name}")
        at = f"identifier:{name}.extension"
        making.element(f"{at}:told", sliceName="told", min=1, max="1", type=[{"code": "Extension", "profile": [url]}])
        making.element(f"{at}:told.value[x]", fixedCode=name)
        making.element(f"identifier:{name}.value", min=1)


def components(making: Slicing) -> None:
    """Components by code, with values of one type, and slices within the slices."""
    chance = making.chance
    making.sliced("component", ("pattern", "code"))
    for number, (system, code) in enumerate(chance.sample(PARTS, chance.randint(1, 2))):
        name = f"component:m{number}"
        making.a_slice(name)
        making.element(f"{name}.code", patternCodeableConcept=_concept(system, code))
        if chance.random() < 0.3:
            making.sliced(f"{name}.code.coding", ("value", "system"))
            making.a_slice(f"{name}.code.coding:one")
            making.element(f"{name}.code.coding:one.system", min=1, fixedUri=system)
        typed = {"type": [{"code": "Quantity"}]} if chance.random() < 0.6 else {}
        making.element(f"{name}.value[x]", min=chance.choice((0, 1)), **typed)


def extensions(making: Slicing) -> None:
    """Extensions by url, of a complex one too."""
    url = making.keep(_of_parts(making) if making.chance.random() < 0.5 else _of_code(making))
    making.element("extension", slicing=BY_URL)
    making.a_slice("extension:own", type=[{"code": "Extension", "profile": [url]}])


def on_a_primitive(making: Slicing) -> None:
    """An extension of a primitive value, by url."""
    url = making.keep(_of_code(making))
    if making.chance.random() < 0.5:
        making.sliced("issued.extension", ("value", "url"))
    making.a_slice("issued.extension:own", type=[{"code": "Extension", "profile": [url]}])


def contained(making: Slicing) -> None:
    """Contained resources by type or profile."""
    kind = making.chance.choice(("type", "profile"))
    making.sliced("contained", (kind, "$this"))
    for number, code in enumerate(making.chance.sample(("Practitioner", "Organization"), making.chance.choice((1, 2)))):
        profiled = kind == "profile" or making.chance.random() < 0.4
        own = {"profile": [any_profile(making, code)]} if profiled else {}
        making.a_slice(f"contained:r{number}", type=[{"code": code, **own}])


def sections(making: Slicing) -> None:
    """Sections by code, and their entries by what they lead to."""
    chance = making.chance
    making.sliced("section", ("pattern", "code"))
    for number, (system, code) in enumerate(chance.sample(CODES, chance.randint(1, 2))):
        name = f"section:s{number}"
        making.a_slice(name)
        making.element(f"{name}.code", min=1, patternCodeableConcept=_concept(system, code))
        kind = chance.choice(("type", "profile", ""))
        if kind:
            making.sliced(f"{name}.entry", (kind, "resolve()"))
            wanted = chance.choice(("Observation", "Condition"))
            target = CORE + wanted if kind == "type" else any_profile(making, wanted)
            making.a_slice(f"{name}.entry:x", type=[{"code": "Reference", "targetProfile": [target]}])
        else:
            target = any_profile(making, chance.choice(("Observation", "Condition")))
            making.element(f"{name}.entry", min=chance.choice((0, 1)),
                           type=[{"code": "Reference", "targetProfile": [target]}])  # fmt: skip


SLICINGS: dict[str, tuple[Callable[[Slicing], None], ...]] = {
    "Bundle": (entries_by_type, entries_by_profile, entries_by_content),
    "Observation": (contained, extensions, resliced, by_extension, categories, codings, on_a_primitive,
                    performers_by_target, components),
    "Composition": (sections,),
}  # fmt: skip
"""By the type that is sliced; those of Observation in the order of its elements."""


def derived(base: Slicing) -> Slicing:
    """A profile of a profile: more is asked of one of its slices, and at times nothing is allowed beside them."""
    chance = base.chance
    own = Slicing(chance, f"{base.name}-derived", base.code, base.url)
    own.others = base.made()
    named = [each["id"].partition(".")[2] for each in base.elements if "sliceName" in each]
    top = [each for each in named if "." not in each and "/" not in each]
    if not top:
        return own
    slice_ = chance.choice(top)
    element = slice_.partition(":")[0]
    if chance.random() < 0.3:
        said = next(each["slicing"] for each in base.elements if each["id"] == f"{base.code}.{element}")
        own.element(element, slicing={**said, "rules": "closed"})
    own.element(slice_, sliceName=slice_.partition(":")[2], **chance.choice(({"min": 1}, {"max": "1"}, {"min": 0})))
    inner = {"identifier": "period", "category": "text", "performer": "display", "component": "interpretation"}
    if element in inner and chance.random() < 0.6:
        own.element(f"{slice_}.{inner[element]}", min=1)
    return own


def profiles(chance: Random, name: str) -> dict[str, list[Node]]:
    """Profiles for a Bundle (one in two) and for what is in it, by type: each with the definitions that it names."""
    found = {}
    for code in ("Bundle", "Observation", "Composition"):
        if code != "Bundle" or chance.random() < 0.5:
            making, choices = Slicing(chance, f"{name}-{code.lower()}", code), SLICINGS[code]
            count = chance.choice((1, 2)) if code == "Observation" else 1
            chosen = [choices[number] for number in sorted(chance.sample(range(len(choices)), count))]
            for each in chosen[:1] if {resliced, by_extension} <= {*chosen} else chosen:
                each(making)
            found[code] = (derived(making) if chance.random() < 0.35 else making).made()
    return found
