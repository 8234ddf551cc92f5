"""What answers of ``$validate`` say beside the findings, in English and German."""

from fhircheck.model.plural import filled

WORDS: dict[str, tuple[str, str]] = {
    "all-ok": ("All OK", "Alles in Ordnung"),
    "no-errors": (
        "Nothing was found; what could not be told is listed here",
        "Nichts gefunden; was nicht entscheidbar war, ist hier genannt",
    ),
    "cannot-tell": ("Could not be told ({count}×): {what}", "Nicht entscheidbar ({count}×): {what}"),
    "accepted": (
        "{count} {count:finding is|findings are} accepted by the settings of this service and not shown",
        "{count} {count:Befund ist|Befunde sind} in den Einstellungen dieses Dienstes akzeptiert und nicht gezeigt",
    ),
    "and-more": (
        "{count} more {count:finding is|findings are} not shown",
        "{count} {count:weiterer Befund ist|weitere Befunde sind} nicht gezeigt",
    ),
    "only-content": (
        "Only the content was checked: this service stores nothing, so that uniqueness, versions and permissions"
        " of a server are not part of the answer (mode {mode})",
        "Nur der Inhalt wurde geprüft: Dieser Dienst speichert nichts; Eindeutigkeit, Versionen und Rechte eines"
        " Servers gehören nicht zur Antwort (mode {mode})",
    ),
    "delete": (
        "This service stores nothing: it cannot tell whether a server would accept the deletion",
        "Dieser Dienst speichert nichts: ob ein Server das Löschen annähme, ist nicht entscheidbar",
    ),
    "other-type": (
        "The URL asks about a {expected}, the resource is a {found}",
        "Die URL fragt nach einer Ressource {expected}, geprüft wurde {found}",
    ),
    "other-profile-type": (
        "Profile {profile} is about {expected}, not about {found}",
        "Profil {profile} gilt für {expected}, nicht für {found}",
    ),
    "id-missing": (
        "A resource that is to be updated needs the id of the URL; it has none",
        "Eine Ressource, die geändert werden soll, braucht die id der URL; sie hat keine",
    ),
    "id-needed": (
        "A resource that is to be updated needs an id; it has none",
        "Eine Ressource, die geändert werden soll, braucht eine id; sie hat keine",
    ),
    "id-differs": ("The id of the resource is not that of the URL", "Die id der Ressource ist nicht die der URL"),
    "no-body": (
        "Nothing to validate: send a resource, or Parameters with one named resource",
        "Nichts zu prüfen: eine Ressource senden, oder Parameters mit einer namens resource",
    ),
    "no-instance": (
        "This service stores no resources: send the one to validate in the body",
        "Dieser Dienst speichert keine Ressourcen: die zu prüfende im Inhalt mitsenden",
    ),
    "unreadable": (
        "No resource could be read from the body",
        "Aus dem Inhalt ist keine Ressource lesbar",
    ),
    "mode-unknown": (
        "mode must be create, update, delete or profile",
        "mode muss create, update, delete oder profile sein",
    ),
    "mode-twice": ("mode is given twice, with two values", "mode ist zweimal angegeben, mit zwei Werten"),
    "profile-needed": ("mode profile needs a profile", "mode profile braucht ein Profil"),
    "profile-no-url": (
        "profile must be a canonical URL, given as valueUri or valueCanonical",
        "profile muss eine kanonische URL sein, angegeben als valueUri oder valueCanonical",
    ),
    "profile-unknown": (
        "Profile {profile} is in none of the packages this service has loaded: it cannot validate against it",
        "Profil {profile} steht in keinem der Pakete dieses Dienstes: dagegen kann er nicht prüfen",
    ),
    "profile-unusable": (
        "Profile {profile} cannot be used: {fault}",
        "Profil {profile} ist nicht verwendbar: {fault}",
    ),
    "resource-twice": (
        "Parameters may hold one resource to validate, not several",
        "Parameters darf eine zu prüfende Ressource haben, nicht mehrere",
    ),
    "resource-needed": (
        "Parameters hold no parameter named resource with a resource",
        "Parameters enthält keinen Parameter resource mit einer Ressource",
    ),
    "type-unknown": ("{type} is no resource type of R4", "{type} ist kein Ressourcentyp von R4"),
    "too-large": (
        "The body is larger than the {limit} bytes this service takes",
        "Der Inhalt ist größer als die {limit} Byte, die dieser Dienst annimmt",
    ),
    "packed-broken": ("The packed body is damaged", "Der gepackte Inhalt ist beschädigt"),
    "coding": (
        "Content-Encoding must be gzip, deflate or identity",
        "Content-Encoding muss gzip, deflate oder identity sein",
    ),
    "content-type": (
        "Content-Type must be application/fhir+json or application/fhir+xml",
        "Content-Type muss application/fhir+json oder application/fhir+xml sein",
    ),
    "not-acceptable": (
        "Answers are application/fhir+json or application/fhir+xml",
        "Antworten gibt es als application/fhir+json oder application/fhir+xml",
    ),
    "version": (
        "This service knows FHIR 4.0 only (fhirVersion)",
        "Dieser Dienst kennt nur FHIR 4.0 (fhirVersion)",
    ),
    "too-slow": (
        "The body did not arrive within {seconds} seconds",
        "Der Inhalt kam nicht innerhalb von {seconds} Sekunden an",
    ),
    "timeout": (
        "The validation took longer than {seconds} seconds and was given up: whether the resource is valid is not"
        " known",
        "Die Prüfung dauerte länger als {seconds} Sekunden und wurde aufgegeben: ob die Ressource gültig ist, ist"
        " nicht bekannt",
    ),
    "died": (
        "The validation broke off: whether the resource is valid is not known",
        "Die Prüfung brach ab: ob die Ressource gültig ist, ist nicht bekannt",
    ),
    "busy": (
        "Too many validations are waiting: try again in a moment",
        "Zu viele Prüfungen warten: gleich noch einmal versuchen",
    ),
    "no-such-page": (
        "Nothing is served here: this service knows $validate and metadata",
        "Hier ist nichts: dieser Dienst kennt $validate und metadata",
    ),
    "method": ("{method} is not possible here", "{method} ist hier nicht möglich"),
    "token-missing": (
        "A token is needed: Authorization: Bearer ...",
        "Ein Token ist nötig: Authorization: Bearer ...",
    ),
    "token-throttled": (
        "Too many wrong tokens from this address: try again later",
        "Zu viele falsche Token von dieser Adresse: später noch einmal versuchen",
    ),
    "origin": ("Requests of pages of other sites are refused", "Anfragen von Seiten anderer Herkunft sind abgelehnt"),
    "host": ("This service is not known by that name (Host)", "Unter diesem Namen ist der Dienst nicht bekannt (Host)"),
}


def said(key: str, language: str, **values: object) -> str:
    """The words called `key` in `language` (``en``, ``de``), filled with `values`."""
    text = WORDS[key][language == "de"]
    return filled(text, values) if values else text
