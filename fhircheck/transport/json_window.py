"""A window on a JSON text that is too big to be held: it knows where it stands and grows as values ask for it."""

from fhircheck.transport.byte_stream import ByteStream
from fhircheck.transport.json_scan import BETWEEN, INSIDE, JUMP, end_of_value, skip_space

_CONTINUATION = bytes(range(0x80, 0xC0))


class JsonWindow:
    """data[at:] is what comes next; offset, line, column (one-based, in characters) say where that is."""

    def __init__(self, stream: ByteStream, block: int) -> None:
        self._stream, self._block = stream, block
        self.data, self.at = b"", 0
        self.offset, self.line, self.column = 0, 1, 1

    def fill(self, size: int = 0) -> bool:
        """Read on by `size` bytes, by one block without it; False at the end of the stream."""
        more = self._stream.read_fully(size or self._block)
        self.data = self.data[self.at :] + more
        self.at = 0
        return bool(more)

    def rest(self) -> bytes:
        """What is held and not passed."""
        return self.data[self.at :] if self.at else self.data

    def grow(self) -> bool:
        """Read on by as much as is held; False at the end, or where a few blocks are held already."""
        held = len(self.data) - self.at
        return held < 8 * self._block and self.fill(max(held, self._block))

    def take(self, end: int) -> bytes:
        """The text up to position `end` of `data`, which is passed."""
        text = self.data[self.at : end]
        lines = text.count(b"\n")
        if lines:
            self.line += lines
            self.column = 1
        last = text[text.rfind(b"\n") + 1 :] if lines else text
        self.column += len(last) if last.isascii() else len(last.translate(None, _CONTINUATION))
        self.offset += len(text)
        self.at = end
        return text

    def space(self) -> bytes:
        """White space up to the next sign, passed."""
        passed = self.take(skip_space(self.data, self.at))
        while self.at == len(self.data) and self.fill():
            passed += self.take(skip_space(self.data, self.at))
        return passed

    def sign(self) -> bytes:
        """The next byte, empty at the end; call `space` before."""
        return self.data[self.at : self.at + 1]

    def value_end(self, longest: int) -> int:
        """Position behind the value that comes next, -1 where it has no end or more than `longest` bytes.

        The window grows by doubling, so that a value is looked at a bounded number of times.
        """
        while True:
            end = end_of_value(self.data, self.at)
            held = len(self.data) - self.at
            inside = 0 <= end < len(self.data) or (end > 0 and self.data[end - 1 : end] in (b"}", b"]", b'"'))
            if inside:
                return end if end - self.at <= longest else -1
            if held > longest or not self.fill(max(self._block, held)):
                return end if held <= longest else -1

    def skip_container(self) -> bool:
        """Pass the container that comes next without holding it; False where its end is not found."""
        depth = 0
        while True:
            found = JUMP.match(self.data, self.at)
            if found:
                depth += 1 if found[1] in b"{[" else -1
                self.take(found.end())
                if depth <= 0:
                    return True
            elif not self.grow() and not self._skip_string():
                return False

    def _skip_string(self) -> bool:
        """Pass everything up to and with the next string, block by block; False where it has no end."""
        self.take(BETWEEN.match(self.data, self.at).end())  # type: ignore[union-attr]
        if self.sign() != b'"':
            return False
        self.take(self.at + 1)
        while True:
            self.take(INSIDE.match(self.data, self.at).end())  # type: ignore[union-attr]
            if self.sign() == b'"':
                self.take(self.at + 1)
                return True
            if not self.fill():
                return False
