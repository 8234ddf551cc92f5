"""Write docs/conformance.md: ``python -m tests.conformance.figures`` (needs ../shared, Java and some minutes)."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jiter import from_json

from fhircheck.model.record import Piece
from tests.conformance import (
    answered_questionnaires,
    broken_definitions,
    broken_examples,
    broken_interfaces,
    broken_xml,
    bundled_examples,
    coded_examples,
    crossing_examples,
    extended_examples,
    gematik,
    narrated_examples,
    profiled_examples,
    reported_measures,
    sliced_bundles,
    snapshots,
)
from tests.conformance import test_xml_pairs as both_forms
from tests.conformance.agreement import section as real_data
from tests.needs import ROOT, SHARED

PAGE = ROOT / "docs" / "conformance.md"
SUITE = SHARED / "conformance"
HEAD = """# Conformance

Made by `python -m tests.conformance.figures`; do not edit by hand.

## HL7 validator suite, R4, checks that can be decided offline

What the reference implementation recorded as outcome, compared with ours. a: same verdict (any error or none);
b: same number of errors; c: same places of errors. *Skipped* checks count as disagreement at every level. *False
alarm*: we see an error where the reference sees none. For some kinds of findings (fullUrls and entries of Bundles,
faults of JSON's form, items in answers) the reference names another place than the element itself, such as entry 0 or
the whole Bundle: for the comparison alone our places are spelled as it spells them (`reference_places.py`,
`reading_places.py`). Without that, c was 435 of 455 (96 %) when it was 446 with it.

| module | checks | skipped | a | b | c | missed | false alarm |
|---|--:|--:|--:|--:|--:|--:|--:|
"""
LEFT = """
What disagrees, by cause: targets of references that the reference's runner fetched from files beside the cases and
that are not at hand here; the number of findings where one defect breaks several rules of a base64 or of a Measure;
a filter in SNOMED CT's expression language whose fault the recorded server did not see; settings of the runner that
are not ours (experimental content, message limits).
"""


def suite() -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """(all selected checks, the runner's report) of one run of our adapter."""
    with tempfile.TemporaryDirectory() as folder:
        report, listed = Path(folder, "report.json"), Path(folder, "checks.json")
        runner = [sys.executable, str(SUITE / "run_cases.py"), str(SUITE / "cases")]
        chosen = ["--marks", str(SUITE / "offline_marks.json"), "--offline"]
        adapter = ["--adapter", f"{sys.executable} -m tests.conformance.adapter {{jobs}}", "--report", str(report)]
        subprocess.run([*runner, *chosen, "--list", str(listed)], check=True, cwd=ROOT, capture_output=True)
        subprocess.run([*runner, *chosen, *adapter], check=True, cwd=ROOT, capture_output=True)
        return json.loads(listed.read_text("utf-8")), json.loads(report.read_text("utf-8"))


def rows(checks: list[dict[str, Any]], report: dict[str, Any]) -> list[str]:
    """One table row a module, the biggest first, and the total."""
    wrong = {each["id"]: each for each in report["disagreements"]}
    modules = Counter(each["module"] for each in checks)
    lines = []
    for name, _ in [*modules.most_common(), ("**all**", 0)]:
        group = [each for each in checks if name in (each["module"], "**all**")]
        missing = [wrong[each["id"]] for each in group if each["id"] in wrong]
        skipped = sum("skipped" in (each["answer"] or {"skipped": ""}) for each in missing)
        levels = [len(group) - sum(not each[level] for each in missing) for level in "abc"]
        judged = [each for each in missing if each["got"] and not each["a"]]
        alarms = sum(each["expected"]["valid"] for each in judged)
        shares = " | ".join(f"{count} ({100 * count / len(group):.0f} %)" for count in levels)
        lines.append(f"| {name} | {len(group)} | {skipped} | {shares} | {len(judged) - alarms} | {alarms} |")
    return lines


def other_suites() -> list[str]:
    """The sections on FHIRPath, on snapshots, and on the two forms."""
    total = Counter[str]()
    for package in sorted(snapshots.PACKAGES.glob("*.tgz")):
        total += snapshots.report(package, 0, False)
        strict = snapshots.report(package, 0, True)
        total["same as written"] += strict["same"]
        total["elements as written"] += strict["elements"]
    effect, written = total["same"] / total["elements"], total["same as written"] / total["elements as written"]
    return [
        "",
        "## FHIRPath, snapshots, both forms",
        "",
        "- The official FHIRPath suite for R4 (935 tests): all but the ten named in `test_fhirpath_suite.py`,"
        " boundaries of dates and times that the suite writes as literals.",
        f"- Snapshots made from the differentials of {total['profiles']:,} published profiles that ship one (all shared"
        f" packages): {100 * effect:.2f} % of {total['elements']:,} elements are equal in all that validation reads of"
        f" them, {100 * written:.2f} % also in how it is written; {total['failed']} profiles could not be made.",
        "- The JSON and the XML form of the same resource give the same findings: `test_xml_pairs.py`"
        f" ({xml_differences()}).",
    ]


def xml_differences() -> str:
    """How many pairs of both forms were read, and how many of them differ."""
    reader = both_forms.reader()
    pairs = differing = 0
    for source in (both_forms.pathling, both_forms.prescriptions):
        for name, xml, text in source():
            (record,) = reader.records(Piece(name, "resource", xml))
            pairs += 1
            as_json = both_forms.alike(from_json(text, float_mode="decimal"))
            differing += bool(record.issues) or both_forms.alike(record.node) != as_json
    return f"{pairs} pairs of pathling and of prescriptions, {differing} of them differ"


def labelled() -> list[str]:
    """The section on gematik's labelled instances."""
    outcome = gematik.run()
    lines = [
        "",
        "## gematik's labelled instances (eRezept, accounting, workflow, eAU)",
        "",
        "Each instance with the packages of its day; unknown profiles and extensions are errors, code systems and value"
        " sets which that validator does not judge are ignored by settings; rows decided by policy outside FHIR are"
        " left out.",
        "",
        *(f"- {line}" for line in gematik.lines(outcome)),
    ]
    for miss in outcome.misses:
        kinds = ", ".join(sorted({f"{issue.kind} at {issue.definition}" for issue in miss.issues}))
        lines.append(f"- labelled {miss.label}, judged otherwise: {miss.name}" + (f" ({kinds})" if kinds else ""))
    return lines


def changed() -> list[str]:
    """The section on sound examples with one change each."""
    results = {name: broken_examples.run(name, number) for name, number in broken_examples.SETS.items()}
    return [
        "",
        "## Sound examples, broken",
        "",
        "What a validator finds cannot be seen in data that is mostly sound. Here examples that both validators accept"
        " are changed at one place by chance: an element dropped, renamed, repeated, swapped, given another code or a"
        " malformed sibling (`python -m tests.conformance.broken_examples`, which also lists what one of the two says"
        " alone). Compared are the verdict, the number of errors, and their places.",
        "",
        *broken_examples.lines(results),
        "",
        "What is left, by cause: codes and units that we refuse by a rule of form and that the reference, without a"
        " server, does not look at; relative systems of codings; JSON in which its parser stops; extensions whose URL"
        " is that of another definition, which it validates by that definition; contained resources under a reference,"
        " which it spells another way.",
    ]


def profiled() -> list[str]:
    """The section on made profiles, answers, Bundles and codes, on XML and on definitions."""
    results = {
        profiled_examples.NAME: profiled_examples.run(2500),
        answered_questionnaires.NAME: answered_questionnaires.run(1500),
        bundled_examples.NAME: bundled_examples.run(1500),
        coded_examples.NAME: coded_examples.run(1500),
        sliced_bundles.NAME: sliced_bundles.run(1500),
        extended_examples.NAME: extended_examples.run(1500),
        crossing_examples.NAME: crossing_examples.run(1500),
        narrated_examples.NAME: narrated_examples.run(1500),
        reported_measures.NAME: reported_measures.run(1500),
        broken_xml.NAME: broken_xml.run(1000),
        broken_definitions.NAME: broken_definitions.run(1000),
        broken_interfaces.NAME: broken_interfaces.run(1000),
    }
    return [
        "",
        "## Made profiles, answers, Bundles and codes; broken XML and definitions",
        "",
        "Published profiles use few of the ways in which an element can be constrained. Here each clinical example gets"
        " a profile of its own, by its differential alone, made by chance of what the example holds: cardinality, fixed"
        " values and patterns, types, targets, bounds, bindings to made value sets, invariants, profiles of data types,"
        " extensions, slices by value, pattern, existence, type and binding, profiles of profiles; a third of the"
        " examples is broken besides (`python -m tests.conformance.profiled_examples`). In the same way questionnaires"
        " are made, with answers of which some do not fit (`python -m tests.conformance.answered_questionnaires`),"
        " Bundles of all types, with references of all forms (`python -m tests.conformance.bundled_examples`), and code"
        " systems with value sets of all compositions (`python -m tests.conformance.coded_examples`). Slices that only"
        " a look elsewhere tells apart (what a reference leads to, a profile, an extension), of entries, of sections"
        " and of slices, are made with Bundles of their own (`python -m tests.conformance.sliced_bundles`),"
        " and extensions of all contexts, types of values, parts and modifiers with resources that use them"
        " (`python -m tests.conformance.extended_examples`), among them those that carry elements of other FHIR"
        " versions (`python -m tests.conformance.crossing_examples`); narratives are trees of XHTML with the faults of"
        " generators, editors and attackers (`python -m tests.conformance.narrated_examples`), measures come with"
        " reports that mostly fit them (`python -m tests.conformance.reported_measures`)."
        " The last rows are of sound examples in XML, broken as XML can be (`python -m tests.conformance.broken_xml`),"
        " and of published profiles, value sets, code systems, search parameters and questionnaires with a fault that"
        " their authors make (`python -m tests.conformance.broken_definitions`), and of concept maps, capability"
        " statements, operations and guides (`python -m tests.conformance.broken_interfaces`).",
        "",
        *broken_examples.lines(results),
        "",
        "What is left, by cause: a value set that lists codes of a system nobody has at hand (we hold the list to be"
        " closed, the reference lets any code of the system pass); SNOMED CT codes of a wrong check digit; a profile's"
        " rules for elements within elements of the same name (the reference applies them from the third level on, we"
        " never); closed slices of choices; lengths of ids and Markdown, which it does not look at; fixed values,"
        " patterns and discriminators of types that it does not support or misreads (an address's postal code); wrong"
        " types in answers, which it says twice where the value is no value of the allowed type either; conditions of a"
        " context that name %extension, which it does not know;"
        " conditions by `!=` on questions without an answer, which it takes for not met while the specification asks"
        " that no answer is equal: we say nothing; questionnaires and references that end it with an"
        " exception; entries whose fullUrl is empty, which we count as missing; value sets over fragments, versions"
        " that are not there and filters that it does not know, where a list or an exclusion decides for us and nothing"
        " for it; codes in another case, which it refuses where the system disregards case; codes without a system,"
        " which it takes for those that a value set lists; a display that is wrong too, which hides from it that the"
        " code is no member; the place of XML elements in another namespace, which it names otherwise; slices of"
        " slices, which it tells apart by the discriminators of the outer slices; references that lead out of the"
        " Bundle, which belong to no slice for it and where we cannot tell as long as their URL names the type"
        " that is asked for; the order of slices behind an item that belongs to none; contained resources of a"
        " slice that is not to be; codes of a value set that a code system at hand does not have, which it asks a"
        " server for; narratives that are no well-formed XML, of which its own reader makes what it can (an attribute"
        " twice or without quotes, two hyphens in a comment, text behind the end); scores in reports of cohorts, which"
        " 6.10.4 lets pass; criteria whose library has CQL and no ELM, which we look into; snapshots that it cannot"
        " make of definitions whose faults it names besides.",
    ]


SECTIONS: dict[str, tuple[str, Callable[[], list[str]]]] = {
    "suite": ("# Conformance", lambda: [HEAD + "\n".join(rows(*suite())), *LEFT.rstrip().split("\n")]),
    "others": ("## FHIRPath", other_suites),
    "labelled": ("## gematik", labelled),
    "data": ("## Real data", real_data),
    "broken": ("## Sound examples", changed),
    "profiled": ("## Made profiles", profiled),
}
"""Name of a section -> how its heading begins, and what makes it."""


def kept(page: str, heading: str) -> list[str]:
    """The section of the page as it stands; the first one is two headings long."""
    found, inside = [], False
    for line in page.splitlines():
        if line.startswith("#"):
            inside = line.startswith(heading) or (inside and heading.startswith("# ") and line.startswith("## HL7"))
        if inside:
            found.append(line)
    return found


def main() -> None:
    """Run all, or some, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", choices=[*SECTIONS, []], help="these sections; the others stay as they are")
    only = parser.parse_args().only or list(SECTIONS)
    page = PAGE.read_text("utf-8") if PAGE.exists() else ""
    parts = [make() if name in only else kept(page, heading) for name, (heading, make) in SECTIONS.items()]
    text = "\n\n".join("\n".join(part).strip() for part in parts)
    PAGE.write_text(text.rstrip() + "\n", encoding="utf-8")
    print(PAGE.read_text("utf-8"))


if __name__ == "__main__":
    main()
