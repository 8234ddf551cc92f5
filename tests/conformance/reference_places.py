"""Where the reference points to when it means an entry of a Bundle or an item in an answer, so that places compare.

For some findings about Bundles it counts entries, sections and authors from one, names entry 0 for all fullUrls,
or names the Bundle for references inside of it. In responses to Questionnaires it leaves out the answer that holds
further items. We point at the element itself, which is what a reader can find;
what is compared is that both mean the same. Recorded by kind of finding, for every Bundle and response alike.
"""

import re

FULL_URL = re.compile(r"^(.*\.entry)\[\d+\]\.fullUrl$")
ENTRY = re.compile(r"^(.*\.entry)\[(\d+)\]$")
HEAD = re.compile(r"^(.*\.entry)\[0\]\.resource(\..*)?$")
INSIDE = re.compile(r"^((?:.*\.resource\.)?[^.]*)\.entry\[\d+\]\.(?:resource|request|response|link|search)\b.*$")
INDEX = re.compile(r"\[(\d+)\]")
WITHIN_ANSWER = re.compile(r"\.answer\[\d+\](?=\.item\[)")
OF_SECTION = re.compile(r"\.section\[\d+\](\.(?:author\[\d+\]|focus))$")

AT_FIRST_ENTRY = frozenset({"full-url-relative", "full-url-without-id", "full-url-mismatch", "full-url-is-canonical"})
FROM_ONE = frozenset({"document-entry-unreachable"})
HEADS = frozenset(
    {
        "bundle-first-entry-type",
        "document-target-missing",
        "document-target-off-base",
        "document-target-ambiguous",
    }
)
AT_BUNDLE = frozenset(
    {"bundle-link-ambiguous", "bundle-link-off-base", "bundle-fragment-missing", "bundle-fragment-ambiguous"}
)


def place_in_reference(kind: str, expression: str) -> str:
    """The expression that the reference gives where we report `kind` at `expression`."""
    if kind in AT_FIRST_ENTRY:
        return FULL_URL.sub(r"\1[0]", expression)
    if kind in FROM_ONE:
        return ENTRY.sub(lambda found: f"{found[1]}[{int(found[2]) + 1}]", expression)
    if kind in AT_BUNDLE:
        return INSIDE.sub(r"\1", expression)
    if kind.startswith("response-"):
        return WITHIN_ANSWER.sub("", expression)
    if kind.startswith("signature-"):
        return expression.removesuffix(".signature")
    if kind == "concept-map-scope-type":  # it leaves the type of the choice out
        return expression.partition(".ofType(")[0]
    if kind == "security-label-repeated":
        return expression.replace(".meta.security[", ".meta.profile[")
    if kind in HEADS:
        return HEAD.sub(lambda found: f"{found[1]}[1].resource{_from_one(found[2] or '')}", expression)
    return expression


def _from_one(steps: str) -> str:
    """The steps below the first resource, counted from one; those of a message's focus are not counted."""
    steps = OF_SECTION.sub(r"\1", steps)
    return INDEX.sub(lambda found: f"[{int(found[1]) + 1}]", re.sub(r"^\.focus\[\d+\]", ".focus", steps))
