"""Where use cases come from: ours, a file (Library, or a Bundle with it and its value sets), a loaded package."""

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fhircheck.model.errors import UsageError
from fhircheck.transport.bounded_file import read_bounded
from fhircheck.use_cases.library import use_case_of
from fhircheck.use_cases.requirement import UseCase

if TYPE_CHECKING:
    from fhircheck.definitions.definition_set import DefinitionSet

ORIGIN = "fhircheck"
LARGEST = 16 << 20
_LIBRARY = "Library-"


@lru_cache(maxsize=1)
def shipped_names() -> tuple[str, ...]:
    """Names of our use cases, in alphabetical order."""
    names = [each.name for each in _folder().iterdir()]
    return tuple(sorted(each[len(_LIBRARY) : -5] for each in names if each.startswith(_LIBRARY)))


def library_text(name: str) -> str:
    """The Library of our use case as JSON; it has to be in `shipped_names`."""
    text: str = (_folder() / f"{_LIBRARY}{name}.json").read_text(encoding="utf-8")
    return text


def shipped(name: str) -> UseCase:
    """Our use case of this name; it has to be in `shipped_names`."""
    return use_case_of(json.loads(library_text(name)), name, ORIGIN, _value_sets())


def load_use_cases(names: Iterable[str], definitions: "DefinitionSet", only_one: bool = False) -> tuple[UseCase, ...]:
    """The use cases called `names`, each once. only_one: its usable resources are to be written. Raises UsageError."""
    asked = tuple(dict.fromkeys(names))
    if only_one and len(asked) != 1:
        raise UsageError("--write-usable needs exactly one --use-case: whose usable patients are to be written?")
    return tuple(load_use_case(each, definitions) for each in asked)


def load_use_case(name: str, definitions: "DefinitionSet") -> UseCase:
    """Our use case called `name`, else the Library in this file, else the one with this canonical in a package.

    Raises UsageError where there is none or where it makes no sense.
    """
    if name in shipped_names():
        return shipped(name)
    if name.startswith(("http://", "https://", "urn:")):
        library = definitions.find(name, "Library")
        if library is None:
            raise UsageError(f"--use-case {name}: no loaded package has this Library; name it by --package")
        return use_case_of(library, str(library.get("name") or name), name, _value_sets())
    path = Path(name)
    if not path.is_file():
        begun = [each for each in shipped_names() if name and each.startswith(name)]
        near = begun or get_close_matches(name, shipped_names(), n=1)
        hint = f"; did you mean {near[0]}?" if near else "; fhircheck use-cases list names ours"
        raise UsageError(f"--use-case {name}: neither a file nor a use case of ours{hint}")
    library, own = _parts(_read(path, definitions), name)
    return use_case_of(library, str(library.get("name") or path.stem), name, {**_value_sets(), **own})


def _folder() -> Any:
    return files("fhircheck.use_cases") / "shipped"


@lru_cache(maxsize=1)
def _value_sets() -> dict[str, Mapping[str, Any]]:
    """Our value sets by URL."""
    found = {}
    for each in sorted(_folder().iterdir(), key=lambda each: each.name):
        if each.name.startswith("ValueSet-"):
            resource = json.loads(each.read_text(encoding="utf-8"))
            found[resource["url"]] = resource
    return found


def _read(path: Path, definitions: "DefinitionSet") -> Any:
    """The resource in a file, JSON or XML."""
    from fhircheck.definitions.type_table import TypeTable
    from fhircheck.transport.record_reader import read_document

    return read_document(read_bounded(path, LARGEST, f"--use-case {path}", reason=str), TypeTable(definitions))


def _parts(node: Any, name: str) -> tuple[dict[str, Any], dict[str, Mapping[str, Any]]]:
    """The Library, and the value sets beside it where it came in a Bundle."""
    if node.__class__ is not dict:
        raise UsageError(f"--use-case {name}: neither JSON nor XML of a resource")
    if node.get("resourceType") != "Bundle":
        return node, {}
    entries = node.get("entry")
    inner = [each.get("resource") for each in entries if each.__class__ is dict] if entries.__class__ is list else []
    libraries = [each for each in inner if each.__class__ is dict and each.get("resourceType") == "Library"]
    if len(libraries) != 1:
        raise UsageError(f"--use-case {name}: the Bundle needs exactly one Library, it has {len(libraries)}")
    sets: dict[str, Mapping[str, Any]] = {
        str(each.get("url")): each
        for each in inner
        if each.__class__ is dict and each.get("resourceType") == "ValueSet"
    }
    return libraries[0], sets
