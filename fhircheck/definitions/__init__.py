"""Stage: definitions."""
