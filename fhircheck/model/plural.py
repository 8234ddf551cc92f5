"""Nouns beside counts: in a text ``{count:record|records}`` is the noun that goes with `count`."""

from collections.abc import Mapping
from string import Formatter


class _Plural(Formatter):
    def format_field(self, value: object, format_spec: str) -> str:
        one, mark, many = format_spec.partition("|")
        return (one if str(value) == "1" else many) if mark else format(value, format_spec)


_PLURAL = _Plural()


def filled(template: str, values: Mapping[str, object]) -> str:
    """`template` with its places filled; a count may be a number or its digits, as a text of its own."""
    return _PLURAL.vformat(template, (), values) if "|" in template else template.format_map(values)


def filled_in_order(template: str, *values: object) -> str:
    """`template` with places ``{}``, or ``{0} {0:record|records}``, filled."""
    return _PLURAL.vformat(template, values, {})


def of_many(template: str) -> str:
    """`template` with its nouns in the plural and its other places left, to be shown as it is."""
    parts = []
    for text, name, spec, conversion in Formatter().parse(template):
        parts.append(text)
        if name is not None and "|" in (spec or ""):
            parts.append((spec or "").partition("|")[2])
        elif name is not None:
            parts.append(f"{{{name}{'!' + conversion if conversion else ''}{':' + spec if spec else ''}}}")
    return "".join(parts)
