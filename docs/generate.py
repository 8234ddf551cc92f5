"""Write what is made from the code: `python docs/generate.py [--check]`.

docs/reference/ from the tables (issue kinds, measures, rubrics, commands ...), docs/README.md from the pages' titles,
and the report shown in README.md. With --check nothing is written; what differs is named and fails, so that no
page goes stale unseen. In the shown report only the words are compared: figures may change with the samples.
"""

import difflib
import sys
from collections.abc import Callable
from pathlib import Path

from index_page import index
from job_page import jobs
from reference_pages import (
    actions,
    commands,
    crosswalk,
    issue_kinds,
    measures,
    report_fields,
    rubrics,
    servers,
    tables,
)

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT))

from tests.readme_commands import printed_report, shown_report, structure, with_report  # noqa: E402

NOTE = "<!-- Made by docs/generate.py: change the code or the pages it is made from. -->\n"
REFERENCE: dict[str, Callable[[], str]] = {
    "issues.md": issue_kinds,
    "measures.md": measures,
    "crosswalk.md": crosswalk,
    "rubrics.md": rubrics,
    "actions.md": actions,
    "cli.md": commands,
    "jobs.md": jobs,
    "report.md": report_fields,
    "tables.md": tables,
    "servers.md": servers,
}


def pages() -> dict[Path, str]:
    """All generated pages by path."""
    made = {DOCS / "reference" / name: make() for name, make in REFERENCE.items()}
    made[DOCS / "README.md"] = index(DOCS, made)
    return {path: NOTE + text.rstrip("\n") + "\n" for path, text in made.items()}


def stale(made: dict[Path, str]) -> list[str]:
    """One line for each page that is missing or differs, with the first difference; and for pages nobody makes."""
    found = [f"{path.name}: no page of that name is made" for path in DOCS.glob("reference/*.md") if path not in made]
    for path, text in made.items():
        there = path.read_text(encoding="utf-8") if path.is_file() else ""
        found += differing(path.name, there.splitlines(), text.splitlines())
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return found + differing("README.md", structure(shown_report(readme)), structure(printed_report()))


def differing(name: str, there: list[str], made: list[str]) -> list[str]:
    """A line that says how `there` differs from what is made now; none where it does not."""
    changes = [line for line in difflib.unified_diff(there, made, lineterm="", n=0) if line[:3] not in ("---", "+++")]
    first = [line for line in changes if not line.startswith("@@")][:2]
    return [f"{name}: stale: {' / '.join(first)}"] if first else []


def write(made: dict[Path, str]) -> None:
    """Write all pages and the report in README.md."""
    for path, text in made.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    readme = ROOT / "README.md"
    readme.write_text(with_report(readme.read_text(encoding="utf-8"), printed_report()), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write, or with --check say what is stale. Returns the exit code."""
    if arguments not in ([], ["--check"]):
        print("usage: python docs/generate.py [--check]", file=sys.stderr)
        return 2
    made = pages()
    if not arguments:
        write(made)
        return 0
    found = stale(made)
    if found:
        print(*found, "run: python docs/generate.py", sep="\n", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
