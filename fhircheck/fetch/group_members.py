"""Groups on servers that have ``$everything`` for a patient, but not for a group: their patients one by one."""

import re
from dataclasses import replace
from typing import Any

from fhircheck.fetch.fetch_request import FetchRequest
from fhircheck.sources.search_page import HEADERS, SearchPage
from fhircheck.sources.search_query import SearchQuery
from fhircheck.transport.http import HttpClient, ServerFault

_PATIENT = re.compile(r"Patient/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?")
EVERYTHING = "everything"


def needs_members(request: FetchRequest, capability: dict[str, Any]) -> bool:
    """Whether `request` names groups and the server declares the operation for patients only."""
    return bool(request.groups) and _has(capability, "Patient") and not _has(capability, "Group")


def by_member(request: FetchRequest, client: HttpClient) -> tuple[FetchRequest, list[SearchQuery]]:
    """`request` with the patients of its groups in their place, and a read of each of these groups.

    Members that have left (``inactive``) or are no patients are left out. A group that cannot be read stays as it is.
    """
    groups: list[str] = []
    patients = list(request.patients)
    reads: list[SearchQuery] = []
    for group in request.groups:
        url = f"{request.base}/Group/{group}"
        try:
            page = SearchPage(client.get(url, HEADERS))
        except ServerFault:
            page = None
        if page is None or page.type != "Group":
            groups.append(group)
            continue
        patients += _patients(page.node, request.base)
        if not request.types or "Group" in request.types:
            reads.append(SearchQuery(url, type="Group", counted=False))
    return replace(request, patients=tuple(dict.fromkeys(patients)), groups=tuple(groups)), reads


def _patients(group: dict[str, Any], base: str) -> list[str]:
    members = group.get("member")
    found = []
    for each in members if isinstance(members, list) else ():
        entity = each.get("entity") if isinstance(each, dict) and each.get("inactive") is not True else None
        reference = entity.get("reference") if isinstance(entity, dict) else None
        if isinstance(reference, str) and (named := _PATIENT.fullmatch(reference.removeprefix(f"{base}/"))):
            found.append(named[1])
    return found


def _has(capability: dict[str, Any], kind: str) -> bool:
    """Whether a type's ``$everything`` is declared."""
    for rest in _dicts(capability.get("rest")):
        for resource in _dicts(rest.get("resource")):
            names = [each.get("name") for each in _dicts(resource.get("operation"))]
            if resource.get("type") == kind and {EVERYTHING, f"${EVERYTHING}"} & set(filter(_is_text, names)):
                return True
    return False


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
