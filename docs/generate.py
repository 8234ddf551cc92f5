"""Write docs/reference/ from the tables in the code: `python docs/generate.py [--check]`.

Every page is a function that reads one table (issue kinds, measures, rubrics, commands ...). With --check
nothing is written, and a page that differs from its table is named and fails: docs cannot go stale unseen.
"""

import difflib
import sys
from collections.abc import Callable
from pathlib import Path

from reference_pages import commands, issue_kinds, measures, report_fields, rubrics, tables

HERE = Path(__file__).resolve().parent / "reference"
NOTE = "<!-- Made by docs/generate.py from the code: change it there. -->\n"
PAGES: dict[str, Callable[[], str]] = {
    "issues.md": issue_kinds,
    "measures.md": measures,
    "rubrics.md": rubrics,
    "cli.md": commands,
    "report.md": report_fields,
    "tables.md": tables,
}


def pages() -> dict[Path, str]:
    """All generated pages by path."""
    return {HERE / name: NOTE + make().rstrip("\n") + "\n" for name, make in PAGES.items()}


def stale(made: dict[Path, str]) -> list[str]:
    """One line for each page that is missing or differs, with the first difference; and for pages nobody makes."""
    found = [f"{path.name}: no page of that name is made" for path in HERE.glob("*.md") if path not in made]
    for path, text in made.items():
        there = path.read_text(encoding="utf-8") if path.is_file() else ""
        changes = difflib.unified_diff(there.splitlines(), text.splitlines(), lineterm="", n=0)
        first = [line for line in changes if not line.startswith(("---", "+++", "@@"))][:2]
        if there != text:
            found.append(f"{path.name}: stale: {' / '.join(first)}")
    return found


def main(arguments: list[str]) -> int:
    """Write all pages, or with --check say which are stale. Returns the exit code."""
    if arguments not in ([], ["--check"]):
        print("usage: python docs/generate.py [--check]", file=sys.stderr)
        return 2
    made = pages()
    if arguments:
        found = stale(made)
        for line in found:
            print(line, file=sys.stderr)
        if found:
            print("run: python docs/generate.py", file=sys.stderr)
        return 1 if found else 0
    HERE.mkdir(exist_ok=True)
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
