"""What was merged, judged and scored -> RunReport: counts put in order, coverage, and the verdict."""

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

from fhircheck.compile.linker import Linker
from fhircheck.definitions.definition_set import DefinitionSet
from fhircheck.first_pass import compile_cache, linker_for
from fhircheck.model.decision_facts import DecisionFacts
from fhircheck.model.facts import Partial
from fhircheck.model.feedback import FindingState
from fhircheck.model.issue import SEVERITIES
from fhircheck.model.path import shown_term
from fhircheck.model.plural import filled
from fhircheck.model.report import (
    DecisionUse,
    IssueGroup,
    MeasureResult,
    ProfileUse,
    RunHeader,
    RunReport,
    Score,
    SourceSummary,
    Undecided,
    Verdict,
)
from fhircheck.model.settings import DEFAULT_SETTINGS, CheckSettings
from fhircheck.transport.http_url import shown

if TYPE_CHECKING:
    from fhircheck.run import RunOptions

PROFILE_MISSING = "profile-missing"
FHIR_VERSION = "fhir-version"
CHECK_DIED = "check-died"
UNDECIDED_KEPT = 1_000
STATES_KEPT = 2_000


def build_report(
    header: RunHeader,
    options: "RunOptions",
    merged: Partial,
    definitions: DefinitionSet,
    measures: tuple[MeasureResult, ...],
    scores: tuple[Score, ...],
    settings: CheckSettings = DEFAULT_SETTINGS,
) -> RunReport:
    """The RunReport of a run; everything in an order that does not depend on how the work was spread."""
    _recall_conflicts(definitions)
    linker = linker_for(definitions, lambda reason, detail: None)
    profiles = _profiles(merged, linker)
    undecided = _undecided(merged, profiles)
    coverage = _coverage(merged, profiles)
    totals = sorted(
        ((severity, kind, count) for (severity, kind), count in merged.groups.totals.items()),
        key=lambda each: (SEVERITIES.index(each[0]), -each[2], each[1]),
    )
    sources = tuple(shown(each) for each in options.sources)
    return RunReport(
        header,
        SourceSummary(
            sources, merged.files, merged.records, merged.unreadable, merged.bytes, options.sample, options.since
        ),
        definitions.packages,
        definitions.notes,
        tuple((name, count, merged.invalid[name]) for name, count in sorted(merged.resources.items())),
        profiles,
        tuple(totals),
        _issue_groups(merged),
        undecided,
        coverage,
        measures,
        scores,
        _verdict(options, merged, coverage, scores),
        overrides=_overrides(settings, merged.decisions),
        accepted=_accepted(settings, merged.decisions, header.started[:10]),
        borne=merged.decisions.softened + merged.decisions.accepted_errors,
        fingerprints=_fingerprints(merged.decisions),
        fingerprints_complete=merged.decisions.complete,
        states=_states(merged.decisions),
    )


def _recall_conflicts(definitions: DefinitionSet) -> None:
    """Have the definitions take what contradicts itself in them from the cache: it takes a look at every one."""
    labels = " ".join(f"{each.name}#{each.version}" for each in definitions.packages)
    cache = compile_cache()
    key = f"conflicts {definitions.fingerprint()} {labels}"  # their order decides what the notes say
    found = cache.get(key, lambda: {"notes": list(definitions.conflicts())})
    definitions.conflicts(tuple(map(str, found["notes"])) if found else None)


def _overrides(settings: CheckSettings, facts: DecisionFacts) -> tuple[DecisionUse, ...]:
    return tuple(
        DecisionUse(rule.pattern.shown, rule.severity, rule.reason, facts.overridden[number])
        for number, rule in enumerate(settings.severities)
    )


def _accepted(settings: CheckSettings, facts: DecisionFacts, today: str) -> tuple[DecisionUse, ...]:
    """All accepted issues: how many findings each stood for, or, past its day, how many have returned."""
    uses = []
    for number, entry in enumerate(settings.accepted):
        expired = entry.expires < today
        count = facts.returned[number] if expired else facts.accepted[number]
        uses.append(DecisionUse(entry.pattern.shown, "", entry.reason, count, entry.owner, entry.expires, expired))
    return tuple(uses)


def _fingerprints(facts: DecisionFacts) -> tuple[tuple[str, int], ...]:
    facts.trim()
    return tuple(sorted(facts.fingerprints.items()))


