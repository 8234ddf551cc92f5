"""What a call of ``$validate`` asks: http://hl7.org/fhir/R4/resource-operation-validate.html."""

from dataclasses import dataclass
from typing import Any, Literal

from fhircheck.model.path import item
from fhircheck.model.record import Record
from fhircheck.serve.fhir.refusal import Refused

Form = Literal["json", "xml"]
Node = dict[str, Any]
MODES = frozenset({"create", "update", "delete", "profile"})
URLS = ("valueUri", "valueCanonical", "valueUrl", "valueString")
CODES = ("valueCode", "valueString", "valueUri")


@dataclass(frozen=True, slots=True)
class Question:
    """One call as it came in; picklable.

    type, identity: of the URL, empty where it names none. profiles, mode: of the query. form: of the answer.
    """

    body: bytes
    type: str = ""
    identity: str = ""
    profiles: tuple[str, ...] = ()
    mode: str = ""
    language: str = "en"
    form: Form = "json"
    pretty: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be validated. node: None where nothing is (mode delete). root: its expression in the body."""

    node: Node | None
    root: str
    profiles: tuple[str, ...]
    mode: str


def target_of(record: Record | None, question: Question) -> Target:
    """The resource in the body and what is asked about it: Parameters with one named ``resource``, or the resource
    itself. Raises Refused where nothing can be told from it."""
    node = record.node if record is not None else None
    if node is None or record is None:
        return _complete(Target(None, "", question.profiles, question.mode), question)
    if not _is_wrapper(node, question.type):
        return _complete(Target(node, record.root, question.profiles, question.mode), question)
    inner, root = _resource(node, record.root)
    profiles = tuple(dict.fromkeys((*question.profiles, *_values(node, "profile", URLS, "profile-no-url"))))
    modes = {*filter(None, (question.mode,)), *_values(node, "mode", CODES, "mode-unknown")}
    if len(modes) > 1:
        raise Refused(400, "invalid", "mode-twice")
    return _complete(Target(inner, root, profiles, next(iter(modes), "")), question)


def _complete(target: Target, question: Question) -> Target:
    """`target`, where what it says fits together. Raises Refused."""
    if target.mode and target.mode not in MODES:
        raise Refused(400, "value", "mode-unknown")
    if target.node is None and target.mode != "delete":
        if question.identity:
            raise Refused(404, "not-found", "no-instance")
        raise Refused(400, "required", "no-body")
    if target.mode == "profile" and not target.profiles:
        raise Refused(400, "required", "profile-needed")
    if any(not each or any(sign.isspace() for sign in each) for each in target.profiles):
        raise Refused(400, "value", "profile-no-url")
    return target


def _is_wrapper(node: Node, asked: str) -> bool:
    """Whether Parameters are those of the operation, not a resource to be validated."""
    if node.get("resourceType") != "Parameters":
        return False
    named = {each.get("name") for each in _parameters(node)}
    if asked == "Parameters":
        return any(
            each.get("name") == "resource" and (each.get("resource") or {}).get("resourceType") == "Parameters"
            for each in _parameters(node)
        )
    return bool(named & {"resource", "profile", "mode"})


def _parameters(node: Node) -> list[Node]:
    found = node.get("parameter")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _resource(node: Node, root: str) -> tuple[Node | None, str]:
    """The resource among the operation's Parameters, and its expression."""
    found: list[tuple[Node, str]] = []
    for index, each in enumerate(node["parameter"]):
        if isinstance(each, dict) and each.get("name") == "resource":
            inner = each.get("resource")
            if not isinstance(inner, dict):
                raise Refused(400, "required", "resource-needed")
            found.append((inner, f"{item(f'{root}.parameter', index)}.resource"))
    if len(found) > 1:
        raise Refused(400, "invalid", "resource-twice")
    return found[0] if found else (None, "")


def _values(node: Node, name: str, members: tuple[str, ...], fault: str) -> list[str]:
    """The values of the parameters called `name`. Raises Refused where one has none of the right type."""
    found = []
    for each in _parameters(node):
        if each.get("name") == name:
            value = next((each[member] for member in members if member in each), None)
            if not isinstance(value, str):
                raise Refused(400, "value", fault)
            found.append(value)
    return found
