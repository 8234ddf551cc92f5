"""Write the requirement CapabilityStatements in fhircheck/probe/requirements/ from the tables in requirements/.

Run it from the project's root after a table was changed: ``python profiles/make_requirements.py`` (``--check`` only
says what is out of date). A table is compact TOML; for each part a text of words for each expectation:

    title, title_de, version, verified (V read in the source, 2 second-hand, U not verified)
    stands_for   canonicals of the statements and guides it restates
    formats, interactions, operations ($name=definition), search (name/type or name/type=definition)
    services     system|code of rest.security.service
    modifiers    asked of every parameter of a type (date/ge) or of a name (=status/not) that is itself asked for so
    demands      what the form has no element for, in the words of probes
    [[resource]] type, expectation, profiles, interactions, search, include, revinclude, operations, conditional*,
                 optional (those of the conditional ones that are MAY)
"""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MADE = HERE.parent / "fhircheck" / "probe" / "requirements"
OURS = "https://fhircheck.dev/fhir/"
EXPECTATION = "http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation"
DATE = "2026-11-22"

Json = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Write what is out of date, or with ``--check`` only name it. Returns the exit code."""
    made = make()
    extra = {path.name for path in MADE.glob("*.json")} - set(made)
    stale = {name: text for name, text in made.items() if _committed(MADE / name) != text}
    for name in sorted({*stale, *extra}):
        print(f"{name}: {'out of date' if '--check' in arguments else 'written' if name in stale else 'removed'}")
        if "--check" in arguments:
            continue
        if name in extra:
            (MADE / name).unlink()
        else:
            (MADE / name).write_text(stale[name], encoding="utf-8")
    return 1 if (stale or extra) and "--check" in arguments else 0


def make() -> dict[str, str]:
    """File name -> text of each statement."""
    tables = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in HERE.glob("requirements/*.toml")}
    return {
        f"{name}.json": json.dumps(statement(name, table), ensure_ascii=False, indent=1) + "\n"
        for name, table in sorted(tables.items())
    }


def statement(name: str, table: Json) -> Json:
    """The CapabilityStatement of one table."""
    rest: Json = {"mode": "server"}
    services = [
        {**_needed(each), "coding": [dict(zip(("system", "code"), word.split("|"), strict=True))]}
        for each, word in _words(table, "services")
    ]
    if services:
        rest["security"] = {"service": services}
    if resources := [_resource(each) for each in table.get("resource", [])]:
        rest["resource"] = resources
    rest.update(_shared(table))
    if set(rest) == {"mode"}:  # cpb-1 and cpb-3 want a rest that says something
        rest["documentation"] = "What is asked for stands in the extensions."
    formats = list(dict.fromkeys(word for _, word in _words(table, "formats"))) or ["json"]
    return {
        "resourceType": "CapabilityStatement",
        "id": name,
        "extension": _extensions(table),
        "url": f"{OURS}CapabilityStatement/{name}",
        "version": table["version"],
        "name": "".join(part.capitalize() for part in name.split("-")),
        "title": table["title"],
        "_title": {"extension": [_translation(table["title_de"])]},
        "status": "active",
        "date": DATE,
        "publisher": "The fhircheck authors",
        "description": f"What is asked of a server as {table['title']}, restated as data by fhircheck.",
        "kind": "requirements",
        "fhirVersion": "4.0.1",
        "format": formats,
        **_beside("_format", formats, table, "formats"),
        "rest": [rest],
    }


def _extensions(table: Json) -> list[Json]:
    kind = f"{OURS}StructureDefinition/"
    found: list[Json] = [{"url": kind + "demand-verified", "valueCode": table["verified"]}]
    found += [{"url": kind + "demand-source", "valueCanonical": each} for each in table.get("stands_for", [])]
    if not list(_words(table, "formats")):
        found.append({"url": kind + "server-demand", "valueString": "MAY rest.format:json"})
    demands = [*_words(table, "demands"), *_modified(table)]
    return found + [{"url": kind + "server-demand", "valueString": f"{needed} {about}"} for needed, about in demands]


def _modified(table: Json) -> list[tuple[str, str]]:
    """Demands on modifiers and prefixes, for each parameter that is asked for as strongly."""
    found = []
    for needed, word in _words(table, "modifiers"):
        which, _, modifier = word.partition("/")
        for resource in table.get("resource", []):
            asked = [each.partition("=")[0].split("/") for level, each in _words(resource, "search") if level == needed]
            if resource["expectation"] != needed:
                continue
            for name, kind in asked:
                if not name.startswith("_") and which in (kind, f"={name}"):
                    found.append((needed, f"{resource['type']}.searchParam:{name}:{modifier}"))
    return found


def _translation(german: str) -> Json:
    parts = [{"url": "lang", "valueCode": "de"}, {"url": "content", "valueString": german}]
    return {"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": parts}


def _resource(table: Json) -> Json:
    made: Json = {**_needed(table["expectation"]), "type": table["type"]}
    profiles = [(needed, url) for needed, urls in table.get("profiles", {}).items() for url in urls]
    made.update(_codes("supportedProfile", profiles))
    shared = _shared(table)
    made.update({name: shared[name] for name in ("interaction",) if name in shared})
    for name in ("conditionalCreate", "conditionalUpdate", "conditionalDelete"):
        if name in table:
            made[name] = table[name]
            if name in table.get("optional", []):
                made[f"_{name}"] = _needed("MAY")
    made.update(_codes("searchInclude", list(_words(table, "include"))))
    made.update(_codes("searchRevInclude", list(_words(table, "revinclude"))))
    made.update({name: shared[name] for name in ("searchParam", "operation") if name in shared})
    return made


def _shared(table: Json) -> Json:
    """Interactions, search parameters and operations, in the order of the form."""
    made: Json = {}
    if found := [{**_needed(needed), "code": word} for needed, word in _words(table, "interactions")]:
        made["interaction"] = found
    if found := [_parameter(needed, word) for needed, word in _words(table, "search")]:
        made["searchParam"] = found
    if found := [_operation(needed, word) for needed, word in _words(table, "operations")]:
        made["operation"] = found
    return made


def _parameter(needed: str, word: str) -> Json:
    name, _, rest = word.partition("/")
    kind, _, definition = rest.partition("=")
    return {**_needed(needed), "name": name, **({"definition": definition} if definition else {}), "type": kind}


def _operation(needed: str, word: str) -> Json:
    name, _, definition = word.partition("=")
    return {**_needed(needed), "name": name.removeprefix("$"), "definition": definition}


def _codes(name: str, words: list[tuple[str, str]]) -> Json:
    """A list of texts with the expectations beside it."""
    if not words:
        return {}
    return {name: [word for _, word in words], f"_{name}": [_needed(needed) for needed, _ in words]}


def _beside(name: str, formats: list[str], table: Json, member: str) -> Json:
    """Expectations of formats, where one is weaker than SHALL."""
    needed = {word: each for each, word in reversed(list(_words(table, member)))}
    if all(needed.get(each, "SHALL") == "SHALL" for each in formats):
        return {}
    return {name: [_needed(needed.get(each, "SHALL")) for each in formats]}


def _words(table: Json, name: str) -> list[tuple[str, str]]:
    """(expectation, word) for all words of one part."""
    return [(needed, word) for needed, text in table.get(name, {}).items() for word in text.split()]


def _needed(expectation: str) -> Json:
    return {"extension": [{"url": EXPECTATION, "valueCode": expectation}]}


def _committed(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
