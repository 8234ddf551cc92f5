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
from fhircheck.probe.probes.isik_rules import ISIK_RULES
from fhircheck.probe.probes.patient_demographics import PATIENT_DEMOGRAPHICS
from fhircheck.probe.probes.patient_feed import PATIENT_FEED
from fhircheck.probe.probes.patient_identifiers import PATIENT_IDENTIFIERS
from fhircheck.probe.probes.patient_match import PATIENT_MATCH
from fhircheck.probe.probes.smart_configuration import SMART_CONFIGURATION
from fhircheck.probe.probes.tls import CERTIFICATE, OLD_TLS_REFUSED, PLAIN_HTTP, TLS_VERSION
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
