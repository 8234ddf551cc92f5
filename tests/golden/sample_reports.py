"""Two reports written by hand: one with nothing to complain about, one with everything a report can hold."""

from dataclasses import replace
from fractions import Fraction

from fhircheck.model.action import Action, Gain, Words
from fhircheck.model.feedback import Answer, FindingState
from fhircheck.model.issue import Issue, IssueKind, Place, params
from fhircheck.model.report import (
    BaselineSummary,
    DecisionUse,
    IssueGroup,
    MeasureResult,
    PackageSummary,
    ProfileUse,
    RunHeader,
    RunReport,
    Score,
    ScorePart,
    SourceSummary,
    SplitSummary,
    Threshold,
    Undecided,
    Verdict,
)
from fhircheck.registry import Registry

ESC = "\x1b[31m"
KBV = "https://fhir.kbv.de/StructureDefinition/KBV_PR_Base_Condition_Diagnosis|1.7.0"
ISIK = "https://gematik.de/fhir/isik/StructureDefinition/ISiKPatient|4.0.3"
MII_LAB = (
    "https://www.medizininformatik-initiative.de/fhir/core/modul-labor/StructureDefinition/ObservationLab|2025.0.2"
)
BASE = "http://hl7.org/fhir/StructureDefinition/"
DQD = "OHDSI Data Quality Dashboard v2.8.4, plausibleTemporalAfter"
LONG_SOURCE = "exports/2025-11/klinikum-musterstadt/kardiologie/lieferung-0007.zip!bundles/patient-0004711.json"


def _kind(name: str, english: str, german: str) -> IssueKind:
    return IssueKind(name, "error", "invalid", "A kind.", "Because.", "http://hl7.org/fhir/R4/", "", english, german)


KINDS: Registry[IssueKind] = Registry(
    "issue kinds",
    _kind("cardinality-min", "{element}: at least {minimum} needed, found {found}",
          "{element}: mindestens {minimum} nötig, gefunden {found}"),
    _kind("primitive-format", "Not a valid {type}: {rule}", "Kein gültiger Wert vom Typ {type}: {rule}"),
    _kind("required-binding", "Code {code} is not in the required value set {valueset}",
          "Code {code} ist nicht im verbindlichen ValueSet {valueset}"),
    _kind("json-syntax", "Not JSON: {problem}", "Kein JSON: {problem}"),
    _kind("mojibake", "Text was decoded with the wrong character set", "Text wurde mit falschem Zeichensatz gelesen"),
    _kind("version-other", "This is FHIR {version}, not R4", "Das ist FHIR {version}, nicht R4"),
)  # fmt: skip


def _issue(
    kind: str, source: str, place: tuple[int, int, int], resource: str, expression: str, **more: object
) -> Issue:
    severity = str(more.pop("severity", "error"))
    profile, definition = str(more.pop("profile", "")), str(more.pop("definition", ""))
    value = more.pop("value", None)
    where = Place(source, place[0], resource, expression, 100 * place[1], place[1], place[2])
    return Issue(kind, severity, where, params(**more), value, definition, profile)  # type: ignore[arg-type]


MISSING_STATUS = tuple(
    _issue("cardinality-min", "exports/labor.ndjson", (row, row + 1, 1), f"Observation/lab-{row}", "Observation",
           element="status", minimum=1, found=0, definition="Observation.status", profile=BASE + "Observation|4.0.1")
    for row in (3, 17, 42)
)  # fmt: skip
HOSTILE = _issue(
    "required-binding", LONG_SOURCE, (0, 12, 9), f"Patient/[red]x[/red]{ESC}", "Patient.gender",
    code=f"män{ESC}[bold]nlich[/bold]", valueset="http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1",
    value=f"män{ESC}nlich", definition="Patient.gender", profile=BASE + "Patient|4.0.1",
)  # fmt: skip
BAD_DATE = _issue(
    "primitive-format", LONG_SOURCE, (0, 14, 16), "Patient/4711", "Patient.contact[0].period.start",
    type="dateTime", rule="31 February does not exist", value="1980-02-31", definition="Period.start",
    profile=BASE + "Period|4.0.1",
)  # fmt: skip
CUT_OFF = _issue("json-syntax", "exports/kaputt.json", (0, 7, 1), "", "", problem="the text ends in an object",
                 severity="fatal")  # fmt: skip
