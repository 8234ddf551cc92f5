"""What all measures cost beside jiter's strict parse of the same bytes: `python -m benchmarks.measures_cost`.

Both run over the same NDJSON of ../shared/data in the same process, in turns: the parse as the reader does it (names
twice are refused, decimals exact), a line at a time; ours is what the first pass does for measures alone (every
measure's function, the rows for measures across records, the walk over references) on each resource as it was just
parsed, and the judging of all that was merged. Validating comes before and is not counted. The bar: at most twice the
parse, in the median over pairs of turns. Then what each measure costs by itself, as a share of the parse. Needs no
more than ../shared. `--only FOLDER` (repeatable) and `--turns N` make it shorter; `--profile` says where the time
goes. Ends with 1 over the bar.
"""

import argparse
import cProfile
import gc
import gzip
import os
import pstats
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from jiter import from_json

from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.measures import MEASURES, judge_measures, observe_all
from fhircheck.measures.census import census_of
from fhircheck.measures.counted_measure import CountedMeasure, Observe, observes_nothing
from fhircheck.measures.counting_census import collect_census
from fhircheck.measures.known_codes import KnownCodes
from fhircheck.measures.known_profiles import KnownProfiles
from fhircheck.measures.quantities import collect_quantities
from fhircheck.measures.seen import Seen
from fhircheck.measures.timeline import collect_timeline
from fhircheck.measures.tools import Tools
from fhircheck.model.census_facts import CensusFacts
from fhircheck.model.facts import Partial, Tally
from fhircheck.model.record import Piece
from fhircheck.model.row_facts import RowFacts
from fhircheck.resolve.reference_walk import collect_links
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.checked import Checked
from fhircheck.validate.validator import Validator

BAR = 2.0
TURNS = 15
FOLDERS = ("smart-bulk-synthea/10-patients", "pathling-testdata/ndjson-encoders", "mii-testdata-2025/resources")
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHUNK = 500
"""Resources between two settlings of what is merged, about as many as a chunk of the first pass has."""


class Data(NamedTuple):
    """lines: one resource each. seen: the same, checked. resources: how many of each type."""

    name: str
    lines: list[bytes]
    seen: list[Checked]
    resources: Counter[str]

    @property
    def size(self) -> int:
        return sum(map(len, self.lines))


def loaded(folder: str, definitions: DefinitionSet) -> Data:
    """The resources of a folder of ../shared/data, read and checked as a run would."""
    linker = linker_for(definitions, lambda reason, detail: None, NOW)
    validator, reader = Validator(linker), RecordReader(linker.around.types)
    lines, seen = [], []
    for path in sorted((SHARED / "data" / folder).iterdir()):
        piece = _piece(path)
        for record in reader.records(piece) if piece else ():
            linker.around.terminology.prepare(record.node)
            found = [each for each in validator.check(record) if each.node and not each.version]
            if len(found) == 1:
                lines.append(bytes(record.data))
                seen += found
    return Data(folder, lines, seen, Counter(str(each.node.get("resourceType")) for each in seen))


def _piece(path: Path) -> Piece | None:
    if path.name.endswith(".ndjson.gz") and not path.name.startswith("log."):
        return Piece(path.name, "ndjson", gzip.decompress(path.read_bytes()))
    return Piece(path.name, "resource", path.read_bytes()) if path.suffix == ".json" else None


def parsed(line: bytes) -> Any:
    """Strictly, as transport/json_reader.py does it."""
    return from_json(line, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="decimal", cache_mode="keys")


def parse(data: Data) -> None:
    """Parse all lines; each is given to its resource, as the first pass has it."""
    for checked, line in zip(data.seen, data.lines, strict=True):
        checked.node = parsed(line)


def first_pass(data: Data, tools: Tools) -> Partial:
    """What the first pass does for measures, and the parse."""
    whole, partial = Partial(), Partial()
    for number, (checked, text) in enumerate(zip(data.seen, data.lines, strict=True), 1):
        checked.node = parsed(text)
        observe_all(checked.node, checked, partial.tallies, partial.rows, tools, partial.census)
        links = partial.links
        collect_links(checked.node, checked, links, full_url=checked.full_url, bundle=checked.bundle, text=text)
        if number % CHUNK == 0:
            partial.census.settle()
            whole.merge(partial)
            partial = Partial()
    partial.census.settle()
    whole.merge(partial)
    return whole


def judge(whole: Partial, data: Data, definitions: DefinitionSet, tools: Tools) -> None:
    """What comes after the last record."""
    more = {"rows": whole.rows, "resources": data.resources, "tools": tools}
    judge_measures(whole.tallies, whole.links, False, definitions, **more)
    census_of(whole.census, tools.options.smallest_cell)


def _tools(definitions: DefinitionSet) -> Tools:
    """What a run gives its measures: its terminology and its profiles too."""
    linker = linker_for(definitions, lambda reason, detail: None, NOW)
    return Tools(NOW, codes=KnownCodes(linker.around.terminology), profiles=KnownProfiles(linker))


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one call, which a busy machine changes least."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(data: Data, definitions: DefinitionSet, turns: int) -> float:
    """Print what all measures cost and return the ratio ours / parse."""
    tools = _tools(definitions)
    judge(first_pass(data, tools), data, definitions, tools)
    pairs = [_turn(data, definitions, tools) for _ in range(turns)]
    parsing, counting, judging = (statistics.median(each) for each in zip(*pairs, strict=True))
    ratio = statistics.median((pair[1] + pair[2]) / pair[0] for pair in pairs)
    number = len(data.seen)
    print(f"{data.name}: {number:,} resources, {data.size / 1e6:.1f} MB, {data.size / number:,.0f} bytes each")
    print(f"  parse {parsing / number * 1e6:6.2f} µs   counting {counting / number * 1e6:6.2f} µs   "
          f"judging {judging / number * 1e6:6.2f} µs a resource")  # fmt: skip
    print(f"  ratio {ratio:.2f} (median of {turns} pairs), bar {BAR}")
    return ratio


