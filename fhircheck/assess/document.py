"""The readiness report as JSON: the contract that text, Markdown and HTML are laid out from (readiness.schema.json)."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from fhircheck import __version__
from fhircheck.assess.answers import instance_name
from fhircheck.assess.assessment import Assessment, Binding, OpenQuestion
from fhircheck.assess.claims import Claim
from fhircheck.assess.deciding import HOSPITAL, Step, Subject
from fhircheck.assess.form import Question, said
from fhircheck.assess.maturity import Maturity, Readiness
from fhircheck.assess.tables import Criterion, laws, regulation_state
from fhircheck.assess.validating import AnswerFinding
from fhircheck.assess.words import TOPICS, say
from fhircheck.report.numbers import percent
from fhircheck.report.shown import clean

Json = dict[str, Any]
FORMAT, FORMAT_VERSION = "fhircheck-readiness", "1.0"
_APPLIES = {True: "yes", False: "no", None: "cannot-tell"}


class Document:
    """Makes the document of an assessment in one language."""

    def __init__(self, found: Assessment, language: str) -> None:
        self.found = found
        self.language = language

    def whole(self, findings: Sequence[AnswerFinding], names: Sequence[str], now: datetime) -> Json:
        """All of it. findings: faults of the answers. names: of the documents with measured data."""
        found = self.found
        single = found.answers.single
        weakest = found.maturity[0] if found.maturity else None
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "language": self.language,
            "header": {
                "version": __version__,
                "judged": now.date().isoformat(),
                "questionnaire": f"{found.form.url}|{found.form.version}",
                "measured": [clean(each) for each in names],
            },
            "hospital": clean(str(next(iter(single.get("name", ())), ""))),
            "note": say(self.language, "no-advice"),
            "answers": {
                "questions": found.questions,
                "answered": found.answered,
                "findings": [
                    {
                        "severity": each.severity,
                        "kind": each.kind,
                        "place": each.place,
                        "text": each.text(self.language),
                    }
                    for each in findings
                ],
            },
            "weakest": self._weakest(weakest) if weakest else None,
            "steps": [self._step(each) for each in found.steps],
            "claims": [self._claim(each) for each in found.claims],
            "maturity": [self._maturity(each) for each in found.maturity],
            "open": [self._open(each) for each in found.open],
            "unproven": [self._question(each) for each in found.unproven],
            "regulation": {
                "state": regulation_state(),
                "rules": [self._law(each) for each in found.bindings],
            },
        }

    def subject(self, subject: Subject) -> Json | None:
        """A subject by group, place and name; None for the hospital."""
        if subject == HOSPITAL:
            return None
        group = self.found.form.group(subject[0])
        sheet = self.found.answers.sheets(group)[subject[1]]
        name = instance_name(self.found.form, group, sheet, self.language)
        return {"group": subject[0], "index": subject[1], "name": clean(name)}

    def _question(self, question: Question) -> Json:
        return {"question": question.link, "text": said(question.texts, self.language)}

    def _step(self, step: Step) -> Json:
        rule = step.rule
        return {
            "number": step.number,
            "rule": rule.name,
            "subjects": [self.subject(each) for each in step.subjects if each != HOSPITAL],
            "text": said(rule.texts, self.language),
            "next": said(rule.next, self.language),
            "urgency": rule.urgency,
            "owner": rule.owner,
            "topic": rule.topic,
            "topic_text": said(TOPICS[rule.topic], self.language),
            "after": list(step.after),
            "basis": [{"name": name, "title": short_title(name, self.language)} for name in rule.basis],
            "counsel": rule.counsel,
            "measured": [self.subject(each) for each in step.measured],
            "answers": sorted(rule.when.questions()),
        }

    def _claim(self, claim: Claim) -> Json:
        question = self.found.form.question(claim.link.claim)
        option = question.option(claim.answer)
        expected = claim.link.expected["partly" if claim.answer == "partly" else "yes"]
        measured = claim.measured
        return {
            "link": claim.link.name,
            "subject": self.subject(claim.subject),
            **self._question(question),
            "answer": claim.answer,
            "answer_text": said(option.texts, self.language) if option else claim.answer,
            "verdict": claim.verdict,
            "measured": None
            if measured is None
            else {
                "least": _share(measured.least),
                "most": _share(measured.most),
                "count": measured.count,
                "judged": measured.judged,
                "text": self.measured_text(claim),
            },
            "by": claim.link.option,
            "expected": float(expected) if expected else None,
            "source": clean(claim.source),
        }

    def measured_text(self, claim: Claim) -> str:
        """What was measured, in words."""
        measured, what = claim.measured, said(claim.link.what, self.language)
        if measured is None:
            return ""
        if measured.count is not None:
            return f"{measured.count} {what}"
        low, high = (percent(each, self.language) for each in (measured.least, measured.most))
        share = low if measured.least == measured.most else say(self.language, "between", least=low, most=high)
        return say(self.language, "share-of", share=share, what=what, judged=measured.judged)

    def _maturity(self, each: Maturity) -> Json:
        return {"subject": self.subject(each.subject), "parts": [self._part(one) for one in each.parts]}

    def _part(self, each: Readiness) -> Json:
        return {
            "part": each.part,
            "state": each.state,
            "met": self._criteria(each.met),
            "unmet": self._criteria(each.unmet),
            "open": self._criteria(each.open),
            "contradicted": [one.name for one in each.contradicted],
        }

    def _criteria(self, found: Sequence[Criterion]) -> list[Json]:
        return [
            {"name": each.name, "text": said(each.texts, self.language), "critical": each.critical} for each in found
        ]

    def _weakest(self, each: Maturity) -> Json:
        return {"subject": self.subject(each.subject), "part": each.weakest.part, "state": each.weakest.state}

    def _open(self, each: OpenQuestion) -> Json:
        return {**self._question(each.question), "subject": self.subject(each.subject), "rules": list(each.rules)}

    def _law(self, binding: Binding) -> Json:
        law = binding.law
        return {
            "name": law.name,
            "title": said(law.titles, self.language),
            "applies": _APPLIES[binding.holds],
            "subjects": [self.subject(each) for each in binding.subjects],
            "counsel": law.counsel,
            "facts": [
                {
                    "text": said(fact.texts, self.language),
                    "mark": fact.mark,
                    "source": fact.source,
                    "day": fact.day,
                    "open": fact.open,
                }
                for fact in law.facts
            ],
        }


def short_title(name: str, language: str) -> str:
    """What a law is called in short: its title up to the first bracket or colon."""
    title = next(said(each.titles, language) for each in laws() if each.name == name)
    return re.split(r"[:(]", title)[0].strip()


def _share(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 6)


def as_json(document: Json) -> str:
    """The document as text, a line at the end."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
