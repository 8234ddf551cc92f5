"""How bytes come in: encodings, JSON, archives, HTTP. Knows no FHIR beyond resourceType and Bundle.entry."""
