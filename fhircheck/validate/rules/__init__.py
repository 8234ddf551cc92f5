"""Rules about whole resources, one a file."""

from fhircheck.registry import Registry
from fhircheck.validate.rules.bundle_document import BundleDocument
from fhircheck.validate.rules.bundle_full_url import BundleFullUrl
from fhircheck.validate.rules.bundle_link import BundleLink
from fhircheck.validate.rules.bundle_reach import BundleReach
from fhircheck.validate.rules.bundle_search import BundleSearch
from fhircheck.validate.rules.canonical_url import CanonicalUrl
from fhircheck.validate.rules.capability_statement import CapabilityStatementRule
from fhircheck.validate.rules.code_system import CodeSystemRule
from fhircheck.validate.rules.code_system_properties import CodeSystemProperties
from fhircheck.validate.rules.code_system_property_values import CodeSystemPropertyValues
from fhircheck.validate.rules.concept_map import ConceptMapRule
from fhircheck.validate.rules.contained import Contained
from fhircheck.validate.rules.elements import ElementRules
from fhircheck.validate.rules.implementation_guide import ImplementationGuideRule
from fhircheck.validate.rules.measure import MeasureRule
from fhircheck.validate.rules.measure_report import MeasureReportRule
from fhircheck.validate.rules.narrative import NarrativeRule
from fhircheck.validate.rules.operation_definition import OperationDefinitionRule
from fhircheck.validate.rules.publication import Publication
from fhircheck.validate.rules.questionnaire_conditions import QuestionnaireConditions
from fhircheck.validate.rules.questionnaire_derivation import QuestionnaireDerivation
from fhircheck.validate.rules.questionnaire_response import QuestionnaireResponseRule
from fhircheck.validate.rules.questionnaire_value_set_parameters import QuestionnaireValueSetParameters
from fhircheck.validate.rules.rule import ResourceRule
from fhircheck.validate.rules.search_parameter import SearchParameterRule
from fhircheck.validate.rules.security_labels import SecurityLabels
from fhircheck.validate.rules.signature import Signature
from fhircheck.validate.rules.structure_definition_derivation import StructureDerivation
from fhircheck.validate.rules.structure_definition_elements import StructureElements
from fhircheck.validate.rules.structure_definition_extension import StructureExtension
from fhircheck.validate.rules.structure_definition_invariants import StructureInvariants
from fhircheck.validate.rules.structure_definition_obligations import StructureObligations
from fhircheck.validate.rules.value_set import ValueSetRule
from fhircheck.validate.rules.value_set_filters import ValueSetFilters
from fhircheck.validate.rules.value_set_parameters import ValueSetParameters

RESOURCE_RULES: Registry[ResourceRule] = Registry(
    "resource rules",
    ElementRules(),
    CanonicalUrl(),
    CapabilityStatementRule(),
    OperationDefinitionRule(),
    CodeSystemRule(),
    CodeSystemProperties(),
    CodeSystemPropertyValues(),
    ValueSetRule(),
    ValueSetFilters(),
    ValueSetParameters(),
    ConceptMapRule(),
    Publication(),
    ImplementationGuideRule(),
    BundleDocument(),
    BundleFullUrl(),
    BundleLink(),
    BundleReach(),
    BundleSearch(),
    Contained(),
    Signature(),
    SecurityLabels(),
    QuestionnaireResponseRule(),
    SearchParameterRule(),
    QuestionnaireValueSetParameters(),
    QuestionnaireDerivation(),
    QuestionnaireConditions(),
    MeasureReportRule(),
    MeasureRule(),
    NarrativeRule(),
    StructureDerivation(),
    StructureElements(),
    StructureExtension(),
    StructureInvariants(),
    StructureObligations(),
)
