"""The forms of a readiness report."""

from collections.abc import Callable
from typing import Any

from fhircheck.assess.document import as_json
from fhircheck.assess.html import as_html
from fhircheck.assess.markdown import as_markdown
from fhircheck.assess.text import as_text
from fhircheck.report.shown import View

FORMS: dict[str, Callable[[dict[str, Any], View], str]] = {
    "text": as_text,
    "html": as_html,
    "markdown": as_markdown,
    "json": lambda document, view: as_json(document),
}
