"""Steps of a path over raw JSON: one element of one object, or of each of many."""

from typing import Any

from fhircheck.fhirpath.fast.value import CLASSES, Closure, NotQuick, Surprise, Value, kind_of_primitive
from fhircheck.fhirpath.navigation import RESOURCES, Navigator

IN_EVERY_RESOURCE = frozenset({"id", "meta", "implicitRules", "language"})
IN_DOMAIN_RESOURCES = frozenset({"contained", "text", "extension", "modifierExtension"})


def this_value(type_name: str) -> Value:
    """$this of an object."""
    return Value(lambda node, env: node, "object", type_name)


def member(base: Value, name: str, model: Navigator, *, at_this: bool) -> Value:
    """The element `name` of `base`; at_this: base is $this itself. Raises NotQuick."""
    holder = base.type
    if base.kind == "resource":
        if name in IN_DOMAIN_RESOURCES:
            base, holder = _domain_resource(base, model), "DomainResource"
        elif name in IN_EVERY_RESOURCE:
            holder = "Resource"
        else:
            return _of_any_resource(base)
    elif base.kind == "unknown":
        return base
    elif base.kind != "object":
        raise NotQuick("an element of a primitive")
    facts = model.types.type(holder)
    element = facts.properties.get(name) if facts is not None else None
    if element is None:
        raise NotQuick("an element that the type does not have")
    names = tuple((element.json_name(each), each) for each in element.types)
    if len(names) != 1:
        return _choice(base, names, at_this)
    key, type_name = names[0]
    kind = _kind(type_name, model)
    beside = "_" + key if kind not in ("object", "resource") else ""
    if element.repeats or base.many:
        many_of = _many_of_many if base.many else _many_of_one
        closure = many_of(base.closure, key, beside, kind)
        return Value(closure, kind, type_name, many=True)
    if at_this:
        return Value(_one_of_this(key, beside, kind), kind, type_name)
    return Value(_one_of_one(base.closure, _one_of_this(key, beside, kind)), kind, type_name)


def _domain_resource(base: Value, model: Navigator) -> Value:
    """`base` where all resources are DomainResources; Bundle, Binary and Parameters are left to the general form."""
    inner, many = base.closure, base.many
    known: set[str] = set()

    def run(node: Any, env: Any) -> Any:
        found = inner(node, env)
        if found is None:
            return None
        for each in found if many else (found,):
            name = each.get("resourceType")
            if name not in known:
                if name.__class__ is not str or not model.types.is_a(name, "DomainResource"):
                    raise Surprise
                known.add(name)
        return found

    return Value(run, "object", "DomainResource", many=many)


def _of_any_resource(base: Value) -> Value:
    """An element that depends on the resource's type: known only where there is no resource."""
    inner, many = base.closure, base.many

    def run(node: Any, env: Any) -> Any:
        found = inner(node, env)
        if found if many else found is not None:
            raise Surprise
        return ()

    return Value(run, "unknown", many=True)


def _kind(type_name: str, model: Navigator) -> str:
    if type_name in RESOURCES:
        return "resource"
    if model.is_primitive(type_name):
        return kind_of_primitive(type_name)
    if model.types.type(type_name) is None:
        raise NotQuick("an unknown type")
    return "object"


def _one_of_this(key: str, beside: str, kind: str) -> Closure:
    classes = CLASSES[kind]
    if len(classes) == 1:
        (wanted,) = classes

        def one(node: Any, env: Any) -> Any:
            value = node.get(key)
            if value.__class__ is wanted:
                return value
            if value is None and (not beside or beside not in node):
                return None
            raise Surprise

        return one

    def one_number(node: Any, env: Any) -> Any:
        value = node.get(key)
        if value.__class__ in classes or (value is None and beside not in node):
            return value
        raise Surprise

    return one_number


def _one_of_one(base: Closure, step: Closure) -> Closure:
    def run(node: Any, env: Any) -> Any:
        holder = base(node, env)
        return None if holder is None else step(holder, env)

    return run


def listed(value: Any, holder: Any, beside: str, classes: frozenset[type]) -> Any:
    """A repeating element as a list; raises Surprise for extensions beside it and for gaps in it."""
    if beside and beside in holder:
        raise Surprise
    if value is None:
        return ()
    if value.__class__ is not list or not classes.issuperset(map(type, value)):
        raise Surprise
    return value


def _many_of_one(base: Closure, key: str, beside: str, kind: str) -> Closure:
    classes = CLASSES[kind]

    def run(node: Any, env: Any) -> Any:
        holder = base(node, env)
        if holder is None:
            return ()
        value = holder.get(key)
        if value is None and (not beside or beside not in holder):
            return ()
        return listed(value, holder, beside, classes)

    return run


def _many_of_many(base: Closure, key: str, beside: str, kind: str) -> Closure:
    classes = CLASSES[kind]

    def run(node: Any, env: Any) -> Any:
        found: list[Any] = []
        for holder in base(node, env):
            value = holder.get(key)
            if value is None:
                if beside and beside in holder:
                    raise Surprise
            elif value.__class__ is list:
                found += listed(value, holder, beside, classes)
            elif value.__class__ in classes:
                found.append(value)
            else:
                raise Surprise
        return found

    return run


def _choice(base: Value, names: tuple[tuple[str, str], ...], at_this: bool) -> Value:
    """A choice of types: the name of the member that is there, or None."""
    if base.many:
        raise NotQuick("a choice of many")
    known = frozenset(key for key, _ in names) | frozenset("_" + key for key, _ in names)
    disjoint = known.isdisjoint

    def there(node: Any, env: Any) -> Any:
        if disjoint(node):
            return None
        found = None
        for key in node:
            if key in known:
                if found is not None or key[0] == "_" or node[key].__class__ is list or node[key] is None:
                    raise Surprise
                found = key
        return found

    if at_this:

        def closure(node: Any, env: Any) -> Any:
            if node.__class__ is not dict:
                raise Surprise
            return there(node, env)

        return Value(closure, "choice", names=names)
    inner = base.closure

    def of_inner(node: Any, env: Any) -> Any:
        holder = inner(node, env)
        return None if holder is None else there(holder, env)

    return Value(of_inner, "choice", names=names)
