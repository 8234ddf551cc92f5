"""How far a followed file was read: by the file itself and not by its name, so that a renamed one is the same."""

from dataclasses import dataclass
from typing import Literal

Form = Literal["", "lines", "whole"]


@dataclass(slots=True)
class Position:
    """path: hash of the path. device, inode: of the file; size, modified (ns): when it was last looked at.

    form: how it is read, empty while that cannot be told. name: number of the file of this name, 1 for the first.
    offset, line, record: of the next line. crc: CRC-32 of the bytes before `offset`. skipping: within a line that is
    too long. head: CRC-32 of its first bytes. chunks: of a file that is read whole, those done, -1 for all.
    """

    path: int
    device: int
    inode: int
    size: int = 0
    modified: int = 0
    form: Form = ""
    name: int = 1
    offset: int = 0
    line: int = 1
    record: int = 0
    crc: int = 0
    head: int = 0
    skipping: bool = False
    chunks: int = 0

    @property
    def key(self) -> tuple[int, int]:
        """What a file is known by."""
        return self.device, self.inode

    @property
    def begun(self) -> bool:
        """Whether something of it was read."""
        return bool(self.offset or self.chunks or self.skipping)


INPUT = (0, 0)
"""The key of standard input, which is no file."""