def _turn(data: Data, definitions: DefinitionSet, tools: Tools) -> tuple[float, float, float]:
    """Seconds of the parse, of counting and of judging."""
    kept: list[Partial] = []
    parsing = seconds(lambda: parse(data))
    counting = seconds(lambda: kept.append(first_pass(data, tools)))
    return parsing, counting - parsing, seconds(lambda: judge(kept[0], data, definitions, tools))


def by_measure(data: Data, definitions: DefinitionSet) -> list[tuple[str, float]]:
    """Seconds of each measure alone and of what they share, over all of `data`; the emptiest of three turns."""
    tools, rows = _tools(definitions), RowFacts()
    shown = [("references walked", lambda: _walk(data)), ("rows of the timeline", lambda: _timeline(data, tools))]
    shared = _seen(data, rows, tools)
    shown += [("quantities", lambda: _census(shared, False)), ("quantities and census", lambda: _census(shared, True))]
    shown += [(what, _asked(what, shared, data, tools)) for what in ("patient", "moment", "at")]
    for each in MEASURES:
        if each.observe is observes_nothing:
            continue
        mine = [one for one in shared if each.types is None or one.kind in each.types]
        shown.append((each.name, _alone(each, mine)))
    found = {name: min(seconds(work) for _ in range(3)) for name, work in shown}
    found["census"] = max(0.0, found.pop("quantities and census") - found.pop("quantities"))
    return list(found.items())


def _seen(data: Data, rows: RowFacts, tools: Tools) -> list[Seen]:
    """With all they share looked up."""
    found = [Seen(each.node, each, rows, tools) for each in data.seen]
    for each in found:
        assert each.patient >= 0
        assert each.moment or each.at
    return found


def _walk(data: Data) -> None:
    partial = Partial()
    for each, text in zip(data.seen, data.lines, strict=True):
        collect_links(each.node, each, partial.links, full_url=each.full_url, bundle=each.bundle, text=text)


def _timeline(data: Data, tools: Tools) -> None:
    for each in _seen(data, RowFacts(), tools):
        collect_timeline(each)


def _census(shared: list[Seen], count: bool) -> None:
    """Measured values as the measures look at them; `count`: with all that the census counts, and its settling."""
    whole = CensusFacts()
    for start in range(0, len(shared), CHUNK):
        census = CensusFacts()
        for each in shared[start : start + CHUNK]:
            each.census = census if count else None
            if count:
                collect_census(each, census)
            if each.kind == "Observation":
                collect_quantities(each.node, each)
        census.settle()
        whole.merge(census)
    census_of(whole, 10)


def _asked(what: str, shared: list[Seen], data: Data, tools: Tools) -> Callable[[], None]:
    def ask() -> None:
        for each in data.seen:
            getattr(Seen(each.node, each, rows, tools), what)

    rows = shared[0].rows
    return ask


def _alone(measure: CountedMeasure, mine: list[Seen]) -> Callable[[], None]:
    """Of the resources that it looks at, with what it is fitted to them found before."""
    plan = []
    shapes: dict[tuple[str, tuple[str, ...]], Observe | None] = {}
    for each in mine:
        shape = each.kind, tuple(each.node)
        if shape not in shapes:
            needs = measure.needs.get(each.kind)
            needed = needs is None or not needs.isdisjoint(shape[1])
            fitted = measure.observe if measure.fitted is None else measure.fitted(*shape)
            shapes[shape] = fitted if needed else None
        observe = shapes[shape]
        if observe is not None:
            plan.append((observe, each))

    def count() -> None:
        tally = Tally()
        for observe, each in plan:
            observe(each.node, each, tally)

    return count


def table(data: Data, definitions: DefinitionSet) -> None:
    """Print what each measure costs by itself, dearest first."""
    parsing = min(seconds(lambda: parse(data)) for _ in range(5))
    for name, spent in sorted(by_measure(data, definitions), key=lambda each: -each[1]):
        print(f"  {name:<28} {spent / len(data.seen) * 1e6:7.3f} µs a resource   {spent / parsing:6.1%} of the parse")


def profile(data: Data, definitions: DefinitionSet) -> None:
    """Print where the time of the first pass goes."""
    tools = _tools(definitions)
    first_pass(data, tools)
    watch = cProfile.Profile()
    watch.runcall(first_pass, data, tools)
    pstats.Stats(watch).sort_stats("tottime").print_stats(25)


def main() -> int:
    """Measure every folder; 1 where the bar is missed."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--only", action="append", help="a folder of ../shared/data")
    options.add_argument("--turns", type=int, default=TURNS)
    options.add_argument("--profile", action="store_true")
    given = options.parse_args()
    if not SHARED.is_dir():
        print("needs ../shared with its folder data")
        return 2
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    definitions = load_definitions()
    gc.disable()
    ratios = []
    for folder in given.only or FOLDERS:
        data = loaded(folder, definitions)
        if given.profile:
            profile(data, definitions)
            continue
        ratios.append(compare(data, definitions, given.turns))
        table(data, definitions)
    return int(any(each > BAR for each in ratios))


if __name__ == "__main__":
    sys.exit(main())
