"""The probes one after another: their order is the table's, and a fault of one does not stop the others."""

from collections.abc import Iterable

from fhircheck.model.errors import UsageError
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.probes import PROBES
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.samples import read_samples


def chosen_probes(only: Iterable[str] = ()) -> tuple[Probe, ...]:
    """The probes named in `only` in the table's order, all where none is. Raises UsageError for an unknown name."""
    wanted = tuple(only)
    for name in wanted:
        if name not in PROBES:
            raise UsageError(f"no probe is called {name!r}; there are: {', '.join(PROBES.names) or 'none'}")
    return tuple(each for each in PROBES if not wanted or each.name in wanted)


def run_probes(probes: Iterable[Probe], probing: Probing) -> tuple[tuple[ProbeResult, ...], tuple[str, ...]]:
    """What the probes found, and the names of those that broke off.

    Samples are read first. A probe that writes is "not tested" where writing is not allowed. What a probe gave before
    it broke is kept; nothing of the fault's own text is shown, since it may hold data.
    """
    results: list[ProbeResult] = []
    broken: list[str] = []
    chosen = tuple(probes)
    try:
        if any(probing.allow_writes or not each.writes for each in chosen):
            read_samples(probing)
    except UsageError:
        raise
    except Exception as fault:
        broken.append("samples")
        results.append(_broken("samples", fault))
    for probe in chosen:
        if probe.writes and not probing.allow_writes:
            results.append(ProbeResult(probe.name, "rest", "not-tested", "MAY", "writes-not-allowed"))
            continue
        try:
            for result in probe.run(probing):
                results.append(result)
        except UsageError:
            raise
        except Exception as fault:
            broken.append(probe.name)
            results.append(_broken(probe.name, fault))
    return tuple(results), tuple(broken)


def _broken(name: str, fault: Exception) -> ProbeResult:
    return ProbeResult(name, "rest", "not-tested", "SHALL", "probe-broke", (("fault", type(fault).__name__),))
