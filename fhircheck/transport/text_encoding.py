"""Which encoding bytes are in, and the same text as UTF-8 (RFC 8259 section 8.1 allows nothing else)."""

import codecs

_FALLBACK = "fhircheck-one-byte"

# The longer mark first: UTF-32 little endian begins with the mark of UTF-16 little endian.
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# JSON begins with two ASCII characters, so the zeros of the first four bytes tell the width.
_WIDE_ZEROS = {
    (True, True, True, False): "utf-32-be",
    (False, True, True, True): "utf-32-le",
    (True, False, True, False): "utf-16-be",
    (False, True, False, True): "utf-16-le",
}


def wide_encoding(head: bytes) -> tuple[str, int]:
    """UTF-16 or UTF-32 by byte order mark or zero bytes: (name, length of the mark); ("", 0) for neither."""
    for mark, name in _WIDE_MARKS:
        if head.startswith(mark):
            return name, len(mark)
    name = _WIDE_ZEROS.get(tuple(byte == 0 for byte in head[:4]), "")  # type: ignore[arg-type]
    return name, 0


def first_foreign(data: bytes) -> int:
    """Offset of the first byte that is not UTF-8, -1 where there is none."""
    try:
        data.decode()
    except UnicodeDecodeError as fault:
        return fault.start
    return -1


def as_utf8(data: bytes) -> tuple[bytes, str, int]:
    """`data` as UTF-8 with every foreign byte read as Windows-1252: (text, what was found, foreign bytes).

    Nothing is lost: each byte gives a character. Found is ``windows-1252``, ``iso-8859-1`` (no byte
    between 80 and 9F) or ``mixed`` (some characters are UTF-8, some are not).
    """
    text = data.decode("utf-8", _FALLBACK)
    kept = data.decode("utf-8", "ignore")
    foreign = len(data) - len(kept.encode())
    if not kept.isascii():
        return text.encode(), "mixed", foreign
    high = any(0x80 <= byte < 0xA0 for byte in data)
    return text.encode(), "windows-1252" if high else "iso-8859-1", foreign


def _one_byte(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    foreign = fault.object[fault.start : fault.end]
    return "".join(_CHARACTERS[byte] for byte in foreign), fault.end


def _character(byte: int) -> str:
    try:
        return bytes((byte,)).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


_CHARACTERS = tuple(_character(byte) for byte in range(256))
codecs.register_error(_FALLBACK, _one_byte)
