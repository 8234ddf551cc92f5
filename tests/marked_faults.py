# ruff: noqa: E501
"""Files in which a marker stands where something is wrong: every fault whose message could repeat what it found.

Each entry is a file's name and its bytes; M is replaced by a new marker each time it stands there. What stands in the
place of a name, a code, a system, a profile or a link is written as nobody writes one (with blanks, umlauts, an @): what
looks like an identifier is shown as one.
"""

import json
import re
from typing import Any

from tests.marked_data import Marks

BORN = "1893-07-17"
DIV = 'xmlns="http://www.w3.org/1999/xhtml"'
PERSON = "Frau M"  # what a person's name in the wrong place looks like


def patient(**more: Any) -> dict[str, Any]:
    """A patient of markers."""
    return {
        "resourceType": "Patient",
        "id": "r1",
        "name": [{"family": "M", "given": ["M"], "text": "M"}],
        "birthDate": BORN,
        "address": [{"line": ["M 1"], "city": "M", "postalCode": "M"}],
        "telecom": [{"system": "email", "value": "M@example.org"}],
        **more,
    }


def narrative(inner: str) -> dict[str, Any]:
    """A patient with this narrative."""
    return patient(text={"status": "generated", "div": f"<div {DIV}>M {inner}</div>"})


def observation(**more: Any) -> dict[str, Any]:
    """An observation of the patient."""
    code = {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "M"}], "text": "M"}
    return {"resourceType": "Observation", "status": "final", "code": code,
            "subject": {"reference": "Patient/r1", "display": "M"}, "effectiveDateTime": "2024-03-05", **more}  # fmt: skip


