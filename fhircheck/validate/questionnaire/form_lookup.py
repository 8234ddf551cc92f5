"""The Questionnaire that a response names: contained in it (``#id``) or among the definitions; read once."""

from fhircheck.assertions.assertion import Surroundings
from fhircheck.validate.lenient import Node, objects, text
from fhircheck.validate.questionnaire.form import Form

REMEMBERED = 64


class FormLookup:
    """Finds forms; keeps the last ones read from the definitions."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Node, Surroundings, Form]] = {}

    def form(self, response: Node, root: Node, around: Surroundings) -> Form | None:
        """The form that `response` names, or None. root: the resource whose contained ones ``#id`` means."""
        canonical = text(response, "questionnaire")
        if canonical.startswith("#"):
            for keeper in (response, root):
                for each in objects(keeper, "contained"):
                    if "#" + text(each, "id") == canonical and each.get("resourceType") == "Questionnaire":
                        return Form(each, keeper)
            return None
        found = around.definitions.find(canonical, "Questionnaire") if canonical else None
        return None if found is None else self._of(found, around)

    def _of(self, node: Node, around: Surroundings) -> Form:
        kept = self._kept.get(id(node))
        if kept is not None and kept[0] is node and kept[1] is around:
            return kept[2]
        if len(self._kept) >= REMEMBERED:
            self._kept.clear()
        form = Form(node, node)
        self._kept[id(node)] = (node, around, form)
        return form
