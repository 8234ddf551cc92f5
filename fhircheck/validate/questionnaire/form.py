"""A Questionnaire as its responses are checked against it: questions by linkId, and how they nest.

Made once a Questionnaire. Whatever is malformed in it reads as absent; that is said where the
Questionnaire itself is checked.
"""

from dataclasses import dataclass, field
from typing import Any

from fhircheck.validate.lenient import Node, flag, objects, text

CODED = frozenset({"choice", "open-choice"})
GROUPS = frozenset({"group", "question"})
"""Types whose items have no answers: ``question`` is abstract, so nobody can answer it."""


@dataclass(slots=True)
class Questions:
    """Items of one level in their order. position: of a linkId, the first where it is there twice."""

    all: list["Question"] = field(default_factory=list)
    position: dict[str, int] = field(default_factory=dict)

    def add(self, question: "Question") -> None:
        """Append one item; a further one with the same linkId is left out (que-2 tells of it)."""
        if question.link_id not in self.position:
            self.position[question.link_id] = len(self.all)
            self.all.append(question)


@dataclass(slots=True, eq=False)
class Question:
    """One item of a Questionnaire. parents: from the outermost item to the one that holds it."""

    node: Node
    link_id: str
    type: str
    required: bool
    repeats: bool
    parents: tuple["Question", ...]
    place: int
    inner: Questions = field(default_factory=Questions)
    conditions: list["Condition"] = field(default_factory=list)

    @property
    def group(self) -> bool:
        """Whether the item only holds other items."""
        return self.type in GROUPS


@dataclass(slots=True)
class Condition:
    """One enableWhen. target: the question it looks at, None where there is none. shared: the innermost item
    that holds both, None where only the Questionnaire does."""

    node: Node
    target: Question | None
    shared: Question | None


class Form:
    """One Questionnaire. keeper: the resource whose contained resources its ``#id`` references mean."""

    def __init__(self, node: Node, keeper: Node) -> None:
        self.node = node
        self.keeper = keeper
        self.top = Questions()
        self.by_link: dict[str, Question] = {}
        self.watched: set[str] = set()
        self.cache: dict[Any, Any] = {}
        self._count = 0
        self._read(node, self.top, ())
        for question in self.by_link.values():
            question.conditions = [self._condition(each, question) for each in objects(question.node, "enableWhen")]

    @property
    def canonical(self) -> str:
        """Canonical URL, as far as it has one."""
        return text(self.node, "url")

    def _read(self, node: Node, level: Questions, parents: tuple[Question, ...]) -> None:
        for item in objects(node, "item"):
            self._count += 1
            link = text(item, "linkId")
            question = Question(
                item, link, text(item, "type"), flag(item, "required"), flag(item, "repeats"), parents, self._count
            )
            if link:
                level.add(question)
                self.by_link.setdefault(link, question)
            self._read(item, question.inner, (*parents, question))

    def _condition(self, node: Node, question: Question) -> Condition:
        target = self.by_link.get(text(node, "question"))
        if target is None:
            return Condition(node, None, None)
        self.watched.add(target.link_id)
        shared = None
        for mine, other in zip((*question.parents, question), (*target.parents, target), strict=False):
            if mine is not other:
                break
            shared = mine
        return Condition(node, target, shared)
