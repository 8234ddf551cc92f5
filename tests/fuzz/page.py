"""Writes docs/fuzzing.md from the tallies of a run."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.fuzz.campaigns import CAMPAIGNS, run_part
from tests.fuzz.watch import SECONDS, Tally
from tests.needs import ROOT

PAGE = ROOT / "docs" / "fuzzing.md"
HEAD = """# Fuzzing

Made by `python -m tests.fuzz --page`, or of the parts of a long run (`--keep`, `--kept`); do not edit by hand.
Broken input must cost nothing but a finding. Three campaigns break what is sound, by chance and by design, and
hold every run to the same laws:

- **instances**: the official R4 examples, as JSON, NDJSON and XML, with one to three changes. No exception, no
  hang; the short way and the long way agree, and a gate passes exactly where its explainer finds nothing; every
  required element that is dropped or made malformed has an error of its own; what cannot be read has an error;
  every finding has words in English and German on one line, which repeat no text that was planted in the data.
- **expressions**: the invariants of R4, broken in their words, and calls in any order. Each is answered, refused
  with one line, or cannot be told; the quick way of an invariant and the whole evaluation give the same.
- **profiles**: sound profiles broken anywhere, and hostile ones: bases, types and value sets in circles, thousands
  of elements and slices, patterns that explode, names that would like to be code. Each is compiled or refused with
  one line, and data is judged by it under the laws above.

A run that takes more than {seconds:.0f} s of processor time (it validates about six times) counts as a hang. A run
is named by its campaign, seed and number, and is the same each time: `python -m tests.fuzz instances --first 17
--runs 1 --seed {seed}`. Continuous integration runs a slice of each campaign (`tests/fuzz/test_slice.py`).

## Figures

All with seed {seed}. The largest process is that of the whole run.

| campaign | runs | faults | processor time a run | slowest run | largest process |
|---|--:|--:|--:|--:|--:|
"""


def keep(file: Path, tallies: Mapping[str, Tally], seed: int, peak: int) -> None:
    """Write the figures of a part of a run."""
    figures = {
        name: {"runs": each.runs, "said": each.said, "faults": each.faults, "slowest": each.slowest,
               "seconds": each.seconds}
        for name, each in tallies.items()
    }  # fmt: skip
    file.write_text(json.dumps({"seed": seed, "peak": peak, "tallies": figures}), encoding="utf-8")


def put_together(files: list[Path]) -> tuple[dict[str, Tally], int, int, list[str]]:
    """(tallies, seed, peak, what was mended since) of the parts that were kept in `files`; the runs with a fault are
    made once more, and count as they end now."""
    parts = [json.loads(each.read_text("utf-8")) for each in files]
    tallies: dict[str, Tally] = {}
    for part in parts:
        for name, figures in part["tallies"].items():
            tally = tallies.setdefault(name, Tally())
            faults = [(str(a), int(b), str(c), str(d)) for a, b, c, d in figures["faults"]]
            slowest = (figures["slowest"][0], figures["slowest"][1], figures["slowest"][2])
            tally.add(Tally(Counter(figures["runs"]), Counter(figures["said"]), faults, slowest, figures["seconds"]))
    seed = parts[0]["seed"]
    mended = [line for name, tally in tallies.items() for line in _asked_again(name, tally, seed)]
    return tallies, seed, max(part["peak"] for part in parts), mended


def _asked_again(name: str, tally: Tally, seed: int) -> Iterator[str]:
    """Leave in `tally` only the faults that are still there; the others in words."""
    for fault in tally.faults[:]:
        _, number, changes, what = fault
        if not run_part(name, range(number, number + 1), seed, float("inf")).faults:
            tally.faults.remove(fault)
            tally.said[f"{name}: faults"] -= 1
            yield f"{name}, number {number} ({changes}): {what}"


def write(tallies: Mapping[str, Tally], seed: int, peak: int, mended: Sequence[str] = ()) -> None:
    """Write the page; what it says of campaigns that are not in `tallies` stays. peak: largest process in MB. mended:
    faults of these runs that are no more."""
    before = PAGE.read_text("utf-8").splitlines() if PAGE.exists() else []
    rows, told, faults = list[str](), list[str](), list[str]()
    for name in CAMPAIGNS:
        tally = tallies.get(name)
        if tally is None:
            rows += [each for each in before if each.startswith(f"| {name} |")]
            told += [
                line for each in before if each.startswith((f"**{name}**", f"- open: {name},")) for line in (each, "")
            ]
            faults += [each for each in before if each.startswith(f"- {name}, number ")]
            continue
        runs, broken = tally.said[f"{name}: runs"], tally.said[f"{name}: faults"]
        mean = 1000 * tally.seconds / max(runs, 1)
        rows.append(f"| {name} | {runs:,} | {broken} | {mean:.0f} ms | {tally.slowest[0]:.1f} s | {peak} MB |")
        said = {key: count for key, count in tally.said.items() if key.rpartition(": ")[2] not in ("runs", "faults")}
        shown = "; ".join(f"{key.removeprefix(name + ': ')}: {count:,}" for key, count in sorted(said.items()))
        told += [f"**{name}**: {shown}.", ""]
        for campaign, number, changes, what in tally.faults:
            told += [f"- open: {campaign}, number {number} ({changes}): {what}", ""]
        faults += [f"- {each}" for each in mended if each.startswith(f"{name}, number ")]
    lines = [HEAD.format(seconds=SECONDS, seed=seed).rstrip(), *rows, "", *told]
    if faults:
        lines += ["Found by these runs and mended since:", "", *faults, ""]
    PAGE.write_text("\n".join(lines), encoding="utf-8")
