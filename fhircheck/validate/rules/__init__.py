"""Rules about whole resources, one a file; those about a single resource type are imported when one is met."""

from functools import cache
from importlib import import_module
from typing import NamedTuple

from fhircheck.registry import Registry
from fhircheck.validate.rules.rule import ResourceRule


class Entry(NamedTuple):
    """Where a rule is: its module here, its class, and the one resource type it is about, empty for more than one."""

    module: str
    name: str
    type: str = ""


ENTRIES: tuple[Entry, ...] = (
    Entry("elements", "ElementRules"),
    Entry("canonical_url", "CanonicalUrl"),
    Entry("capability_statement", "CapabilityStatementRule", "CapabilityStatement"),
    Entry("operation_definition", "OperationDefinitionRule", "OperationDefinition"),
    Entry("code_system", "CodeSystemRule", "CodeSystem"),
    Entry("code_system_properties", "CodeSystemProperties", "CodeSystem"),
    Entry("code_system_property_values", "CodeSystemPropertyValues", "CodeSystem"),
    Entry("value_set", "ValueSetRule", "ValueSet"),
    Entry("value_set_filters", "ValueSetFilters", "ValueSet"),
    Entry("value_set_parameters", "ValueSetParameters", "ValueSet"),
    Entry("concept_map", "ConceptMapRule", "ConceptMap"),
    Entry("publication", "Publication"),
    Entry("implementation_guide", "ImplementationGuideRule", "ImplementationGuide"),
    Entry("bundle_document", "BundleDocument", "Bundle"),
    Entry("bundle_full_url", "BundleFullUrl", "Bundle"),
    Entry("bundle_link", "BundleLink", "Bundle"),
    Entry("bundle_reach", "BundleReach", "Bundle"),
    Entry("bundle_search", "BundleSearch", "Bundle"),
    Entry("contained", "Contained"),
    Entry("signature", "Signature", "Bundle"),
    Entry("security_labels", "SecurityLabels"),
    Entry("questionnaire_response", "QuestionnaireResponseRule", "QuestionnaireResponse"),
    Entry("search_parameter", "SearchParameterRule", "SearchParameter"),
    Entry("questionnaire_value_set_parameters", "QuestionnaireValueSetParameters", "Questionnaire"),
    Entry("questionnaire_derivation", "QuestionnaireDerivation", "Questionnaire"),
    Entry("questionnaire_conditions", "QuestionnaireConditions", "Questionnaire"),
    Entry("measure_report", "MeasureReportRule", "MeasureReport"),
    Entry("measure", "MeasureRule", "Measure"),
    Entry("narrative", "NarrativeRule"),
    Entry("structure_definition_derivation", "StructureDerivation", "StructureDefinition"),
    Entry("structure_definition_elements", "StructureElements", "StructureDefinition"),
    Entry("structure_definition_extension", "StructureExtension", "StructureDefinition"),
    Entry("structure_definition_invariants", "StructureInvariants", "StructureDefinition"),
    Entry("structure_definition_obligations", "StructureObligations", "StructureDefinition"),
)
_loaded: dict[Entry, ResourceRule] = {}


def _rule(entry: Entry) -> ResourceRule:
    found = _loaded.get(entry)
    if found is None:
        found = _loaded[entry] = getattr(import_module(f"{__name__}.{entry.module}"), entry.name)()
    return found


def rules_for(resource_type: str) -> tuple[ResourceRule, ...]:
    """The rules about resources of a type, in the table's order."""
    rules = (_rule(entry) for entry in ENTRIES if entry.type in ("", resource_type))
    return tuple(rule for rule in rules if rule.types is None or resource_type in rule.types)


def loaded_rules() -> tuple[ResourceRule, ...]:
    """The rules that were needed so far."""
    return tuple(_loaded.values())


@cache
def all_rules() -> Registry[ResourceRule]:
    """Every rule."""
    return Registry("resource rules", *map(_rule, ENTRIES))
