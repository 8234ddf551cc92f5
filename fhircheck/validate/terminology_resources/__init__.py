"""What holds for code systems, value sets and concept maps as resources, beyond their definitions."""
