"""The words around plots, and the names code systems go by."""

PLOTS: dict[str, tuple[str, str]] = {
    "scores": ("Scores", "Bewertung"),
    "scores-text": (
        "Bars from 0 to 100, with bounds where something could not be told. {list}.",
        "Balken von 0 bis 100, mit Grenzen, wo etwas offen blieb. {list}.",
    ),
    "scores-note": (
        "The dark line: where a score could lie if all that could not be told were known.",
        "Die dunkle Linie: wo eine Punktzahl liegen könnte, wäre alles Offene bekannt.",
    ),
    "fill-note": (
        "Share filled in, the lowest first. Must: mandatory; should: must-support of a profile; value: what the record "
        "exists for; code: coded, not only text; day: dates to the day.",
        "Ausgefüllter Anteil, die niedrigsten zuerst. Pflicht; Soll: Must-Support eines Profils; Wert: wofür es den "
        "Datensatz gibt; Code: kodiert, nicht nur Text; Tag: Datum taggenau.",
    ),
    "time-note": (
        "{text} Months with fewer than {count} records are not drawn by themselves: a thin line stands for their year.",
        "{text} Monate mit weniger als {count} Datensätzen sind nicht einzeln gezeichnet: eine dünne Linie steht für "
        "ihr Jahr.",
    ),
    "time-text-hidden": (
        "Records from {first} to {last}, a row for each of {count} {count:kind|kinds} of record.",
        "Datensätze von {first} bis {last}, eine Zeile für jede von {count} Arten.",
    ),
    "score-told": ("{name}: {points}, between {bounds}", "{name}: {points}, zwischen {bounds}"),
    "no-scores": (
        "No score: this run measured nothing (fhircheck check does), or nothing could be judged.",
        "Keine Punktzahl: Dieser Lauf hat nichts gemessen (fhircheck check tut es), oder nichts war beurteilbar.",
    ),
    "score": ("Score", "Punktzahl"),
    "points": ("Points of 100", "Punkte von 100"),
    "bounds": ("If all were known", "Wenn alles bekannt wäre"),
    "coverage": ("Could be judged", "Beurteilbar"),
    "from-to": ("{low} and {high}", "{low} und {high}"),
    "fill-types": ("What is filled in, by kind of record", "Was ausgefüllt ist, nach Art der Datensätze"),
    "fill-elements": ("What is filled in, by element", "Was ausgefüllt ist, nach Element"),
    "fill-text": (
        "A table of shares: a row for each of {rows}, a column for each measure. The lowest is {share}: {what}.",
        "Eine Tabelle von Anteilen: eine Zeile für jede von {rows}, eine Spalte je Kennzahl. Am niedrigsten: {share}, "
        "{what}.",
    ),
    "no-fill": (
        "No measure of this run counts what is filled in.",
        "Keine Kennzahl dieses Laufs zählt, was ausgefüllt ist.",
    ),
    "kind": ("Kind of record", "Art der Datensätze"),
    "element": ("Element", "Element"),
    "fill-mandatory-elements": ("must", "Pflicht"),
    "fill-must-support-populated": ("should", "Soll"),
    "fill-value-present": ("value", "Wert"),
    "fill-coded-concept": ("code", "Code"),
    "fill-date-precision": ("day", "Tag"),
    "funnel": ("Patients for a use case", "Patienten für einen Anwendungsfall"),
    "funnel-of": ("From all patients to usable ones: {case}", "Von allen zu nutzbaren Patienten: {case}"),
    "funnel-text": (
        "Of {patients} {patients:patient|patients} {eligible} {eligible:is|are} eligible, and {usable} of"
        " them usable; a bar for each step.",
        "Von {patients} Patienten {eligible:kommt|kommen} {eligible} in Frage, davon {usable:ist|sind} {usable}"
        " nutzbar; ein Balken je Schritt.",
    ),
    "no-use-case": (
        "No use case was asked for: fhircheck check ... --use-case NAME draws its funnel.",
        "Kein Anwendungsfall verlangt: fhircheck check ... --use-case NAME zeichnet seinen Trichter.",
    ),
    "all-patients": ("All patients in the data", "Alle Patienten in den Daten"),
    "step": ("Step", "Schritt"),
    "left": ("Left", "Übrig"),
    "lost": ("Lost", "Verloren"),
    "why": ("Why", "Warum"),
    "untold": ("cannot tell", "nicht entscheidbar"),
    "codes": ("Codes by code system", "Codes nach Codesystem"),
    "codes-text": (
        "{codings} {codings:coding|codings} from {count} code {count:system|systems}; most from {first} ({number}).",
        "{codings} Kodierungen aus {count} Codesystemen, die meisten aus {first} ({number}).",
    ),
    "no-census": (
        "This report does not say what the data is made of (it was made without a census).",
        "Dieser Bericht sagt nicht, woraus die Daten bestehen (er entstand ohne Zählung).",
    ),
    "no-codes": ("The data holds no codes.", "Die Daten enthalten keine Codes."),
    "system": ("Code system", "Codesystem"),
    "url": ("URL", "URL"),
    "codings": ("Codings", "Kodierungen"),
    "without-system": ("(no system said)", "(ohne Angabe)"),
    "time": ("When the data is from", "Aus welcher Zeit die Daten sind"),
    "time-text": (
        "Records from {first} to {last}, a row for each of {count} {count:kind|kinds} of record. The longest"
        " gap: {gap} ({kind}).",
        "Datensätze von {first} bis {last}, eine Zeile für jede von {count} Arten. Die längste Lücke: {gap} ({kind}).",
    ),
    "time-text-whole": (
        "Records from {first} to {last}, a row for each of {count} {count:kind|kinds} of record, without a gap.",
        "Datensätze von {first} bis {last}, eine Zeile für jede von {count} Arten, ohne Lücke.",
    ),
    "time-share": ("Months with data, by kind of record", "Monate mit Daten, nach Art der Datensätze"),
    "time-share-text": (
        "The share of months with records, of all between the first and the last; a bar for each of {count} kinds of "
        "record. The lowest is {share}: {what}.",
        "Anteil der Monate mit Datensätzen an allen zwischen erstem und letztem; ein Balken für jede von {count} "
        "Arten. Am niedrigsten: {share}, {what}.",
    ),
    "no-time": ("No record of a patient has a date.", "Kein Datensatz eines Patienten hat ein Datum."),
    "first": ("First", "Erster"),
    "last": ("Last", "Letzter"),
    "records": ("Records", "Datensätze"),
    "gap": ("Longest gap", "Längste Lücke"),
    "gap-months": ("{count} {count:month|months}", "{count} {count:Monat|Monate}"),
    "months-with": ("Months with data", "Monate mit Daten"),
    "months-all": ("Months in all", "Monate insgesamt"),
    "trend": ("Scores over time", "Bewertung im Verlauf"),
    "trend-text": (
        "{count} {count:run|runs} from {first} to {last}. {list}.",
        "{count} {count:Lauf|Läufe} von {first} bis {last}. {list}.",
    ),
    "trend-told": ("{name}: from {first} to {last}", "{name}: von {first} auf {last}"),
    "no-history": (
        "This run belongs to no series: --history remembers it.",
        "Dieser Lauf gehört zu keiner Reihe: --history merkt ihn sich.",
    ),
    "one-run": ("This is the first run of its series.", "Dies ist der erste Lauf seiner Reihe."),
    "run": ("Run", "Lauf"),
    "errors": ("Errors", "Fehler"),
    "warnings": ("Warnings", "Warnungen"),
    "resources": ("Resources", "Ressourcen"),
}

# What systems are called by those who use them.
SYSTEM_NAMES: dict[str, str] = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMED CT",
    "http://unitsofmeasure.org": "UCUM",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm": "ICD-10-GM",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://fhir.de/CodeSystem/bfarm/ops": "OPS",
    "http://fhir.de/CodeSystem/bfarm/alpha-id": "Alpha-ID",
    "http://fhir.de/CodeSystem/bfarm/atc": "ATC (BfArM)",
    "http://www.whocc.no/atc": "ATC",
    "http://fhir.de/CodeSystem/ifa/pzn": "PZN",
    "http://fhir.de/CodeSystem/ask": "ASK",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://dvmd.de/fhir/CodeSystem/kdl": "KDL",
    "http://www.orpha.net": "Orphanet",
    "http://hl7.org/fhir/sid/cvx": "CVX",
    "http://dicom.nema.org/resources/ontology/DCM": "DICOM",
    "http://terminology.hl7.org/CodeSystem/icd-o-3": "ICD-O-3",
}
