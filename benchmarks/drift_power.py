"""How often drift alarms for nothing, and what it finds: `python -m benchmarks.drift_power`.

Series of runs are drawn and judged as `check --history` judges them, each run against the seven before it. Each run
holds other patients, and what is of one patient is alike (so much is their intraclass correlation): shares, codes,
values and findings vary from run to run more than independent items would. First many series in which nothing is
changed: how many runs alarm, and over which kind of change. Then series with a planted change of several sizes in the
last run: how often it is found.

Ends with 1 where more than `BAR` of 1,000 unchanged runs alarm. `--runs N` says how many of them are drawn. Needs
NumPy, which comes with pandas of the extra `test`.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from fhircheck.history.compare import compare
from fhircheck.history.drift import LAST, drift
from tests.unit.history.runs import HB, ICD, census, measure, part, run, score

BAR = 10
"""Of 1,000 unchanged runs so many may alarm."""
START = datetime(2026, 1, 5, 4, tzinfo=UTC)
CODES = 40
MEASURES = 45
KINDS = 25
MANY, SNOMED = "Condition.code", "http://snomed.info/sct"
Document = dict[str, Any]


class Planted(NamedTuple):
    """A change in one run. lost: of one measure's share. mixed: so much of a system's codes becomes one code. scaled:
    values are multiplied. swapped: so much of the values comes in another unit. other: so much of the codes comes in
    another system. kind: findings of a new kind. dropped: so much of the resources is not there."""

    lost: float = 0.0
    mixed: float = 0.0
    scaled: float = 1.0
    swapped: float = 0.0
    other: float = 0.0
    kind: int = 0
    dropped: float = 0.0


NOTHING = Planted()


class Hospital:
    """What runs are drawn from. alike: intraclass correlation of what is of one patient. size: patients in a run."""

    def __init__(self, dice: Any, alike: float, size: int) -> None:
        self.dice, self.alike, self.size = dice, alike, size
        self.shares = np.clip(dice.beta(8, 1, MEASURES), 0.3, 0.999)
        weights = 1 / np.arange(1, CODES + 1)
        self.weights = weights / weights.sum()
        self.rates = 10 ** dice.uniform(-4, -1.5, KINDS)

    def run(self, number: int, planted: Planted = NOTHING) -> Document:
        """The report of one run; run `number` of a daily series, of the patients of that day."""
        dice = self.dice
        size = max(1, round(self.size * dice.normal(1, 0.05) * (1 - planted.dropped)))
        measures = [self._measure(at, size, planted.lost if not at else 0.0) for at in range(MEASURES)]
        found = {("error", f"k{at}"): self._findings(rate * 4 * size) for at, rate in enumerate(self.rates)}
        found[("error", "new")] = planted.kind
        parts = [part(each["name"], 1, Fraction(each["numerator"], each["denominator"])) for each in measures]
        return run(
            (START + timedelta(days=number)).isoformat(),
            resources={"Patient": size, "Condition": 4 * size, "Observation": 10 * size},
            measures=measures,
            scores=[score("ai-readiness", *parts)],
            totals={key: count for key, count in found.items() if count},
            census=census(self._codes(size, planted), self._values(size, planted)),
        )

    def _measure(self, number: int, size: int, lost: float) -> Document:
        """Twenty items of each patient, beta-binomial."""
        share, scale = self.shares[number] - lost, (1 - self.alike) / self.alike
        passing = self.dice.binomial(20, self.dice.beta(share * scale, (1 - share) * scale, size))
        failed = int((passing < 20).sum())
        return measure(f"m{number}", int(passing.sum()), 20 * size, patients_failed=failed)

    def _codes(self, size: int, planted: Planted) -> dict[tuple[str, str, str], int]:
        """Each patient has one code four times, or four codes: as alike as patients are."""
        once = round(size * self.alike)
        counts = self.dice.multinomial(4 * (size - once), self.weights) + 4 * self.dice.multinomial(once, self.weights)
        mixed = self.dice.binomial(counts, planted.mixed)
        counts = counts - mixed
        counts[9] += mixed.sum()
        other = self.dice.binomial(counts, planted.other)
        found = {(MANY, ICD, f"C{code}"): int(count) for code, count in enumerate(counts - other) if count}
        return found | {(MANY, SNOMED, f"C{code}"): int(count) for code, count in enumerate(other) if count}

    def _values(self, size: int, planted: Planted) -> dict[tuple[str, str], list[float]]:
        """Ten values of each patient about a level of his own, in g/dL or in mmol/L."""
        apart, within = 1.5 * self.alike**0.5, 1.5 * (1 - self.alike) ** 0.5
        levels = np.repeat(self.dice.normal(13.5, apart, size), 10)
        values = np.round(self.dice.normal(levels, within) * planted.scaled, 1)
        swapped = self.dice.random(len(values)) < planted.swapped
        found = {(HB, "g/dL"): values[~swapped].tolist(), (HB, "mmol/L"): (values[swapped] * 0.62).tolist()}
        return {name: numbers for name, numbers in found.items() if numbers}

    def _findings(self, expected: float) -> int:
        """A number of findings that come in groups of three: a Poisson number of groups."""
        return 3 * int(self.dice.poisson(expected / 3))


def null(make: Callable[[Any], Hospital], runs: int, seed: int) -> tuple[Counter[str], Counter[str], int]:
    """Alarms by kind over unchanged runs: against the seven before, and against the one before alone; how many runs."""
    against_last: Counter[str] = Counter()
    against_one: Counter[str] = Counter()
    done = 0
    while done < runs:
        hospital = make(np.random.default_rng(seed + done))
        past: list[Document] = [hospital.run(number) for number in range(LAST)]
        for number in range(LAST, LAST + 20):
            document = hospital.run(number)
            kinds = {each.kind for each in drift(document, past) if each.alarming}
            against_last.update([*kinds, *(["run"] if kinds else [])])
            kinds = {each.kind for each in compare(past[-1], document).changes if each.alarming}
            against_one.update([*kinds, *(["run"] if kinds else [])])
            past = [*past[1:], document]
            done += 1
    return against_last, against_one, done


PLANTED: tuple[tuple[str, str, tuple[tuple[str, Planted], ...]], ...] = (
    ("measure", "a measure's share falls by", tuple((f"{x:.0%}", Planted(lost=x)) for x in (0.02, 0.05, 0.1, 0.2))),
    ("distribution", "so much of a system's codes becomes one code",
     tuple((f"{x:.0%}", Planted(mixed=x)) for x in (0.05, 0.1, 0.2, 0.4))),
    ("distribution", "values are multiplied by", tuple((f"{x:g}", Planted(scaled=x)) for x in (1.02, 1.05, 1.1, 1.2))),
    ("unit-new", "so much of the values comes in another unit",
     tuple((f"{x:.1%}", Planted(swapped=x)) for x in (0.005, 0.01, 0.05, 1.0))),
    ("system-new", "so much of the codes comes in another system",
     tuple((f"{x:.1%}", Planted(other=x)) for x in (0.002, 0.005, 0.02, 1.0))),
    ("issue-kind-new", "findings of a new kind", tuple((str(x), Planted(kind=x)) for x in (5, 10, 20, 50))),
    ("volume", "so much of the resources is missing",
     tuple((f"{x:.0%}", Planted(dropped=x)) for x in (0.3, 0.4, 0.6, 0.8))),
)  # fmt: skip


def power(make: Callable[[Any], Hospital], kind: str, planted: Planted, times: int, seed: int) -> float:
    """Share of runs with the planted change that alarm of its kind."""
    found = 0
    for number in range(times):
        hospital = make(np.random.default_rng(seed + number))
        past = [hospital.run(each) for each in range(LAST)]
        changes = drift(hospital.run(LAST, planted), past)
        found += any(each.alarming and each.kind == kind for each in changes)
    return found / times


def main() -> int:
    """Print the figures; 1 where too many unchanged runs alarm."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--runs", type=int, default=1_000, help="unchanged runs of each hospital")
    options.add_argument("--times", type=int, default=40, help="runs with each planted change")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    worst = 0.0
    for size, alike in ((200, 0.05), (200, 0.3), (1_000, 0.05)):

        def make(dice: Any, size: int = size, alike: float = alike) -> Hospital:
            return Hospital(dice, alike, size)

        against_last, against_one, done = null(make, given.runs, given.seed)
        rate = 1_000 * against_last["run"] / done
        worst = max(worst, rate)
        print(f"{size:,} patients a run, correlation {alike}: {done:,} unchanged runs")
        print(f"  alarms in 1,000 runs: {rate:.1f} against the last {LAST}, "
              f"{1_000 * against_one['run'] / done:.1f} against one run alone")  # fmt: skip
        print(f"    by kind against the last {LAST}: {_told(against_last)}; against one: {_told(against_one)}")
        for kind, what, sizes in PLANTED if given.times else ():
            shares = "  ".join(
                f"{name}: {power(make, kind, planted, given.times, given.seed + 10_000):.0%}" for name, planted in sizes
            )
            print(f"  {kind}: {what}  {shares}")
    return int(worst > BAR)


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in counts.most_common() if kind != "run") or "none"


if __name__ == "__main__":
    sys.exit(main())