def bundle(kind: str, *resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Bundle."""
    entries = [{"fullUrl": f"https://klinik.example/{each['resourceType']}/M", "resource": each} for each in resources]
    return {"resourceType": "Bundle", "type": kind, "entry": entries, **more}


def item(link: str, kind: str, **more: Any) -> dict[str, Any]:
    """A question."""
    return {"linkId": link, "type": kind, "text": "Question", **more}


def limit(name: str, value: dict[str, Any]) -> dict[str, Any]:
    """A limit on an answer."""
    return {"url": f"http://hl7.org/fhir/StructureDefinition/{name}", **value}


QUESTIONNAIRE = {
    "resourceType": "Questionnaire", "status": "active", "url": "https://klinik.example/Questionnaire/q", "item": [
        item("name", "string", maxLength=3),
        item("chosen", "choice", answerOption=[{"valueCoding": {"system": "https://klinik.example/cs", "code": "a"}}]),
        item("open", "open-choice", answerOption=[{"valueString": "one"}]),
        item("word", "choice", answerOption=[{"valueString": "one"}, {"valueString": "two"}]),
        item("set", "choice", answerValueSet="http://hl7.org/fhir/ValueSet/administrative-gender"),
        item("born", "date", extension=[limit("minValue", {"valueDate": "1950-01-01"})]),
        item("count", "decimal", extension=[limit("maxValue", {"valueDecimal": 10}),
                                            limit("maxDecimalPlaces", {"valueInteger": 1})]),
        item("shape", "string", extension=[limit("regex", {"valueString": "[0-9]+"}),
                                           limit("minLength", {"valueInteger": 40})]),
        item("file", "attachment", extension=[limit("mimeType", {"valueCode": "image/png"}),
                                              limit("maxSize", {"valueDecimal": 1})]),
        item("amount", "quantity", extension=[limit("questionnaire-unitOption", {"valueCoding": {
            "system": "http://unitsofmeasure.org", "code": "kg"}})]),
        item("who", "reference", extension=[limit("questionnaire-referenceResource", {"valueCode": "Patient"})]),
        item("group", "group", item=[item("inner", "boolean")]),
        item("shown", "display"),
    ],
}  # fmt: skip


def answered(link: str, *answers: dict[str, Any]) -> dict[str, Any]:
    """An answer, with the question's text written anew."""
    return {"linkId": link, "text": "M", "answer": list(answers)}


RESPONSE = {
    "resourceType": "QuestionnaireResponse", "status": "completed", "contained": [{**QUESTIONNAIRE, "id": "q"}], "questionnaire": "#q",
    "authored": "2024-03-05", "subject": {"display": "M"}, "author": {"display": "M", "identifier": {"value": "M"}},
    "item": [
        answered("name", {"valueString": "M M"}, {"valueString": "M"}), answered("chosen", {"valueCoding": {
            "system": "https://klinik.example/cs", "code": PERSON, "display": "M"}}),
        answered("chosen", {"valueString": "M"}), answered("open", {"valueString": "M"}, {"valueDate": BORN}),
        answered("word", {"valueString": "M"}), answered("set", {"valueCoding": {"code": PERSON, "display": "M"}}),
        answered("set", {"valueString": "M"}), answered("born", {"valueDate": BORN}),
        answered("count", {"valueDecimal": 618937.25}), answered("shape", {"valueString": "M"}),
        answered("file", {"valueAttachment": {"contentType": PERSON, "data": "M", "title": "M", "size": 9}}),
        answered("amount", {"valueQuantity": {"value": 618937.25, "unit": "M", "code": PERSON, "system": "M M"}}),
        answered("who", {"valueReference": {"reference": "Observation/r1", "type": PERSON, "display": "M"}}),
        answered("inner", {"valueBoolean": True}), answered("group", {"valueString": "M"}),
        answered("shown", {"valueString": "M"}), answered(PERSON, {"valueString": "M"}),
    ],
}  # fmt: skip

RESOURCES: dict[str, dict[str, Any]] = {
    "property": patient(**{PERSON: "M", "ä@M": {"M M": 1}, "_name": "M"}),
    "type": {"resourceType": PERSON, "name": "M"},
    "codes": patient(gender=PERSON, maritalStatus={"coding": [{"system": PERSON, "code": PERSON, "display": "M"},
                     {"code": PERSON}], "text": "M"}, communication=[{"language": {"coding": [
                         {"system": "urn:ietf:bcp:47", "code": PERSON, "display": "M"}]}}]),
    "identifiers": patient(identifier=[
        {"system": "http://fhir.de/sid/gkv/kvid-10", "value": "M"}, {"system": "http://fhir.de/sid/arge-ik/iknr", "value": "M"},
        {"system": "urn:ietf:rfc:3986", "value": "M M"}, {"system": "urn:uuid", "value": "M"}, {"system": PERSON, "value": "M"},
        {"system": "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_ANR", "value": "M", "assigner": {"display": "M"}},
        {"use": PERSON, "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR",
          "display": "M"}], "text": "M"}, "value": "M M"}, {"value": 618937}]),
    "references": patient(managingOrganization={"reference": "Organization/ M M", "type": PERSON, "display": "M"},
                          generalPractitioner=[{"reference": "#M M"}, {"reference": "Practitioner?name=M"},
                          {"reference": f"urn:uuid:{PERSON}"}, {"reference": "Erika M"}, {"identifier": {"value": "M"}}]),
    "conditional": bundle("transaction", observation(subject={"reference": "Patient?identifier=x|M&M=&name=M"}),
                          observation(subject={"reference": "Erika?M"})),
    "extension": patient(extension=[{"url": PERSON, "valueString": "M"}, {"valueString": "M"},
                         {"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueString": "M"},
                         {"url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueDate": BORN},
                         {"url": "http://hl7.org/fhir/StructureDefinition/patient-citizenship",
                          "extension": [{"url": PERSON, "valueString": "M"}]}]),
    "profile": patient(meta={"profile": [PERSON, "https://klinik.example/p|M M"], "security": [{"code": PERSON}],
                             "versionId": "M M", "tag": [{"system": PERSON, "code": PERSON, "display": "M"}]}),
    "dates": patient(birthDate="17.07.1893", deceasedDateTime="1893-02-31", _birthDate={"extension": [{
        "url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime", "valueDateTime": "1893-07-17T25:00:00Z"}]}),
    "lifetime": patient(id="r2", deceasedDateTime="1893-07-16", name=[{"period": {"start": "1893-07-18", "end": BORN}}]),
    "value": observation(valueQuantity={"value": "618937,25", "unit": "M", "system": PERSON, "code": PERSON},
                         referenceRange=[{"text": "M", "low": {"value": 618937.5}, "high": {"value": 618937.25}}],
                         note=[{"text": "M", "authorString": "M", "time": BORN}], interpretation=[{"text": "M"}]),
    "coded": observation(category=[{"coding": [{"system": "http://snomed.info/sct", "code": PERSON, "display": "M"}]}],
                         bodySite={"coding": [{"system": PERSON, "version": "M M", "code": "x", "display": "M"}]},
                         dataAbsentReason={"text": "M"}, valueCodeableConcept={"text": "M"}),
    "unit": observation(valueQuantity={"value": 618937.25, "unit": "M", "system": "http://unitsofmeasure.org", "code": "M M"}),
    "heart": observation(meta={"profile": ["http://hl7.org/fhir/StructureDefinition/heartrate"]},
                         category=[{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                                "code": "vital-signs", "display": "M"}]}],
                         valueQuantity={"value": 618937, "unit": "M", "system": PERSON, "code": "M M"}),
    "attachment": patient(photo=[{"contentType": PERSON, "data": "M", "hash": "AAAA", "size": 3, "title": "M"},
                                 {"url": "M M", "title": "M"}, {"data": "M="}, {"language": PERSON}]),
    "consent": {"resourceType": "Consent", "status": PERSON, "scope": {"text": "M"}, "category": [{"text": "M"}],
                "patient": {"display": "M"}, "sourceAttachment": {"data": "M", "title": "M"}, "dateTime": BORN,
                "provision": {"actor": [{"role": {"text": "M"}, "reference": {"display": "M"}}], "period": {"start": BORN}}},
    "bundle-links": bundle("searchset", patient(), {"resourceType": "OperationOutcome", "issue": [{
        "severity": "error", "code": PERSON, "diagnostics": "M", "details": {"text": "M"}}]},
        link=[{"relation": PERSON, "url": "https://klinik.example/Patient?name=M"},
              {"relation": "self", "url": "https://klinik.example/Patient?name=M&birthdate=1893-07-17"},
              {"relation": "self", "url": "M M"}], identifier={"value": "M"}, signature={"data": "M"}),
    "document": bundle("document", {"resourceType": "Composition", "status": "final", "title": "M", "date": "2024",
        "type": {"text": "M"}, "author": [{"display": "M"}], "subject": {"reference": "Patient/M M"},
        "section": [{"title": "M", "text": {"status": "additional", "div": f"<div {DIV}>M</div>"},
                     "entry": [{"reference": "Condition/M M"}]}]}, patient()),
    "message": bundle("message", patient(), {"resourceType": "MessageHeader", "source": {"name": "M", "endpoint": "M M"}}),
    "parameters": {"resourceType": "Parameters", "parameter": [{"name": PERSON, "valueString": "M"}, {"name": "M M"}]},
    "report": {"resourceType": "MeasureReport", "status": "complete", "type": "individual", "measure": "M M",
               "subject": {"display": "M"}, "period": {"start": BORN}, "group": [{"code": {"text": "M"},
               "population": [{"count": 618937, "code": {"text": "M", "coding": [{"code": PERSON}]}}]}]},
    "mojibake": patient(name=[{"family": "MÃ¼ M", "given": ["M\u0001", " M ", "", "<b>M</b>", "\u202eM", 618937, None]}]),
    "elements": patient(name={"family": ["M"]}, contact="M", birthDate=[BORN], active="M", multipleBirthInteger="M",
                        maritalStatus="M", link={"other": "M"}, photo="M"),
    "ids": patient(name=[{"id": "M M", "family": "M"}, {"id": "M M"}], contained=[{"resourceType": "Person", "id": "M M",
                   "name": [{"family": "M"}]}, {"resourceType": "RelatedPerson", "name": [{"text": "M"}]}]),
    "twice": patient(id="r3"), "twice-again": patient(id="r3"),
    "narrative-name": narrative("<M@example.org>"), "narrative-element": narrative("<frau-müller>M</frau-müller>"),
    "narrative-entity": narrative("&M; &Müller;"), "narrative-script": narrative("<script>M</script><p onclick='M'>x</p>"),
    "narrative-link": narrative("<a href='javascript:M'>M</a><a href='#M M'>M</a><img src='M M' alt='M'/>"),
    "narrative-ids": narrative("<p id='M M'>M</p><p id='M M'>M</p><p xml:lang='M M' style='background:url(M)' ä='M'>M</p>"),
    "narrative-cut": narrative("<p>M"), "narrative-comment": narrative("<!-- M --><?M M?><![CDATA[M]]>"),
    "signature": bundle("document", patient(), signature={"type": [{"code": PERSON}], "when": "2024-01-01T00:00:00Z",
                        "who": {"display": "M"}, "data": "M", "sigFormat": "application/jose"}),
    "response": RESPONSE,
}  # fmt: skip

