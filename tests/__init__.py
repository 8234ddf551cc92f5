"""Tests of fhircheck; a package, so that `python -m tests.…` finds ours and nobody else's."""
