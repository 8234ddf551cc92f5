"""Which files of a folder or archive are read, and what is said of the others."""

from collections import Counter
from collections.abc import Iterator

from fhircheck.model.record import Piece
from fhircheck.sources.content import MARK, problem

JSON_NAMES = (".json", ".ndjson", ".jsonl", ".xml")
PACKED_NAMES = tuple(f"{name}.gz" for name in JSON_NAMES)
ARCHIVE_NAMES = (".zip", ".tar", ".tar.gz", ".tgz")
_OWN_NAMES = {"package.json", "fhirpkg.lock.json", "package-lock.json"}
_CARDS = (".croissant.json", "croissant.json", "ro-crate-metadata.json", "datapackage.json")
_SHOWN = 8


def is_own_file(name: str) -> bool:
    """Whether a file belongs to the folder rather than to its data: hidden, a package's list, or a data card."""
    parts = name.replace("\\", "/").split("/")
    own = parts[-1] in _OWN_NAMES or parts[-1].lower().endswith(_CARDS)
    return own or any(part.startswith(".") and part not in (".", "..") for part in parts)


def is_json_name(name: str) -> bool:
    """Whether the name says JSON, NDJSON or XML, not packed."""
    return name.lower().endswith(JSON_NAMES)


def is_read_in_folders(name: str) -> bool:
    """Whether a file of this name in a folder is opened for its name alone."""
    return name.lower().endswith(JSON_NAMES + PACKED_NAMES + ARCHIVE_NAMES)


def suffix_of(name: str) -> str:
    """What a skipped file is counted under; only what looks like a suffix, the rest may be a person's name."""
    stem, dot, suffix = name.replace("\\", "/").rpartition("/")[2].rpartition(".")
    short = bool(stem and dot) and len(suffix) <= 8 and suffix.isascii() and suffix.isalnum()
    return f".{suffix.lower()}" if short else "other"


def begins_like_json(head: bytes) -> bool:
    """Whether a file whose name says nothing is read: it begins like a resource, after a byte order mark or spaces."""
    return head.removeprefix(MARK).lstrip()[:1] == b"{"


def left_out(source: str, found: bool, skipped: Counter[str]) -> Iterator[Piece]:
    """What is said at the end of a folder or archive: that nothing of it was read, or what was not."""
    if not found:
        yield problem(source, "nothing-to-read", skipped=sum(skipped.values()))
    elif skipped:
        yield skipped_piece(source, skipped)


def skipped_piece(source: str, skipped: Counter[str]) -> Piece:
    """What was left out of a folder or archive, counted by suffix."""
    shown = [f"{suffix} {count}" for suffix, count in sorted(skipped.items())]
    text = ", ".join(shown[:_SHOWN]) + (", ..." if len(shown) > _SHOWN else "")
    return problem(source, "files-skipped", count=sum(skipped.values()), suffixes=text)
