"""Stage: data of a server into a folder of NDJSON files with a manifest, resumable and whole or not at all."""

from fhircheck.fetch.fetch_folder import FetchFolder, Settled
from fhircheck.fetch.line import Line, line_of
from fhircheck.sources.fetched_folder import read_manifest

__all__ = ["FetchFolder", "Line", "Settled", "line_of", "read_manifest"]
