"""Measurements of the whole command, each beside a peer or a bar; run as `python -m benchmarks.NAME`."""
