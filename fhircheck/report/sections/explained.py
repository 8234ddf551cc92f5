"""``--explain``: for each type of finding in the report what it means, why it matters, its clause, how to mend it."""

from fhircheck.model.issue import SEVERITIES
from fhircheck.model.report import RunReport
from fhircheck.report.german import kind_texts
from fhircheck.report.kinds import ISSUE_KINDS
from fhircheck.report.page import Page
from fhircheck.report.sections.findings import STYLES
from fhircheck.report.shown import clean
from fhircheck.report.words import say, severity


def show(page: Page, report: RunReport) -> None:
    """Write the explanations, the most severe and most frequent types first; nothing unless asked for."""
    view = page.view
    if not view.explain or not report.totals:
        return
    page.heading(say(view, "explained"))
    ordered = sorted(report.totals, key=lambda total: (SEVERITIES.index(total[0]), -total[2], total[1]))
    levels: dict[str, list[str]] = {}
    for level, name, _ in ordered:
        levels.setdefault(name, []).append(level)
    for name, found in levels.items():
        kind = ISSUE_KINDS.get(name)
        shown = ", ".join(severity(view, each) for each in found)
        page.line((clean(name), "bold"), (f"  {shown}", STYLES[found[0]]), indent=2)
        if kind is None:
            continue
        texts = kind_texts(kind, view.language)
        page.wrapped((texts.summary, ""), indent=4)
        for key, text in (("explained-why", texts.why), ("explained-fix", texts.fix)):
            page.wrapped((say(view, key) + ": ", "bold"), (text, ""), indent=4, hanging=2)
        page.line((say(view, "explained-clause") + ": ", "bold"), (kind.clause, "cyan"), indent=4)
