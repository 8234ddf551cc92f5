"""Stage: measures."""
