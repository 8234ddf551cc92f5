"""Rows about patients and their records that measures across records are judged by; they merge in any order."""

from fhircheck.model.spilled_rows import SpilledRows

WIDTHS = {
    "patients": 8,
    "timeline": 6,
    "undated": 2,
    "origin": 6,
    "traced": 1,
    "linked": 6,
    "mix": 3,
    "recorded": 2,
    "quasi": 3,
    "sensitive": 2,
    "traces": 2,
    "words": 6,
    "consents": 2,
    "quantities": 6,
    "stays": 3,
    "visits": 7,
    "sexed": 5,
    "orders": 4,
    "doses": 7,
    "identities": 6,
    "contents": 5,
    "requirements": 9,
    "requirement_links": 5,
    "requirement_targets": 2,
    "samples": 10,
}
"""Numbers a row, by table; the first is the key, a hash, that tables are joined by. No identifier is kept.

patients: patient, birth first day, birth last day, death first day, death last day, sex, source, place.
timeline: patient, type, first day, last day, source, place: one row for each dated resource of a patient.
undated: patient, type: one row for each resource of a patient that has no date, of the types in measures/timeline.py.
origin: identity, what is missing, type, source, place, patient: of a resource that does not itself say where it is from
or who wrote it. traced: identity of what a Provenance is about.
linked: identity, role, resource, source, place, patient: who is linked with whom (measures/linked.py).
mix: item, group, month: a code, code system version or profile in use (measures/mix.py).
recorded: patient, what is recorded of what should be, as bits (measures/patient_pass.py).
quasi: patient, number of the quasi-identifier (1 on; 0: all of them together), key of the value, for each Patient.
sensitive: patient, key of a value of the sensitive attribute.
traces: patient, key of a word of his name or of an identifier, made odd where it tells who he is by itself.
words: patient, key of a word in a text, key of the text's path, flags (person_texts), source, place.
consents: patient, key of what his active consents say now: that they permit, deny, do not say, or which policy.
quantities: code, unit, verdicts, patient, source, place: one for each value with a UCUM code (measures/quantities.py).
stays: encounter, first day, last day. visits: encounter, type, first day, last day, patient, source, place.
sexed: patient, type, sex, source, place: of what has a code that one sex alone can have.
orders: request, first second, last second, zoned; doses: the same, patient, source, place (measures/orders.py).
identities: identity, type, version, patient, source, place. contents: content, type, patient, source, place.
requirements: patient, requirement, first second, last second, resource, class, flags, source, place: one row for each
resource about a patient that matches a requirement of a use case that was asked for (fhircheck/use_cases).
requirement_links: target, requirement it has to meet, patient, requirement, resource. requirement_targets: resource,
requirement it meets. requirement: use case << 16 | its number in the Library. Seconds are days x 86400, 0 for none.
samples: patient, requirement, stream, second (0: too coarse), 2^40 + seconds to its record (0: not known), key of the
unit, key of the value, resource, source, place.
Days are counted as datetime.date.toordinal does, 0 for none. sex: 0 not said, 1 male, 2 female, 3 other, 4 unknown.
type: key_of(resource type). source: key_of(source). place: record number << 24 | entry number + 1 (0: no entry).
"""


class RowFacts:
    """The tables of WIDTHS, each made when it is first written to. limit: bytes each keeps in memory, where given."""

    __slots__ = ("_limit", "_tables")

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._tables: dict[str, SpilledRows] = {}

    def table(self, name: str) -> SpilledRows:
        """The table of that name, empty where nothing was written."""
        found = self._tables.get(name)
        if found is None:
            found = self._tables[name] = SpilledRows(WIDTHS[name], self._limit)
        return found

    def put(self, name: str, table: SpilledRows) -> None:
        """Have `table`, of an engine that keeps its rows with itself, in the place of the table of that name."""
        self._tables[name] = table

    def merge(self, other: "RowFacts") -> None:
        """Add what `other` holds; `other` stays as it is."""
        for name, rows in other._tables.items():
            self.table(name).merge(rows)

    def settle(self) -> None:
        """Hold the bound of memory."""
        for rows in self._tables.values():
            rows.settle()

    def close(self) -> None:
        """Free memory and disk."""
        for rows in self._tables.values():
            rows.close()
