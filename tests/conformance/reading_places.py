"""How the reference spells the place of what reading finds, so that findings can be compared by place.

It names faults of XML by the path of tags within the innermost resource, without numbers; a member that is there
twice by the object it is in; in JSON a choice of types by its name in the definition (``value[x]``). What is
compared is that both mean the same element.
"""

import re

from fhircheck.model.issue import Place
from fhircheck.transport.xml_kinds import XML_KINDS

_INNER = re.compile(r"^.*\.(?:resource|contained\[\d+\]|outcome)(?=\.|$)")
_CHOICE = re.compile(r"\.ofType\(\w+\)")
_LAST_INDEX = re.compile(r"\[\d+\]$")
_INDEX = re.compile(r"\[\d+\]")
_JUDGED_LATER = {"xml-order"}
BY_NAME = {"array-expected", "array-unexpected", "object-expected", "empty-object", "empty-array"}
BY_NAME |= {"type-mismatch", "unknown-element", "null-value"}
BY_TAGS = {each.name for each in XML_KINDS} - _JUDGED_LATER | {"unknown-element"}


def place_of_reading(kind: str, place: Place) -> str:
    """The expression to compare: `place`'s own, but for kinds that the reference names otherwise."""
    expression = place.expression
    if kind == "encoding-not-utf8" and place.source.endswith(".xml"):
        return "XML"
    if kind == "xml-order":  # it counts the items of one name anew behind each other element
        return _LAST_INDEX.sub("", expression)
    if kind == "duplicate-key":
        return expression.rpartition(".")[0]
    if kind in BY_TAGS and place.source.endswith(".xml"):
        type_name = place.resource.partition("/")[0]
        return _INDEX.sub("", _INNER.sub(type_name, expression)) if type_name else expression
    if kind in BY_NAME and not place.source.endswith(".xml"):
        return _CHOICE.sub("[x]", expression)
    return expression
