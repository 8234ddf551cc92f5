"""A law of Bulk Data downloads: however connections break, what arrives is what an unbroken one would have brought."""

import tempfile
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.fetch import FetchFolder
from fhircheck.fetch.bulk import BulkFetch, BulkOptions
from fhircheck.fetch.bulk_downloads import Downloads
from fhircheck.model.connection import Connection
from fhircheck.sources.bulk_export import Patience
from fhircheck.sources.bulk_request import ExportRequest
from tests.servers.bulk_server import BulkServer, File, ndjson

LINES = ndjson("Patient", range(120)).splitlines(keepends=True)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\n\n", b"\n \n"])


@st.composite
def files(draw: st.DrawFn) -> tuple[File, list[bytes]]:
    """A file with breaks, and the lines that are to arrive.

    Its count is stated: an answer that tells no length and breaks off at the end of a line looks whole.
    """
    chosen = draw(st.lists(st.sampled_from(LINES), max_size=120, unique=True))
    data = b"".join(line.rstrip() + draw(ENDS) for line in chosen)
    if draw(st.booleans()):
        data = data.rstrip()
    breaks = draw(st.lists(st.integers(0, max(len(data), 1)), max_size=6))
    shape = {name: draw(st.booleans()) for name in ("packed", "length")}
    return File("Patient", data, count=len(chosen), breaks=breaks, **shape), chosen


@settings(max_examples=20)
@given(st.lists(files(), min_size=1, max_size=3), st.booleans(), st.booleans())
def test_breaks_make_no_difference(given_: list[tuple[File, list[bytes]]], ranges: bool, etag: bool) -> None:
    request = ExportRequest()
    options = BulkOptions(Connection(retries=10), patience=Patience(first=0.001))
    with BulkServer([file for file, _ in given_]) as server, tempfile.TemporaryDirectory() as folder:
        server.ranges, server.etag = ranges, '"one"' if etag else ""
        out = Path(folder) / "out"
        with FetchFolder(str(out), {}) as target, patch.object(Downloads, "_pause"):
            manifest = BulkFetch(server.base, request, target, options).run()
        expected = list(dict.fromkeys(line for _, lines in given_ for line in lines))
        arrived = (out / "Patient.ndjson").read_bytes().splitlines(keepends=True) if expected else []
    assert arrived == expected
    assert manifest["complete"]
    assert {each["kind"] for each in manifest["findings"]} <= {"bulk-duplicate"}