def _states(facts: DecisionFacts) -> tuple[FindingState, ...]:
    """What there is to answer, the most severe and frequent first; the answers themselves stand in the history."""
    facts.trim()
    found = [
        FindingState(name, kind, severity, definition, profile, expression, facts.fingerprints[name])
        for name, (kind, definition, profile, expression, severity) in facts.identities.items()
    ]
    found.sort(key=lambda each: (SEVERITIES.index(each.severity), -each.count, each.fingerprint))
    return tuple(found[:STATES_KEPT])


def _profiles(merged: Partial, linker: Linker) -> tuple[ProfileUse, ...]:
    merged.trim_profiles()
    uses = []
    for (url, how), (resources, valid) in sorted(merged.profiles.items()):
        linked = linker.type(url) if how == "base" else linker.profile(url)
        compiled = linked.compiled if linked else None
        decided = compiled.decided if compiled else 0
        uses.append(ProfileUse(shown_term(url), how, compiled is not None, resources, valid, decided))
    return tuple(uses)


def _undecided(merged: Partial, profiles: tuple[ProfileUse, ...]) -> tuple[Undecided, ...]:
    """What was counted while checking, and the profiles that were not found."""
    counts: Counter[tuple[str, str]] = Counter(merged.undecided)
    for use in profiles:
        if not use.found:
            counts[PROFILE_MISSING, use.url] += use.resources
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Undecided(reason, detail, count) for (reason, detail), count in ordered[:UNDECIDED_KEPT])


def _coverage(merged: Partial, profiles: tuple[ProfileUse, ...]) -> Fraction | None:
    """Share of decided checks: of the pairs of resource and profile that could be judged, and within these of all
    checks that their profiles name, less those that could not be told of an instance."""
    other_version = sum(count for count, _, _ in merged.versions.values())
    pairs = sum(use.resources for use in profiles) + other_version + _died(merged)
    if not pairs:
        return None
    found = sum(use.resources for use in profiles if use.found)
    checks = sum(use.decided * use.resources for use in profiles if use.found)
    untold = sum(count for (reason, _), count in merged.undecided.items() if reason not in (FHIR_VERSION, CHECK_DIED))
    told = Fraction(checks, checks + untold) if checks + untold else Fraction(1)
    return Fraction(found, pairs) * told


def _died(merged: Partial) -> int:
    """Records that were not checked since their process died."""
    return sum(count for (reason, _), count in merged.undecided.items() if reason == CHECK_DIED)


def _issue_groups(merged: Partial) -> tuple[IssueGroup, ...]:
    merged.groups.trim()
    groups = [
        IssueGroup(severity, kind, definition, profile, group.count, group.resources, tuple(group.examples))
        for (severity, kind, definition, profile), group in merged.groups.groups.items()
    ]
    groups.sort(
        key=lambda each: (SEVERITIES.index(each.severity), -each.count, each.kind, each.definition, each.profile)
    )
    return tuple(groups)


def _verdict(options: "RunOptions", merged: Partial, coverage: Fraction | None, scores: tuple[Score, ...]) -> Verdict:
    """Exit code and the reasons for it; could-not-check (3) wins over findings (1)."""
    code, reasons = 0, []
    levels = {"error": 2, "warning": 3, "never": 0}[options.fail_on]
    counts = Counter[str]()
    for (severity, _), count in merged.groups.totals.items():
        counts[severity] += count
    bad = [f"{counts[each]} x {each}" for each in SEVERITIES[:levels] if counts[each]]
    if bad:
        code, reasons = 1, [f"findings: {', '.join(bad)}"]
    for score in scores if options.min_score is not None else ():
        if score.value is not None and options.min_score is not None and score.value < options.min_score:
            code = 1
            reasons.append(f"score {score.name} is under {float(options.min_score):g}")
    if not merged.records and not options.since:
        return Verdict(3, (*reasons, "nothing was read"))
    if died := _died(merged):
        said = "{count} {count:record was|records were} not checked: the process that did so died twice"
        return Verdict(3, (*reasons, filled(said, {"count": died})))
    if options.min_coverage is not None and (coverage is None or coverage * 100 < options.min_coverage):
        return Verdict(3, (*reasons, f"coverage is under {float(options.min_coverage):g} %"))
    return Verdict(code, tuple(reasons))
