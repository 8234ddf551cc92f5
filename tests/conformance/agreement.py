"""Our verdicts beside the reference's on real data: ``python -m tests.conformance.agreement [--set NAME] [--list]``.

Both are given the same packages and inputs (agreement_data); the verdict (any error or none) of each resource is
compared, entries of Bundles on their own. Needs ../shared and, where the reference's answers are not kept in the
cache folder yet, Java and minutes. --list shows an example of each kind of difference.
"""

import argparse
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from fhircheck.compile.linker import Linker
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.model.issue import ERRORS, Issue
from fhircheck.model.path import without_indexes
from fhircheck.model.record import Piece
from fhircheck.model.settings import CheckSettings
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.validator import Validator
from tests.conformance.agreement_data import DATA_SETS, Group
from tests.conformance.agreement_limits import limit_of, opinion_of
from tests.conformance.agreement_reference import Said, answers
from tests.conformance.reference_places import place_in_reference
from tests.needs import SHARED

ALWAYS = ("hl7.terminology.r4-6.4.0.tgz", "hl7.fhir.uv.extensions.r4-5.3.0.tgz")
SETTINGS = CheckSettings(example_urls=True, url_types=True)
INNER = re.compile(r"^.*\.entry\[\d+\]\.resource(?=\.|$)")


class Difference(NamedTuple):
    """A resource that is judged differently, with what is said of it by the one that has errors.

    all_theirs: what the reference says of the whole input.
    """

    source: str
    resource: str
    ours: list[Issue]
    theirs: list[Said]
    all_theirs: list[Said]


@dataclass
class Agreement:
    """What was compared. limited: differences of which the reference's part is no judgement of the data."""

    resources: int = 0
    valid: int = 0
    differences: list[Difference] = field(default_factory=list)
    limited: list[Difference] = field(default_factory=list)

    def add(self, other: "Agreement") -> None:
        """Count what another holds too."""
        self.resources += other.resources
        self.valid += other.valid
        self.differences += other.differences
        self.limited += other.limited

    def share(self, without_limits: bool) -> float:
        """How many agree, in percent."""
        wrong = len(self.differences) + (0 if without_limits else len(self.limited))
        return 100 * (self.resources - wrong) / max(1, self.resources)


def checker(packages: Iterable[str]) -> Callable[[str, bytes], tuple[dict[str, str], list[Issue]]]:
    """What we say of an input: its resources (place to type), and our errors."""
    paths = [str(SHARED / "packages" / name) for name in (*ALWAYS, *packages)]
    linker: Linker = linker_for(load_definitions(paths, offline=True), lambda reason, detail: None, settings=SETTINGS)
    validator = Validator(linker, (), locate=False)
    reader = RecordReader(linker.around.types, False)

    def check(name: str, data: bytes) -> tuple[dict[str, str], list[Issue]]:
        roots: dict[str, str] = {}
        issues: list[Issue] = []
        for record in reader.records(Piece(name, "resource", data)):
            issues += record.issues
            for checked in validator.check(record):
                roots[checked.root] = checked.resource.partition("/")[0]
                issues += checked.issues
        return roots, [issue for issue in issues if issue.severity in ERRORS]

    return check


def compare(group: Group) -> Agreement:
    """Both verdicts on each resource of a group."""
    check, found = checker(group.packages), Agreement()
    for (name, data), said in zip(group.inputs, answers(group), strict=True):
        roots, issues = check(name, data)
        outer = next(iter(roots), "")
        for root in roots or {"": ""}:
            ours = [each for each in issues if _owner(_place(each), roots, outer) == root]
            theirs = [each for each in said if _owner(each.expression, roots, outer) == root]
            found.resources += 1
            found.valid += not theirs
            meant = [each for each in theirs if limit_of(each, said) is None]
            if bool(ours) == bool(theirs):
                continue
            difference = Difference(name, root, ours, theirs, said)
            (found.limited if bool(ours) == bool(meant) else found.differences).append(difference)
    return found


def _place(issue: Issue) -> str:
    return place_in_reference(issue.kind, issue.place.expression)


