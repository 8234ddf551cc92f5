"""One look at the codes of a resource, for all measures that judge codes; found once for each set of codes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from fhircheck.measures.coded_elements import CODED, INNER
from fhircheck.measures.coding_verdicts import Found, Judge
from fhircheck.measures.mix_keys import NO_MIX, Mix, mix_of_codes
from fhircheck.measures.outcome import NOTHING, Outcome
from fhircheck.model.record import Node

if TYPE_CHECKING:
    from fhircheck.measures.seen import Seen

REMEMBERED = 20_000
NAME = "codings"


class CodedLook(NamedTuple):
    """What the measures of codes say of one resource. mix: what it adds to the table ``mix``."""

    expected: Outcome
    valid: Outcome
    display: Outcome
    current: Outcome
    mix: Mix


NO_CODES = CodedLook(NOTHING, NOTHING, NOTHING, NOTHING, NO_MIX)


def look_at_codes(seen: "Seen") -> CodedLook:
    """The look at the resource of `seen`; all measures that ask for it share one."""
    names = CODED.get(seen.kind)
    if names is None:
        return NO_CODES
    remembered = seen.tools.remembered.get(NAME)
    if remembered is None:
        remembered = seen.tools.remembered[NAME] = {}
    key = _key(seen.node, seen.kind, names)
    try:
        look = remembered.get(key)
    except TypeError:  # something other than text where a text belongs
        return _look(seen)
    if look is None:
        if len(remembered) >= REMEMBERED:
            remembered.clear()
        look = remembered[key] = _look(seen)
    return look  # type: ignore[return-value]


def _key(node: Node, kind: str, names: tuple[str, ...]) -> tuple[Any, ...]:
    """All that the look depends on."""
    key: list[Any] = [kind, node.get("language")]
    for name in names:
        value = node.get(name)
        if value is not None:
            key.append(name)
            _add(value, key)
    inner = INNER.get(kind)
    if inner is not None and inner[0] in node:
        parts = node[inner[0]]
        for part in parts if parts.__class__ is list else (parts,):
            key.append(0)
            if part.__class__ is dict:
                for name in inner[1]:
                    value = part.get(name)
                    if value is not None:
                        key.append(name)
                        _add(value, key)
    return tuple(key)


def _add(value: Any, key: list[Any]) -> None:
    """What a concept, a Coding or a list of them adds to the key."""
    if value.__class__ is list:
        for each in value:
            key.append(1)
            _add(each, key)
    elif value.__class__ is dict:
        codings = value.get("coding")
        if codings.__class__ is list:
            for each in codings:
                if each.__class__ is dict:
                    get = each.get
                    key += (2, get("system"), get("code"), get("version"), get("display"))
                else:
                    key.append(3)
        else:
            get = value.get
            key += (4, codings is None, get("system"), get("code"), get("version"), get("display"))
        if "text" in value:
            key.append(5)
    else:
        key.append(6)


def _look(seen: "Seen") -> CodedLook:
    judge = Judge(seen.tools, seen.node.get("language"))
    found = Found()
    for path, where, values in _elements(seen.node, seen.kind):
        judge.element(path, where, values, found)
    return CodedLook(
        Outcome(found.expected),
        Outcome(found.valid),
        Outcome(found.display),
        Outcome(found.current, judge.obsolete_counts()),
        mix_of_codes(seen.node, seen.kind),
    )


def _elements(node: Node, kind: str) -> Iterator[tuple[str, str, list[tuple[str, Any]]]]:
    """(path, expression, [(expression, concept or Coding)]) of each coded element that is there."""
    for name in CODED[kind]:
        if node.get(name) is not None:
            yield _one(f"{kind}.{name}", f"{kind}.{name}", node[name])
    inner = INNER.get(kind)
    parts = node.get(inner[0]) if inner else None
    for index, part in enumerate(parts if parts.__class__ is list else (parts,)):
        for name in inner[1] if inner and part.__class__ is dict else ():
            if part.get(name) is not None:
                path = f"{kind}.{inner[0]}"  # type: ignore[index]
                where = f"{path}[{index}]" if parts.__class__ is list else path
                yield _one(f"{path}.{name}", f"{where}.{name}", part[name])


def _one(path: str, where: str, value: Any) -> tuple[str, str, list[tuple[str, Any]]]:
    if value.__class__ is list:
        return path, where, [(f"{where}[{index}]", each) for index, each in enumerate(value)]
    return path, where, [(where, value)]
