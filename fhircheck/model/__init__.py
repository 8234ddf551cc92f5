"""Nouns shared by all stages; imports nothing of ours."""
