"""Kahn's terms (eGEMs 4(1):1244) in both languages."""

from fhircheck.model.action import Words

KAHN: dict[str, str] = {
    "conformance": "Konformität",
    "completeness": "Vollständigkeit",
    "plausibility": "Plausibilität",
    "value": "Wert",
    "relational": "Beziehung",
    "computational": "Berechnung",
    "uniqueness": "Eindeutigkeit",
    "atemporal": "zeitunabhängig",
    "temporal": "zeitlich",
    "verification": "Verifikation",
    "validation": "Validierung",
}


def kahn_words(term: str) -> Words:
    """A category, subcategory or context; one that Kahn has not, as it is."""
    return Words(term, KAHN.get(term, term))
