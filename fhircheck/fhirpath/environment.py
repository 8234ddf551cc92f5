"""What an expression may ask of the world around it, and the state of one evaluation."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fhircheck.fhirpath.errors import CannotTell, FhirPathError, TooMuch
from fhircheck.fhirpath.item import Item
from fhircheck.fhirpath.types import UCUM, TypeModel

Node = dict[str, Any]
STEPS = 4_000_000
"""Items one evaluation may look at where nothing else is said; one that something is evaluated on counts CRITERION
times."""
CRITERION = 8
MAX_ITEMS = 1_000_000
MAX_TEXT = 2_000_000
CONSTANTS = {
    "ucum": UCUM,
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "us-zip": "[0-9]{5}(-[0-9]{4}){0,1}",
}
VALUE_SET = "http://hl7.org/fhir/ValueSet/"
EXTENSION = "http://hl7.org/fhir/StructureDefinition/"


@dataclass(slots=True)
class Environment:
    """Variables and services of an evaluation. A service that is None is not there.

    resource, root_resource: %resource and %rootResource. context: %context, the node that is evaluated where None.
    resolve: reference -> (node, type) or None where it leads nowhere within reach. member_of: (node, value set) and
    subsumes: (node, node) -> bool, conforms_to: (node, canonical) -> bool, html_checks: (text) -> bool; None from
    them means that it cannot be told, which ends the evaluation with CannotTell. A service may also raise CannotTell
    (with its own reason) or FhirPathError. now: the present of now() and today(). variables: further %names.
    steps: items one evaluation may look at, counted as for STEPS. one_for_as: `as` with more than one item is an
    error (as FHIR R5 asks; R4's own invariants break this rule).
    """

    resource: Node | None = None
    root_resource: Node | None = None
    context: Item | None = None
    resolve: Callable[[str], tuple[Any, str] | None] | None = None
    member_of: Callable[[Any, str], bool | None] | None = None
    subsumes: Callable[[Any, Any], bool | None] | None = None
    conforms_to: Callable[[Any, str], bool | None] | None = None
    html_checks: Callable[[str], bool | None] | None = None
    now: datetime | None = None
    variables: dict[str, list[Item]] = field(default_factory=dict)
    trace: Callable[[str, list[Item]], None] | None = None
    steps: int = STEPS
    one_for_as: bool = False


class Frame:
    """The state of one evaluation: what $this, $index and $total are at the moment, and how much was spent.

    kept: results of parts that are the same throughout the evaluation, see Compiler.
    """

    __slots__ = ("env", "index", "kept", "spent", "this", "total", "types", "variables")

    def __init__(self, env: Environment, types: TypeModel, this: list[Item]) -> None:
        self.env = env
        self.types = types
        self.this = this
        self.index = 0
        self.total: list[Item] = []
        self.spent = 0
        self.variables = env.variables
        self.kept: dict[int, Any] = {}

    def spend(self, steps: int) -> None:
        """Count `steps`. Raises TooMuch when there were too many: an expression must end."""
        self.spent += steps
        if self.spent > self.env.steps:
            raise TooMuch(f"the expression takes more than {self.env.steps} steps")

    def external(self, name: str) -> list[Item]:
        """The value of ``%name``. Raises FhirPathError for a name that is not known."""
        if name in CONSTANTS:
            return [Item(CONSTANTS[name], "System.String")]
        found = self.variables.get(name)
        if found is not None:
            return found
        if name.startswith("vs-"):
            return [Item(VALUE_SET + name[3:], "System.String")]
        if name.startswith("ext-"):
            return [Item(EXTENSION + name[4:], "System.String")]
        if name == "context":
            return [self.env.context] if self.env.context else []
        if name in ("resource", "rootResource"):
            return self._resource(name)
        raise FhirPathError(f"%{name} is not known")

    def _resource(self, name: str) -> list[Item]:
        node = self.env.resource if name == "resource" else self.env.root_resource or self.env.resource
        if node is None:
            context = self.env.context
            node = context.value if context and context.value.__class__ is dict else None
        kind = node.get("resourceType") if node.__class__ is dict else None
        return [Item(node, kind)] if kind.__class__ is str else []


def decided(answer: bool | None, reason: str, detail: str) -> bool:
    """`answer`; raises CannotTell where it is None."""
    if answer is None:
        raise CannotTell(reason, detail)
    return answer
