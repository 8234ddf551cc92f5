"""Stage: assertions."""
