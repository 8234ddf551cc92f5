"""Stage: terminology."""
