"""The files in an archive: JSON ones are read as if they lay in a folder, all others are said or counted."""

from collections import Counter
from collections.abc import Iterator

from fhircheck.model.record import Piece
from fhircheck.sources.content import pieces_of, problem
from fhircheck.sources.options import ReadOptions
from fhircheck.sources.skipped import is_json_name, is_own_file, left_out, suffix_of
from fhircheck.transport.archives import Member
from fhircheck.transport.byte_stream import ByteStream, StreamFault


def archive_pieces(members: Iterator[Member], source: str, options: ReadOptions) -> Iterator[Piece]:
    """All pieces of an archive's members, named ``archive!member``; a broken archive ends with a finding."""
    skipped: Counter[str] = Counter()
    found = False
    try:
        for member in members:
            name = f"{source}!{_shown(member.name)}"
            if member.refused:
                kind, reason = member.refused
                found = True
                yield problem(name, kind, reason=reason)
            elif is_own_file(member.name) or not is_json_name(member.name):
                skipped[suffix_of(member.name)] += 1
            else:
                found = True
                lines = member.name.lower().endswith((".ndjson", ".jsonl")) or None
                yield from pieces_of(ByteStream(member.read), name, options, lines)
    except StreamFault as fault:
        found = True
        yield problem(source, fault.kind, reason=fault.reason)
    yield from left_out(source, found, skipped)


def _shown(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
