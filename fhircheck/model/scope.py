"""Where the resource being checked stands: what %resource, %rootResource and resolve() mean there."""

from dataclasses import dataclass
from typing import Any, NamedTuple

Node = dict[str, Any]


@dataclass(slots=True)
class Scope:
    """The surroundings of one resource.

    resource: the innermost resource (%resource). root: the resource that contains it, itself for one that is not
    contained (%rootResource). expression: of `resource` from the record's root on. bundle: the innermost Bundle
    whose entry `root` is, None outside. entry: number of that entry. full_url: the entry's fullUrl, or empty.
    outer: scope of that Bundle.
    """

    resource: Node
    root: Node
    expression: str
    bundle: Node | None = None
    entry: int = -1
    full_url: str = ""
    outer: "Scope | None" = None
    split: bool = False


class Resolved(NamedTuple):
    """What a reference leads to, within the data at hand.

    node: the resource (never None). scope: where it stands. contained: by ``#id``.
    """

    node: Node
    scope: Scope
    contained: bool


class Lookup(NamedTuple):
    """What became of looking for a reference's target.

    found: the target, None where it is not there. where: ``contained``, ``bundle`` or ``parameters`` (these
    were searched), ``elsewhere`` (nothing at hand could hold it) or ``unknown`` (the rest of the Bundle is not
    at hand). fault: what is wrong with the reference itself: ``no-full-url``, ``form``, ``ambiguous``, ``other-type``,
    or empty. near: for a target that is not there, fullUrls of entries with the same type and id.
    """

    found: Resolved | None
    where: str
    fault: str = ""
    near: tuple[str, ...] = ()
