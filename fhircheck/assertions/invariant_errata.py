"""Invariants that R4 published with faults, and what is evaluated in their place.

The reference evaluates mended forms too: as published, ``reference.startsWith('#').not()`` would refuse every
Reference without a literal reference, and every artifact without a name would be told that its name is not usable;
operators that take one value were written for elements that repeat.
Each mended form was held against the reference's findings on resources made for the question.
"""

_NAME = "[A-Z]([A-Za-z0-9_]){0,254}"
_PART = r"""[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}"""
_PATH = rf"""{_PART}(\\.{_PART}(\\[x\\])?(\\:[^\\s\\.]+)?)*"""
_PLAIN_PATH = r"[A-Za-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*(\\[x])?)*"
_LOCAL = (
    "reference.startsWith('#').not()"
    " or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))"
)
_HISTORY = "fullUrl.contains('/_history/').not()"
_PROBABILITY = "probability is decimal implies (probability as decimal) <= 100"
MENDED: dict[str, str] = {
    "hasValue() or (children().count() > id.count())": "hasValue() or children().exists()",
    f"name.matches('{_NAME}')": f"name.exists() implies name.matches('^{_NAME}$')",
    _LOCAL: f"(reference.hasValue() and reference != '#') implies ({_LOCAL})",
    f"path.matches('{_PATH}')": f"path.matches('^{_PATH}$')",
    f"path.matches('{_PLAIN_PATH}')": f"path.matches('^{_PLAIN_PATH}$')",
    _HISTORY: f"fullUrl.exists() implies {_HISTORY}",
    _PROBABILITY: f"probability.exists() implies ({_PROBABILITY})",
    "($this as dateTime).toString().length() >= 8": "$this is dateTime implies $this.toString().length() >= 10",
    "targetProfile.exists() implies (type = 'Reference' or type = 'canonical')": "targetProfile.exists() implies"
    " (type = 'Reference' or type = 'canonical' or type.memberOf('http://hl7.org/fhir/ValueSet/resource-types'))",
    "operator = 'exists' implies (answer is Boolean)": "operator = 'exists' implies (answer is boolean)",
    "resource.exists() or request.exists() or response.exists()": "resource.children().exists()"
    " or request.exists() or response.exists()",
    "telecom or endpoint": "telecom.exists() or endpoint.exists()",
    "offset.empty() or (when.exists() and ((when in ('C' | 'CM' | 'CD' | 'CV')).not()))": "offset.empty()"
    " or (when.exists() and when.where($this in ('C' | 'CM' | 'CD' | 'CV')).empty())",
    "enableWhen.count() > 2 implies enableBehavior.exists()": "enableWhen.count() >= 2 implies enableBehavior.exists()",
    "low.empty() or high.empty() or (low <= high)": "low.empty() or high.empty() or (low <= high)"
    " or (low.code.exists() and high.code.exists() and low.comparable(high).not())",
}
"""Expression as published -> as evaluated."""


def mended(expression: str) -> str:
    """The expression that stands for a published one: itself, but for the few known faults."""
    return MENDED.get(expression, expression)
