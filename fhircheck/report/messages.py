"""The words of a finding, from the template of its kind; values only where the user opened them."""

from fhircheck.model.issue import Issue, Param
from fhircheck.model.plural import filled
from fhircheck.report.kinds import ISSUE_KINDS
from fhircheck.report.shown import OPEN, Disguise, View, clean

_HIDDEN = {"en": "(value not shown)", "de": "(Wert nicht gezeigt)"}
_VALUE = {"en": "value", "de": "Wert"}
READY = ""
"""Name of the one param of a finding whose text is known and nothing else: it was read from a report of format 1.1."""
LONGEST_READY = 4_000


class _Filling(dict[str, str]):
    """What the places of a template are filled with; a place without a param shows as "?"."""

    def __missing__(self, name: str) -> str:
        return "?"


def text(issue: Issue, language: str = "en", show_values: bool = False, names: Disguise = OPEN) -> str:
    """One line that says what is wrong.

    Params are safe to show by contract; the instance's own value is shown with `show_values` only:
    in the template's ``{value}``, or appended where the template has none. Control characters are
    neutralised, ids and file names hidden as `names` says.
    """
    if issue.params[:1] and issue.params[0][0] == READY:
        return names.words(clean(str(issue.params[0][1]), LONGEST_READY), issue.place)
    kind = ISSUE_KINDS.get(issue.kind)
    if kind is None:
        return _unknown(issue, names)
    template = kind.german if language == "de" and kind.german else kind.english
    value = f'"{clean(issue.value)}"' if show_values and issue.value is not None else None
    told = issue.params if language == "en" else _german(issue)
    filling = _Filling((name, names.words(clean(str(each)), issue.place)) for name, each in told)
    filling["value"] = _HIDDEN[language] if value is None else value
    line = filled(template, filling)
    if value is not None and "{value}" not in template:
        line = f"{line.removesuffix('.')} ({_VALUE[language]}: {value})"
    return line


def _german(issue: Issue) -> list[Param]:
    """The params with their phrases of ours in German."""
    from fhircheck.report.german.param_texts import param_text

    return [
        (name, param_text(issue.kind, name, each) if isinstance(each, str) else each) for name, each in issue.params
    ]


def _unknown(issue: Issue, names: Disguise) -> str:
    """A finding of a kind that no table knows is shown all the same."""
    parts = ", ".join(f"{name}={names.words(clean(str(value)), issue.place)}" for name, value in issue.params)
    return f"{issue.kind}: {parts}" if parts else issue.kind


def message(issue: Issue, view: View) -> str:
    """The words of `issue` as `view` asks for them."""
    return text(issue, view.language, view.show_values, view.names)
