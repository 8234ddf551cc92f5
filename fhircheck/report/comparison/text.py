"""The protocol as text, laid out at the view's width."""

from fhircheck.model.reconcile import ReconcileReport
from fhircheck.report.comparison.protocol import Block, Heading, Sentence, Signatures, Table, Title, protocol
from fhircheck.report.page import Page, Span
from fhircheck.report.shown import View

_STYLES = {"good": "bold green", "bad": "bold red", "unknown": "bold red", "plain": "bold"}


def comparison_text(report: ReconcileReport, view: View) -> str:
    """To read on a screen."""
    page = Page(view)
    for block in protocol(report, view):
        _draw(page, block)
    return page.text()


def _draw(page: Page, block: Block) -> None:
    if isinstance(block, Title):
        page.wrapped((block.text, _STYLES[block.tone]))
    elif isinstance(block, Heading):
        page.heading(block.text.upper())
    elif isinstance(block, Sentence):
        page.wrapped((block.text, "bold" if block.strong else ""), indent=2, hanging=2)
    elif isinstance(block, Table):
        _table(page, block)
    elif isinstance(block, Signatures):
        _sign(page, block)


def _table(page: Page, block: Table) -> None:
    rows: list[tuple[Span, ...]] = []
    if any(block.head):
        rows.append(tuple((each, "dim") for each in block.head))
    for at, row in enumerate(block.rows):
        style = "bold" if block.strong and at == len(block.rows) - 1 else ""
        rows.append(tuple((each, style) for each in row))
    page.table(rows, frozenset(at for at, each in enumerate(block.align) if each == "r"))


def _sign(page: Page, block: Signatures) -> None:
    for who in block.rows:
        page.blank()
        page.line((who, "bold"), indent=2)
        for each in block.head:
            page.line((f"{each} ".ljust(14, "."), "dim"), ("." * 44, "dim"), indent=4)
