"""Stage: transport."""
