"""The readiness report as one HTML page: no network, no script, light and dark, to be read and printed."""

from functools import cache, partial
from pathlib import Path
from typing import Any

from fhircheck.assess.text import (
    about,
    applies,
    by_measured,
    lacking,
    measured_line,
    named,
    unmeasured,
    verified,
    waiting,
    weakest_line,
)
from fhircheck.assess.words import say
from fhircheck.report.html.environment import coloured, digest, environment, harmless
from fhircheck.report.shown import View

Json = dict[str, Any]
TEMPLATES = Path(__file__).with_name("templates")
OWNERS = ("management", "clinic", "both", "it", "dpo", "vendor")
SIGNS = {"not-ready": "✕", "unknown": "?", "partly": "◐", "ready": "✓"}
VERDICT_SIGNS = {"contradicted": "✕", "supported": "✓", "cannot-tell": "?", "not-measured": "–"}
TONES = {"contradicted": "not-ready", "supported": "ready", "cannot-tell": "unknown", "not-measured": "unmeasured"}


def as_html(document: Json, view: View) -> str:
    """The document (document.py) as a page in its language."""
    language = document["language"]
    steps = document["steps"]
    return str(
        _template().render(
            d=document,
            t=partial(say, language),
            style=style(),
            policy=policy(),
            named=lambda subject: named(subject, language),
            weakest=weakest_line(document),
            owners=[(owner, [each for each in steps if each["owner"] == owner]) for owner in OWNERS],
            measured_line=lambda claim: measured_line(claim, language),
            lacking=lambda part: lacking(part, language),
            waiting=lambda rules: waiting(rules, language),
            applies=lambda rule: applies(rule, language),
            verified=lambda fact: verified(fact, language),
            coded=coded,
            about=about,
            by_measured=lambda step: by_measured(step, language),
            unmeasured=unmeasured(document),
            signs=SIGNS,
            verdict_signs=VERDICT_SIGNS,
            tones=TONES,
        )
    )


def coded(text: str) -> Any:
    """A sentence of ours, what stands in backticks as code."""
    from markupsafe import Markup, escape

    parts = (
        Markup("<code>{}</code>").format(each) if place % 2 else escape(each)
        for place, each in enumerate(text.split("`"))
    )
    return Markup("").join(parts)


def style() -> str:
    """The page's style, with the colours of the other HTML report."""
    return coloured((TEMPLATES / "readiness.css").read_text(encoding="utf-8"))


def policy() -> str:
    """A Content-Security-Policy under which the page's own style works, and nothing is fetched or run."""
    return f"default-src 'none'; style-src '{digest(style())}'; img-src data:; base-uri 'none'; form-action 'none'"


@cache
def _template() -> Any:
    from markupsafe import Markup

    return environment(TEMPLATES, finalize=harmless, filters={"raw": Markup}).get_template("readiness.html")
