"""Stage: sources."""
