"""The decision table for people: each rule with its condition, so that nothing is decided unseen."""

from fhircheck.assess.form import said
from fhircheck.assess.tables import decisions
from fhircheck.assess.words import TOPICS, say
from fhircheck.report.page import Page
from fhircheck.report.shown import View


def rule_list(view: View) -> str:
    """All rules by topic: name, owner, urgency, text, next step, condition, basis."""
    page = Page(view)
    language = view.language
    for topic, texts in TOPICS.items():
        kept = [each for each in decisions() if each.topic == topic]
        if kept:
            page.heading(said(texts, language).upper())
        for each in kept:
            marks = [say(language, f"owner-{each.owner}"), say(language, f"urgency-{each.urgency}")]
            marks += [say(language, "counsel")] if each.counsel else []
            page.line((each.name, "bold"), (f"  {'; '.join(marks)}", "dim"), indent=2)
            page.wrapped((f"{said(each.texts, language)}. {said(each.next, language)}", ""), indent=4)
            page.wrapped((each.when.text, "cyan"), indent=4, hanging=2)
            if each.basis:
                page.wrapped((f"{say(language, 'basis')}: {', '.join(each.basis)}", "dim"), indent=4)
    return page.text().lstrip("\n")
