"""The words of the privacy report in English and German."""

from fhircheck.model.plural import filled
from fhircheck.report.shown import View

WORDS: dict[str, tuple[str, str]] = {
    "title-failed": ("PRIVACY: NOT AS SAID", "DATENSCHUTZ: NICHT WIE ANGEGEBEN"),
    "title-found": ("PRIVACY: PEOPLE CAN BE RECOGNISED", "DATENSCHUTZ: PERSONEN ERKENNBAR"),
    "title-clean": ("PRIVACY: NOTHING FOUND", "DATENSCHUTZ: NICHTS GEFUNDEN"),
    "title-unknown": ("PRIVACY: NOT ALL COULD BE LOOKED AT", "DATENSCHUTZ: NICHT ALLES EINSEHBAR"),
    "declared": (
        "The data is said to be de-identified: what is found here fails.",
        "Die Daten gelten als de-identifiziert: Was hier gefunden wird, ist ein Fehler.",
    ),
    "undeclared": (
        "The data is not said to be de-identified (--de-identified): this tells what would have to go.",
        "Die Daten gelten nicht als de-identifiziert (--de-identified): Dies zeigt, was entfernt werden müsste.",
    ),
    "exit-1": ("Exit code 1: {reasons}", "Exit-Code 1: {reasons}"),
    "exit-3": ("Exit code 3, could not look at all: {reasons}", "Exit-Code 3, nicht alles einsehbar: {reasons}"),
    "direct": ("DIRECT IDENTIFIERS", "DIREKTE IDENTIFIKATOREN"),
    "direct-none": (
        "None found in {judged} {judged:element or text|elements and texts}.",
        "Keine in {judged} {judged:Element oder Text|Elementen und Texten}.",
    ),
    "direct-found": (
        "{failing} of {judged} {judged:element or text|elements and texts} (resources: {resources},"
        " patients: {patients}):",
        "{failing} von {judged} {judged:Element oder Text|Elementen und Texten} (Ressourcen: {resources},"
        " Patienten: {patients}):",
    ),
    "cannot-tell": (
        "Could not be told for {count}: identifiers of unknown kind, documents, texts too long to be searched.",
        "Offen bei {count}: Kennungen unbekannter Art, Dokumente, zu lange Texte.",
    ),
    "staff": (
        "Resources with names of staff (counted apart): {count}.",
        "Ressourcen mit Namen von Personal (getrennt gezählt): {count}.",
    ),
    "example": ("e.g. {place}", "z. B. {place}"),
    "equal": ("WHO IS LIKE OTHERS", "WER ANDEREN GLEICHT"),
    "over": ("by {names}", "nach {names}"),
    "no-patients": ("No Patient with an id.", "Kein Patient mit id."),
    "smallest-class": ("smallest class of patients who are alike", "kleinste Klasse gleicher Patienten"),
    "classes": ("classes", "Klassen"),
    "largest-risk": ("largest risk to be recognised", "größtes Risiko, erkannt zu werden"),
    "mean-risk": ("mean risk", "mittleres Risiko"),
    "patients-in-classes-below": ("patients in classes below {of}", "Patienten in Klassen unter {of}"),
    "smallest-l": ("least diversity ({sensitive})", "kleinste Vielfalt ({sensitive})"),
    "patients-in-classes-with-l-below": (
        "patients in classes where more than half share a diagnosis",
        "Patienten in Klassen, deren Mehrheit eine Diagnose teilt",
    ),
    "allowed": ("Allowed: {source}", "Zulässig: {source}"),
    "small": ("SMALL CELLS", "KLEINE ZELLEN"),
    "small-line": (
        "{small} of {cells} {cells:value|values} of {name} {small:has|have} fewer than {limit} patients",
        "{small} von {cells} {cells:Wert|Werten} von {name} {small:hat|haben} weniger als {limit} Patienten",
    ),
    "consent": ("CONSENT", "EINWILLIGUNG"),
    "consent-share": (
        "{passed} of {judged} {judged:patient|patients} with an active consent that permits something today",
        "{passed} von {judged} Patienten mit aktiver Einwilligung, die heute etwas erlaubt",
    ),
    "no-consent": ("The data holds no Consent.", "Die Daten enthalten keine Einwilligung (Consent)."),
    "consents": ("Consent resources, status {of}", "Consent-Ressourcen, Status {of}"),
    "patients-with-policy": ("patients permit {of}", "Patienten erlauben {of}"),
    "patients-with-category": ("patients, category {of}", "Patienten, Kategorie {of}"),
    "patients-with-consent-that-permits-nothing": (
        "patients with an active consent that permits nothing now",
        "Patienten mit aktiver Einwilligung, die derzeit nichts erlaubt",
    ),
    "labels": ("SECURITY LABELS", "VERTRAULICHKEIT (meta.security)"),
    "label-line": ("resources labelled {of}", "Ressourcen mit {of}"),
    "restricted": ("(restricted)", "(eingeschränkt)"),
    "read": (
        "{records} {records:record|records} read, {resources} {resources:resource|resources}.",
        "{records} {records:Datensatz|Datensätze} gelesen, {resources} {resources:Ressource|Ressourcen}.",
    ),
    "failed": ("{name} fails", "{name} verfehlt"),
    "nothing-read": ("nothing was read", "nichts wurde gelesen"),
    "unreadable": (
        "{count} {count:record|records} could not be read",
        "{count} {count:Datensatz|Datensätze} nicht lesbar",
    ),
    "other-version": (
        "{count} {count:resource is|resources are} of another FHIR version",
        "{count} {count:Ressource|Ressourcen} anderer FHIR-Version",
    ),
    "unknown-type": (
        "{count} {count:resource is|resources are} of no R4 type",
        "{count} {count:Ressource|Ressourcen} ohne R4-Typ",
    ),
}


def say(view: View, key: str, **values: object) -> str:
    """The words called `key` in the view's language, filled with `values`."""
    words = WORDS[key][view.language == "de"]
    return filled(words, values) if values else words
