"""Stage: distribute."""
