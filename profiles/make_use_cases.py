"""Write the use cases' Libraries and value sets from the tables in use-cases/, here and into the package.

Run it from the project's root after a table was changed: ``python profiles/make_use_cases.py`` (``--check`` only says
what is out of date), then ``python profiles/make_snapshots.py`` for the index. A table is compact TOML:

    title, title_de, description, description_de
    [[need]]   id, title, title_de, role, type, profiles; codes: path with value_set (of value-sets.toml) or codes
               ("system|code", either part may be empty); date: path of the date that counts; must: elements that have
               to be there; count: resources a patient needs; window: from and to, relative to the index event; density;
               sampling: every, share, gap, by; clock: ahead, late, against;
               link; either: requirements of that name are alternatives; anchor; label_path; classes
"""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SHIPPED = HERE.parent / "fhircheck" / "use_cases" / "shipped"
OURS = "https://fhircheck.dev/fhir/"
EXTENSION = OURS + "StructureDefinition/"
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
VERSION, DATE = "0.1.0", "2026-11-22"
SYSTEMS = {
    "act": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "ask": "http://fhir.de/CodeSystem/ask",
    "atc": "http://fhir.de/CodeSystem/bfarm/atc",
    "atc-old": "http://fhir.de/CodeSystem/dimdi/atc",
    "atc-who": "http://www.whocc.no/atc",
    "dcm": "http://dicom.nema.org/resources/ontology/DCM",
    "discharge": "http://terminology.hl7.org/CodeSystem/discharge-disposition",
    "discharge-301": "http://fhir.de/CodeSystem/dkgev/EntlassungsgrundErsteUndZweiteStelle",
    "endpoint": "http://terminology.hl7.org/CodeSystem/endpoint-connection-type",
    "icd-10-gm": "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
    "icd-10-gm-old": "http://fhir.de/CodeSystem/dimdi/icd-10-gm",
    "identifier-de": "http://fhir.de/CodeSystem/identifier-type-de-basis",
    "identifier-v2": "http://terminology.hl7.org/CodeSystem/v2-0203",
    "kdl": "http://dvmd.de/fhir/CodeSystem/kdl",
    "loinc": "http://loinc.org",
    "observation-value": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "ops": "http://fhir.de/CodeSystem/bfarm/ops",
    "ops-old": "http://fhir.de/CodeSystem/dimdi/ops",
    "provision": "http://hl7.org/fhir/consent-provision-type",
    "pzn": "http://fhir.de/CodeSystem/ifa/pzn",
    "sct": "http://snomed.info/sct",
}

