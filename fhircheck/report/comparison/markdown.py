"""The protocol as Markdown; nothing out of the data becomes markup."""

from fhircheck.model.reconcile import ReconcileReport
from fhircheck.report.comparison.protocol import Block, Heading, Sentence, Signatures, Table, Title, protocol
from fhircheck.report.comparison.words import say
from fhircheck.report.markdown_text import code, plain, table
from fhircheck.report.shown import View


def comparison_markdown(report: ReconcileReport, view: View) -> str:
    """For a wiki, a ticket or a change record."""
    blocks = [f"# {plain(say(view, 'title'))}", *(_drawn(each) for each in protocol(report, view))]
    return "\n\n".join(blocks) + "\n"


def _drawn(block: Block) -> str:
    if isinstance(block, Title):
        return f"**{plain(block.text)}**"
    if isinstance(block, Heading):
        return f"## {plain(block.text)}"
    if isinstance(block, Sentence):
        return f"**{_told(block.text)}**" if block.strong else _told(block.text)
    if isinstance(block, Signatures):
        rows = [(plain(who), *("" for _ in block.head)) for who in block.rows]
        return table(["", *map(plain, block.head)], rows, "l" * (len(block.head) + 1))
    return _table(block)


def _told(text: str) -> str:
    return plain(text).replace("://", "&#58;//")


def _table(block: Table) -> str:
    rows = [tuple(_cell(each) for each in row) for row in block.rows]
    return table([plain(each) for each in block.head], rows, block.align)


def _cell(text: str) -> str:
    """A cell: numbers and words of ours as they are, all else as a code span."""
    return text if all(each.isdigit() or each in ".,/ " for each in text) else code(text, 500)
