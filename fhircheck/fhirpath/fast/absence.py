"""Elements without which an expression holds: ``code.empty() or ...``, ``offset.exists() implies ...``.

Most invariants say something of elements that most objects do not have; then nothing needs to be evaluated.
"""

from fhircheck.fhirpath import ast
from fhircheck.fhirpath.types import TypeModel

Names = frozenset[str]
NONE: Names = frozenset()
KEEP_EMPTY = frozenset({"where", "select", "first", "last", "resolve", "ofType", "as", "startsWith", "matches"})
"""Functions that give nothing where they are asked of nothing."""
CALM = frozenset({"empty", "exists", "not", "hasValue", "count"})
"""Functions that never fail on data as its type says it."""


def holds_without(tree: ast.Ast, type_name: str, types: TypeModel) -> tuple[tuple[str, str], ...]:
    """(JSON name, name of its ``_`` sibling) of each element of `type_name` without which `tree` is true."""
    facts = types.type(type_name)
    if facts is None or facts.kind == "primitive-type":
        return ()
    found = []
    for name in sorted(_true(tree)):
        element = facts.properties.get(name)
        if element is not None and len(element.types) == 1:
            key = element.json_name(element.types[0])
            found.append((key, f"_{key}"))
    return tuple(found)


def _true(tree: ast.Ast) -> Names:
    """Names of the elements of $this without which `tree` is true."""
    if isinstance(tree, ast.Binary):
        beyond = _true(tree.right) if _is_calm(tree.left) else NONE
        if tree.operator == "or":
            return _true(tree.left) | beyond
        if tree.operator == "implies":
            return _false(tree.left) | beyond
        if tree.operator == "and":
            return _true(tree.left) & _true(tree.right)
    elif isinstance(tree, ast.Call) and tree.target is not None:
        if tree.name == "empty" and not tree.arguments:
            return _nothing(tree.target)
        if tree.name == "not":
            return _false(tree.target)
    return NONE


def _false(tree: ast.Ast) -> Names:
    """Names of the elements without which `tree` is false."""
    if isinstance(tree, ast.Binary):
        if tree.operator == "and":
            return _false(tree.left) | (_false(tree.right) if _is_calm(tree.left) else NONE)
        if tree.operator == "or":
            return _false(tree.left) & _false(tree.right)
    elif isinstance(tree, ast.Call) and tree.target is not None:
        if tree.name in ("exists", "hasValue"):
            return _nothing(tree.target)
        if tree.name == "not":
            return _true(tree.target)
    return NONE


def _nothing(tree: ast.Ast) -> Names:
    """Names of the elements without which `tree` gives nothing."""
    if isinstance(tree, ast.Member):
        if tree.target is None:
            return frozenset({tree.name})
        return _nothing(tree.target)
    if isinstance(tree, ast.Call) and tree.target is not None and tree.name in KEEP_EMPTY:
        return _nothing(tree.target)
    return NONE


def _is_calm(tree: ast.Ast) -> bool:
    """Whether `tree` asks only whether paths lead to something."""
    if isinstance(tree, ast.Member):
        return tree.target is None or _is_calm(tree.target)
    if isinstance(tree, ast.Call):
        return tree.name in CALM and not tree.arguments and tree.target is not None and _is_calm(tree.target)
    return (
        isinstance(tree, ast.Binary) and tree.operator in ("and", "or") and _is_calm(tree.left) and _is_calm(tree.right)
    )
