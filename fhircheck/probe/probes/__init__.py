"""The live probes, in the order they are run."""

from fhircheck.probe.probe import Probe
from fhircheck.registry import Registry

PROBES: Registry[Probe] = Registry("probes")
