"""Strategies for whole RunReports, every field of every noun in them filled."""

from itertools import pairwise
from typing import get_args

from hypothesis import strategies as st

from fhircheck.model.action import Action, Effort, Gain, Owner, Words
from fhircheck.model.census import Census, Counted, Spread, Volume
from fhircheck.model.change import Change, ChangeKind
from fhircheck.model.feedback import Answer, FindingState, State
from fhircheck.model.issue import SEVERITIES, Issue, Place
from fhircheck.model.report import (
    BaselineSummary,
    DecisionUse,
    Detail,
    IssueGroup,
    MeasureResult,
    PackageSummary,
    ProfileUse,
    RunHeader,
    RunReport,
    Score,
    ScorePart,
    SourceSummary,
    SplitSummary,
    Status,
    Threshold,
    Undecided,
    Verdict,
)
from fhircheck.model.run_history import RunHistory, TrendPoint
from fhircheck.model.small_cells import Cell
from fhircheck.model.source_group import (
    Barrier,
    BarrierKind,
    CommonIdentifier,
    IdentifierSystem,
    SourceGroup,
    SourcePair,
    Use,
)
from fhircheck.model.use_case import FunnelStep, LabelClass, Leak, Role, Subgroup, UseCaseResult

ANY = st.characters(codec=None, categories=None)
"""Every character, lone surrogates too: names of files and elements can hold them."""
WORDS = st.text(ANY, max_size=8)
NAMES = st.text("abc-/|:Ä#", min_size=1, max_size=8)
COUNTS = st.integers(0, 30)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SHARES = st.fractions(0, 1, max_denominator=50)


def some(strategy: st.SearchStrategy, most: int = 2) -> st.SearchStrategy:
    """A tuple of up to `most`."""
    return st.lists(strategy, max_size=most).map(tuple)


def one_of(literal: object) -> st.SearchStrategy:
    return st.sampled_from(get_args(literal))


HARD = st.sampled_from(("\udc80", "\x1b" * 150, "x" * 300, "{0}", "a\u202eb"))
TOLD = HARD | st.text(ANY, max_size=300)
PARAMS = st.dictionaries(st.sampled_from(("element", "type", "code", "a")), TOLD | st.integers(), max_size=3).map(
    lambda given: tuple(sorted(given.items()))
)
PLACES = st.builds(Place, WORDS, COUNTS, WORDS, WORDS, COUNTS, COUNTS, COUNTS)
KINDS = st.sampled_from(("cardinality-min", "primitive-format", "required-binding", "no-such-kind"))
ISSUES = st.builds(Issue, KINDS, st.sampled_from(SEVERITIES), PLACES, PARAMS, st.none() | TOLD, WORDS,
                   WORDS)  # fmt: skip
DETAILS = st.builds(Detail, NAMES, st.none() | COUNTS | NUMBERS | SHARES, WORDS, WORDS, NUMBERS, st.none() | COUNTS,
                    st.none() | COUNTS)  # fmt: skip
THRESHOLDS = st.builds(Threshold, SHARES, WORDS, st.booleans(), WORDS)
MEASURES = st.builds(
    lambda numerator, more, **given: MeasureResult(numerator=numerator, denominator=numerator + more, **given),
    COUNTS, COUNTS, name=NAMES, category=NAMES, subcategory=NAMES, context=NAMES, dimension=NAMES,
    status=one_of(Status), cannot_tell=COUNTS, threshold=st.none() | THRESHOLDS,
    by=some(st.tuples(WORDS, COUNTS, COUNTS)), examples=some(PLACES), resources_failed=COUNTS,
    interval=st.none() | st.tuples(NUMBERS, NUMBERS), reason=WORDS, code=WORDS, patients_failed=COUNTS,
    patients_exact=st.booleans(), details=some(DETAILS),
)  # fmt: skip
PARTS = st.builds(ScorePart, NAMES, SHARES, SHARES, st.booleans(), WORDS, WORDS, WORDS, SHARES, COUNTS)
SCORES = st.builds(Score, st.text(ANY, max_size=250), WORDS, st.none() | SHARES, SHARES, some(PARTS), some(NAMES),
                   some(st.tuples(NAMES, SHARES)), NAMES, WORDS)  # fmt: skip
SAID = st.builds(Words, WORDS, WORDS)
ACTIONS = st.builds(
    Action, NAMES, NAMES, COUNTS, SAID, SAID, SAID, one_of(Owner), one_of(Effort), SAID,
    some(st.builds(Gain, NAMES, SHARES, SHARES)), SHARES, some(st.tuples(WORDS, COUNTS)), some(NAMES), some(NAMES),
)  # fmt: skip
TITLES = st.fixed_dictionaries({"en": WORDS}, optional={"de": WORDS, "fr": WORDS}).map(lambda each: tuple(each.items()))


