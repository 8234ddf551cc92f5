"""What a search parameter of a type means, and the items of a resource that it is about.

By the canonical that the server declares where it is known, else by name: R4's own definition first, then the one
of a loaded package (http://hl7.org/fhir/R4/searchparameter.html).
"""

import re
from dataclasses import dataclass
from typing import Any

from fhircheck.definitions.definition_set import DefinitionSet
from fhircheck.definitions.type_table import TypeTable
from fhircheck.fhirpath import CannotTell, Environment, Expression, FhirPathError, Item, compile_expression

_CORE = "http://hl7.org/fhir/SearchParameter/"
_REFERRED = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}(?:/_history/.*)?")


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a composite parameter: its own parameter, and the path to its value."""

    parameter: "SearchParameter"
    expression: str


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """kind: ``token``, ``string`` ... expression: FHIRPath, empty where there is none. targets: of a reference."""

    name: str
    kind: str
    expression: str
    url: str = ""
    targets: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()


class SearchParameters:
    """The parameters of one set of definitions, and their evaluation."""

    def __init__(self, definitions: DefinitionSet) -> None:
        self._definitions = definitions
        self.types = TypeTable(definitions)
        self._known: dict[tuple[str, str], dict[str, Any]] = {}
        self._compiled: dict[tuple[str, str], Expression | None] = {}
        for each in definitions.resources("SearchParameter"):
            for base in _texts(each.get("base")):
                key = (base, str(each.get("code", "")))
                if key not in self._known or str(each.get("url", "")).startswith(_CORE):
                    self._known[key] = each

    def find(self, type_name: str, name: str, canonical: str = "") -> SearchParameter | None:
        """The parameter called `name` of a resource type, None where no definition of it is loaded."""
        found = self._definitions.find(canonical, "SearchParameter") if canonical else None
        if found is None or not self._is_for(found, type_name):
            lineage = (type_name, "DomainResource", "Resource")
            found = next((self._known[base, name] for base in lineage if (base, name) in self._known), None)
        return None if found is None else self._made(found)

    def _is_for(self, node: dict[str, Any], type_name: str) -> bool:
        return any(self.types.is_a(type_name, base) for base in _texts(node.get("base")))

    def _made(self, node: dict[str, Any], depth: int = 0) -> SearchParameter:
        components = []
        for each in node.get("component", ()) if depth < 2 else ():
            part = self._definitions.find(str(each.get("definition", "")), "SearchParameter")
            if part is not None:
                components.append(Component(self._made(part, depth + 1), str(each.get("expression", ""))))
        return SearchParameter(
            str(node.get("code", "")),
            str(node.get("type", "")),
            str(node.get("expression", "")),
            str(node.get("url", "")),
            tuple(_texts(node.get("target"))),
            tuple(components),
        )

    def items(self, parameter: SearchParameter, resource: dict[str, Any]) -> list[Item] | None:
        """What `resource` holds for the parameter; None where its expression cannot be evaluated."""
        kind = str(resource.get("resourceType", ""))
        return self.evaluated(parameter.expression, resource, kind, resource)

    def evaluated(self, text: str, node: Any, kind: str, resource: dict[str, Any]) -> list[Item] | None:
        """What an expression gives for a part of a resource; None where it cannot be evaluated."""
        key = (text, kind)
        if key not in self._compiled:
            try:
                self._compiled[key] = compile_expression(text, kind, self.types) if text else None
            except FhirPathError:
                self._compiled[key] = None
        expression = self._compiled[key]
        if expression is None:
            return None
        try:
            return expression.evaluate(node, kind, Environment(resource=resource, resolve=_resolved))
        except (FhirPathError, CannotTell):
            return None


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _resolved(reference: str) -> tuple[Any, str] | None:
    """As far as an expression needs it (``resolve() is Patient``): the type that stands in the reference."""
    found = _REFERRED.fullmatch(reference)
    return ({"resourceType": found[1]}, found[1]) if found else None
