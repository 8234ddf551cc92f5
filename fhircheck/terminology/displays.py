"""Is a display one of those that the code system has for the code? (datatypes-definitions.html#Coding.display)

Letter case does not matter. Where the resource states its language, texts in that language and texts without a
language count; where there are none, the system's own display. Where it states none, every text counts.
"""

from fhircheck.definitions.code_system import CodeTable


def fitting(table: CodeTable, code: str, display: str, language: str = "") -> bool:
    """Whether `display` is right for `code`, or nothing tells that it is wrong."""
    allowed = _allowed(table, code, language)
    return not allowed or display.lower() in allowed


def _allowed(table: CodeTable, code: str, language: str) -> set[str]:
    everything = {text.lower() for text in table.displays(code)}
    if not language:
        return everything
    own = table.codes.get(code, "").lower()
    wanted = _primary(language)
    fit = {text.lower() for tag, text in table.designations.get(code, ()) if not tag or _primary(tag) == wanted}
    if own and (not table.language or _primary(table.language) == wanted):
        fit.add(own)
    return fit or ({own} if own else everything)


def _primary(tag: str) -> str:
    return tag.lower().partition("-")[0]
