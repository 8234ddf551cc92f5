"""What a fetch brought, as a few lines of text."""

from typing import Any

from fhircheck.model.issue import SEVERITIES, Issue, Place
from fhircheck.model.plural import filled
from fhircheck.report.messages import text
from fhircheck.report.numbers import number, size
from fhircheck.report.shown import View, clean

_WORDS = {
    "en": {
        "complete": "COMPLETE",
        "incomplete": "INCOMPLETE",
        "resources": "{count} {count:resource|resources}, {size}, from {server}",
        "again": "{count} that several queries brought {count:was|were} written once",
        "none": "no resources",
        "waits": "what came is kept beside {out}: the same command goes on with what is missing",
        "partial": "what came is in {out}, though something is missing",
        "error": "error",
        "fatal": "error",
        "warning": "warning",
        "information": "note",
    },
    "de": {
        "complete": "VOLLSTÄNDIG",
        "incomplete": "UNVOLLSTÄNDIG",
        "resources": "{count} {count:Ressource|Ressourcen}, {size}, von {server}",
        "again": "{count}, die mehrere Abfragen brachten, {count:wurde|wurden} einmal geschrieben",
        "none": "keine Ressourcen",
        "waits": "was kam, liegt neben {out}: derselbe Befehl macht bei dem weiter, was fehlt",
        "partial": "was kam, liegt in {out}, obwohl etwas fehlt",
        "error": "Fehler",
        "fatal": "Fehler",
        "warning": "Warnung",
        "information": "Hinweis",
    },
}


def fetch_summary(manifest: dict[str, Any], out: str, view: View, partial: bool = False) -> str:
    """The manifest of a fetch into `out` in a few lines; partial: it was put in its place whatever is missing."""
    words, language = _WORDS[view.language], view.language
    entries = [*manifest["output"], *manifest["error"], *manifest["deleted"], *manifest.get("unreadable", ())]
    count = sum(each["count"] for each in manifest["output"])
    whole = sum(each.get("bytes", 0) for each in entries)
    shown = {"count": number(count, language), "size": size(whole, language), "server": manifest["server"]}
    came = filled(words["resources"], shown)
    lines = [f"{words['complete' if manifest['complete'] else 'incomplete']}  {clean(out)}", f"  {came}"]
    width = max((len(each["file"]) for each in entries), default=0)
    figures = max((len(number(each["count"], language)) for each in entries), default=0)
    lines += [f"  {clean(each['file']):<{width}}  {number(each['count'], language):>{figures}}" for each in entries]
    if again := sum(each.get("repeated", 0) for each in entries):
        lines.append(f"  {filled(words['again'], {'count': number(again, language)})}")
    order = {name: place for place, name in enumerate(SEVERITIES)}
    for found in sorted(manifest["findings"], key=lambda each: order.get(each["severity"], 0)):
        issue = Issue(found["kind"], found["severity"], Place(found["source"]), tuple(found["params"].items()))
        lines.append(f"  {words[issue.severity]}  {issue.kind}  {clean(found['source'])}")
        lines.append(f"    {text(issue, language)}")
    if not manifest["complete"]:
        lines.append(f"  {words['partial' if partial else 'waits'].format(out=clean(out))}")
    return "\n".join(lines) + "\n"
