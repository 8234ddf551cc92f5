"""Digital signatures in resources: what was signed, by whom, and whether it still is what was signed."""
