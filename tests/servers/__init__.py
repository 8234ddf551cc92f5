"""Servers for tests, on loopback only."""
