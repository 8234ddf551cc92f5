"""The README's two commands, as written there: `python3 -m tests.readme_commands run|test`."""

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
NAMES = ("run", "test")
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(text: str) -> dict[str, str]:
    """The first two shell blocks of the README by name; raises ValueError where there are fewer."""
    blocks = [block.strip() for block in _BLOCK.findall(text)]
    if len(blocks) < len(NAMES):
        raise ValueError(f"README.md: {len(NAMES)} shell blocks expected, {len(blocks)} found")
    return dict(zip(NAMES, blocks, strict=False))


def shown_report(text: str) -> str:
    """The report shown in the README: its first block without a language."""
    found = re.search(r"^```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError("README.md: no report is shown")
    return found.group(1)


if __name__ == "__main__":
    print(commands(README.read_text(encoding="utf-8"))[sys.argv[1]])
