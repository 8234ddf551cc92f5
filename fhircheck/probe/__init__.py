"""Stage: what a FHIR server declares, and what it does when it is asked."""