MOJIBAKE = _issue("mojibake", "exports/labor.ndjson", (8, 9, 210), "Patient/p8", "Patient.name[0].family",
                  severity="warning", value="MÃ¼ller")  # fmt: skip
NO_LINE = _issue("version-other", "https://fhir.example.org/Patient?_count=50", (4, 0, 0), "Patient", "Patient",
                 severity="information", version="R5")  # fmt: skip
FINDINGS = [CUT_OFF, HOSTILE, BAD_DATE, *MISSING_STATUS, MOJIBAKE, NO_LINE]


def _group(count: int, resources: int, *examples: Issue) -> IssueGroup:
    first = examples[0]
    return IssueGroup(first.severity, first.kind, first.definition, first.profile, count, resources, examples)


def _measure(name: str, status: str, numerator: int, denominator: int, **more: object) -> MeasureResult:
    given: dict[str, object] = {
        "category": "conformance", "subcategory": "value", "context": "verification", "dimension": "interoperability",
        "cannot_tell": 0, "threshold": None, **more,
    }  # fmt: skip
    return MeasureResult(name=name, status=status, numerator=numerator, denominator=denominator, **given)  # type: ignore[arg-type]


_FIVE = Threshold(Fraction(5, 100), "OHDSI Data Quality Dashboard v2.8.4", published=False)
_ONE = Threshold(Fraction(1, 100), DQD, published=True)
_AT = "2025-11-01T09:00:00+01:00"


def _state(issue: Issue, count: int, answer: Answer | None = None) -> FindingState:
    where, since = issue.place.expression.replace("[0]", ""), "2025-09-01T08:15:00+02:00"
    return FindingState(
        issue.fingerprint, issue.kind, issue.severity, issue.definition, issue.profile, where, count, answer, since
    )


STATES = (
    _state(CUT_OFF, 1),
    _state(MISSING_STATUS[0], 1204, Answer(MISSING_STATUS[0].fingerprint, "returned", owner="Labor-IT",
           comment="mapping of device 7 was mended", at=_AT, origin="run")),
    _state(BAD_DATE, 21, Answer(BAD_DATE.fingerprint, "assigned", owner=f"Aufnahme {ESC}", at=_AT, origin="csv")),
    _state(MOJIBAKE, 12, Answer(MOJIBAKE.fingerprint, "open", "old export", "Klinik-IT", "2025-10-31", at=_AT)),
    _state(HOSTILE, 17, Answer(HOSTILE.fingerprint, "accepted", "device 7", "Klinik-IT", "2026-06-30", at=_AT)),
    _state(NO_LINE, 0, Answer(NO_LINE.fingerprint, "fixed", at=_AT, origin="task")),
)  # fmt: skip
_HEADER = RunHeader("0.1.0", "2025-11-03T08:15:00+01:00", 2.345, 2, "3.11.7")
_CORE = PackageSummary("hl7.fhir.r4.core", "4.0.1", "embedded", "b0" * 32, 4581)

CLEAN = RunReport(
    header=_HEADER,
    sources=SourceSummary(("bundle.json",), 1, 1, 0, 5120),
    packages=(_CORE,),
    notes=(),
    resources=(("Encounter", 1, 0), ("Observation", 12, 0), ("Patient", 1, 0)),
    profiles=(ProfileUse(BASE + "Patient|4.0.1", "base", True, 1, 1, 120),),
    totals=(),
    issues=(),
    undecided=(),
    coverage=Fraction(1),
    measures=(_measure("valid-against-claimed-profiles", "passed", 14, 14, threshold=_ONE),),
    scores=(
        Score("interoperability", "fhircheck", Fraction(100), Fraction(1), (
            ScorePart("valid-against-claimed-profiles", Fraction(1), Fraction(1), True, "Formats come first."),
        )),
    ),
)  # fmt: skip

