"""Findings as a table that goes out to spreadsheets and comes back with answers (RFC 4180)."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fhircheck.model.errors import UsageError
from fhircheck.model.feedback import STATES, Answer, GivenAnswer
from fhircheck.report.feedback_rows import FINGERPRINT, FeedbackRow, fingerprint_of
from fhircheck.report.feedback_words import WORDS, say, state_of
from fhircheck.report.shown import clean

COLUMNS = ("fingerprint", "severity", "kind", "meaning", "where", "profile", "count", "first-seen",
           "state", "owner", "reason", "expires", "comment", "revision")  # fmt: skip
ANSWERED = ("state", "owner", "reason", "expires", "comment")
"""Columns that are to be filled in."""
MOST_ROWS = 100_000
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
_BOM = "\ufeff"
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SEVERITY = {"fatal": "fatal", "error": "Fehler", "warning": "Warnung", "information": "Hinweis"}


def feedback_csv(rows: Iterable[FeedbackRow], language: str, separator: str = ",", bom: bool = False) -> str:
    """The table, its header in `language`. bom: a byte order mark before it, by which Excel knows UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow([say(language, each) for each in COLUMNS])
    for row in rows:
        writer.writerow([safe(each) for each in _cells(row, language)])
    return (_BOM if bom else "") + out.getvalue()


def _cells(row: FeedbackRow, language: str) -> list[str]:
    state, answer = row.state, row.state.answer
    severity = _SEVERITY.get(state.severity, state.severity) if language == "de" else state.severity
    said = (answer.owner, answer.reason, answer.expires, answer.comment) if answer else ("",) * 4
    return [
        FINGERPRINT + state.fingerprint, severity, clean(state.kind), clean(row.meaning, 500),
        clean(state.expression or state.definition), clean(state.profile), str(state.count), state.since[:10],
        say(language, state.state), *said, row.revision,
    ]  # fmt: skip


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what would begin one."""
    return f"'{cell}" if _begins_formula(cell) else cell


def _plain(cell: str) -> str:
    """A cell as it was before `safe`."""
    return cell[1:] if cell.startswith("'") and _begins_formula(cell) else cell


def _begins_formula(cell: str) -> bool:
    """Whether it does, behind any number of apostrophes, so that the one that is put before it is known again."""
    return cell.lstrip("'")[:1] in _FORMULA if cell.strip("'") else False


@dataclass(frozen=True, slots=True)
class Reading:
    """What came back: answers, and what could not be read, each with its place."""

    given: tuple[GivenAnswer, ...]
    faults: tuple[tuple[str, str], ...] = ()


def read_feedback_csv(data: bytes) -> Reading:
    """The rows of a table as spreadsheets save it: UTF-8, UTF-16 or Windows-1252; comma, semicolon or tab.

    Raises UsageError where it is no such table.
    """
    lines = _table(_decoded(data))
    _, header = next(lines, (1, []))
    places = _places(header)
    given: list[GivenAnswer] = []
    faults: list[tuple[str, str]] = []
    seen: dict[str, int] = {}
    for line, cells in lines:
        if not any(each.strip() for each in cells):
            continue
        if len(given) + len(faults) >= MOST_ROWS:
            raise UsageError(f"line {line}: more than {MOST_ROWS} rows")
        row = {name: _plain(cells[at]).strip() if at < len(cells) else "" for name, at in places.items()}
        fault = _fault(row) or (
            f"the same fingerprint as line {seen[row['fingerprint']]}" if row["fingerprint"] in seen else ""
        )
        seen.setdefault(row["fingerprint"], line)
        if fault:
            faults.append((f"line {line}", fault))
        else:
            given.append(GivenAnswer(f"line {line}", row.get("revision", ""), _answer(row)))
    return Reading(tuple(given), tuple(faults))


def _decoded(data: bytes) -> str:
    """Text as spreadsheets write it; German Excel still saves CSV in Windows-1252."""
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError("is no text in UTF-8, UTF-16 or Windows-1252")


def _table(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells), the header first."""
    head = text.split("\n", 1)[0]
    skipped = 0
    if re.fullmatch(r"sep=.\r?", head):
        text, skipped = text[len(head) + 1 :], 1
        head = text.split("\n", 1)[0]
    separator = max(";,\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = skipped + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            raise UsageError(f"line {line}: is no CSV ({fault})") from None
        yield line, cells
        line = skipped + reader.line_num + 1


def _places(header: list[str]) -> dict[str, int]:
    """Where the columns stand, by their name in either language. Raises UsageError where one is missing."""
    told = {" ".join(cell.split()).casefold(): at for at, cell in reversed(list(enumerate(header)))}
    found = {}
    for name in ("fingerprint", *ANSWERED, "revision"):
        at = next((told[each.casefold()] for each in (name, *WORDS[name]) if each.casefold() in told), None)
        if at is not None:
            found[name] = at
    missing = [name for name in ("fingerprint", "state") if name not in found]
    if missing:
        raise UsageError(f"line 1: no column is called {' or '.join(missing)}: is this what `feedback export` wrote?")
    return found


def _fault(row: dict[str, str]) -> str:
    """What is wrong with a row, and puts its fingerprint, state and day in order."""
    row["fingerprint"] = fingerprint_of(row["fingerprint"])
    if not re.fullmatch("[0-9a-f]{16}", row["fingerprint"]):
        return "the fingerprint is none (it has 16 characters of 0-9 and a-f; a spreadsheet may have changed it)"
    state = state_of(row["state"]) if row["state"] else "open"
    if state is None:
        return f"state: must be one of {', '.join(STATES[:4])}"
    row["state"] = state
    day = _GERMAN_DAY.fullmatch(row.get("expires", ""))
    if day:
        row["expires"] = f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}"
    return ""


def _answer(row: dict[str, str]) -> Answer:
    state = state_of(row["state"]) or "open"
    texts = {name: row.get(name, "") for name in ANSWERED[1:]}
    return Answer(row["fingerprint"], state, origin="csv", **texts)
