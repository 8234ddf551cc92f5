"""gematik's labelled instances: ``python -m tests.conformance.gematik [--misses] [--every N] [--json]``.

How many of the valid are accepted, how many of the invalid are found, milliseconds an instance warm. Each instance is
checked with the packages of its day (chosen_packages.tsv); what that validator does not judge (environments.json)
comes in as settings of a job; rows of undecidable.tsv are left out. With --misses each miss is printed with its kinds.
"""

import argparse
import csv
import json
import tarfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import Plan, first_pass
from fhircheck.model.facts import Partial
from fhircheck.model.issue import Issue
from fhircheck.model.record import Chunk, Piece
from fhircheck.validate.settings_file import settings_of
from tests.needs import SHARED

DATA = SHARED / "data" / "gematik-labelled"
STANDS_IN = {"hl7.terminology.r4-6.3.0.tgz": "hl7.terminology.r4-6.4.0.tgz",
             "hl7.terminology.r4-7.2.0.tgz": "hl7.terminology.r4-6.4.0.tgz"}  # fmt: skip
WARM = 1
"""So many runs over an instance after the first, the fastest counts; processor time, since one core does the work."""

Environment = tuple[str, str]
"""module, dependency lists as chosen_packages.tsv names them"""


@dataclass
class Miss:
    """An instance that is judged other than it is labelled, with the kinds of its errors."""

    file: str
    name: str
    label: str
    issues: list[Issue]


@dataclass
class Outcome:
    """What a run gave. seconds: of the fastest runs over all instances."""

    judged: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    misses: list[Miss] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def milliseconds(self) -> float:
        return 1000 * self.seconds / max(1, sum(self.judged.values()))


def table(name: str) -> list[dict[str, str]]:
    """The rows of one of the tables."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def job(modules: dict[str, Any], environment: Environment) -> tuple[list[str], dict[str, Any]]:
    """The packages of an environment, and its settings in the form of a settings file."""
    module, lists = environment
    if not module:
        return [], {}
    said = modules[module]
    dependencies = said["dependencyLists"]
    chosen = dependencies[lists.split(",")[-1].strip()]
    packages = [str(SHARED / "packages" / STANDS_IN.get(each, each)) for each in chosen["packages"]]
    check = {
        "unknown_profile": "error" if said.get("errorOnUnknownProfile") == "true" else "warning",
        "unknown_extensions": "allow" if said.get("anyExtensionsAllowed") == "true" else "error",
        "ignored_systems": said.get("ignoredCodeSystems", []),
        "ignored_value_sets": said.get("ignoredValueSets", []),
    }
    return packages, {"check": check, "severity": list(_severities(chosen.get("validationMessageTransformations", ())))}


def _severities(transformations: Any) -> Iterator[dict[str, str]]:
    """Rules about slices that nothing matches, as severity rules of ours; what else they say is about wordings."""
    for each in transformations:
        if "slice" in each.get("locatorString", "").lower() and each.get("messageLocationRegex"):
            yield {
                "kind": "slice-*",
                "path": f"*{each['messageLocationRegex']}",
                "was": each["severityLevelFrom"],
                "severity": each["severityLevelTo"],
                "reason": "a rule of the environment",
            }


def checker(modules: dict[str, Any], environment: Environment) -> Callable[[Chunk], Partial]:
    """The first pass of an environment."""
    packages, settings = job(modules, environment)
    definitions = load_definitions(packages, offline=True, package_cache=str(SHARED / "packages"))
    check = settings_of(settings).check
    return first_pass(Plan(definitions.recipe(), (), False, True, datetime.now(UTC), check))


def instances() -> dict[str, bytes]:
    """All files by name."""
    found = {}
    for name in ("xml.tar.xz", "json.tar.xz"):
        with tarfile.open(DATA / name) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() else None
                if file is not None:
                    found[member.name.removeprefix("./")] = file.read()
    return found


def run(every: int = 1) -> Outcome:
    """Check all instances that count, or each `every`-th."""
    modules = json.loads((DATA / "environments.json").read_text("utf-8"))["modules"]
    left_out = {row["file"] for row in table("undecidable.tsv")}
    names = {row["file"]: row["original_name"] for row in table("index.tsv")}
    rows = [row for row in table("chosen_packages.tsv") if row["file"] not in left_out][::every]
    by_environment: dict[Environment, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        by_environment[row["module"], row["chosen_lists"]].append(row)
    texts, outcome = instances(), Outcome()
    for environment, group in by_environment.items():
        check = checker(modules, environment)
        for row in group:
            _one(row, texts[row["file"]], check, names, outcome)
    return outcome


def _one(
    row: dict[str, str], data: bytes, check: Callable[[Chunk], Partial], names: dict[str, str], outcome: Outcome
) -> None:
    piece, best = Piece(row["file"], "resource", data), float("inf")
    for _ in range(1 + WARM):  # the first run links what it needs; the fastest counts
        started = time.process_time()
        partial = check([piece])
        best = min(best, time.process_time() - started)
    outcome.seconds += best
    label = row["label"]
    errors = [issue for issue in partial.issues if issue.severity in ("fatal", "error")]
    outcome.judged[label] += 1
    if bool(errors) == (label == "invalid"):
        outcome.right[label] += 1
    else:
        outcome.misses.append(Miss(row["file"], names.get(row["file"], ""), label, errors))


def lines(outcome: Outcome) -> list[str]:
    """The figures in words."""
    found = []
    for label, word in (("valid", "accepted"), ("invalid", "found")):
        right, judged = outcome.right[label], outcome.judged[label]
        found.append(f"{label} {word}: {right} of {judged} ({100 * right / max(1, judged):.1f} %)")
    return [*found, f"{outcome.milliseconds:.2f} ms an instance, warm"]


def false_alarms(outcome: Outcome) -> list[tuple[int, str, str, Miss, Issue]]:
    """(instances, kind, definition, an instance, its finding) for errors in valid instances, most frequent first."""
    found: dict[tuple[str, str], list[tuple[Miss, Issue]]] = defaultdict(list)
    for miss in outcome.misses:
        for issue in {(each.kind, each.definition): each for each in miss.issues}.values():
            found[issue.kind, issue.definition].append((miss, issue))
    ordered = sorted(found.items(), key=lambda each: (-len(each[1]), each[0]))
    return [(len(all_), kind, definition, *all_[0]) for (kind, definition), all_ in ordered]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th instance")
    given = parser.parse_args()
    outcome = run(given.every)
    print(*lines(outcome), sep="\n")
    if given.misses:
        for count, kind, definition, miss, issue in false_alarms(outcome):
            print(f"{count:4} {kind} {definition} {dict(issue.params)} {issue.place.expression} {miss.name}")
        for miss in outcome.misses:
            if miss.label == "invalid":
                print(f"not found: {miss.name} ({miss.file})")


if __name__ == "__main__":
    main()
