"""The reference page of job files and of the events that a run logs."""

from collections.abc import Iterator
from typing import Any

from reference_pages import table


def jobs() -> str:
    """Every key of a job file, and every event."""
    from fhircheck.monitor.job_schema import job_schema
    from fhircheck.monitor.log import EVENTS

    schema = job_schema()
    head = f"# Job files\n\n{schema['description']} `fhircheck run --schema` prints the JSON Schema.\n\n"
    plain = {name: part for name, part in schema["properties"].items() if not _is_table(part)}
    text = head + "## Before the first table\n\n" + _keys(plain, schema["required"])
    for name, part in schema["properties"].items():
        if _is_table(part):
            text += f"\n## {_heading(name, part)}\n\n{part.get('description', '')}\n\n" + _inner(part)
    head = "\n## Events\n\nWhat `--log-format` writes; each line also has time, level, event, job and run.\n\n"
    rows = ((f"`{each.name}`", each.level, each.summary, ", ".join(each.fields)) for each in EVENTS)
    return text + head + table(("event", "level", "when", "fields"), rows)


def _is_table(part: dict[str, Any]) -> bool:
    inner = part.get("items", {})
    return part.get("type") == "object" or (part.get("type") == "array" and inner.get("type") == "object")


def _heading(name: str, part: dict[str, Any]) -> str:
    return f"[[{name}]]" if part["type"] == "array" else f"[{name}]"


def _inner(part: dict[str, Any]) -> str:
    inner = part.get("items", part)
    if "allOf" in inner:
        return "".join(_alternatives(inner["allOf"]))
    return _keys(inner.get("properties", {}), inner.get("required", ()))


def _alternatives(rules: list[dict[str, Any]]) -> Iterator[str]:
    """Tables whose keys depend on their type."""
    for rule in rules:
        name = rule["if"]["properties"]["type"]["const"]
        yield f'`type = "{name}"`\n\n' + _keys(rule["then"]["properties"], rule["then"].get("required", ())) + "\n"


def _keys(properties: dict[str, Any], required: Any) -> str:
    if not properties:
        return ""
    rows = ((f"`{name}`" + (" (needed)" if name in required else ""), _form(part), part.get("description", ""))
            for name, part in properties.items())  # fmt: skip
    return table(("key", "form", "what"), rows)


def _form(part: dict[str, Any]) -> str:
    if "enum" in part:
        return ", ".join(f"`{each}`" for each in part["enum"]) if len(part["enum"]) < 8 else "one of a list"
    if "anyOf" in part:
        return " or ".join(dict.fromkeys(_form(each) for each in part["anyOf"]))
    names = {"string": "text", "integer": "whole number", "boolean": "true, false", "array": "list", "object": "table"}
    return names.get(part.get("type", ""), part.get("type", ""))
