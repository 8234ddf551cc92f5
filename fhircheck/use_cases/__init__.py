"""Stage: what a project needs of the data, as a FHIR Library of DataRequirements, and how many patients serve it."""
