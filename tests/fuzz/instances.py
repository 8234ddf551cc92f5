"""Instances: official examples, broken in one to three ways, as JSON, NDJSON and XML."""

from random import Random
from typing import Any

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.model.issue import ERRORS
from tests.fuzz.laws import GateJudge, Judge, Measuring, kinds, new_linker
from tests.fuzz.nodes import change, written
from tests.fuzz.required import WAYS, required, spoil
from tests.fuzz.seeds import parsed
from tests.fuzz.texts import change_text, loose_xml
from tests.fuzz.watch import LawBroken, Tally
from tests.xml_writing import document

NAME = "instances"


class Instances:
    """The campaign over `seeds`, texts of resources. One object for each process."""

    def __init__(self, seeds: tuple[bytes, ...]) -> None:
        definitions = load_definitions(offline=True)
        linker = new_linker(definitions)
        self._seeds = seeds
        self._types = linker.around.types
        self._judge = Judge(linker)
        self._gates = GateJudge(new_linker(definitions))
        self._measuring = Measuring(definitions)

    def run(self, number: int, seed: int, tally: Tally) -> None:
        """Run `number` of the campaign that `seed` begins: the same ones always make the same."""
        rng, changes = Random(f"{NAME} {seed} {number}"), list[str]()
        with tally.watched(NAME, number, changes):
            way = rng.choice((self._node, self._node, self._node, self._text, self._xml_text, self._xml_node,
                self._required,
                              self._required, self._required_xml, self._lines))  # fmt: skip
            way(rng, changes, tally)

    def _seed(self, rng: Random) -> dict[str, Any]:
        return parsed(rng.choice(self._seeds))

    def _broken(self, rng: Random, changes: list[str]) -> dict[str, Any]:
        node = self._seed(rng)
        change(rng, node, changes)
        return node

    def _node(self, rng: Random, changes: list[str], tally: Tally) -> None:
        node = self._broken(rng, changes)
        data = written(node)
        found = self._judge.judge(data)
        tally.said["with findings" if found else "without findings"] += 1
        for record in self._judge.records(data):
            if record.node is not None:
                self._gates.judge(record.node)
        if rng.random() < 0.3 and self._measuring.issues(data) != found:
            raise LawBroken("a run with measures finds something else")

    def _text(self, rng: Random, changes: list[str], tally: Tally) -> None:
        self._judge.judge(change_text(rng, rng.choice(self._seeds), False, changes))

    def _lines(self, rng: Random, changes: list[str], tally: Tally) -> None:
        lines = b"\n".join(written(self._broken(rng, changes)) for _ in range(3))
        self._judge.judge(change_text(rng, lines, False, changes) if rng.random() < 0.3 else lines, "ndjson")

    def _xml_text(self, rng: Random, changes: list[str], tally: Tally) -> None:
        data = document(self._seed(rng), self._types)
        self._judge.judge(change_text(rng, data, True, changes))

    def _xml_node(self, rng: Random, changes: list[str], tally: Tally) -> None:
        self._judge.judge(loose_xml(self._broken(rng, changes)))
        changes[:] = [f"xml {each}" for each in changes]

    def _required(self, rng: Random, changes: list[str], tally: Tally) -> None:
        self._spoilt(rng, changes, tally, rng.choice(WAYS), written)

    def _required_xml(self, rng: Random, changes: list[str], tally: Tally) -> None:
        self._spoilt(rng, changes, tally, "drop", lambda node: document(node, self._types))

    def _spoilt(self, rng: Random, changes: list[str], tally: Tally, how: str, form: Any) -> None:
        """A required element that is missing or malformed is found where it should be."""
        node = self._seed(rng)
        found = required(node, self._types)
        if not found:
            return
        before = {_where(each) for each in self._judge.judge(form(node)) if each.severity in ERRORS}
        place = rng.choice(found)
        spoil(place, how, rng)
        changes.append(f"required element: {how}")
        issues = [each for each in self._judge.judge(form(node)) if each.severity in ERRORS]
        new = [each for each in issues if _where(each) not in before]
        if not any(_about(each.place.expression, place.parent_expression, place.expression) for each in new):
            raise LawBroken(f"{how} of {place.expression} is not found, only {kinds(new)}")
        tally.said["required elements spoilt and found"] += 1


def _about(expression: str, parent: str, place: str) -> bool:
    return expression == parent or expression.startswith(place)


def _where(issue: Any) -> tuple[str, str, str]:
    return issue.kind, issue.place.expression, issue.definition
