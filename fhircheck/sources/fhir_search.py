"""A search on a FHIR server; or, for a base address, all searches that the server declares."""

from collections.abc import Iterator

from fhircheck.model.errors import SourceUnusable
from fhircheck.model.record import Piece
from fhircheck.sources.options import ReadOptions
from fhircheck.sources.source_type import SourceType


def _pieces(url: str, options: ReadOptions) -> Iterator[Piece]:
    from fhircheck.sources.search_pieces import search_pieces  # with the first server, not with every run

    return search_pieces(url, options)


def _check(url: str, options: ReadOptions) -> None:
    from fhircheck.transport.http_url import origin, redacted
    from fhircheck.transport.server_fault import ServerFault

    if options.offline:
        raise SourceUnusable(f"{redacted(url)}: a server was named, but this run is offline")
    try:
        host = origin(url)[1]
    except ServerFault:
        host = ""
    if not host:
        raise SourceUnusable(f"{redacted(url)}: no address of a server")


FHIR_SEARCH = SourceType(
    "fhir_search",
    "A search on a FHIR server (http or https URL), followed page by page; a base URL: all that can be searched.",
    lambda name: name.lower().startswith(("http://", "https://")),
    _pieces,
    _check,
)
