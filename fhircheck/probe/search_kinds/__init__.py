"""One type of search parameters a file: how it is searched, and what it finds."""

from fhircheck.probe.search_kinds.date import DATE
from fhircheck.probe.search_kinds.number import NUMBER, QUANTITY
from fhircheck.probe.search_kinds.reference import REFERENCE
from fhircheck.probe.search_kinds.search import SearchKind
from fhircheck.probe.search_kinds.string import STRING
from fhircheck.probe.search_kinds.token import TOKEN
from fhircheck.probe.search_kinds.uri import URI
from fhircheck.registry import Registry

SEARCH_KINDS: Registry[SearchKind] = Registry(
    "search parameter types", TOKEN, STRING, DATE, REFERENCE, QUANTITY, NUMBER, URI
)
