"""The pages of docs/reference/, one function a page; each only reads a table of the code."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click


def cell(text: object) -> str:
    """Text as one table cell."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [list(head), ["---"] * len(head), *([cell(each) for each in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def example(title: str, text: str) -> str:
    """A JSON example under a title, laid out where it parses (failing ones may not)."""
    if not text:
        return ""
    try:
        shown = json.dumps(json.loads(text), indent=2, ensure_ascii=False) if len(text) > 100 else text
        language = "json"
    except ValueError:
        shown, language = text, "text"
    return f"\n{title}:\n\n```{language}\n{shown}\n```\n"


def issue_kinds() -> str:
    """Every type of finding."""
    from fhircheck.report.kinds import ISSUE_KINDS

    head = "# Issue kinds\n\nEvery type of finding, in the order of the stages (`fhircheck explain NAME`).\n\n"
    index = table(
        ("kind", "severity", "what is wrong"),
        ((f"[{kind.name}](#{kind.name})", kind.severity, kind.summary) for kind in ISSUE_KINDS),
    )
    return head + index + "".join(map(issue_kind, ISSUE_KINDS))


def issue_kind(kind: Any) -> str:
    """One type of finding."""
    from fhircheck.model.plural import of_many

    return (
        f"\n## {kind.name}\n\n{kind.summary}\n\n"
        f"- severity: {kind.severity}; OperationOutcome code: `{kind.code}`\n"
        f"- why it matters: {kind.why}\n- how to mend it: {kind.fix}\n- clause: <{kind.clause}>\n"
        f"- text: `{of_many(kind.english)}`\n- Text: `{of_many(kind.german)}`\n"
        + example("Failing", kind.failing)
        + example("Passing", kind.passing)
    )


def measures() -> str:
    """Every measure."""
    from fhircheck.measures import MEASURES

    head = "# Measures\n\nEvery counted statement about the data. `fhircheck explain NAME` prints the same.\n\n"
    index = table(
        ("measure", "category (Kahn et al. 2016)", "dimension", "what is counted"),
        ((f"[{each.name}](#{each.name})", each.category, each.dimension, each.summary) for each in MEASURES),
    )
    return head + index + "".join(map(measure, MEASURES))


def measure(entry: Any) -> str:
    """One measure."""
    types = "all" if entry.types is None else ", ".join(sorted(entry.types)) or "judged across all records"
    return (
        f"\n## {entry.name}\n\n{entry.summary}\n\n"
        f"- why it matters: {entry.why}\n- formula: {entry.formula}\n- source: {entry.source}\n"
        f"- threshold: {threshold(entry.threshold)}\n"
        f"- Kahn: {entry.category}, {entry.subcategory}, {entry.context}; dimension: {entry.dimension}\n"
        f"- resource types: {types}\n" + example("Failing", entry.failing) + example("Passing", entry.passing)
    )


def crosswalk() -> str:
    """Where each measure stands in other frameworks."""
    from fhircheck.measures import MEASURES
    from fhircheck.measures.crosswalk import MARKS, frameworks
    from fhircheck.measures.crosswalk import crosswalk as cells

    marks = "; ".join(f"{mark} {words[0]}" for mark, words in MARKS.items())
    heads = ("measure", *(each.name for each in frameworks()))
    rows = (
        (f"[{each.name}](measures.md#{each.name})",
         *(f"{cell.text} `{cell.mark}`" if cell.text else "–" for cell in cells(each)))
        for each in MEASURES
    )  # fmt: skip
    about = table(("framework", "mark", "what was read"), ((each.title, each.mark, each.note) for each in frameworks()))
    return (
        "# Crosswalk\n\nWhere each measure stands in other frameworks. Which measure belongs to which cell is our own"
        f" reading; the mark says how well the cell itself was verified: {marks}. A dash: no counterpart.\n\n"
        + about + "\n" + table(heads, rows)
    )  # fmt: skip


def actions() -> str:
    """What to do about what fails."""
    from fhircheck.score.action_table import action_table

    head = (
        "# Actions\n\nWhat the report proposes under FIX FIRST ([how gains are computed](../concepts/score.md)), for"
        " each measure. Effort classes rest on experience: nobody published any.\n\n"
    )
    rows = (
        (each.name, each.measure, ", ".join((*each.paths, *each.kinds)), each.title.english, each.title.german,
         each.owner, f"{each.effort}: {each.reason.english}")
        for each in action_table()
    )  # fmt: skip
    return head + table(("action", "measure", "only for", "what to do", "was zu tun ist", "owner", "effort"), rows)


def threshold(limit: Any) -> str:
    """A threshold in words."""
    if limit is None:
        return "none; informational"
    share = float(limit.maximum_failing * 100)
    return f"at most {share:g} % may fail ({'published' if limit.published else 'not published'}: {limit.source})"