Json = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Write what is out of date, or with ``--check`` only name it. Returns the exit code."""
    made = make()
    stale = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    extra = [path for path in SHIPPED.glob("*.json") if path not in made]
    for path in sorted([*stale, *extra]):
        print(f"{path.relative_to(HERE.parent)}: {'out of date' if '--check' in arguments else 'written'}")
        if "--check" not in arguments and path in extra:
            path.unlink()
        elif "--check" not in arguments:
            path.write_text(made[path], encoding="utf-8")
    return 1 if (stale or extra) and "--check" in arguments else 0


def make() -> dict[Path, str]:
    """Path -> text of each Library and ValueSet, each in both folders."""
    tables = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in HERE.glob("use-cases/*.toml")}
    sets = tables.pop("value-sets")
    resources = [value_set(name, table) for name, table in sets.items()]
    resources += [library(name, table) for name, table in sorted(tables.items())]
    texts = {f"{each['resourceType']}-{each['id']}.json": _text(each) for each in resources}
    return {folder / name: text for folder in (HERE, SHIPPED) for name, text in texts.items()}


def value_set(name: str, table: Json) -> Json:
    """The ValueSet of one table."""
    include = [each for alias in table if alias in SYSTEMS for each in _included(SYSTEMS[alias], table[alias])]
    return {**_head("ValueSet", f"use-case-{name}", table), "compose": {"include": include}}


def _included(system: str, words: list[str]) -> list[Json]:
    """One include for the listed codes, one for each hierarchy."""
    listed = [{"code": word} for word in words if ":" not in word and word != "*"]
    below = [word.removeprefix("below:") for word in words if word.startswith("below:")]
    whole = [{"system": system}] if "*" in words else []
    filters = [{"system": system, "filter": [{"property": "concept", "op": "is-a", "value": each}]} for each in below]
    return [*whole, *([{"system": system, "concept": listed}] if listed else []), *filters]


def library(name: str, table: Json) -> Json:
    """The Library of one table."""
    kind = {"system": "http://terminology.hl7.org/CodeSystem/library-type", "code": "module-definition"}
    return {
        **_head("Library", name, table),
        "type": {"coding": [kind]},
        "subjectCodeableConcept": {
            "coding": [{"system": "http://hl7.org/fhir/resource-types", "code": "Patient", "display": "Patient"}]
        },
        "dataRequirement": [requirement(each) for each in table["need"]],
    }


def requirement(need: Json) -> Json:
    """One DataRequirement."""
    extensions = [
        _extension("requirement-role", valueCode=need["role"]),
        _extension("requirement-title", valueString=need["title"], _valueString=_german(need["title_de"])),
    ]
    if "count" in need:
        extensions.append(_extension("requirement-minimum-count", valuePositiveInt=need["count"]))
    if "window" in need:
        start, end = map(_duration, need["window"])
        extensions.append(_parts("requirement-window", start={"valueDuration": start}, end={"valueDuration": end}))
    if "density" in need:
        every, share = need["density"]["every"], need["density"]["share"]
        parts = {"every": {"valueDuration": _duration(every)}, "share": {"valueDecimal": share}}
        extensions.append(_parts("requirement-density", **parts))
    extensions += _streams(need)
    if "link" in need:
        to = {"path": {"valueString": need["link"]["path"]}, "to": {"valueId": need["link"]["to"]}}
        extensions.append(_parts("requirement-link", **to))
    if "either" in need:
        extensions.append(_extension("requirement-alternative", valueId=need["either"]))
    if "anchor" in need:
        extensions.append(_extension("requirement-anchor", valueCode=need["anchor"]))
    if "label_path" in need:
        extensions.append(_extension("label-path", valueString=need["label_path"]))
    extensions += [_label_class(each) for each in need.get("classes", ())]
    made: Json = {"id": need["id"], "extension": extensions, "type": need["type"]}
    made |= {"profile": need["profiles"]} if "profiles" in need else {}
    made |= {"mustSupport": need["must"]} if "must" in need else {}
    made |= {"codeFilter": [_code_filter(each) for each in need["codes"]]} if "codes" in need else {}
    return made | ({"dateFilter": [{"path": need["date"]}]} if "date" in need else {})


def _streams(need: Json) -> list[Json]:
    """How often samples are expected, and whose clock they are compared with."""
    found = []
    for name, key, texts in (("requirement-sampling", "sampling", "by"), ("requirement-clock", "clock", "against")):
        asked = need.get(key, {})
        parts = [{"url": part, "valueDuration": _duration(asked[part])}
                 for part in ("every", "gap", "ahead", "late") if part in asked]  # fmt: skip
        parts += [{"url": "share", "valueDecimal": asked["share"]}] if "share" in asked else []
        parts += [{"url": texts, "valueString": path} for path in asked.get(texts, ())]
        found += [{"extension": parts, "url": EXTENSION + name}] if parts else []
    return found


def _label_class(rule: Json) -> Json:
    parts: dict[str, Json] = {"name": {"valueString": rule["name"]}}
    if "value_set" in rule:
        parts["valueSet"] = {"valueCanonical": _canonical(rule["value_set"])}
    parts |= {name: {"valueDecimal": rule[name]} for name in ("from", "below") if name in rule}
    parts |= {"unit": {"valueCode": rule["unit"]}} if "unit" in rule else {}
    return _parts("label-class", **parts)


def _code_filter(asked: Json) -> Json:
    made: Json = {"path": asked["path"]}
    if "value_set" in asked:
        made["valueSet"] = _canonical(asked["value_set"])
    codings = [dict(zip(("system", "code"), word.split("|"), strict=True)) for word in asked.get("codes", ())]
    codings = [{name: text for name, text in each.items() if text} for each in codings]
    return made | ({"code": codings} if codings else {})


def _canonical(name: str) -> str:
    return f"{OURS}ValueSet/use-case-{name}"


def _duration(text: str) -> Json:
    value, code = text.split(" ")
    return {"value": int(value), "system": "http://unitsofmeasure.org", "code": code}


def _extension(name: str, **value: Any) -> Json:
    return {"url": EXTENSION + name, **value}


def _parts(name: str, /, **parts: Json) -> Json:
    return {"extension": [{"url": part, **value} for part, value in parts.items()], "url": EXTENSION + name}


def _head(kind: str, name: str, table: Json) -> Json:
    made: Json = {
        "resourceType": kind,
        "id": name,
        "url": f"{OURS}{kind}/{name}",
        "version": VERSION,
        "name": "".join(word.capitalize() for word in name.replace("1", "1-").split("-")),
        "title": table["title"],
        "_title": _german(table["title_de"]),
        "status": "draft",
        "experimental": False,
        "date": DATE,
        "publisher": "The fhircheck authors",
        "description": table["description"],
    }
    return made | ({"_description": _german(table["description_de"])} if "description_de" in table else {})


def _german(text: str) -> Json:
    parts = [{"url": "lang", "valueCode": "de"}, {"url": "content", "valueString": text}]
    return {"extension": [{"url": TRANSLATION, "extension": parts}]}


def _text(resource: Json) -> str:
    return json.dumps(resource, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
