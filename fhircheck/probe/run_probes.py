"""The probes one after another: their order is the table's, and a fault of one does not stop the others."""

from collections.abc import Callable, Iterable

from fhircheck.model.errors import UsageError
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.probes import PROBES
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.samples import read_samples

SILENT = 3
"""Probes in a row without any answer after which the server is left alone."""


def chosen_probes(only: Iterable[str] = ()) -> tuple[Probe, ...]:
    """The probes named in `only` in the table's order, all where none is. Raises UsageError for an unknown name."""
    wanted = tuple(only)
    for name in wanted:
        if name not in PROBES:
            raise UsageError(f"no probe is called {name!r}; there are: {', '.join(PROBES.names) or 'none'}")
    return tuple(each for each in PROBES if not wanted or each.name in wanted)


def run_probes(
    probes: Iterable[Probe], probing: Probing, progress: Callable[[str], None] | None = None
) -> tuple[tuple[ProbeResult, ...], tuple[str, ...]]:
    """What the probes found, and the names of those that broke off. progress: is told the name of each.

    Samples are read first. A probe that writes is "not tested" where writing is not allowed; so is the rest after some
    probes in a row that had no answer at all, the last of which counts as broken off: a server that is gone is not
    one that was judged. What a probe gave before it broke is kept; nothing of the fault's own
    text is shown, since it may hold data.
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
    silent = 0
    for probe in chosen:
        start = len(results)
        if silent >= SILENT:
            results.append(ProbeResult(probe.name, "rest", "not-tested", "MAY", "server-silent"))
            continue
        if probe.writes and not probing.allow_writes:
            results.append(ProbeResult(probe.name, "rest", "not-tested", "MAY", "writes-not-allowed"))
            continue
        if progress is not None:
            progress(probe.name)
        try:
            for result in probe.run(probing):
                results.append(result)
        except UsageError:
            raise
        except Exception as fault:
            broken.append(probe.name)
            results.append(_broken(probe.name, fault))
        silent = silent + 1 if _without_answer(results[start:]) else 0
        if silent == SILENT:
            broken.append(probe.name)
    return tuple(results), tuple(broken)


def _without_answer(results: list[ProbeResult]) -> bool:
    """Whether a probe asked, and nothing came."""
    answered = any(evidence.status for each in results for evidence in each.evidence)
    return not answered and bool(results) and {each.why for each in results} <= {"no-answer", "server-silent"}


def _broken(name: str, fault: Exception) -> ProbeResult:
    return ProbeResult(name, "rest", "not-tested", "SHALL", "probe-broke", (("fault", type(fault).__name__),))
