"""free-text: is the text of documents and reports there, as text? (TEXT-1)"""

from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.distribution import quartiles
from fhircheck.measures.linked import Role, Wish, add_link, judge_wishes
from fhircheck.measures.pointing import listed, target_in
from fhircheck.measures.seen import Seen
from fhircheck.model.contribution import Contribution
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.quantiles import Quantiles
from fhircheck.model.record import Node
from fhircheck.model.report import Detail

TEXT_TYPES = frozenset({"application/xml", "application/json", "application/fhir+xml", "application/fhir+json"})
"""Media types of text beside ``text/...``."""
KNOWN = TEXT_TYPES | {
    "text/plain", "text/html", "text/xml", "text/rtf", "application/rtf", "application/pdf", "application/dicom",
    "application/msword", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "image/jpeg", "image/png", "image/tiff",
}  # fmt: skip
"""Media types that are shown by name; what else the data says is counted together."""
DOCUMENTS = ("Composition", "DiagnosticReport", "DocumentReference")
NOTES = (
    "AllergyIntolerance", "CarePlan", "Condition", "Immunization", "MedicationAdministration", "MedicationDispense",
    "MedicationRequest", "MedicationStatement", "Observation", "Procedure", "ServiceRequest", "Specimen",
)  # fmt: skip
_THERE, _NONE = frozenset({Role.TEXT_THERE}), frozenset({Role.TEXT_NONE})
_NOTE, _NARRATIVE = (Contribution(counts=(((name,), 1),)) for name in ("note", "narrative"))
WISHES = {Role.TEXT_WANTED: Wish(_THERE, _NONE), Role.TEXT_WANTED_FAR: Wish(_THERE, _NONE, far=True)}


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count the text of a document or report; note texts beside the structured data (R4 datatypes.html#Attachment)."""
    kind = seen.kind
    if kind == "Binary":
        add_link(seen, seen.identity, Role.TEXT_THERE if _characters(node) else Role.TEXT_NONE)
        return
    if "note" in node and listed(node["note"]):
        tally.repeat(_NOTE)
    text = node.get("text")
    if text.__class__ is dict and text.get("div").__class__ is str:
        tally.repeat(_NARRATIVE)
    if kind == "Composition":
        _found(_sections(node, 0), node.get("language"), kind, seen, tally)
    elif kind in ("DiagnosticReport", "DocumentReference"):
        _attached(node, kind, seen, tally)


def _attached(node: Node, kind: str, seen: Seen, tally: Tally) -> None:
    """Count a resource whose text is attached to it."""
    if kind == "DocumentReference":
        parts = [each.get("attachment") for each in listed(node.get("content")) if each.__class__ is dict]
        characters, path = 0, "DocumentReference.content.attachment"
    else:
        parts, conclusion = listed(node.get("presentedForm")), node.get("conclusion")
        characters, path = len(conclusion) if conclusion.__class__ is str else 0, "DiagnosticReport.presentedForm"
        if not parts and not characters:
            return
    attachments = [each for each in parts if each.__class__ is dict]
    language = node.get("language")
    for each in attachments:
        media = _media(each)
        tally.counts.add(("content-type", media if media in KNOWN else "other"))
        characters += _characters(each)
        language = language or each.get("language")
    targets = [] if characters else [target_in({"reference": each.get("url")}, seen) for each in attachments]
    if any(key for key, _ in targets):
        for key, far in targets:
            add_link(seen, key, Role.TEXT_WANTED_FAR if far else Role.TEXT_WANTED)
    else:
        _found(characters, language, path, seen, tally)


def _found(characters: int, language: Any, path: str, seen: Seen, tally: Tally) -> None:
    """Count one document by the characters of its text."""
    if not characters:
        tally.count(path, False, seen.place(path))
        return
    tally.count(path, True)
    tally.number("characters", characters)
    tally.counts.add(("language", "declared" if language.__class__ is str and language else "missing"))


def _sections(node: Any, depth: int) -> int:
    """Characters of the narratives of all sections, markup included."""
    characters = 0
    for each in listed(node.get("section")) if depth < 50 else ():
        if each.__class__ is dict:
            text = each.get("text")
            div = text.get("div") if text.__class__ is dict else None
            characters += (len(div) if div.__class__ is str else 0) + _sections(each, depth + 1)
    return characters


def _media(attachment: dict[str, Any]) -> str:
    media = attachment.get("contentType")
    return media.partition(";")[0].strip().lower() if media.__class__ is str else ""


def _characters(attachment: dict[str, Any]) -> int:
    """Bytes of the text that an Attachment or Binary holds, 0 where it holds none or something else than text."""
    data, media = attachment.get("data"), _media(attachment)
    if data.__class__ is not str or not (media.startswith("text/") or media in TEXT_TYPES):
        return 0
    return len(data) * 3 // 4 - data[-2:].count("=")


def judge(merged: Merged) -> Judged:
    """Follow attachments that stand in a Binary; tell lengths, languages and media types."""
    tally = judge_wishes(merged, WISHES, "DocumentReference.content.attachment")
    counts = {name: count for name, count in merged.tally.counts if count}
    declared, missing = (counts.get(("language", each), 0) for each in ("declared", "missing"))
    details = [*quartiles("characters", merged.tally.quantiles.get("characters", Quantiles()), "characters")]
    if declared + missing:
        details.append(Detail("language-declared", declared, "", "texts"))
        details.append(Detail("language-missing", missing, "", "texts"))
    details += [
        Detail("resources-with", counts[name,], "", name) for name in ("narrative", "note") if (name,) in counts
    ]
    details += [
        Detail("content-type", count, "", name[1]) for name, count in counts.items() if name[0] == "content-type"
    ]
    return Judged(tally, details=tuple(details))


MEASURE = CountedMeasure(
    name="free-text",
    code="TEXT-1",
    summary="Documents and reports whose text is there as text.",
    why="Most of what is known of a patient stands in letters and reports. A scan or a link that leads nowhere gives a "
    "language model nothing to read.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a document (per resource): a DocumentReference, a Composition, a DiagnosticReport with "
    "presentedForm or conclusion. Documents with characters in a text attachment (text/*, XML or JSON), in a Binary of "
    "the data that an attachment's url names, in a section's narrative or in the conclusion / documents. A url of a "
    "server that is not in the data is 'cannot tell'. Beside the share: median and quartiles of characters (bytes, of "
    "attachments), texts with a declared language, media types, and resources with narrative or notes.",
    source="Qualifier c_attachment_count and c_content_type_use (characterizations); the share is ours",
    published=False,
    threshold=None,
    types=frozenset({*DOCUMENTS, *NOTES, "Binary"}),
    needs={kind: frozenset({"note", "text"}) for kind in NOTES},
    failing='{"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": '
    '{"contentType": "application/pdf", "data": "JVBERi0xLjQK"}}]}',
    passing='{"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": '
    '{"contentType": "text/plain", "language": "de", "data": "QmVmdW5kOiB1bmF1ZmbDpGxsaWc="}}]}',
    observe=observe,
    judge=judge,
)
