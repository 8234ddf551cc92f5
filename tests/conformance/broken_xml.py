"""Sound examples in XML with one change each, beside the reference: ``python -m tests.conformance.broken_xml``.

As broken_examples does with JSON: elements dropped, repeated, put elsewhere, renamed, given other attributes, another
namespace, text or comments. Runs are named by their numbers and are the same each time. Needs ../shared and Java; a
minute.
"""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from lxml import etree

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.transport.xml_types import XmlTypes
from fhircheck.transport.xml_writer import xml_document
from tests.conformance.broken_examples import Broken, Comparison, compare
from tests.conformance.example_places import small_examples
from tests.conformance.made_comparison import command

NAME = "clinical examples in XML"
FHIR = "{http://hl7.org/fhir}"
VALUES = ("", " ", "x", "true", "2020-02-30", "http://example.org/x", "a b", "-1", " lead", "1e5")


def _elements(root: Any) -> list[Any]:
    """The elements of FHIR's namespace below the root."""
    return [
        each for each in root.iter() if isinstance(each.tag, str) and each.tag.startswith(FHIR) and each is not root
    ]


def drop(chance: Random, root: Any) -> None:
    one = chance.choice(_elements(root))
    one.getparent().remove(one)


def repeat(chance: Random, root: Any) -> None:
    one = chance.choice(_elements(root))
    one.addnext(etree.fromstring(etree.tostring(one)))


def earlier(chance: Random, root: Any) -> None:
    """Put an element before its siblings."""
    one = chance.choice(_elements(root))
    one.getparent().insert(0, one)


def later(chance: Random, root: Any) -> None:
    """Put an element behind its siblings."""
    one = chance.choice(_elements(root))
    one.getparent().append(one)


def elsewhere(chance: Random, root: Any) -> None:
    """Move an element into another."""
    one, other = chance.choice(_elements(root)), chance.choice(_elements(root))
    if other not in one.iter():
        other.append(one)


def rename(chance: Random, root: Any) -> None:
    one = chance.choice(_elements(root))
    one.tag = FHIR + chance.choice(("code", "valueString", "odd", "extension", one.tag.removeprefix(FHIR).upper()))


def namespace(chance: Random, root: Any) -> None:
    one = chance.choice(_elements(root))
    one.tag = (
        chance.choice(("", "{http://example.org/other}", "{http://www.w3.org/1999/xhtml}")) + etree.QName(one).localname
    )


def attribute(chance: Random, root: Any) -> None:
    chance.choice(_elements(root)).set(chance.choice(("value", "id", "url", "odd", "xml")), chance.choice(VALUES[2:]))


def value(chance: Random, root: Any) -> None:
    chance.choice([each for each in _elements(root) if "value" in each.attrib] or [root]).set(
        "value", chance.choice(VALUES)
    )


def no_value(chance: Random, root: Any) -> None:
    chance.choice(_elements(root)).attrib.pop("value", None)


def text(chance: Random, root: Any) -> None:
    chance.choice(_elements(root)).text = "some text"


def comment(chance: Random, root: Any) -> None:
    chance.choice(_elements(root)).insert(0, etree.Comment("a comment"))


def instruction(chance: Random, root: Any) -> None:
    chance.choice(_elements(root)).insert(0, etree.ProcessingInstruction("odd", "x"))


CHANGES: tuple[Callable[[Random, Any], None], ...] = (
    drop, repeat, earlier, later, elsewhere, rename, namespace, attribute, value, value, no_value, text, comment,
    instruction,
)  # fmt: skip


def made(number: int, first: int) -> list[Broken]:
    """So many broken examples."""
    pool, found = small_examples(), list[Broken]()
    types = XmlTypes(TypeTable(load_definitions(offline=True)))
    for count in range(first, first + number):
        chance = Random(f"broken xml {count}")
        name, data = chance.choice(pool)
        change = chance.choice(CHANGES)
        sound = xml_document(json.loads(data), types)
        root = etree.fromstring(sound)
        change(chance, root)
        found.append(Broken(f"{count} {name}", change.__name__, sound, etree.tostring(root)))
    return found


def run(number: int, first: int = 0) -> Comparison:
    """The comparison."""
    found = Comparison()
    compare((), made(number, first), "x.xml", found, kept=False)
    return found


if __name__ == "__main__":
    command(__doc__, NAME, run, 1000)
