"""Why something could not be told, in English and German, by the name that counts are kept under."""

from fhircheck.report.shown import View

REASONS: dict[str, tuple[str, str]] = {
    "code-system-content": (
        "codes of systems whose content no loaded package has",
        "Codes aus Systemen, deren Inhalt in keinem geladenen Paket steht",
    ),
    "value-set-missing": ("value sets that no loaded package has", "ValueSets, die in keinem geladenen Paket stehen"),
    "check-died": (
        "records whose check ended its process twice",
        "Datensätze, deren Prüfung zweimal ihren Prozess beendet hat",
    ),
    "too-many-findings": (
        "types and profiles of resources with too many findings to go on",
        "Typen und Profile von Ressourcen mit zu vielen Befunden, um weiter zu prüfen",
    ),
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
    "discriminator": (
        "slices that cannot be told apart here",
        "Slices, die sich hier nicht unterscheiden lassen",
    ),
    "extension-missing": (
        "extensions whose definition no loaded package has",
        "Extensions, deren Definition in keinem geladenen Paket steht",
    ),
    "extension-context": (
        "extensions whose context cannot be evaluated",
        "Extensions, deren Kontext nicht auswertbar ist",
    ),
    "fhir-version": ("resources of another FHIR version", "Ressourcen einer anderen FHIR-Version"),
    "instance-date": (
        "resources without the date by which the version of their profile is chosen",
        "Ressourcen ohne das Datum, nach dem die Version ihres Profils gewählt wird",
    ),
    "malformed": ("codings that are not built as one is", "Codings, die nicht wie eines gebaut sind"),
    "code-without-system": ("codes without a system", "Codes ohne System"),
    "reference-type": ("references whose type is not said", "Referenzen, deren Typ nicht gesagt ist"),
    "ucum-unit": ("quantities whose units do not compare here", "Mengen, deren Einheiten hier nicht vergleichbar sind"),
    "questionnaire-missing": (
        "questionnaires that no loaded package has",
        "Fragebögen, die in keinem geladenen Paket stehen",
    ),
    "questionnaire-bound": ("bounds of questions that are none", "Grenzen von Fragen, die keine sind"),
    "questionnaire-pattern": (
        "patterns of questions that cannot be used",
        "Muster von Fragen, die nicht verwendbar sind",
    ),
    "enable-when-expression": (
        "questions whose condition cannot be evaluated",
        "Fragen, deren Bedingung nicht auswertbar ist",
    ),
    "search-parameter-missing": (
        "search parameters that no loaded package has",
        "Suchparameter, die in keinem geladenen Paket stehen",
    ),
    "measure-missing": ("Measures that no loaded package has", "Measures, die in keinem geladenen Paket stehen"),
    "measure-criteria": (
        "criteria of Measures that cannot be looked up",
        "Kriterien von Measures, die sich nicht nachschlagen lassen",
    ),
    "measure-subjects": (
        "populations whose list of subjects is not at hand",
        "Populationen, deren Personenliste nicht vorliegt",
    ),
}
"""A reason that is not here is shown by its name alone."""


def reason(view: View, name: str) -> str:
    """What a reason for not telling means; empty for one without words."""
    return REASONS[name][view.language == "de"] if name in REASONS else ""