@st.composite
def use_cases(draw: st.DrawFn) -> UseCaseResult:
    """A use case whose funnel narrows."""
    left = sorted(draw(st.lists(st.integers(0, 200), min_size=3, max_size=5)), reverse=True)
    steps = [
        FunnelStep(
            name=draw(NAMES),
            title=draw(TITLES),
            role=draw(one_of(Role)),
            resources=draw(COUNTS),
            met=after,
            lost=before - after,
            left=after,
            reasons=((draw(NAMES), before - after),) if before > after else (),
            told=draw(st.booleans()),
            note=draw(WORDS),
        )
        for before, after in pairwise(left[:-1])
    ]
    groups = [Subgroup(draw(one_of(Subgroup.__annotations__["dimension"])), name, 40, draw(st.integers(0, 40)), 3)
              for name in draw(st.sets(NAMES, max_size=2))]  # fmt: skip
    return UseCaseResult(
        name=draw(NAMES), title=draw(TITLES), url=draw(WORDS), version=draw(WORDS), origin=draw(NAMES),
        patients=left[0], eligible=left[1], usable=left[-1], steps=tuple(steps), measures=draw(some(MEASURES, 1)),
        subgroups=tuple(groups), classes=draw(some(st.builds(LabelClass, NAMES, COUNTS))),
        leaks=draw(some(st.builds(Leak, NAMES, COUNTS, COUNTS))), details=draw(some(DETAILS)),
        undecided=draw(some(st.tuples(NAMES, WORDS))), smallest_cell=draw(st.integers(1, 12)),
        written=draw(st.none() | COUNTS), notes=draw(some(WORDS)),
    )  # fmt: skip


CELLS = st.builds(Cell, COUNTS, st.none() | COUNTS)
USES = some(st.builds(Use, WORDS, WORDS, COUNTS))
GROUPS = st.builds(
    SourceGroup, WORDS, some(st.tuples(NAMES, COUNTS)), CELLS, st.booleans(),
    some(st.builds(IdentifierSystem, WORDS, CELLS)), some(MEASURES, 1), some(SCORES, 1), USES, USES, USES, USES,
)  # fmt: skip
BARRIERS = st.builds(Barrier, one_of(BarrierKind), WORDS, some(WORDS), some(WORDS), COUNTS)
PAIRS = st.builds(SourcePair, WORDS, WORDS, CELLS, some(st.builds(CommonIdentifier, WORDS, CELLS)), some(BARRIERS))
COUNTED = some(st.builds(Counted, WORDS, WORDS, COUNTS))
CENSUSES = st.builds(
    Census, COUNTED, COUNTED, COUNTED, some(st.builds(Spread, WORDS, WORDS, some(NUMBERS), some(COUNTS))),
    some(st.builds(Volume, NAMES, some(st.tuples(NAMES, COUNTS)))), COUNTS, st.booleans(),
)  # fmt: skip
AMOUNTS = st.none() | SHARES | COUNTS | NUMBERS | WORDS
CHANGES = st.builds(
    Change, one_of(ChangeKind), WORDS, AMOUNTS, AMOUNTS, st.booleans(), WORDS, st.none() | NUMBERS, st.none() | NUMBERS,
    WORDS, some(st.tuples(WORDS, SHARES | COUNTS | NUMBERS)), WORDS,
)  # fmt: skip
POINTS = st.builds(TrendPoint, COUNTS, WORDS, WORDS, COUNTS, COUNTS, COUNTS, some(st.tuples(NAMES, st.none() | SHARES)),
                   some(st.tuples(NAMES, COUNTS, COUNTS)))  # fmt: skip
HISTORIES = st.builds(RunHistory, WORDS, some(POINTS), WORDS, some(CHANGES))
STATES = st.builds(
    lambda name, said, *more: FindingState(name, *more, None if said is None else Answer(name, *said)),
    NAMES, st.none() | st.tuples(one_of(State), *[WORDS] * 6, NAMES), WORDS, WORDS, WORDS, WORDS, WORDS, COUNTS,
)  # fmt: skip
DECISIONS = some(st.builds(DecisionUse, WORDS, WORDS, WORDS, COUNTS, WORDS, WORDS, st.booleans()))
HEADERS = st.builds(RunHeader, WORDS, WORDS, st.floats(0, 1e6), COUNTS, WORDS)
SOURCES = st.builds(SourceSummary, some(WORDS), COUNTS, COUNTS, COUNTS, COUNTS, st.none() | COUNTS)
REPORTS = st.builds(
    RunReport,
    header=HEADERS,
    sources=SOURCES,
    packages=some(st.builds(PackageSummary, WORDS, WORDS, WORDS, WORDS, COUNTS)),
    notes=some(WORDS),
    resources=some(st.tuples(NAMES, COUNTS, COUNTS)),
    profiles=some(st.builds(ProfileUse, NAMES, NAMES, st.booleans(), COUNTS, COUNTS, COUNTS)),
    totals=some(st.tuples(st.sampled_from(SEVERITIES), KINDS, st.integers(1, 9))),
    issues=some(st.builds(IssueGroup, st.sampled_from(SEVERITIES), KINDS, WORDS, WORDS, COUNTS, COUNTS, some(ISSUES))),
    undecided=some(st.builds(Undecided, NAMES, WORDS, COUNTS)),
    coverage=st.none() | SHARES,
    measures=some(MEASURES),
    scores=some(SCORES),
    verdict=st.builds(Verdict, st.integers(0, 3), some(WORDS)),
    overrides=DECISIONS,
    accepted=DECISIONS,
    borne=COUNTS,
    baseline=st.none() | st.builds(BaselineSummary, WORDS, COUNTS, COUNTS),
    split=st.none() | st.builds(SplitSummary, st.sampled_from(("record", "patient")), COUNTS, COUNTS, COUNTS, COUNTS),
    fingerprints=some(st.tuples(NAMES, COUNTS)),
    fingerprints_complete=st.booleans(),
    use_cases=some(use_cases(), 1),
    actions=some(ACTIONS),
    groups=some(GROUPS, 1),
    pairs=some(PAIRS),
    census=st.none() | CENSUSES,
    history=st.none() | HISTORIES,
    states=some(STATES),
)