EVERYTHING = RunReport(
    header=replace(_HEADER, duration=73.02),
    sources=SourceSummary(("exports", "https://fhir.example.org/Patient?_count=50"), 231, 120_512, 1, 534_000_111, 500),
    packages=(
        _CORE,
        PackageSummary("de.basisprofil.r4", "1.5.4", "/home/it/.fhir/packages/de.basisprofil.r4#1.5.4", "ab" * 32, 712),
    ),
    notes=(
        "http://fhir.de/StructureDefinition/address-de-basis stands in 2 versions (1.5.2, 1.5.4): 1.5.4 was used",
        "exports: 3 files are no FHIR data by their names and were left out",
    ),
    resources=(("Condition", 20_300, 0), ("Encounter", 8000, 0), ("Observation", 90_211, 1204), ("Patient", 2000, 33)),
    profiles=(
        ProfileUse(BASE + "Patient|4.0.1", "base", True, 2000, 1967, 120),
        ProfileUse(ISIK, "meta", False, 1_900, 0, 0),
        ProfileUse(KBV, "asked", False, 20_300, 0, 0),
        ProfileUse(MII_LAB, "meta", True, 80_000, 78_796, 310),
        ProfileUse("https://intern.example.org/fhir/StructureDefinition/HausPatient", "meta", False, 7, 0, 0),
    ),
    totals=(
        ("fatal", "json-syntax", 1),
        ("error", "cardinality-min", 1220),
        ("error", "primitive-format", 21),
        ("error", "required-binding", 1),
        ("warning", "mojibake", 12),
        ("information", "version-other", 2),
    ),
    issues=(
        _group(1, 0, CUT_OFF),
        _group(1204, 1204, *MISSING_STATUS),
        _group(10, 10, MISSING_STATUS[0]._replace(definition="Observation.code")),
        _group(4, 4, MISSING_STATUS[0]._replace(definition="Observation.subject", profile=MII_LAB)),
        _group(2, 1, MISSING_STATUS[0]._replace(definition="Observation.component.code")),
        _group(21, 21, BAD_DATE),
        _group(1, 1, HOSTILE),
        _group(12, 9, MOJIBAKE),
        _group(2, 2, NO_LINE),
    ),
    undecided=(
        Undecided("code-system-content", "http://snomed.info/sct", 44_120),
        Undecided("code-system-content", "http://loinc.org (http://hl7.org/fhir/ValueSet/observation-codes)", 90_211),
        Undecided("code-system-content", "http://terminology.hl7.org/CodeSystem/observation-category", 90_211),
        Undecided("code-system-content", "http://fhir.de/CodeSystem/bfarm/icd-10-gm", 20_300),
        Undecided("code-system-content", "https://intern.example.org/cs/abteilung", 12),
        Undecided("code-system-content", "https://intern.example.org/cs/station", 8),
        Undecided("invariant", "", 310_000),
        Undecided("profile-missing", KBV, 20_300),
        Undecided("reason-of-tomorrow", "", 1),
    ),
    coverage=Fraction(9_999_991, 10_000_000),
    measures=(
        _measure("valid-against-claimed-profiles", "failed", 119_274, 120_511, threshold=_ONE, cannot_tell=22_207,
                 by=(("Condition", 20_300, 20_300), ("Observation", 89_007, 90_211), ("Patient", 1_967, 2_000)),
                 examples=(MISSING_STATUS[0].place,), resources_failed=1237),
        _measure("mandatory-present", "passed", 1_999_999, 2_000_000, category="completeness", subcategory="none",
                 threshold=_FIVE),
        _measure("birth-before-death", "failed", 1, 300, category="plausibility", subcategory="temporal",
                 threshold=_ONE, by=(("Patient.deceasedDateTime", 1, 300),), examples=(BAD_DATE.place,),
                 resources_failed=299, interval=(0.0005, 0.0187)),
        _measure("references-resolve", "cannot-tell", 0, 0, subcategory="relational", cannot_tell=5_000,
                 reason="all references point to another server", threshold=_ONE),
        _measure("imaging-endpoint", "not-applicable", 0, 0, dimension="ai-readiness", reason="no ImagingStudy"),
        _measure("coded-not-text", "informational", 90_000, 90_211, dimension="ai-readiness"),
        _measure("follow-up", "error", 0, 0, dimension="ai-readiness", reason="ValueError in follow-up"),
    ),
    scores=(
        Score("interoperability", "fhircheck", Fraction(4000, 60), Fraction(6, 7), (
            ScorePart("valid-against-claimed-profiles", Fraction(2), Fraction(0), True, "Formats come first.",
                      "prerequisite references-resolve failed", "references-resolve", Fraction(2)),
            ScorePart("mandatory-present", Fraction(4), Fraction(1_999_999 * 4, 2_000_000), True, "Nobody reads a gap.",
                      "1 of 2000000 fail"),
            ScorePart("references-resolve", Fraction(1), Fraction(0), False, "Links make a record of documents.",
                      "cannot tell"),
        ), critical=("valid-against-claimed-profiles",), lost=(("conformance", Fraction(100, 3)),),
           band="yellow", band_source="HL7 ScoringReporter"),
        Score("ai-readiness", "fhircheck", None, Fraction(0), (
            ScorePart("imaging-endpoint", Fraction(1, 2), Fraction(0), False, "Images train models.", "not applicable"),
        )),
    ),
    verdict=Verdict(3, ("coverage 99.9% is under the 100% asked for", "1,243 errors")),
    overrides=(DecisionUse("slice-unmatched *.meta.profile", "error", "agreed with the receiver", 12),),
    accepted=(
        DecisionUse("cardinality-min Observation.status", "", "device 7 sends none", 17, "Klinik-IT", "2026-06-30"),
        DecisionUse("0123456789abcdef", "", "old system", 0, "Labor", "2026-12-31"),
        DecisionUse(f"max-length Patient.name {ESC}", "", "was mended", 3, "Labor", "2025-10-31", True),
    ),
    borne=20,
    baseline=BaselineSummary("reports/2025-10.json", 3, 1204),
    split=SplitSummary("patient", 118_000, 2_511, 1_274, 1),
    fingerprints=((BAD_DATE.fingerprint, 21), (CUT_OFF.fingerprint, 1)),
    fingerprints_complete=False,
    actions=(
        Action("mend-profile-errors", "valid-against-claimed-profiles", 1237,
               Words("Make resources keep to their profiles", "Ressourcen an ihre Profile anpassen"),
               Words("Nothing to document anew.", "Nichts neu zu dokumentieren."),
               Words("Correct the mapping.", "Abbildung korrigieren."), "both", "weeks",
               Words("A mapping and a test.", "Eine Abbildung und ein Test."),
               (Gain("interoperability", Fraction(-1, 2), Fraction(125, 4)),
                Gain("ai-readiness", Fraction(1, 2), Fraction(2))),
               Fraction(5), (("Observation", 1204), (f"Patient{ESC}", 33)), ("cardinality-min",),
               ("interoperability",)),
        Action("close-gaps", "mandatory-present", 1, Words("Fill what is missing", "Fehlendes füllen"),
               Words("Record it.", "Erfassen."), Words("Send it.", "Senden."), "vendor", "project",
               Words("A release.", "Ein Release."), (Gain("interoperability", Fraction(1, 10**6), Fraction(1, 10**6)),),
               Fraction(1, 4 * 10**6)),
    ),
    states=STATES,
)  # fmt: skip
