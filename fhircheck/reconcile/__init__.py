"""Stage: two stores of FHIR data compared: is everything there, unchanged, and still linked?

Each side is read once (`reading`): a row a resource with its identity, a hash of its content and hashes of its leaves
(`rows`, `members`), kept in parts on disk (`parts`). Rows of both sides are matched by joins (`matching`) in an engine
that works in bounded memory (`duckdb_engine`), and judged (`judging`).
"""
