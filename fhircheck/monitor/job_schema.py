"""The JSON Schema of job files, whole, and what a file breaks of it, in words and with its line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from fhircheck.monitor.alerts import alert_schema
from fhircheck.monitor.toml_places import Path, nearest

SECRETS = frozenset({"secret", "passphrase", "password", "token", "api_key", "apikey", "client_secret", "private_key"})
REFERENCE = "env:NAME, file:PATH or keyring:SERVICE/USER"
WRITTEN_DOWN = f"a secret is not written into a job file but named by where it is: {REFERENCE}"
_SETTINGS = "urn:fhircheck:settings.schema.json:1.0#/properties/"
_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong in a job file. line: from 1, 0 for the whole file. key: such as ``alerts[2].type``."""

    line: int
    key: str
    message: str

    def said(self, file: str) -> str:
        """In one line: ``job.toml:12: thresholds.min_scor: ...``."""
        place = f"{file}:{self.line}" if self.line else file
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


@cache
def job_schema() -> dict[str, Any]:
    """The published schema, with what settings files and receivers of alerts add to it."""
    found: dict[str, Any] = json.loads(_text("fhircheck.monitor", "job.schema.json"))
    settings = json.loads(_text("fhircheck.validate", "settings.schema.json"))["properties"]
    for name, part in found["properties"].items():
        reference = part.get("$ref", "")
        if reference.startswith(_SETTINGS):
            found["properties"][name] = settings[reference.removeprefix(_SETTINGS)]
    found["properties"]["alerts"]["items"] = alert_schema()
    return found


def _text(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")


def shown_key(path: Path) -> str:
    """A path as it is said: items of lists are counted from 1."""
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def faults(data: dict[str, Any], lines: dict[Path, int]) -> Iterator[Fault]:
    """All that `data` breaks of the schema. What stands in the place of a secret is never repeated."""
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(job_schema()).iter_errors(data):
        yield from _of(error, lines)


def _of(error: Any, lines: dict[Path, int]) -> Iterator[Fault]:
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.schema.get("properties"), dict):
        for name in error.instance.keys() - error.schema["properties"].keys():
            yield _fault((*path, name), lines, _unknown(name, path, error.schema["properties"]))
    elif error.validator == "anyOf":
        inner = [each for each in error.context if not (each.validator == "type" and each.path == error.relative_path)]
        deeper = [each for each in error.context if each.validator != "type"]
        if deeper:
            for each in deeper:
                yield from _of(each, lines)
        elif inner or error.context:
            wanted = dict.fromkeys(_TYPES.get(str(each.validator_value), "?") for each in error.context)
            yield _fault(path, lines, f"must be {' or '.join(wanted)}{_described(error.schema)}")
    elif error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        what = error.schema["properties"].get(missing, {}).get("description", "")
        yield _fault(path, lines, f"{missing} is missing: {what}".removesuffix(": "))
    else:
        yield _fault(path, lines, _message(error, path))


def _fault(path: Path, lines: dict[Path, int], message: str) -> Fault:
    return Fault(nearest(lines, path), shown_key(path), message)


def _unknown(name: str, path: Path, allowed: dict[str, Any]) -> str:
    """What to do about a key that is not known at its place."""
    if name.lower() in SECRETS or any(part in SECRETS for part in name.lower().split("_")):
        where = "secret" if "secret" in allowed else "password" if "password" in allowed else ""
        return f"no such key; {WRITTEN_DOWN}" + (f" ({where} = ...)" if where else "")
    near = get_close_matches(name, allowed, n=1)
    if near:
        return f"no such key; did you mean {near[0]}?"
    elsewhere = [table for table, part in job_schema()["properties"].items() if name in part.get("properties", {})]
    if elsewhere:
        return f"no such key here; it stands in [{elsewhere[0]}]"
    if path and name in job_schema()["properties"]:
        return "no such key here; it stands before the first table"
    return f"no such key; there are: {', '.join(allowed)}"


def _message(error: Any, path: Path) -> str:
    """One broken rule in words."""
    rule, wanted = error.validator, error.validator_value
    if path and path[-1] in SECRETS:
        return WRITTEN_DOWN
    if rule == "type":
        return f"must be {_TYPES.get(str(wanted), wanted)}{_described(error.schema)}"
    if rule == "enum":
        near = get_close_matches(str(error.instance), [str(each) for each in wanted], n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        return f"not allowed; {hint}allowed: {', '.join(map(str, wanted))}"
    if rule in ("minimum", "maximum", "exclusiveMinimum"):
        words = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than"}
        return f"must be {words[rule]} {wanted}"
    if rule == "uniqueItems":
        return "the same stands in it twice"
    if rule in ("minLength", "minItems", "minProperties"):
        return f"is empty{_described(error.schema)}"
    if rule == "dependentRequired":
        alone = next(
            name for name, needed in wanted.items() if name in error.instance and needed[0] not in error.instance
        )
        return f"{alone} has no use without {wanted[alone][0]}"
    return f"not of the form that is asked for{_described(error.schema)}"


def _described(schema: dict[str, Any]) -> str:
    text = str(schema.get("description", "")).partition("  [default")[0]
    return f": {text}" if text else ""
