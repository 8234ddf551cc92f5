"""Stage: compile."""
