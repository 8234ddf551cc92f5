"""Where a JSON value ends: regular expressions that jump over whole values, on bytes, without building them.

Nothing here judges: brackets are matched by depth alone, so that broken text is still cut somewhere.
"""

import re
from functools import cache

SPACE = re.compile(rb"[ \t\n\r]*+")
STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
SCALAR = re.compile(rb'[^\s,:\[\]{}"]++')
# After an opening bracket: everything up to and with the next bracket outside of strings.
JUMP = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+([{}\[\]])', re.DOTALL)
BETWEEN = re.compile(rb'[^"{}\[\]]*+')
INSIDE = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_LEVELS = 12
_TEXT = rb'"(?:[^"\\]++|\\.)*+"'


def _balanced(levels: int) -> bytes:
    """A container with up to `levels` of others inside, as one expression: no Python a bracket."""
    inner = rb'[{\[](?:[^"{}\[\]]++|' + _TEXT + rb")*+[}\]]"
    for _ in range(levels):
        inner = rb'[{\[](?:[^"{}\[\]]++|' + _TEXT + rb"|" + inner + rb")*+[}\]]"
    return inner


# Compiled when first needed: that takes milliseconds, and clean data in small files needs none of them.
@cache
def container() -> re.Pattern[bytes]:
    """A whole container, if it is not nested too deep for one expression."""
    return re.compile(_balanced(_LEVELS), re.DOTALL)


@cache
def next_member() -> re.Pattern[bytes]:
    """From a member's value: the name (1) of the member behind it, up to its value. Where nothing matches, the value is
    the last, or nested too deep for one expression."""
    blank, text = SPACE.pattern, STRING.pattern
    value = rb"(?>" + rb"|".join((text, SCALAR.pattern, _balanced(_LEVELS))) + rb")"
    return re.compile(blank.join((value, rb",", rb"(" + text + rb")", rb":", rb"")), re.DOTALL)


def skip_space(data: bytes, at: int) -> int:
    """First position from `at` on that holds no white space."""
    found = SPACE.match(data, at)
    return found.end() if found else at


def end_of_value(data: bytes, at: int) -> int:
    """Position behind the value that begins at `at`, -1 where it does not end in `data`."""
    first = data[at : at + 1]
    if first in (b"{", b"["):
        return end_of_container(data, at)
    found = (STRING if first == b'"' else SCALAR).match(data, at)
    return found.end() if found else -1


def end_of_container(data: bytes, at: int) -> int:
    """Position behind the bracket that closes the one at `at`, -1 where there is none."""
    found = container().match(data, at)
    if found:
        return found.end()
    depth, at = 1, at + 1
    while depth:
        found = JUMP.match(data, at)
        if not found:
            return -1
        depth += 1 if found[1] in b"{[" else -1
        at = found.end()
    return at
