"""One stream of bytes with look-ahead, whatever it comes from; a fault on the way ends it and is kept."""

from collections.abc import Callable


class StreamFault(Exception):
    """The stream cannot go on. kind: name of the IssueKind that says so; reason: shown in it."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason


class ByteStream:
    """Reads from `read(n)` (bytes, empty at the end; may give less than n).

    A StreamFault or OSError ends the stream like its end, so that what came before is used; `fault`
    then says what happened, and whoever opened the stream reports it.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._ahead = b""
        self.fault: StreamFault | None = None

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, fewer only where the stream ends before; they stay to be read."""
        parts = [self._ahead]
        have = len(self._ahead)
        while have < size:
            part = self._more(size - have)
            if not part:
                break
            parts.append(part)
            have += len(part)
        self._ahead = b"".join(parts)
        return self._ahead[:size]

    def read(self, size: int) -> bytes:
        """The next bytes, at most `size`, at least one; empty at the end."""
        if not self._ahead:
            return self._more(size)
        part, self._ahead = self._ahead[:size], self._ahead[size:]
        return part

    def read_fully(self, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end."""
        data = self.read(size)
        if len(data) == size or not data:
            return data
        parts, have = [data], len(data)
        while have < size and (part := self.read(size - have)):
            parts.append(part)
            have += len(part)
        return b"".join(parts)

    def _more(self, size: int) -> bytes:
        if self.fault:
            return b""
        try:
            return self._read(size)
        except StreamFault as fault:
            self.fault = fault
        except OSError as fault:
            self.fault = StreamFault("file-unreadable", fault.strerror or type(fault).__name__)
        return b""
