"""The words of the text report in English and German, and counts with their nouns."""

from fhircheck.report.numbers import number
from fhircheck.report.shown import View

WORDS: dict[str, tuple[str, str]] = {
    "valid": ("VALID", "GÜLTIG"),
    "no-errors-found": ("NO ERRORS FOUND", "KEINE FEHLER GEFUNDEN"),
    "invalid": ("NOT VALID", "NICHT GÜLTIG"),
    "not-checked": ("COULD NOT CHECK", "NICHT PRÜFBAR"),
    "all-decided": (
        "Every check that was asked for could be decided.",
        "Jede verlangte Prüfung konnte entschieden werden.",
    ),
    "part-decided": (
        "Coverage {share}: this part of the checks asked for could be decided.",
        "Abdeckung {share}: dieser Teil der verlangten Prüfungen war entscheidbar.",
    ),
    "nothing-decided": ("Nothing was there to be checked.", "Es gab nichts zu prüfen."),
    "sampled": (
        "Only a sample was checked: {count}. The rest is unknown.",
        "Nur eine Stichprobe wurde geprüft: {count}. Der Rest ist unbekannt.",
    ),
    "checked": ("{resources} checked, {bad} with errors.", "{resources} geprüft, {bad} mit Fehlern."),
    "unreadable": ("{count} could not be read.", "{count} nicht lesbar."),
    "missing-profiles": (
        "Profiles that were not found; whether the data conforms to them is unknown:",
        "Profile, die nicht gefunden wurden; ob die Daten ihnen entsprechen, ist offen:",
    ),
    "exit-1": ("Exit code 1: {reasons}", "Exit-Code 1: {reasons}"),
    "exit-2": ("Exit code 2, wrong use: {reasons}", "Exit-Code 2, falsch aufgerufen: {reasons}"),
    "exit-3": ("Exit code 3, could not check: {reasons}", "Exit-Code 3, nicht prüfbar: {reasons}"),
    "note": ("Note: {note}", "Anmerkung: {note}"),
    "try": ("try: {command}", "Abhilfe: {command}"),
    "scores": ("SCORES", "BEWERTUNG"),
    "rubric": ("rubric {name}", "Bewertungsschema {name}"),
    "of-100": ("{points} of 100", "{points} von 100"),
    "coverage": ("coverage {share}", "Abdeckung {share}"),
    "no-score": ("no score: nothing could be judged", "keine Punkte: nichts war beurteilbar"),
    "critical": ("critical criteria failed: {names}", "kritische Kriterien nicht erfüllt: {names}"),
    "fail": ("{failing} of {judged} fail", "{failing} von {judged} verfehlt"),
    "actions": ("FIX FIRST", "ZUERST BEHEBEN"),
    "actions-why": ("most points for the least work first", "zuerst, was je Aufwand am meisten bringt"),
    "action-gain": ("{score} +{low} to +{high}", "{score} +{low} bis +{high}"),
    "action-gain-exact": ("{score} +{low}", "{score} +{low}"),
    "action-gain-from": ("{score} {low} to +{high}", "{score} {low} bis +{high}"),
    "action-count": ("{count} fail {measure}", "{count} verfehlen {measure}"),
    "action-critical": ("can end a critical failure", "kann kritisches Versagen beheben"),
    "action-more": ("Then: {titles}", "Danach: {titles}"),
    "for-clinic": ("Clinic", "Klinik"),
    "for-it": ("IT", "IT"),
    "owner-clinic": ("clinic", "Klinik"),
    "owner-it": ("IT", "IT"),
    "owner-both": ("clinic and IT", "Klinik und IT"),
    "owner-vendor": ("vendor", "Hersteller"),
    "effort-hours": ("hours", "Stunden"),
    "effort-days": ("days", "Tage"),
    "effort-weeks": ("weeks", "Wochen"),
    "effort-project": ("project", "Projekt"),
    "lost": ("lost: {parts}", "verloren: {parts}"),
    "band": ("{name} ({source})", "{name} ({source})"),
    "costs-also": ("costs points of {names} too", "kostet auch Punkte bei {names}"),
    "rubric-weight": ("weight {weight}", "Gewicht {weight}"),
    "rubric-critical": ("critical", "kritisch"),
    "rubric-needs": ("needs {name}", "setzt {name} voraus"),
    "rubric-needs-items": ("needs {name}, item by item", "setzt {name} voraus, Wert für Wert"),
    "rubric-band": ("{name} from {points}", "{name} ab {points}"),
    "rubric-left-out": ("Left out", "Ausgelassen"),
    "rubric-not-read": ("not read", "nicht gelesen"),
    "rubric-widened": (
        "{count} criteria were about one element; their measures here look at all types they know.",
        "{count} Kriterien galten einem Element; ihre Kennzahlen hier betrachten alle Typen, die sie kennen.",
    ),
    "rubric-sound": (
        "rubric {name} is sound: {criteria} criteria, scores {scores}",
        "Bewertungsschema {name} ist in Ordnung: {criteria} Kriterien, Punktzahlen {scores}",
    ),
    "rubric-changes": ("STATUS BY THIS RUBRIC", "STATUS NACH DIESEM SCHEMA"),
    "needs-failed": ("prerequisite {name} failed", "Voraussetzung {name} nicht erfüllt"),
    "fail-before": ("{count} lack {name}", "{count} ohne {name}"),
    "status-not-given": ("not given", "nicht angegeben"),
    "in-full": ("in full", "voll"),
    "not-counted": ("not counted: {reason}", "zählt nicht: {reason}"),
    "of": ("{earned} of {weight}", "{earned} von {weight}"),
    "use-cases": ("USE CASES", "ANWENDUNGSFÄLLE"),
    "use-case-usable": (
        "{usable} usable of {eligible} eligible patients",
        "{usable} nutzbar von {eligible} in Frage kommenden Patienten",
    ),
    "use-case-all": ("patients in the data", "Patienten in den Daten"),
    "use-case-lost": ("{lost} lost ({reasons})", "{lost} verloren ({reasons})"),
    "use-case-undecided": ("{name} could not be judged: {why}", "{name} war nicht beurteilbar: {why}"),
    "use-case-label": ("label available {share}", "Label vorhanden {share}"),
    "use-case-sex": ("usable/eligible by sex", "nutzbar/in Frage nach Geschlecht"),
    "use-case-age": ("usable/eligible by age", "nutzbar/in Frage nach Alter"),
    "use-case-late": (
        "{name}: {resources} after the moment to be predicted, not counted (patients: {patients})",
        "{name}: {resources} nach dem vorherzusagenden Zeitpunkt, nicht gezählt (Patienten: {patients})",
    ),
    "use-case-written": (
        "{count} resources of usable patients written",
        "{count} Ressourcen nutzbarer Patienten geschrieben",
    ),
    "use-case-undeclared": (
        "Its requirements have no roles: they are counted and shown, and nobody is lost by one of them.",
        "Die Anforderungen haben keine Rollen: Sie werden gezählt und gezeigt, und keine kostet jemanden.",
    ),
    "use-case-must": ("must be there: {paths}", "muss da sein: {paths}"),
    "use-case-least": ("at least {count} of each patient", "mindestens {count} je Patient"),
    "use-case-window": (
        "from {start} to {end}, 0 is the index event",
        "von {start} bis {end}, 0 ist das Indexereignis",
    ),
    "use-case-density": (
        "in {share} of the intervals of {every}, or more",
        "in mindestens {share} der Intervalle von {every}",
    ),
    "use-case-either": ("one of the alternatives {name} is enough", "eine der Alternativen {name} genügt"),
    "use-case-classes": ("classes: {names}", "Klassen: {names}"),
    "role-cohort": ("who is meant", "wer gemeint ist"),
    "role-exclusion": ("who is not meant", "wer nicht gemeint ist"),
    "role-index": ("the moment", "der Zeitpunkt"),
    "role-feature": ("what is learned from", "woraus gelernt wird"),
    "role-label": ("what is to be told", "was gesagt werden soll"),
    "role-optional": ("beside", "daneben"),
    "lost-missing": ("missing", "fehlt"),
    "lost-cannot-tell": ("cannot tell", "nicht entscheidbar"),
    "lost-elements-missing": ("elements missing", "Angaben fehlen"),
    "lost-not-linked": ("not linked", "nicht verknüpft"),
    "lost-no-index": ("no index event", "kein Indexereignis"),
    "lost-undated": ("no date", "ohne Datum"),
    "lost-after-index": ("only after the event", "erst nach dem Ereignis"),
    "lost-outside-window": ("outside the window", "außerhalb des Zeitfensters"),
    "lost-imprecise-time": ("date too coarse", "Datum zu grob"),
    "lost-too-few": ("too few", "zu wenige"),
    "lost-too-sparse": ("too sparse", "zu lückenhaft"),
    "lost-excluded": ("excluded", "ausgeschlossen"),
    "group-not-said": ("not said", "ohne Angabe"),
    "group-male": ("male", "männlich"),
    "group-female": ("female", "weiblich"),
    "group-other": ("other", "divers"),
    "group-unknown": ("unknown", "unbekannt"),
    "findings": ("FINDINGS", "BEFUNDE"),
    "no-findings": ("None.", "Keine."),
    "more-places": ("and {count} more", "und {count} weitere"),
    "more-definitions": ("{count}× at other elements", "{count}× an anderen Elementen"),
    "more-kinds": ("{count} of further types: {names}", "{count} weiterer Arten: {names}"),
    "see-all": (
        "All findings, one a line: fhircheck validate --format ndjson ...   What a type means: fhircheck explain NAME",
        "Alle Befunde, je Zeile einer: fhircheck validate --format ndjson ...   "
        "Was eine Art bedeutet: fhircheck explain NAME",
    ),
    "in": ("in {resources}", "in {resources}"),
    "profile": ("profile {url}", "Profil {url}"),
    "record": ("record {number}", "Datensatz {number}"),
    "measures": ("MEASURES", "KENNZAHLEN"),
    "measure": ("measure", "Kennzahl"),
    "share": ("passed", "erfüllt"),
    "judged": ("judged", "beurteilt"),
    "needed": ("needed", "nötig"),
    "status": ("status", "Status"),
    "cannot-tell-count": ("could not be told for {count}", "offen bei {count}"),
    "weakest": ("weakest: {parts}", "am schwächsten: {parts}"),
    "example": ("e.g. {place}", "z. B. {place}"),
    "interval": ("95% interval {low} to {high}", "95-%-Intervall {low} bis {high}"),
    "analogy": ("{source} (by analogy)", "{source} (in Analogie)"),
    "share-of": ("{share} of {judged}", "{share} von {judged}"),
    "category-conformance": ("Conformance", "Konformität"),
    "category-completeness": ("Completeness", "Vollständigkeit"),
    "category-plausibility": ("Plausibility", "Plausibilität"),
    "status-passed": ("passed", "erfüllt"),
    "status-failed": ("failed", "verfehlt"),
    "status-informational": ("informational", "informativ"),
    "status-not-applicable": ("not applicable", "entfällt"),
    "status-cannot-tell": ("cannot tell", "offen"),
    "status-error": ("not measured", "nicht messbar"),
    "undecided": ("COULD NOT BE TOLD", "OFFEN GEBLIEBEN"),
    "undecided-more": ("details: fhircheck check", "Einzelheiten: fhircheck check"),
    "undecided-why": (
        "neither right nor wrong as far as this run can know",
        "nach Kenntnis dieses Laufs weder richtig noch falsch",
    ),
    "more-details": ("{count} for {others}", "{count} bei {others}"),
    "inputs": ("WHAT WAS CHECKED", "WAS GEPRÜFT WURDE"),
    "read": ("{records} in {files}, {size}, {time}", "{records} in {files}, {size}, {time}"),
    "resources": ("Resources", "Ressourcen"),
    "profiles": ("Profiles", "Profile"),
    "packages": ("Packages", "Pakete"),
    "sources": ("Sources", "Quellen"),
    "without-errors": ("without errors", "ohne Fehler"),
    "with-errors": ("{count} with errors", "{count} mit Fehlern"),
    "how-base": ("base", "Basis"),
    "how-meta": ("meta.profile", "meta.profile"),
    "how-dated": ("meta.profile, version by date", "meta.profile, Version nach Datum"),
    "how-asked": ("--profile", "--profile"),
    "how-mapped": ("mapping", "Zuordnung"),
    "how-implied": ("by the specification", "durch die Spezifikation"),
    "not-found": ("NOT FOUND", "FEHLT"),
    "and-more": ("and {count} more", "und {count} weitere"),
    "no-package": ("in no FHIR package", "in keinem FHIR-Paket"),
    "definitions": ("{count} from {origin}", "{count} aus {origin}"),
    "summary": ("SUMMARY", "ÜBERSICHT"),
    "decisions": ("DECISIONS ABOUT FINDINGS", "ENTSCHEIDUNGEN ÜBER BEFUNDE"),
    "overrides": ("Other severities", "Andere Schweregrade"),
    "accepted": ("Accepted issues", "Hingenommene Befunde"),
    "expired": ("EXPIRED on {day}: its findings are shown again", "ABGELAUFEN am {day}: Befunde wieder gezeigt"),
    "unused": ("unused: nothing fits", "ungenutzt: nichts passt"),
    "until": ("until {day}", "bis {day}"),
    "now": ("now {severity}", "jetzt {severity}"),
    "baseline": (
        "Baseline {name}: {known} known and not shown, {gone} gone.",
        "Grundstand {name}: {known} bekannt und nicht gezeigt, {gone} behoben.",
    ),
    "split-record": (
        "Split by record: {valid} to the valid, {invalid} to the invalid.",
        "Geteilt nach Datensatz: {valid} zu den gültigen, {invalid} zu den ungültigen.",
    ),
    "split-patient": (
        "Split by patient: {valid} to the valid, {invalid} to the invalid.",
        "Geteilt nach Patient: {valid} zu den gültigen, {invalid} zu den ungültigen.",
    ),
    "held-back": (
        "Among the latter {count} without errors, whose patient has some elsewhere.",
        "Darunter {count} ohne Fehler, deren Patient anderswo welche hat.",
    ),
    "unwritten": (
        "{count} could not be read and went to neither.",
        "{count} nicht lesbar und in keiner der beiden.",
    ),
    "borne": (
        "{count} accepted, made less severe or known from the baseline.",
        "{count} hingenommen, herabgestuft oder aus dem Grundstand bekannt.",
    ),
    "apart": ("SOURCES APART", "QUELLEN GETRENNT"),
    "apart-resources": ("resources", "Ressourcen"),
    "apart-patients": ("patients", "Patienten"),
    "apart-not-said": ("(not said)", "(keine Angabe)"),
    "apart-differ": ("Where they differ most (share that passes)", "Größte Unterschiede (erfüllter Anteil)"),
    "apart-shared": (
        "Patients found in both by an identifier: {patients}",
        "Patienten mit gleichem Identifier: {patients}",
    ),
    "apart-nothing": ("Nothing found that blocks joining them.", "Nichts gefunden, was das Verbinden hindert."),
    "apart-more-pairs": ("and {count} more pairs: --format json", "und {count} weitere Paare: --format json"),
    "barrier-no-identifiers": (
        "Patients cannot be matched: identifiers without a system, or none at all:",
        "Patienten nicht zuordenbar: Identifier ohne System oder gar keine:",
    ),
    "barrier-no-common-identifier": (
        "Patients cannot be matched: no identifier system in common:",
        "Patienten nicht zuordenbar: kein gemeinsames Identifier-System:",
    ),
    "barrier-no-common-patient": (
        "No patient is in both, though both use the same identifier system.",
        "Kein Patient ist in beiden, trotz gleichem Identifier-System.",
    ),
    "barrier-same-ids-other-patients": (
        "Patients of the same id share no identifier: one id may stand for different people.",
        "Patienten gleicher id ohne gemeinsamen Identifier: eine id kann für verschiedene Menschen stehen.",
    ),
    "barrier-other-code-systems": ("{what}: other code systems:", "{what}: andere Codesysteme:"),
    "barrier-other-units": ("{what}: other units:", "{what}: andere Einheiten:"),
    "barrier-other-profiles": ("{what}: other profiles:", "{what}: andere Profile:"),
    "barrier-other-versions": ("{what}: other versions:", "{what}: andere Versionen:"),
    "explained": ("WHAT THE FINDINGS MEAN", "WAS DIE BEFUNDE BEDEUTEN"),
    "explained-why": ("why it matters", "warum es zählt"),
    "explained-fix": ("how to mend it", "Abhilfe"),
    "explained-clause": ("clause", "Stelle"),
}

