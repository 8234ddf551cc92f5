"""Snapshots: all elements of a profile, made from its base and its differential."""

from fhircheck.definitions.snapshot.generator import Definitions, SnapshotGenerator, generate_snapshot

__all__ = ["Definitions", "SnapshotGenerator", "generate_snapshot"]
