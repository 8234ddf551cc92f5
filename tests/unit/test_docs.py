"""The docs: generated pages are what the tables say, every page is reachable, no link leads nowhere."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

GENERATE = [sys.executable, "docs/generate.py"]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def test_generated_pages_are_not_stale(project_root: Path) -> None:
    done = subprocess.run([*GENERATE, "--check"], cwd=project_root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def copy_of(root: Path, folder: Path) -> Path:
    """What the generator reads and writes, in `folder`; the package itself stays where it is."""
    left_out = shutil.ignore_patterns("__pycache__")
    for name in ("docs", "profiles", "sample_bundles"):
        shutil.copytree(root / name, folder / name, ignore=left_out)
    (folder / "tests").mkdir()
    for name in ("README.md", "tests/__init__.py", "tests/readme_commands.py"):
        (folder / name).write_bytes((root / name).read_bytes())
    return folder


def check(folder: Path, root: Path) -> subprocess.CompletedProcess[str]:
    """`docs/generate.py --check` on a copy."""
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(
        [*GENERATE, "--check"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def replaced(path: Path, old: str, new: str) -> None:
    """Change a file, which must have held `old`."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_check_names_what_is_stale(project_root: Path, tmp_path: Path) -> None:
    folder = copy_of(project_root, tmp_path)
    replaced(folder / "docs" / "reference" / "issues.md", "cardinality-min", "cardinality-least")
    replaced(folder / "README.md", "```text\n", "```text\nAn old line.\n")
    (folder / "docs" / "reference" / "orphan.md").write_text("# Left over\n")
    done = check(folder, project_root)
    assert done.returncode == 1, done.stderr
    assert "issues.md: stale: -| [cardinality-least]" in done.stderr
    assert "README.md: stale: -An old line." in done.stderr
    assert "orphan.md: no page of that name is made" in done.stderr


def test_wrong_use_of_the_generator(project_root: Path) -> None:
    done = subprocess.run([*GENERATE, "--chek"], cwd=project_root, capture_output=True, text=True, check=False)
    assert done.returncode == 2


def markdown(root: Path) -> list[Path]:
    """All pages of the project."""
    return [
        root / "README.md",
        root / "CHANGELOG.md",
        *(root / "docs").rglob("*.md"),
        root / "sample_bundles/README.md",
    ]


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings as they are commonly made."""
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page: Path) -> list[str]:
    """Links of a page that lead nowhere inside the project."""
    found = []
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            found.append(target)
    return found


def test_no_link_leads_nowhere(project_root: Path) -> None:
    assert {page.name: links for page in markdown(project_root) if (links := broken(page))} == {}


def test_every_page_is_linked_from_the_index(project_root: Path) -> None:
    docs = project_root / "docs"
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in (docs / "README.md", docs / "decisions" / "README.md")
        for target in _LINK.findall(page.read_text(encoding="utf-8"))
    }
    pages = {page.resolve() for page in docs.rglob("*.md")} - {(docs / "README.md").resolve()}
    assert sorted(str(page.relative_to(docs.resolve())) for page in pages - linked) == []


@pytest.mark.parametrize("link", ["gone.md", "page.md#no-such-heading"])
def test_a_broken_link_is_seen(link: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Heading\n\n[here](#heading) and [there]({link})\n")
    assert broken(page) == [link]
