"""Sound examples in XML with one change each, beside the reference: ``python -m tests.conformance.broken_xml``.

As broken_examples does with JSON: elements dropped, repeated, put elsewhere, renamed, given other attributes, another
namespace, text or comments. Runs are named by their numbers and are the same each time. Needs ../shared and Java; a
minute.
"""

import argparse
import json
from collections.abc import Callable
from random import Random
from typing import Any

from lxml import etree

from benchmarks.throughput import examples
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.transport.xml_types import XmlTypes
from fhircheck.transport.xml_writer import xml_document
from tests.conformance.agreement import checker
from tests.conformance.agreement_data import Group
from tests.conformance.agreement_reference import answers
from tests.conformance.broken_examples import Broken, Comparison, alone, as_compared, lines, said_by_reference
from tests.needs import SHARED

NAME = "clinical examples in XML"
LARGEST = 20_000
LEFT_OUT = ("Measure", "TestScript")
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
    every = examples(SHARED / "reference" / "clinical500.txt").items()
    pool = [(name, data) for name, data in every if len(data) < LARGEST and not name.startswith(LEFT_OUT)]
    types, found = XmlTypes(TypeTable(load_definitions(offline=True))), list[Broken]()
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
    """The comparison; examples that either of the two refuses unchanged are left out."""
    cases, found = made(number, first), Comparison()
    inputs = tuple(("x.xml", text) for case in cases for text in (case.sound, case.text))
    said, check = answers(Group((), inputs), kept=False), checker(())
    for count, case in enumerate(cases):
        before, after = said[2 * count], said[2 * count + 1]
        if before or check("x.xml", case.sound)[1] or any(each.message_id.startswith("exception:") for each in after):
            continue
        ours = [as_compared(each) for each in check("x.xml", case.text)[1]]
        found.add(case, ours, [said_by_reference(each) for each in after])
    return found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--list", action="store_true", help="what is said by one of the two alone, and each difference")
    given = parser.parse_args()
    found = run(given.number, given.first)
    print(*lines({NAME: found}), sep="\n")
    if given.list:
        print(*alone({NAME: found}), sep="\n")
        for case, ours, theirs in found.differences:
            print(f"\n## {case.name} {case.change}\n  ours {ours}\n  theirs {theirs}\n  -\n  {case.text.decode()}")


if __name__ == "__main__":
    main()