def walk(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """A command and all commands below it."""
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from walk(below, click.Context(below, parent=context, info_name=name))


def commands() -> str:
    """The command line: every command with its options."""
    from fhircheck.cli import main

    text = "# Command line\n"
    for command, context in walk(main, click.Context(main, info_name="fhircheck", **main.context_settings)):
        usage = command.get_usage(context).removeprefix("Usage: ")
        text += f"\n## {context.command_path}\n\n{cell(command.help or '')}\n\n```text\n{usage}\n```\n"
        options = [option(each) for each in command.get_params(context) if isinstance(each, click.Option)]
        text += "\n" + table(("option", "default", "meaning"), options)
        text += f"\n{cell(command.epilog)}\n" if command.epilog else ""
    return text


def choices(kind: click.ParamType) -> str:
    """What a value may be, for an option that does not say so itself."""
    return "|".join(map(str, kind.choices)) if isinstance(kind, click.Choice) else kind.name.upper()


def option(entry: click.Option) -> tuple[str, str, str]:
    """One option as a row."""
    names = ", ".join(f"`{name}`" for name in entry.opts)
    kind = "" if entry.is_flag else f" {entry.metavar or choices(entry.type)}"
    info = entry.to_info_dict()
    default = info["default"]
    shown = "" if entry.is_flag or default in (None, (), []) or "UNSET" in str(default).upper() else f"`{default}`"
    return names + kind, shown, entry.help or ""


def rubrics() -> str:
    """The shipped rubrics: what a score is made of."""
    from fhircheck.score import RUBRICS, load_rubric

    text = "# Rubrics\n\nWhat each score is made of. `--rubric` names one of these or a TOML file of your own.\n"
    for name in RUBRICS:
        rubric = load_rubric(name)
        parts = [(each.score, each.measure, each.weight, conditions(each), each.reason) for each in rubric.criteria]
        text += f"\n## {name}\n\n{rubric.summary}\n\n"
        text += table(("score", "measure", "weight", "conditions", "reason"), parts)
        if rubric.left_out:
            text += "\nLeft out:\n\n" + table(("measure", "why"), rubric.left_out.items())
    return text


def conditions(criterion: Any) -> str:
    """What else decides over a criterion, in words."""
    said = ["critical"] if criterion.critical else []
    if criterion.prerequisite:
        said.append(f"needs {criterion.prerequisite}" + (", item by item" if criterion.same_items else ""))
    if criterion.maximum_failing is not None:
        said.append(f"at most {float(criterion.maximum_failing * 100):g} % may fail")
    return ", ".join(said)


def report_fields() -> str:
    """The fields of the JSON report, from its published schema."""
    from importlib.resources import files

    schema = json.loads(files("fhircheck.report").joinpath("report.schema.json").read_text(encoding="utf-8"))
    text = f"# JSON report\n\n{schema.get('description', '')}\n\n## report\n\n" + fields(schema)
    for name, part in sorted(schema.get("$defs", {}).items()):
        text += f"\n## {name}\n\n{part.get('description', '')}\n\n" + (fields(part) if "properties" in part else "")
    return text


def fields(schema: dict[str, Any]) -> str:
    """The properties of one object, those of objects inside it too."""
    return table(("field", "type", "meaning"), properties(schema, ""))


def properties(schema: dict[str, Any], before: str) -> Iterator[tuple[str, str, str]]:
    """A row for each property at any depth; `before` is the path so far."""
    for name, part in schema.get("properties", {}).items():
        path = before + name
        yield f"`{path}`", kind_of(part), part.get("description", "")
        yield from properties(part, f"{path}.")
        yield from properties(part.get("items", {}), f"{path}[].")


def kind_of(part: dict[str, Any]) -> str:
    """The type of a property in words."""
    if "$ref" in part:
        return part["$ref"].rsplit("/", 1)[-1]
    if "enum" in part:
        return " or ".join(f"`{value}`" for value in part["enum"])
    choices = part.get("anyOf") or part.get("oneOf")
    if choices:
        return " or ".join(map(kind_of, choices))
    if part.get("type") == "array":
        return f"list of {kind_of(part.get('items', {}))}"
    kinds = part.get("type", "any")
    return " or ".join(kinds) if isinstance(kinds, list) else kinds


def tables() -> str:
    """The smaller tables: what can be read, checked, run and drawn."""
    from fhircheck.assertions import SHAPE_KINDS, VALUE_ASSERTIONS
    from fhircheck.distribute import EXECUTORS
    from fhircheck.report import RENDERERS
    from fhircheck.sources import SOURCES

    found: dict[str, Iterable[tuple[str, str]]] = {
        "Sources": named(SOURCES),
        "Assertions about a value": named(VALUE_ASSERTIONS),
        "Assertions about how an object is put together": (
            (name, " ".join(kind.summary for kind in kinds)) for name, kinds in SHAPE_KINDS
        ),
        "Renderers": named(RENDERERS),
        "Executors": named(EXECUTORS),
    }
    text = "# Tables\n\nEverything fhircheck does is an entry of a table.\n"
    return text + "".join(f"\n## {title}\n\n" + table(("name", "summary"), rows) for title, rows in found.items())


def servers() -> str:
    """Demands on servers, probes, and the reasons a row can have."""
    from fhircheck.probe.probes import PROBES
    from fhircheck.probe.requirement_sets import shipped
    from fhircheck.probe.texts import WHY

    sets = (
        (f"`{one.name}`", one.version, one.verified, len(one.requirements), one.title) for one in shipped().values()
    )
    probes = (
        (f"`{each.name}`", each.summary, "certain actors" if each.of_actors else "every server",
         "writes" if each.writes else "", f"[clause]({each.clause})")
        for each in PROBES
    )  # fmt: skip
    why = ((f"`{name}`", plural(english), plural(german)) for name, (english, german) in sorted(WHY.items()))
    heads = ("name", "version", "verified", "demands", "actor")
    return (
        "# Demands on servers, and probes\n\nWhat `fhircheck server` compares a server with (`--against NAME`), and"
        " what it tries (`--only NAME`). Verified: V read in the source itself, 2 second-hand, U not verified.\n"
        f"\n## Demands\n\n{table(heads, sets)}"
        f"\n## Probes\n\n{table(('name', 'summary', 'asked of', '', 'rests on'), probes)}"
        f"\n## Reasons\n\n{table(('name', 'English', 'German'), why)}"
    )


def plural(text: str) -> str:
    """A text with the nouns that go with many."""
    return re.sub(r"\{\w+:[^|{}]*\|([^{}]*)\}", r"\1", text)


def named(entries: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Name and summary of each entry."""
    return ((entry.name, entry.summary) for entry in entries)
