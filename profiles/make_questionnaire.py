"""Write the Questionnaire of `fhircheck assess`, its CodeSystem and value set from readiness/questionnaire.toml.

Run it from the project's root after the table was changed: ``python profiles/make_questionnaire.py`` (``--check`` only
says what is out of date), then ``python profiles/make_snapshots.py`` for the index. Codes are ``list.code``; the Länder
are those of ISO 3166-2. Conventions are those of SDC (http://hl7.org/fhir/uv/sdc/): enableWhen, answerOption,
answerValueSet, itemControl, translations; a group that may stand several times repeats.
"""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SHIPPED = HERE.parent / "fhircheck" / "assess" / "shipped"
OURS = "https://fhircheck.dev/fhir/"
CORE = "http://hl7.org/fhir/StructureDefinition/"
CODES = OURS + "CodeSystem/readiness"
ANSWER = OURS + "ValueSet/readiness-answer"
SYSTEMS = {"land": "urn:iso:std:iso:3166:-2"}
VERSION, DATE = "0.1.0", "2026-11-22"
CLOUD = ("iaas", "paas", "saas", "hybrid")

Json = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Write what is out of date, or with ``--check`` only name it. Returns the exit code."""
    made = make()
    stale = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in sorted(stale):
        print(f"{path.relative_to(HERE.parent)}: {'out of date' if '--check' in arguments else 'written'}")
        if "--check" not in arguments:
            path.write_text(made[path], encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


def make() -> dict[Path, str]:
    """Path -> text of each resource, each in both folders."""
    table = tomllib.loads((HERE / "readiness" / "questionnaire.toml").read_text(encoding="utf-8"))
    resources = [questionnaire(table), code_system(table), value_set(table)]
    texts = {f"{each['resourceType']}-{each['id']}.json": json.dumps(each, ensure_ascii=False, indent=1) + "\n"
             for each in resources}  # fmt: skip
    package = {"name": "de.fhircheck.readiness", "version": VERSION, "canonical": OURS.rstrip("/"), "type": "fhir.ig",
               "fhirVersions": ["4.0.1"], "dependencies": {"hl7.fhir.r4.core": "4.0.1"}}  # fmt: skip
    made = {folder / name: text for folder in (HERE, SHIPPED) for name, text in texts.items()}
    return made | {SHIPPED / "package.json": json.dumps(package, indent=1) + "\n"}


def _head(kind: str, identity: str, title: tuple[str, str], description: tuple[str, str]) -> Json:
    return {
        "resourceType": kind,
        "id": identity,
        "language": "en",
        "url": f"{OURS}{kind}/{identity}",
        "version": VERSION,
        "name": "".join(part.capitalize() for part in identity.split("-")),
        **_text("title", *title),
        "status": "active",
        "experimental": False,
        "date": DATE,
        "publisher": "The fhircheck authors",
        **_text("description", *description),
    }


def _text(name: str, english: str, german: str) -> Json:
    return {name: english, f"_{name}": {"extension": [_translation(german)]}}


def _translation(german: str) -> Json:
    parts = [{"url": "lang", "valueCode": "de"}, {"url": "content", "valueString": german}]
    return {"url": CORE + "translation", "extension": parts}


def code_system(table: Json) -> Json:
    """All codes of all lists but those that others define."""
    concepts = [
        {"code": f"{name}.{code}", "display": english, "designation": [{"language": "de", "value": german}]}
        for name, codes in table["lists"].items()
        if name not in SYSTEMS
        for code, (english, german) in codes.items()
    ]
    about = ("Answers to the questions of the readiness Questionnaire.", "Antworten auf die Fragen des Fragebogens.")
    return {
        **_head("CodeSystem", "readiness", ("Answers about readiness", "Antworten zur Bereitschaft"), about),
        "caseSensitive": True,
        "content": "complete",
        "count": len(concepts),
        "concept": concepts,
    }


def value_set(table: Json) -> Json:
    """Yes, partly, no, not applicable."""
    concepts = [{"code": f"answer.{code}"} for code in table["lists"]["answer"]]
    about = ("How far something is so; a question left open is not known.",
             "Wie weit etwas zutrifft; eine offene Frage ist nicht bekannt.")  # fmt: skip
    return {
        **_head("ValueSet", "readiness-answer", ("Yes, partly, no", "Ja, teilweise, nein"), about),
        "compose": {"include": [{"system": CODES, "concept": concepts}]},
    }


def questionnaire(table: Json) -> Json:
    """The Questionnaire."""
    lists = {each["id"]: each.get("list", "") for group in table["group"] for each in group["question"]}
    head = _head("Questionnaire", "cloud-ai-readiness", (table["title"], table["title_de"]),
                 (table["description"], table["description_de"]))  # fmt: skip
    return {**head, "subjectType": ["Organization"], "item": [_group(each, table, lists) for each in table["group"]]}


def _group(group: Json, table: Json, lists: dict[str, str]) -> Json:
    made = {"linkId": group["id"], **_text("text", group["en"], group["de"]), "type": "group"}
    if group.get("repeats"):
        made["repeats"] = True
    return made | {"item": [_question(each, table, lists) for each in group["question"]]}


def _question(each: Json, table: Json, lists: dict[str, str]) -> Json:
    chosen = each.get("list", "")
    made: Json = {}
    if extensions := _extensions(each):
        made["extension"] = extensions
    made |= {"linkId": each["id"], **_text("text", each["en"], each["de"])}
    made["type"] = "choice" if chosen else each["kind"]
    if conditions := _conditions(each):
        made["enableWhen"] = [_condition(text, lists) for text in conditions]
        if len(conditions) > 1:
            made["enableBehavior"] = "any" if "any" in each or each.get("cloud") else "all"
    for name, element in (("required", "required"), ("many", "repeats")):
        if each.get(name):
            made[element] = True
    if made["type"] == "string":
        made["maxLength"] = 200
    if chosen == "answer":
        made["answerValueSet"] = ANSWER
    elif chosen:
        made["answerOption"] = [_option(chosen, code, texts) for code, texts in table["lists"][chosen].items()]
    if inner := _inner(each):
        made["item"] = inner
    return made


def _extensions(each: Json) -> list[Json]:
    found: list[Json] = []
    if "list" in each:
        control = "check-box" if each.get("many") else "drop-down" if each["list"] == "land" else "radio-button"
        found.append(_control(control))
    for name, element in (("least", "minValue"), ("most", "maxValue")):
        if name in each:
            kind = "Integer" if each["kind"] == "integer" else "Decimal"
            found.append({"url": CORE + element, f"value{kind}": each[name]})
    if "unit" in each:
        unit = {"system": "http://unitsofmeasure.org", "code": each["unit"], "display": each["unit"]}
        found.append({"url": CORE + "questionnaire-unit", "valueCoding": unit})
    return found


def _control(code: str) -> Json:
    coding = {"system": "http://hl7.org/fhir/questionnaire-item-control", "code": code}
    return {"url": CORE + "questionnaire-itemControl", "valueCodeableConcept": {"coding": [coding]}}


def _conditions(each: Json) -> list[str]:
    if each.get("cloud"):
        return [f"{which} = {model}" for which in ("today", "target") for model in CLOUD]
    if each.get("kritis"):
        return ["cases >= 30000"]
    if each.get("provider_device"):
        return ["role = provider", "aiDevice exists", "aiDevice != none"]
    if "none" in each:
        return [f"{each['none']} missing"]
    found: list[str] = each.get("any") or each.get("all") or []
    return found


def _condition(text: str, lists: dict[str, str]) -> Json:
    """``question operator answer``, ``question exists`` or ``question missing``."""
    question, operator, *answer = text.split(" ")
    if operator in ("exists", "missing"):
        return {"question": question, "operator": "exists", "answerBoolean": operator == "exists"}
    found = {"question": question, "operator": operator}
    if lists[question]:
        return found | {"answerCoding": _coding(lists[question], answer[0])}
    return found | {"answerInteger": int(answer[0])}


def _coding(chosen: str, code: str) -> Json:
    return {"system": SYSTEMS.get(chosen, CODES), "code": code if chosen in SYSTEMS else f"{chosen}.{code}"}


def _option(chosen: str, code: str, texts: list[str]) -> Json:
    english, german = texts
    made: Json = {"valueCoding": _coding(chosen, code) | _text("display", english, german)}
    if code == "none" and chosen in ("service", "blocker", "ehds-letter", "bottleneck"):
        made = {"extension": [{"url": CORE + "questionnaire-optionExclusive", "valueBoolean": True}], **made}
    return made


def _inner(each: Json) -> list[Json]:
    found: list[Json] = []
    if "help" in each:
        texts = _text("text", each["help"], each["help_de"])
        found.append({"extension": [_control("help")], "linkId": f"{each['id']}.help", **texts, "type": "display"})
    if each.get("evidence"):
        texts = _text(
            "text", "Which document shows it, and of which day?", "Welches Dokument zeigt das, von welchem Tag?"
        )
        when = [_condition(f"{each['id']} = {code}", {each["id"]: "answer"}) for code in ("yes", "partly")]
        item: Json = {"linkId": f"{each['id']}.evidence", **texts, "type": "string", "enableWhen": when}
        found.append(item | {"enableBehavior": "any", "maxLength": 200})
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
