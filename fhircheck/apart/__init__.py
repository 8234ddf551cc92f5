"""Stage: several sources measured apart and against each other. Which source a resource is of, and what joins them."""

from fhircheck.apart.comparing import pairs_of
from fhircheck.apart.grouping import grouping
from fhircheck.apart.judging import groups_of
from fhircheck.apart.mix import collect_mix

__all__ = ["collect_mix", "grouping", "groups_of", "pairs_of"]
