"""Fuzzing: broken instances, expressions and profiles by the thousand; see `python -m tests.fuzz --help`."""
