"""Stage: remember runs. A store of reports by series, what changed between them, and what people answered."""