TEXTS: dict[str, str] = {
    "twice-named.json": '{"resourceType":"Patient","name":[{"family":"M","family":"M"}],"birthDate":"1893-07-17","birthDate":"x"}',
    "cut.json": '{"resourceType":"Patient","name":[{"family":"M',
    "bare.json": '{"resourceType":"Patient","name":[{"family":M}]}',
    "quotes.json": "{'resourceType':'Patient','name':[{'family':'M'}]}",
    "comment.json": '{"resourceType":"Patient" /* M */, // M\n"birthDate":"1893-07-17",}',
    "line-break.json": '{"resourceType":"Patient","name":[{"family":"M\nM"}]}',
    "escape.json": '{"resourceType":"Patient","name":[{"family":"\\M \\ud800M"}]}',
    "behind.json": '{"resourceType":"Patient"} M M',
    "array.json": '["M", {"resourceType":"Patient","name":"M"}]',
    "word.json": '"M"',
    "number.json": '{"id":"r1","resourceType":"Observation","valueQuantity":{"value":618937e999999},"valueInteger":NaN}',
    "lines.ndjson": 'M;1893-07-17;Müller\n{"resourceType":"Patient","name":[{"family":"M"}]\n{"M":"M"}\n[]\n',
    "table.json": "name;born\nM;1893-07-17\n",
    "order.xml": '<Patient xmlns="http://hl7.org/fhir"><birthDate value="1893-07-17"/><name><family value="M"/></name>M</Patient>',
    "attribute.xml": '<Patient xmlns="http://hl7.org/fhir" ä="M"><name ü-M="M"><family value="M" Mü="M">M</family></name></Patient>',
    "doctype.xml": '<!DOCTYPE Patient [<!ENTITY M "M">]><Patient xmlns="http://hl7.org/fhir"><birthDate value="&M;"/></Patient>',
    "cut.xml": '<Patient xmlns="http://hl7.org/fhir"><name><family value="M"/></nam',
    "tag.xml": '<Patient xmlns="http://hl7.org/fhir"><name>M<Müller value="M"/><M@example.org></name></Patient>',
    "namespace.xml": '<Patient xmlns="urn:M M"><name><family value="M"/></name></Patient>',
    "instruction.xml": '<Patient xmlns="http://hl7.org/fhir"><?M M?><!-- M --><name><family value="M"/></name></Patient>',
    "entity.xml": '<Patient xmlns="http://hl7.org/fhir"><name><family value="&M;"/></name></Patient>',
    "value.xml": '<Patient xmlns="http://hl7.org/fhir"><active value="M"/><birthDate value="17.07.1893"/>'
                 '<gender value="Frau M"/><name><family value=" M "/></name></Patient>',
}  # fmt: skip


def files(marks: Marks) -> dict[str, bytes]:
    """All of them, by name."""
    made = {f"{name}.json": json.dumps(each, ensure_ascii=False) for name, each in RESOURCES.items()} | TEXTS
    written = {name: _marked(text, name, marks).encode("utf-8", "surrogatepass") for name, text in made.items()}
    latin = _marked(made["elements.json"].replace('"M"', '"Mü"'), "latin.json", marks)
    return {
        **written,
        "latin.json": latin.encode("latin-1", "replace"),
        "wide.json": _marked(made["twice.json"], "wide.json", marks).encode("utf-16"),
        "marked.json": b"\xef\xbb\xbf" + written["twice.json"],
    }


def _marked(text: str, name: str, marks: Marks) -> str:
    return re.sub(r"\bM(?=\b|\d|ü|Ã|[^\w])", lambda _: marks.make(name), text)
