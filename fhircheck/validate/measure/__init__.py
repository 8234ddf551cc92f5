"""Measure and MeasureReport (http://hl7.org/fhir/R4/measure.html, http://hl7.org/fhir/R4/measurereport.html)."""
