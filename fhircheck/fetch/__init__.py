"""Stage: data of a server into a folder of NDJSON files with a manifest, resumable and whole or not at all."""
