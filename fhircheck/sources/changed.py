"""What was changed since a moment: files by their times, queries by what servers are asked."""

import os
from dataclasses import replace
from datetime import datetime

from fhircheck.sources.search_query import SearchQuery, with_parameters


def is_changed(path: str, since: str) -> bool:
    """Whether the file at `path` was written, or put in its place, at `since` (ISO 8601) or later.

    A file that was moved or copied here with its old time counts by when it came (st_ctime; on Windows its making).
    What cannot be asked counts as changed, so that opening it says why.
    """
    try:
        found = os.stat(path)
    except OSError:
        return True
    return max(found.st_mtime, found.st_ctime) >= datetime.fromisoformat(since).timestamp()


def changed_only(query: SearchQuery, since: str) -> SearchQuery:
    """`query` for what was changed since (http://hl7.org/fhir/R4/search.html#lastUpdated; ``_since`` of operations)."""
    more = ("_lastUpdated", f"ge{since}") if query.counted else ("_since", since)
    return replace(query, url=with_parameters(query.url, [more]))
