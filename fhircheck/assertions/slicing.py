"""Slicing: items of one element told apart by discriminators (profiling.html#slicing). Here: what can be wrong."""

from fhircheck.model.issue import IssueKind

CLAUSE = "http://hl7.org/fhir/R4/profiling.html#slicing"
SLICE_MIN = IssueKind(
    name="slice-min",
    severity="error",
    code="required",
    summary="A slice that the profile asks for is missing, or occurs too seldom.",
    why="Receivers look for the slice by its discriminator and do not find it.",
    clause=CLAUSE,
    fix="Add the item, with the values by which the profile recognises it (its system, code, url or type).",
    english="Slice {slice}: at least {minimum} needed, found {found}",
    german="Slice {slice}: mindestens {minimum} nötig, gefunden {found}",
    failing='{"identifier": [{"system": "http://example.org/other", "value": "1"}]}',
    passing='{"identifier": [{"system": "http://example.org/asked-for", "value": "1"}]}',
)
SLICE_MAX = IssueKind(
    name="slice-max",
    severity="error",
    code="structure",
    summary="A slice occurs more often than the profile allows.",
    why="Receivers keep one of several values, and not always the right one.",
    clause=CLAUSE,
    fix="Send as many as the profile allows, or give the others another discriminating value.",
    english="Slice {slice}: at most {maximum} allowed, found {found}",
    german="Slice {slice}: höchstens {maximum} erlaubt, gefunden {found}",
    failing='{"identifier": [{"system": "http://example.org/once", "value": "1"},'
    ' {"system": "http://example.org/once", "value": "2"}]}',
    passing='{"identifier": [{"system": "http://example.org/once", "value": "1"}]}',
)
CLOSED = IssueKind(
    name="slicing-closed",
    severity="error",
    code="structure",
    summary="An item matches no slice, though the profile allows only the slices it names.",
    why="Receivers built on the profile do not know what to do with it.",
    clause=CLAUSE,
    fix="Remove the item, or give it the values of one of the slices.",
    english="Matches none of the slices of {element}, and no others are allowed",
    german="Passt zu keinem Slice von {element}, und andere sind nicht erlaubt",
    failing='{"identifier": [{"system": "http://example.org/not-named", "value": "1"}]}',
    passing='{"identifier": [{"system": "http://example.org/named", "value": "1"}]}',
)
ORDER = IssueKind(
    name="slice-order",
    severity="error",
    code="structure",
    summary="Items stand in another order than the profile asks for.",
    why="Where the profile orders its slices, receivers read them by their place.",
    clause=CLAUSE,
    fix="Bring the items into the order in which the profile names its slices.",
    english="Slice {slice} is out of order in {element}",
    german="Slice {slice} steht in {element} nicht an seiner Stelle",
    failing='{"identifier": [{"system": "http://example.org/second"}, {"system": "http://example.org/first"}]}',
    passing='{"identifier": [{"system": "http://example.org/first"}, {"system": "http://example.org/second"}]}',
)
AT_END = IssueKind(
    name="slice-open-at-end",
    severity="error",
    code="structure",
    summary="An item that matches no slice stands before one that does, though others are allowed at the end only.",
    why="Receivers read the slices by their place.",
    clause=CLAUSE,
    fix="Move items that match no slice to the end.",
    english="Matches none of the slices of {element} and stands before others that do",
    german="Passt zu keinem Slice von {element} und steht vor anderen, die passen",
    failing='{"identifier": [{"system": "http://example.org/other"}, {"system": "http://example.org/named"}]}',
    passing='{"identifier": [{"system": "http://example.org/named"}, {"system": "http://example.org/other"}]}',
)
AMBIGUOUS = IssueKind(
    name="slice-ambiguous",
    severity="error",
    code="structure",
    summary="An item matches more than one slice.",
    why="It cannot be told by which of the slices the item is to be judged.",
    clause=CLAUSE,
    fix="Split the item, or have the profile's discriminators corrected.",
    english="Matches more than one slice of {element}: {slices}",
    german="Passt zu mehr als einem Slice von {element}: {slices}",
    failing='{"category": [{"coding": [{"system": "http://example.org/a", "code": "1"},'
    ' {"system": "http://example.org/b", "code": "2"}]}]}',
    passing='{"category": [{"coding": [{"system": "http://example.org/a", "code": "1"}]}]}',
)
KINDS = (SLICE_MIN, SLICE_MAX, CLOSED, ORDER, AT_END, AMBIGUOUS)
