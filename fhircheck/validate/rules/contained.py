"""Contained resources: each has an id of its own, and belongs to what contains it (dom-3, by its own walk)."""

import re
from collections.abc import Iterator
from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item
from fhircheck.validate.bundle_index import text
from fhircheck.validate.rules.rule import Node, Subject

CLAUSE = "http://hl7.org/fhir/R4/references.html#contained"
ORPHAN = IssueKind(
    name="contained-not-referenced",
    severity="error",
    code="invalid",
    summary="A contained resource is neither referred to by its container nor refers to it.",
    why="It has no life of its own: without a reference it says nothing.",
    clause="http://hl7.org/fhir/R4/domainresource.html#dom-3",
    fix="Refer to it by #id, or leave it out.",
    english="The contained {type} is not referred to, and does not refer to its container",
    german="Auf die enthaltene Ressource ({type}) wird nicht verwiesen, und sie verweist nicht auf ihren Container",
    failing='{"resourceType": "Observation", "contained": [{"resourceType": "Patient", "id": "p"}]}',
    passing='{"resourceType": "Observation", "contained": [{"resourceType": "Patient", "id": "p"}],'
    ' "subject": {"reference": "#p"}}',
)
NO_ID = IssueKind(
    name="contained-without-id",
    severity="error",
    code="invalid",
    summary="A contained resource has no id.",
    why="It can be referred to by its id only.",
    clause=CLAUSE,
    fix="Add an id.",
    english="The contained {type} has no id",
    german="Die enthaltene Ressource ({type}) hat keine id",
    failing='{"resourceType": "Observation", "contained": [{"resourceType": "Patient"}]}',
    passing=ORPHAN.passing,
)
REPEATED = IssueKind(
    name="contained-id-repeated",
    severity="error",
    code="duplicate",
    summary="Two contained resources have the same id.",
    why="A reference to it fits both.",
    clause=CLAUSE,
    fix="Give each contained resource an id of its own.",
    english="Another contained resource has the same id as this {type}",
    german="Eine andere enthaltene Ressource hat die gleiche id wie diese ({type})",
    failing='{"contained": [{"resourceType": "Patient", "id": "p"}, {"resourceType": "Group", "id": "p"}]}',
    passing='{"contained": [{"resourceType": "Patient", "id": "p"}, {"resourceType": "Group", "id": "g"}]}',
)
_ANCHOR = re.compile(r"""(?:href|src)\s*=\s*["']#([^"'<>]{1,200})["']""")


class Contained:
    """Contained resources have an id and are referred to."""

    name = "contained"
    summary = "Contained resources have an id of their own and belong to their container."
    clause = CLAUSE
    types = None
    kinds = (ORPHAN, NO_ID, REPEATED)

    def check(self, subject: Subject) -> None:
        """Look at every contained resource."""
        contained = subject.node.get("contained")
        if contained.__class__ is not list:
            return
        inner = [(number, node) for number, node in enumerate(contained) if node.__class__ is dict]
        reached = _reached(subject.node, [node for _, node in inner])
        seen: set[str] = set()
        for number, node in inner:
            place = item(child(subject.expression, "contained"), number)
            identity, name = text(node, "id"), _type(node, subject)
            if not identity:
                if "id" not in node:
                    subject.findings.add(NO_ID, place, "DomainResource.contained", type=name)
            elif identity in seen:
                subject.findings.add(REPEATED, place, "DomainResource.contained", type=name)
            seen.add(identity)
            if id(node) not in reached:
                subject.findings.add(ORPHAN, place, "DomainResource.contained", type=name)


def _type(node: Node, subject: Subject) -> str:
    name = text(node, "resourceType")
    return name if subject.around.types.is_resource(name) else "Resource"


def _reached(container: Node, contained: list[Node]) -> set[int]:
    """id() of the contained resources that anything else in the container refers to, or that refer to it (dom-3)."""
    own = {name: value for name, value in container.items() if name != "contained"}
    named = set(_local(own))
    local = {id(node): set(_local(node)) for node in contained}
    by: dict[str, set[int]] = {}
    for key, names in local.items():
        for name in names:
            by.setdefault(name, set()).add(key)

    def belongs(node: Node) -> bool:
        name = text(node, "id")
        return name in named or "" in local[id(node)] or bool(by.get(name, set()) - {id(node)})

    return {id(node) for node in contained if belongs(node)}


def _local(node: Any) -> Iterator[str]:
    """The ids that ``#id`` names anywhere below `node`; empty for ``#`` alone."""
    waiting: list[Any] = [node]
    while waiting:
        each = waiting.pop()
        if each.__class__ is dict:
            waiting.extend(each.values())
        elif each.__class__ is list:
            waiting.extend(each)
        elif each.__class__ is str:
            if each.startswith("#"):
                yield each[1:]
            elif "#" in each and "<" in each:
                yield from _ANCHOR.findall(each)
