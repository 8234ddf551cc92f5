"""A record on its way to the file for the valid or for the invalid."""

from typing import NamedTuple


class SplitLine(NamedTuple):
    """valid: without any error. patients: keys of the patients it is or points to. data: the line, without its end."""

    valid: bool
    patients: tuple[int, ...]
    data: bytes


class UsableLine(NamedTuple):
    """A resource as one line, for the file of usable ones. key: of its place. about: whether it is about a patient."""

    key: int
    about: bool
    data: bytes
