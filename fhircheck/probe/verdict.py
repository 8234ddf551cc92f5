"""Short ways to say what a probe found: met, unmet, not tested, each with the requests it rests on."""

from dataclasses import dataclass

from fhircheck.probe.asking import Asked
from fhircheck.probe.result import Evidence, Expectation, ProbeResult


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the probe called `probe` says about one thing; see ProbeResult for `about`."""

    probe: str
    about: str
    expectation: Expectation = "SHALL"

    def met(self, *asked: Asked | Evidence) -> ProbeResult:
        """It is as demanded."""
        return ProbeResult(self.probe, self.about, "met", self.expectation, evidence=_evidence(asked))

    def unmet(self, why: str, *asked: Asked | Evidence, **params: str | int) -> ProbeResult:
        """It is not as demanded; `why` names a text of probe/texts.py."""
        found = tuple(params.items())
        return ProbeResult(self.probe, self.about, "unmet", self.expectation, why, found, _evidence(asked))

    def not_tested(self, why: str, *asked: Asked | Evidence, **params: str | int) -> ProbeResult:
        """Nothing could be told; `why` names a text of probe/texts.py."""
        found = tuple(params.items())
        return ProbeResult(self.probe, self.about, "not-tested", self.expectation, why, found, _evidence(asked))

    def no_answer(self, asked: Asked) -> ProbeResult:
        """The request had no answer: that tells nothing about what was asked."""
        return self.not_tested("no-answer", asked, reason=asked.fault or f"HTTP {asked.status}")


def _evidence(asked: tuple[Asked | Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(each.evidence() if isinstance(each, Asked) else each for each in asked)