def _owner(expression: str, roots: dict[str, str], outer: str) -> str:
    """The resource that a place lies in; a place in XML's own form tells its type only."""
    if "/f:" in expression:
        named = [root for root, name in roots.items() if name == expression.partition("/")[0]]
        return named[0] if len(named) == 1 else outer
    inner = INNER.match(expression)
    return inner[0] if inner and inner[0] in roots else outer


def run(names: Iterable[str]) -> dict[str, Agreement]:
    """Each data set's comparison."""
    found = {}
    for name in names:
        found[name] = Agreement()
        for group in DATA_SETS[name]():
            found[name].add(compare(group))
    return found


def ours_alone(differences: Iterable[Difference]) -> Counter[tuple[str, str]]:
    """Resources by kind and definition of our errors where the reference has none."""
    kinds = ({(each.kind, each.definition) for each in found.ours} for found in differences if not found.theirs)
    return Counter(key for keys in kinds for key in keys)


def theirs_alone(differences: Iterable[Difference]) -> Counter[tuple[str, str]]:
    """Resources by message id and element of the reference's errors where we have none."""
    kinds = (
        {(each.message_id, without_indexes(INNER.sub("resource", each.expression))) for each in found.theirs}
        for found in differences
        if not found.ours
    )
    return Counter(key for keys in kinds for key in keys)


def section() -> list[str]:
    """The section of docs/conformance.md."""
    found = run(DATA_SETS)
    lines = [
        "",
        "## Real data beside the reference",
        "",
        "Samples of published data, checked by the reference (HL7 validator 6.10.4, offline) and by us with the same",
        "packages; compared is each resource's verdict, any error or none, entries of Bundles on their own. *Without",
        "its limits* leaves out what the reference says that is no judgement of the data (named below).",
        "",
        "| data | resources | without error in the reference | same verdict | same verdict without its limits |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, each in found.items():
        raw, meant = each.share(False), each.share(True)
        lines.append(f"| {name} | {each.resources:,} | {each.valid:,} | {raw:.1f} % | {meant:.1f} % |")
    limits = Counter(_limits(found.values()))
    lines += ["", "What the reference says that is no judgement of the data:", ""]
    lines += [f"- {reason} ({count:,} resources)" for reason, count in limits.most_common()]
    lines += ["", "Every kind of difference that is left:", ""]
    lines += ["| whose error | what | resources | who is right, and why |", "|---|---|--:|---|"]
    left = [each for agreement in found.values() for each in agreement.differences]
    for whose, counted in (("ours", ours_alone(left)), ("the reference's", theirs_alone(left))):
        for (kind, element), count in counted.most_common():
            lines.append(f"| {whose} | {kind} {element} | {count} | {opinion_of(kind, element)} |")
    return lines


def _limits(agreements: Iterable[Agreement]) -> Iterable[str]:
    for agreement in agreements:
        for each in agreement.limited:
            yield from {reason for said in each.theirs if (reason := limit_of(said, each.all_theirs))}


def main() -> None:
    """Print figures and differences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", action="append", choices=list(DATA_SETS), help="only this data set")
    parser.add_argument("--list", action="store_true", help="an example of each kind of difference")
    given = parser.parse_args()
    for name, found in run(given.set or DATA_SETS).items():
        shares = f"{found.share(False):.2f} %, without the reference's limits {found.share(True):.2f} %"
        print(f"{name}: {found.resources} resources, {found.valid} valid, same verdict {shares}", flush=True)
        for title, counted in (("ours", ours_alone(found.differences)), ("theirs", theirs_alone(found.differences))):
            for (kind, element), count in counted.most_common():
                print(f"  {title} {count:4} {kind} {element}")
        if given.list:
            _examples(found.differences)


def _examples(differences: list[Difference]) -> None:
    seen = set()
    for each in differences:
        for key in {(one.kind, one.definition) for one in each.ours} | {(one.message_id,) for one in each.theirs}:
            if key not in seen:
                seen.add(key)
                print("  -", each.source, each.resource, *key)
                for issue in each.ours:
                    if (issue.kind, issue.definition) == key:
                        print("       ", issue.place.expression, dict(issue.params), issue.profile)
                for said in each.theirs:
                    if (said.message_id,) == key:
                        print("       ", said.expression, said.message[:300])


if __name__ == "__main__":
    main()