NOUNS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "error": (("error", "errors"), ("Fehler", "Fehler")),
    "warning": (("warning", "warnings"), ("Warnung", "Warnungen")),
    "information": (("informational", "informational"), ("Hinweis", "Hinweise")),
    "resource": (("resource", "resources"), ("Ressource", "Ressourcen")),
    "record": (("record", "records"), ("Datensatz", "Datensätze")),
    "file": (("file", "files"), ("Datei", "Dateien")),
    "finding": (("finding", "findings"), ("Befund", "Befunde")),
    "check": (("check", "checks"), ("Prüfung", "Prüfungen")),
    "definition": (("definition", "definitions"), ("Definition", "Definitionen")),
    "other": (("other", "others"), ("weiteren", "weiteren")),
}

# Why something could not be told; a reason that is not here is shown by its name alone.
REASONS: dict[str, tuple[str, str]] = {
    "code-system-content": (
        "codes of systems whose content no loaded package has",
        "Codes aus Systemen, deren Inhalt in keinem geladenen Paket steht",
    ),
    "value-set-missing": ("value sets that no loaded package has", "ValueSets, die in keinem geladenen Paket stehen"),
    "code-system-version": (
        "codes of a version of their system that no loaded package has",
        "Codes aus einer Version ihres Systems, die in keinem geladenen Paket steht",
    ),
    "ignored": (
        "code systems and value sets that the settings leave out",
        "Codesysteme und ValueSets, die ausgenommen sind",
    ),
    "additional-binding-usage": (
        "additional bindings that hold only for some uses",
        "zusätzliche Bindungen, die nur für bestimmte Verwendungen gelten",
    ),
    "value-set-filter": (
        "value sets with a filter that cannot be decided from the packages",
        "ValueSets mit einem Filter, den die Pakete nicht entscheiden",
    ),
    "type-missing": ("elements of a type that is not defined", "Elemente eines nicht definierten Typs"),
    "profile-missing": (
        "profiles that no loaded package has",
        "Profile, die in keinem geladenen Paket stehen",
    ),
    "profile-unusable": ("profiles that could not be compiled", "Profile, die nicht übersetzbar sind"),
    "bundle-split": (
        "profiles on a Bundle that was too big to be held as a whole",
        "Profile auf einem Bundle, das zu groß war, um es ganz zu halten",
    ),
    "pattern-unusable": ("patterns of profiles that are none", "Muster in Profilen, die keine sind"),
    "value-not-comparable": ("values that cannot be compared", "Werte, die nicht vergleichbar sind"),
    "invariant": ("rules in FHIRPath, not decided yet", "Regeln in FHIRPath, noch nicht entschieden"),
    "signature": (
        "digital signatures without a certificate, in a form that is not read, or of a Bundle too big to be held",
        "digitale Signaturen ohne Zertifikat, in einer Form, die nicht gelesen wird, oder eines zu großen Bundles",
    ),
    "slicing": ("slices, not decided yet", "Slices, noch nicht entschieden"),
    "extensible-binding": (
        "codes of extensible bindings, not decided yet",
        "Codes erweiterbarer Bindings, noch nicht entschieden",
    ),
    "reference-target": (
        "targets of references that are not at hand, or whose profile cannot be used",
        "Ziele von Referenzen, die nicht vorliegen oder deren Profil nicht verwendbar ist",
    ),
    "parts-of-value": (
        "rules for extensions of primitive values, not decided yet",
        "Regeln für Extensions primitiver Werte, noch nicht entschieden",
    ),
    "narrative": ("the XHTML of narratives, not decided yet", "XHTML der Narrative, noch nicht entschieden"),
}

SEVERITY: dict[str, tuple[str, str]] = {
    "fatal": ("fatal", "fatal"),
    "error": ("error", "Fehler"),
    "warning": ("warning", "Warnung"),
    "information": ("information", "Hinweis"),
}


def say(view: View, key: str, **values: object) -> str:
    """The words called `key` in the view's language, filled with `values`."""
    words = WORDS[key][view.language == "de"]
    return words.format_map(values) if values else words


def counted(view: View, count: int, noun: str) -> str:
    """A count with its noun: "1 error", "2 errors", "2 Fehler"."""
    return f"{number(count, view.language)} {NOUNS[noun][view.language == 'de'][count != 1]}"


def severity(view: View, name: str) -> str:
    """The word for a severity."""
    return SEVERITY[name][view.language == "de"]


def reason(view: View, name: str) -> str:
    """What a reason for not telling means; empty for one without words."""
    return REASONS[name][view.language == "de"] if name in REASONS else ""
