"""The files of German texts, each read once and only when something of it is asked for."""

import json
from functools import cache
from importlib.resources import files

Texts = dict[str, str]


@cache
def table(name: str) -> dict[str, Texts]:
    """The texts of the file `name`, by what they belong to."""
    text = files("fhircheck.report.german").joinpath(f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Texts] = json.loads(text)
    return found
