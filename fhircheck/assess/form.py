"""The Questionnaire as questions: what is asked, when, and which answers there are.

http://hl7.org/fhir/R4/questionnaire.html with the conventions of SDC; the resource is made by
profiles/make_questionnaire.py.
"""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

Json = dict[str, Any]
Texts = tuple[str, str]
"""English, German"""

FILE = "Questionnaire-cloud-ai-readiness.json"
CANONICAL = "https://fhircheck.dev/fhir/Questionnaire/cloud-ai-readiness"
CORE = "http://hl7.org/fhir/StructureDefinition/"


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to choose. code: as conditions name it, without its list. exclusive: stands alone."""

    system: str
    full: str
    texts: Texts
    exclusive: bool = False

    @property
    def code(self) -> str:
        """The code without the list it is from."""
        return self.full.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class EnableWhen:
    """One enableWhen: question, operator, and the answer it is compared with (a code, a number or a boolean)."""

    question: str
    operator: str
    answer: str | int | bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question. kind: choice, integer, decimal, date or string. evidence: linkId of the text that shows it."""

    link: str
    group: str
    kind: str
    texts: Texts
    help: Texts = ("", "")
    options: tuple[Option, ...] = ()
    many: bool = False
    required: bool = False
    conditions: tuple[EnableWhen, ...] = ()
    any_condition: bool = False
    least: Decimal | None = None
    most: Decimal | None = None
    unit: str = ""
    longest: int = 200
    evidence: str = ""

    def option(self, code: str) -> Option | None:
        """The option with that short code."""
        return next((each for each in self.options if each.code == code), None)


@dataclass(frozen=True, slots=True)
class Group:
    """Questions under one heading. repeats: one instance for each application or use case."""

    link: str
    texts: Texts
    repeats: bool
    questions: tuple[Question, ...]

    @property
    def first(self) -> Question:
        """The question that names an instance."""
        return self.questions[0]


@dataclass(frozen=True, slots=True)
class Form:
    """The whole Questionnaire."""

    url: str
    version: str
    texts: Texts
    about: Texts
    groups: tuple[Group, ...]
    by_link: dict[str, Question] = field(default_factory=dict)

    def group(self, link: str) -> Group:
        """The group with that linkId. Raises KeyError."""
        return {each.link: each for each in self.groups}[link]

    def question(self, link: str) -> Question:
        """The question with that linkId. Raises KeyError."""
        return self.by_link[link]

    def labels(self) -> frozenset[str]:
        """Codes of the applications and AI use cases: what a measured document may be about."""
        return frozenset(each.code for name in ("application", "useCase") for each in self.question(name).options)


@cache
def shipped() -> Form:
    """The Questionnaire that comes with fhircheck."""
    folder = files("fhircheck.assess").joinpath("shipped")
    codes = json.loads(folder.joinpath("CodeSystem-readiness.json").read_text(encoding="utf-8"))
    return form_of(json.loads(questionnaire_text()), _answers(codes))


def questionnaire_text() -> str:
    """The Questionnaire as JSON, for other form fillers."""
    return files("fhircheck.assess").joinpath("shipped", FILE).read_text(encoding="utf-8")


def form_of(node: Json, answers: tuple[Option, ...]) -> Form:
    """The Form of a Questionnaire. answers: what its value set of yes and no holds."""
    groups = tuple(_group(each, answers) for each in node["item"])
    by_link = {question.link: question for group in groups for question in group.questions}
    return Form(node["url"], node["version"], _both(node, "title"), _both(node, "description"), groups, by_link)


def _answers(code_system: Json) -> tuple[Option, ...]:
    return tuple(
        Option(code_system["url"], each["code"], (each["display"], each["designation"][0]["value"]))
        for each in code_system["concept"]
        if each["code"].startswith("answer.")
    )


def _group(node: Json, answers: tuple[Option, ...]) -> Group:
    questions = tuple(_question(each, node["linkId"], answers) for each in node["item"])
    return Group(node["linkId"], _both(node, "text"), bool(node.get("repeats")), questions)


def _question(node: Json, group: str, answers: tuple[Option, ...]) -> Question:
    extensions = {each["url"]: each for each in node.get("extension", ())}
    inner = {each["linkId"].rpartition(".")[2]: each for each in node.get("item", ())}
    least, most = (_bound(extensions.get(CORE + name)) for name in ("minValue", "maxValue"))
    unit = extensions.get(CORE + "questionnaire-unit")
    return Question(
        link=node["linkId"],
        group=group,
        kind=node["type"],
        texts=_both(node, "text"),
        help=_both(inner["help"], "text") if "help" in inner else ("", ""),
        options=answers if "answerValueSet" in node else tuple(_option(each) for each in node.get("answerOption", ())),
        many=bool(node.get("repeats")),
        required=bool(node.get("required")),
        conditions=tuple(_condition(each) for each in node.get("enableWhen", ())),
        any_condition=node.get("enableBehavior") == "any",
        least=least,
        most=most,
        unit=unit["valueCoding"]["code"] if unit else "",
        longest=node.get("maxLength", 200),
        evidence=inner["evidence"]["linkId"] if "evidence" in inner else "",
    )


def _bound(extension: Json | None) -> Decimal | None:
    if extension is None:
        return None
    return Decimal(str(extension.get("valueInteger", extension.get("valueDecimal"))))


def _option(node: Json) -> Option:
    coding = node["valueCoding"]
    return Option(coding["system"], coding["code"], _both(coding, "display"), "extension" in node)


def _condition(node: Json) -> EnableWhen:
    if "answerCoding" in node:
        return EnableWhen(node["question"], node["operator"], node["answerCoding"]["code"].rpartition(".")[2])
    value: bool | int = node["answerBoolean"] if "answerBoolean" in node else node["answerInteger"]
    return EnableWhen(node["question"], node["operator"], value)


def _both(node: Json, name: str) -> Texts:
    """The text and its German translation (http://hl7.org/fhir/StructureDefinition/translation)."""
    english: str = node[name]
    for each in node.get(f"_{name}", {}).get("extension", ()):
        parts = {part["url"]: part for part in each.get("extension", ())}
        if parts.get("lang", {}).get("valueCode") == "de":
            return english, parts["content"]["valueString"]
    return english, english


def said(texts: Texts, language: str) -> str:
    """The text in a language."""
    return texts[language == "de"]
