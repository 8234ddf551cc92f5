"""fhircheck: validate FHIR data, measure it, score it."""
