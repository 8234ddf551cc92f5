"""A narrative with the resource around it: links to places in the resource, and the language both are in."""

from collections.abc import Iterator
from typing import Any

from fhircheck.assertions.narrative_kinds import CLAUSE, LANGUAGE, RESOURCE_KINDS, UNRESOLVED
from fhircheck.assertions.narrative_text import NarrativeText, examine
from fhircheck.model.path import child, item
from fhircheck.validate.rules.rule import Node, Subject

_DIV = "Narrative.div"


class NarrativeRule:
    """Links of narratives lead somewhere; a resource and its narrative say the same language."""

    name = "narrative"
    summary = "Links and images of a narrative that name a place in the resource find it; languages agree."
    clause = CLAUSE
    types: frozenset[str] | None = None
    kinds = RESOURCE_KINDS

    def check(self, subject: Subject) -> None:
        """Report links that lead nowhere, and a language that the narrative does not say."""
        node = subject.node
        if "text" not in node and "section" not in node:
            return
        targets: set[str] | None = None
        for expression, text in narratives(node, subject.expression):
            if "#" not in text:
                continue
            for element, fragment in examine(text).fragments:
                if targets is None:
                    targets = fragment_targets(subject.scope.root)
                if fragment not in targets:
                    subject.findings.add(UNRESOLVED, expression, _DIV, value=f"#{fragment}", element=element)
        if "language" in node:
            self._language(subject)

    def _language(self, subject: Subject) -> None:
        language, text = subject.node.get("language"), div_of(subject.node)
        if language.__class__ is not str or text is None:
            return
        plain, xml = examine(text).languages
        wrong = [name for name, said in (("lang", plain), ("xml:lang", xml)) if said != language]
        if wrong and examine(text).readable:
            definition = str(subject.node.get("resourceType"))
            subject.findings.add(LANGUAGE, subject.expression, definition, attribute=" / ".join(wrong))


def div_of(node: Node) -> str | None:
    """The XHTML of the narrative in ``text``, None where there is none."""
    narrative = node.get("text")
    text = narrative.get("div") if narrative.__class__ is dict else None
    return text if text.__class__ is str and text else None


def narratives(node: Node, expression: str) -> Iterator[tuple[str, str]]:
    """(expression, XHTML) of each narrative of a resource: its own, and those of sections."""
    waiting = [(node, expression)]
    while waiting:
        holder, place = waiting.pop()
        text = div_of(holder)
        if text is not None:
            yield child(child(place, "text"), "div"), text
        sections = holder.get("section")
        if sections.__class__ is list:
            found = [
                (each, item(child(place, "section"), index))
                for index, each in enumerate(sections)
                if each.__class__ is dict
            ]
            waiting.extend(reversed(found))


def fragment_targets(root: Node) -> set[str]:
    """All that ``#...`` can name in a resource: ids of elements and contained resources, those in narratives."""
    found: set[str] = set()
    waiting: list[Any] = [root]
    while waiting:
        value = waiting.pop()
        if value.__class__ is list:
            waiting.extend(value)
        elif value.__class__ is dict:
            identity, text = value.get("id"), value.get("div")
            if identity.__class__ is str:
                found.add(identity)
            if text.__class__ is str and ("id" in text or "name" in text):
                found.update(_ids(examine(text)))
            waiting.extend(each for each in value.values() if each.__class__ is dict or each.__class__ is list)
    return found


def _ids(text: NarrativeText) -> Iterator[str]:
    return iter(text.ids)
