"""What our HTML pages share: templates that escape, harmless text, colours and the hashes of a content policy."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fhircheck.report.shown import clean

LONGEST = 2_000
"""Characters of any text; those of the data are cut before."""


def environment(
    folder: Path,
    *,
    finalize: Callable[[Any], Any] | None = None,
    filters: dict[str, Callable[[Any], Any]] | None = None,
    names: dict[str, Any] | None = None,
) -> Any:
    """The templates of a folder as a jinja2.Environment: all is escaped, a name that is not given is an error.

    finalize: what each shown value goes through. filters: of the templates' own. names: what all of them may use.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= filters or {}
    made.globals |= names or {}
    return made


def harmless(value: Any) -> Any:
    """The last line of defence: text that was not cleaned before is here; a number stays with its percent sign."""
    return clean(value, LONGEST).replace(" %", "\u00a0%") if type(value) is str else value


def coloured(style: str) -> str:
    """A style with the colours of the HTML report, light and dark, in their places."""
    light, dark = (Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("light.css", "dark.css"))
    return style.replace("/* dark */", dark).replace("/* light */", light)


def digest(text: str) -> str:
    """The source expression of a style or script (https://www.w3.org/TR/CSP3/#grammardef-hash-source)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
