"""The live probes, in the order they are run: how the server is reached first, what writes last."""

from fhircheck.probe.probe import Probe
from fhircheck.probe.probes.anonymous_access import (
    ANONYMOUS_METADATA,
    ANONYMOUS_READ,
    INVALID_TOKEN,
    SIGN_IN_CHALLENGE,
)
from fhircheck.probe.probes.audit_events import AUDIT_EVENTS
from fhircheck.probe.probes.audit_feed import AUDIT_FEED
from fhircheck.probe.probes.authorization_server import AUTHORIZATION_SERVER, IUA_RESOURCE_SERVER
from fhircheck.probe.probes.bulk_data import BULK_EXPORT
from fhircheck.probe.probes.care_services import CARE_SERVICES, CARE_SERVICES_UPDATES
from fhircheck.probe.probes.clinical_data import CLINICAL_DATA
from fhircheck.probe.probes.cors import CORS, CORS_CREDENTIALS
from fhircheck.probe.probes.dicomweb import DICOMWEB
from fhircheck.probe.probes.document_retrieval import DOCUMENT_RETRIEVAL
from fhircheck.probe.probes.document_search import DOCUMENT_LISTS, DOCUMENT_REFERENCES
from fhircheck.probe.probes.document_submission import PROVIDE_DOCUMENT_BUNDLE, SIMPLIFIED_PUBLISH
from fhircheck.probe.probes.includes import INCLUDE, REVINCLUDE
from fhircheck.probe.probes.isik_rules import ISIK_RULES
from fhircheck.probe.probes.missing_resources import DELETED, ERROR_OUTCOME, UNKNOWN_ID, UNKNOWN_TYPE
from fhircheck.probe.probes.paging import PAGING
from fhircheck.probe.probes.patient_demographics import PATIENT_DEMOGRAPHICS
from fhircheck.probe.probes.patient_feed import PATIENT_FEED
from fhircheck.probe.probes.patient_identifiers import PATIENT_IDENTIFIERS
from fhircheck.probe.probes.patient_match import PATIENT_MATCH
from fhircheck.probe.probes.reading import HISTORY_PROBE, READ, VREAD
from fhircheck.probe.probes.representation import (
    FORMAT_JSON,
    FORMAT_PARAMETER,
    FORMAT_XML,
    UNSUPPORTED_ACCEPT,
    UNSUPPORTED_CONTENT_TYPE,
)
from fhircheck.probe.probes.search_chains import CHAINED_SEARCH
from fhircheck.probe.probes.search_parameters import SEARCH_MODIFIER, SEARCH_PARAMETER, SEARCH_PREFIX
from fhircheck.probe.probes.search_requests import EMPTY_PARAMETER, INVALID_DATE, POST_SEARCH, UNKNOWN_PARAMETER
from fhircheck.probe.probes.search_results import (
    SEARCH_COUNT,
    SEARCH_ELEMENTS,
    SEARCH_SORT,
    SEARCH_SUMMARY,
    SEARCH_TOTAL,
    SELF_LINK,
)
from fhircheck.probe.probes.search_types import SEARCH_TYPE
from fhircheck.probe.probes.smart_configuration import SMART_CONFIGURATION
from fhircheck.probe.probes.tls import CERTIFICATE, OLD_TLS_REFUSED, PLAIN_HTTP, TLS_VERSION
from fhircheck.probe.probes.versions import CONDITIONAL_READ, VERSION_HEADERS
from fhircheck.registry import Registry

PROBES: Registry[Probe] = Registry(
    "probes",
    TLS_VERSION,
    OLD_TLS_REFUSED,
    CERTIFICATE,
    PLAIN_HTTP,
    ANONYMOUS_METADATA,
    ANONYMOUS_READ,
    SIGN_IN_CHALLENGE,
    INVALID_TOKEN,
    CORS,
    CORS_CREDENTIALS,
    SMART_CONFIGURATION,
    AUTHORIZATION_SERVER,
    IUA_RESOURCE_SERVER,
    BULK_EXPORT,
    SEARCH_TYPE,
    READ,
    VREAD,
    HISTORY_PROBE,
    UNKNOWN_ID,
    UNKNOWN_TYPE,
    ERROR_OUTCOME,
    DELETED,
    VERSION_HEADERS,
    CONDITIONAL_READ,
    FORMAT_JSON,
    FORMAT_XML,
    FORMAT_PARAMETER,
    UNSUPPORTED_ACCEPT,
    POST_SEARCH,
    UNSUPPORTED_CONTENT_TYPE,
    SELF_LINK,
    UNKNOWN_PARAMETER,
    EMPTY_PARAMETER,
    INVALID_DATE,
    SEARCH_COUNT,
    PAGING,
    SEARCH_TOTAL,
    SEARCH_SORT,
    SEARCH_SUMMARY,
    SEARCH_ELEMENTS,
    SEARCH_PARAMETER,
    INCLUDE,
    CHAINED_SEARCH,
    SEARCH_PREFIX,
    SEARCH_MODIFIER,
    REVINCLUDE,
    ISIK_RULES,
    PATIENT_DEMOGRAPHICS,
    PATIENT_MATCH,
    PATIENT_IDENTIFIERS,
    DOCUMENT_LISTS,
    DOCUMENT_REFERENCES,
    DOCUMENT_RETRIEVAL,
    CARE_SERVICES,
    CARE_SERVICES_UPDATES,
    CLINICAL_DATA,
    AUDIT_EVENTS,
    DICOMWEB,
    PROVIDE_DOCUMENT_BUNDLE,
    SIMPLIFIED_PUBLISH,
    PATIENT_FEED,
    AUDIT_FEED,
)
"""All live probes."""
