"""A clean clinic, and defects to plant in it: what was planted must be what the report finds."""
