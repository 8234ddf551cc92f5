"""Where demands come from: the statements shipped with fhircheck, files, and packages that are loaded."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fhircheck.definitions.canonical import split_canonical
from fhircheck.model.errors import UsageError
from fhircheck.probe.declared import Declared
from fhircheck.probe.requirement import Requirement, dicts, merged, requirements_of, text_of, texts
from fhircheck.transport.bounded_file import read_bounded

if TYPE_CHECKING:
    from fhircheck.definitions.definition_set import DefinitionSet

LARGEST = 64 << 20
_SOURCE = "https://fhircheck.dev/fhir/StructureDefinition/demand-source"
_VERIFIED = "https://fhircheck.dev/fhir/StructureDefinition/demand-verified"
_GUIDE = "/ImplementationGuide/"
_SERVICES = {"SMART-on-FHIR": "smart-app-launch", "IUA": "iua-resource-server"}


@dataclass(frozen=True, slots=True)
class RequirementSet:
    """All demands on one actor. name: short name, or the canonical for one that is not ours.

    url, version: of the statement. stands_for: canonicals of the statements and guides of others that it restates.
    verified: ``V``, ``2`` or ``U`` (see docs/concepts/probe.md). notes: imports that were not found.
    """

    name: str
    title: str
    url: str
    version: str
    requirements: tuple[Requirement, ...]
    stands_for: tuple[str, ...] = ()
    verified: str = ""
    notes: tuple[str, ...] = ()
    german: str = ""


@cache
def shipped() -> dict[str, RequirementSet]:
    """The sets shipped with fhircheck, by name."""
    folder = files("fhircheck.probe") / "requirements"
    found = sorted((each for each in folder.iterdir() if each.name.endswith(".json")), key=lambda each: each.name)
    return {each.name.removesuffix(".json"): _own(json.loads(each.read_text(encoding="utf-8"))) for each in found}


def _own(statement: dict[str, Any]) -> RequirementSet:
    own = dicts(statement, "extension")
    stands_for = tuple(each["valueCanonical"] for each in own if each.get("url") == _SOURCE)
    verified = next((each["valueCode"] for each in own if each.get("url") == _VERIFIED), "")
    german = next((each["valueString"] for each in _translations(statement)), "")
    return RequirementSet(
        statement["id"], statement["title"], statement["url"], statement["version"], requirements_of(statement),
        stands_for, verified, german=german,
    )  # fmt: skip


def _translations(statement: dict[str, Any]) -> list[dict[str, Any]]:
    found = [part for each in dicts(statement.get("_title"), "extension") for part in dicts(each, "extension")]
    return [each for each in found if each.get("url") == "content"]


def requirement_sets(wanted: tuple[str, ...], definitions: "DefinitionSet") -> tuple[RequirementSet, ...]:
    """The sets named: ours by name, a file, a canonical of a loaded package, or ``all`` of ours.

    Raises UsageError for a name that is nothing of these.
    """
    found: dict[str, RequirementSet] = {}
    for each in wanted:
        for one in shipped().values() if each == "all" else (_named(each, definitions),):
            found.setdefault(one.url, one)
    return tuple(found.values())


def claimed_sets(capability: dict[str, Any], definitions: "DefinitionSet") -> tuple[RequirementSet, ...]:
    """The sets a server claims by ``instantiates``; and by a guide, where it names no actor of that guide.

    A way to sign in that it declares is a claim too.

    Statements that are not ours are looked up in the loaded packages; of other claims nothing is known.
    """
    instantiates = [text for text, _ in texts(capability, "instantiates")]
    urls = {split_canonical(each)[0] for each in instantiates}
    guides = {split_canonical(text)[0] for text, _ in texts(capability, "implementationGuide")}
    found = {one.url: one for one in shipped().values() if urls & {one.url, *one.stands_for}}
    decided = {url for one in found.values() for url in one.stands_for if _GUIDE in url}
    for one in shipped().values():
        if (guides - decided) & set(one.stands_for):
            found.setdefault(one.url, one)
    for service in sorted(Declared(capability).services & set(_SERVICES)):
        one = shipped()[_SERVICES[service]]
        found.setdefault(one.url, one)
    known = {url for one in found.values() for url in (one.url, *one.stands_for)}
    for each in instantiates:
        statement = definitions.find(each, "CapabilityStatement")
        if statement is not None and split_canonical(each)[0] not in known:
            other = _foreign(statement, definitions)
            found.setdefault(other.url, other)
    return tuple(found.values())


def _named(name: str, definitions: "DefinitionSet") -> RequirementSet:
    if name in shipped():
        return shipped()[name]
    ours = next((one for one in shipped().values() if name == one.url), None)
    if ours is not None:
        return ours
    if "://" in name or name.startswith("urn:"):
        statement = definitions.find(name, "CapabilityStatement")
        if statement is None:
            restated = [one for one in shipped().values() if split_canonical(name)[0] in one.stands_for]
            if len(restated) == 1:
                return restated[0]
            raise UsageError(f"--against {name}: no loaded package has this CapabilityStatement; name it by --package")
        return _foreign(statement, definitions)
    if Path(name).is_file():
        return _foreign(_file(name, definitions), definitions)
    near = get_close_matches(name, shipped(), n=1)
    hint = f"; did you mean {near[0]}?" if near else "; fhircheck server --list names all"
    raise UsageError(f"--against {name}: neither a file nor a set of demands{hint}")


def _file(name: str, definitions: "DefinitionSet") -> dict[str, Any]:
    from fhircheck.definitions.type_table import TypeTable
    from fhircheck.transport.record_reader import read_document

    node = read_document(read_bounded(name, LARGEST, f"--against {name}"), TypeTable(definitions))
    if node is None or node.get("resourceType") != "CapabilityStatement":
        raise UsageError(f"--against {name}: holds no CapabilityStatement")
    return node


def _foreign(statement: dict[str, Any], definitions: "DefinitionSet") -> RequirementSet:
    """A statement that is not ours, with all that it imports or instantiates; loops end where they began."""
    notes: list[str] = []
    every = [each for one in _with_imports(statement, definitions, set(), notes) for each in requirements_of(one)]
    url, version = text_of(statement, "url"), text_of(statement, "version")
    title = text_of(statement, "title") or text_of(statement, "name") or url or "CapabilityStatement"
    return RequirementSet(url or title, title, url, version, merged(every), (url,) if url else (), "", tuple(notes))


def _with_imports(
    statement: dict[str, Any], definitions: "DefinitionSet", seen: set[str], notes: list[str]
) -> Iterator[dict[str, Any]]:
    seen.add(text_of(statement, "url"))
    yield statement
    for member in ("imports", "instantiates"):
        for canonical, _ in texts(statement, member):
            if split_canonical(canonical)[0] in seen:
                continue
            found = definitions.find(canonical, "CapabilityStatement")
            if found is None:
                seen.add(split_canonical(canonical)[0])
                notes.append(f"demands refer to {canonical} ({member}), which no loaded package has")
            else:
                yield from _with_imports(found, definitions, seen, notes)
