"""Stage: data of a server into a folder of NDJSON files with a manifest, resumable and whole or not at all."""

from fhircheck.fetch.fetch_folder import FetchFolder
from fhircheck.fetch.line import Line, line_of
from fhircheck.fetch.manifest import read_manifest

__all__ = ["FetchFolder", "Line", "line_of", "read_manifest"]
