"""docs/README.md: every page by its title, so that none is out of reach."""

import re
from collections.abc import Mapping
from pathlib import Path

STAGES = (
    "sources",
    "definitions",
    "compile",
    "validate",
    "resolve",
    "measures",
    "score",
    "report",
    "history",
    "distribute",
    "probe",
)
SECTIONS = (
    ("concepts", "Concepts: one page a stage", "What each stage does, and why so."),
    ("how-to", "How to", "One task a page."),
    ("operation", "Operation", "Where it runs, and what that asks for."),
    ("reference", "Reference", "Made from the code."),
    ("decisions", "Decisions", "What was decided, with the figures that decided it."),
)
ABOUT = (
    "fhircheck reads FHIR R4 data, validates it against the specification and against profiles, and counts how"
    " standardized\nand how ready for AI it is. What it cannot decide it says. [Deutsch](deutsch.md)\n\n"
    "    pip install .\n    fhircheck check data/\n\n"
    "[Name what is to be checked](how-to/sources.md), [choose the profiles](how-to/profile-choice.md),"
    " [say what the data is for](how-to/use-cases.md);\nall options are in the [command line](reference/cli.md)."
    " Data goes through stages, one page each:"
)
LINE = "    sources -> definitions -> compile -> validate -> resolve -> measures -> score -> report"


def title(path: Path, made: Mapping[Path, str]) -> str:
    """First heading of a page. Raises ValueError where it has none."""
    found = re.search(r"^# (.+)$", made.get(path) or path.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise ValueError(f"{path.name}: no heading")
    return found.group(1)


def order(path: Path) -> tuple[int, str]:
    """Stages in the order data goes through them, everything else by name; a folder's own page first."""
    stage = STAGES.index(path.stem) if path.stem in STAGES else len(STAGES)
    return (-1 if path.name == "README.md" else stage, path.name)


def index(docs: Path, made: Mapping[Path, str]) -> str:
    """The index of all pages; `made` are pages that are made now and may not be written yet."""
    text = f"# Documentation\n\n{ABOUT}\n\n{LINE}\n"
    for folder, heading, about in SECTIONS:
        pages = sorted(
            {*docs.glob(f"{folder}/*.md"), *(path for path in made if path.parent.name == folder)}, key=order
        )
        links = (f"- [{title(path, made)}]({folder}/{path.name})\n" for path in pages)
        text += f"\n## {heading}\n\n{about}\n\n" + "".join(links)
    rest = (path for path in sorted(docs.glob("*.md")) if path.name != "README.md")
    return text + "\n## Also\n\n" + "".join(f"- [{title(path, made)}]({path.name})\n" for path in rest)
