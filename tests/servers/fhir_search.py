"""How the server in memory searches: parameters, modifiers, paging, sorting, includes; and how it may lie about it."""

from typing import Any
from urllib.parse import urlencode

from tests.servers.fhir_answers import Node, Refused
from tests.servers.search_matching import MODIFIERS, PARAMETERS, PREFIXES, holds, kind_of, span, values

Query = list[tuple[str, str]]
PAGE = 20
CONTROLS = ("_count", "_sort", "_summary", "_elements", "_total", "_include", "_revinclude", "_format", "_pretty")
TYPES_OF_ALL = {"_id": "token", "_lastUpdated": "date", "_tag": "token", "_profile": "uri"}


class Searching:
    """The resources of a server, and searches over them."""

    def __init__(self, resources: list[Node], lies: set[str]) -> None:
        self.base = ""
        self.lies = lies
        self.types = tuple(PARAMETERS)
        self.by_name = {f"{each['resourceType']}/{each['id']}": each for each in resources}
        self._pages: dict[str, tuple[list[Node], list[Node], int, str]] = {}

    def search(self, type_name: str, query: Query, prefer: str, *, posted: bool) -> Node:
        """The Bundle of one search. Raises Refused for what a search may not ask."""
        given = dict(query)
        if given.get("_page", "") in self._pages:
            return self._page(given["_page"], int(given.get("_offset", "0")))
        used, ignored = self._sorted_out(type_name, query, prefer)
        hits = [each for each in self._of(type_name) if all(self._fits(each, type_name, *pair) for pair in used)]
        if posted and "post-differs" in self.lies:
            hits = hits[:-1]
        controls = [pair for pair in query if pair[0] in CONTROLS]
        hits = self._ordered(hits, type_name, given.get("_sort", ""))
        named = used + controls + (ignored if "self-keeps" in self.lies else [])
        this = f"{self.base}/{type_name}" + ("?" + urlencode(named) if named else "")
        if "self-forgets" in self.lies:
            this = f"{self.base}/{type_name}"
        return self._first(hits, type_name, query, this)

    def _of(self, type_name: str) -> list[Node]:
        return [each for each in self.by_name.values() if each["resourceType"] == type_name]

    def _sorted_out(self, type_name: str, query: Query, prefer: str) -> tuple[Query, Query]:
        """(parameters that filter, those that are not known). Raises Refused as Prefer asks."""
        used, ignored = [], []
        for name, value in query:
            if name in CONTROLS or name in ("_page", "_offset"):
                continue
            if not value:
                if "empty-refused" in self.lies:
                    raise Refused(400, "invalid")
                continue
            (used if self._known(type_name, name) else ignored).append((name, value))
        strict = "handling=strict" in prefer and "strict-ignored" not in self.lies
        if ignored and (strict or "lenient-refused" in self.lies):
            raise Refused(400, "not-supported")
        if "needs-parameters" in self.lies and not used and type_name != "Patient":
            raise Refused(400, "too-costly")
        for name, value in used:
            self._check(type_name, name, value)
        return used, ignored

    def _known(self, type_name: str, name: str) -> bool:
        plain, _, modifier = name.partition(":")
        plain, _, chained = plain.partition(".")
        found = kind_of(type_name, plain)
        if found is None:
            return False
        if chained:
            return found[0] == "reference"
        return not modifier or modifier in MODIFIERS.get(found[0], ("missing",)) or modifier[:1].isupper()

    def _check(self, type_name: str, name: str, value: str) -> None:
        plain = name.partition(":")[0]
        if f"refuses:{plain}" in self.lies:
            raise Refused(400, "processing")
        kind = (kind_of(type_name, plain) or ("",))[0]
        if kind == "date" and ":missing" not in name and "date-invalid-200" not in self.lies:
            for part in value.split(","):
                try:
                    span(part[2:] if part[:2] in PREFIXES else part)
                except ValueError:
                    raise Refused(400, "invalid") from None

    def _fits(self, node: Node, type_name: str, name: str, value: str) -> bool:
        plain, _, modifier = name.partition(":")
        plain, _, chained = plain.partition(".")
        kind = (kind_of(type_name, plain) or ("",))[0]
        if f"ignores:{plain}" in self.lies:
            return True
        if f"finds-nothing:{plain}" in self.lies:
            return False
        if chained:
            return "chain-ignored" in self.lies or self._chained(node, type_name, plain, chained, value)
        if f"ignores-modifier:{modifier}" in self.lies:
            modifier = ""
        if f"ignores-prefix:{value[:2]}" in self.lies and kind in ("date", "number", "quantity"):
            value = value[2:]
        try:
            return holds(node, type_name, plain, modifier, value)
        except (ValueError, ArithmeticError):
            return "date-invalid-200" in self.lies

    def _chained(self, node: Node, type_name: str, plain: str, chained: str, value: str) -> bool:
        targets = [each.get("reference") for each in values(node, (kind_of(type_name, plain) or ("", ""))[1])]
        found = [self.by_name[each] for each in targets if each in self.by_name]
        return any(self._fits(each, each["resourceType"], chained, value) for each in found)

    def _ordered(self, hits: list[Node], type_name: str, sort: str) -> list[Node]:
        if "sort-ignored" in self.lies:
            return hits
        for key in reversed(sort.split(",") if sort else []):
            paths = (kind_of(type_name, key.lstrip("-")) or ("", ""))[1]
            there = [each for each in hits if values(each, paths)]
            there.sort(key=lambda each: _key(values(each, paths)[0]), reverse=key.startswith("-"))
            hits = there + [each for each in hits if not values(each, paths)]
        return hits

    def _first(self, hits: list[Node], type_name: str, query: Query, this: str) -> Node:
        given = dict(query)
        total = len(hits) + ("total-wrong" in self.lies)
        if given.get("_summary") == "count" and "summary-ignored" not in self.lies:
            return self._bundle([], [], total, this, "")
        shown = [self._shown(each, given) for each in hits]
        beside = self._included(hits, query)
        count = given.get("_count", "")
        size = int(count) if count.isdigit() and "count-ignored" not in self.lies else PAGE
        token = f"p{len(self._pages) + 1}"
        self._pages[token] = (shown, beside, size, this)
        return self._page(token, 0)

    def _page(self, token: str, start: int) -> Node:
        shown, beside, size, this = self._pages[token]
        end = start + size
        part = shown[start:end] if size else []
        if start and "page-lost" in self.lies:
            part = part[1:]
        if start and "page-repeats" in self.lies:
            part = [shown[start - 1], *part]
        if start and "next-unstable" in self.lies:
            self._pages[token] = ([*shown[:start], *shown[start:][::-1]], beside, size, this)
        following = end if size and end < len(shown) else -1
        if following < 0 and start and "page-loop" in self.lies:
            following = size
        link = f"{self.base}/{part[0]['resourceType'] if part else 'Patient'}?_page={token}&_offset={following}"
        if "next-leaks" in self.lies and "?" in this:
            link += "&" + this.partition("?")[2]
        total = len(shown) + ("total-wrong" in self.lies)
        return self._bundle(part, beside, total, this, link if following >= 0 else "")

    def _bundle(self, part: list[Node], beside: list[Node], total: int, this: str, following: str) -> Node:
        links = [] if "self-missing" in self.lies else [{"relation": "self", "url": this}]
        links += [{"relation": "next", "url": following}] if following else []
        mode = "match" if "include-as-match" in self.lies else "include"
        entry = [self._entry(each, "match") for each in part] + [self._entry(each, mode) for each in beside]
        found: Node = {"resourceType": "Bundle", "type": "searchset", "total": total, "link": links}
        return {**found, "entry": entry} if entry else found

    def _entry(self, node: Node, mode: str) -> Node:
        return {
            "fullUrl": f"{self.base}/{node['resourceType']}/{node['id']}",
            "resource": node,
            "search": {"mode": mode},
        }

    def _shown(self, node: Node, given: dict[str, str]) -> Node:
        """The resource as _elements or _summary ask for it."""
        keep: set[str] | None = None
        if given.get("_elements") and "elements-ignored" not in self.lies:
            keep = set(given["_elements"].split(","))
        summary = "" if "summary-ignored" in self.lies else given.get("_summary", "")
        if summary == "data":
            return _tagged({name: value for name, value in node.items() if name != "text"})
        if summary == "text":
            keep = {"text", "status", "code", "class", "intent"}
        if summary == "true":
            return _tagged({name: value for name, value in node.items() if name not in ("text", "contact", "photo")})
        if keep is None:
            return node
        return _tagged({name: value for name, value in node.items() if name in keep | {"resourceType", "id", "meta"}})

    def _included(self, hits: list[Node], query: Query) -> list[Node]:
        found: dict[str, Node] = {}
        for name, value in query:
            source, _, parameter = value.partition(":")
            paths = (kind_of(source, parameter.partition(":")[0]) or ("", ""))[1]
            if name == "_include" and "include-missing" not in self.lies:
                for each in (hit for hit in hits if hit["resourceType"] == source):
                    for target in values(each, paths):
                        if target.get("reference") in self.by_name:
                            found[target["reference"]] = self.by_name[target["reference"]]
            if name == "_revinclude" and "revinclude-missing" not in self.lies:
                wanted = {f"{hit['resourceType']}/{hit['id']}" for hit in hits}
                for each in self._of(source):
                    if any(target.get("reference") in wanted for target in values(each, paths)):
                        found[f"{source}/{each['id']}"] = each
        return list(found.values())


def _tagged(node: Node) -> Node:
    tag = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
    meta = dict(node.get("meta", {}))
    return {**node, "meta": {**meta, "tag": [*meta.get("tag", []), tag]}}


def _key(value: Any) -> Any:
    if isinstance(value, str):
        return value.casefold()
    if isinstance(value, dict):
        return str(value.get("start", value.get("value", value.get("reference", ""))))
    return value


def capability(types: tuple[str, ...], *, history: bool = False) -> Node:
    """The CapabilityStatement of the server: all it can. history: of types too."""
    resources = []
    interactions = ["read", "vread", "history-instance", "search-type", *(["history-type"] if history else [])]
    for name in types:
        parameters = {each: kind for each, (kind, _) in PARAMETERS[name].items()} | TYPES_OF_ALL
        described: Node = {
            "type": name,
            "interaction": [{"code": code} for code in interactions],
            "versioning": "versioned",
            "readHistory": True,
            "conditionalRead": "full-support",
            "searchInclude": [f"{name}:{each}" for each, kind in parameters.items() if kind == "reference"],
            "searchRevInclude": _pointing_at(name),
            "searchParam": [{"name": each, "type": kind} for each, kind in parameters.items()],
        }
        resources.append({key: value for key, value in described.items() if value})
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-01-01",
        "kind": "instance",
        "software": {"name": "server in memory", "version": "1"},
        "implementation": {"description": "for tests"},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/fhir+xml"],
        "rest": [{"mode": "server", "resource": resources}],
    }


def _pointing_at(name: str) -> list[str]:
    if name != "Patient":
        return []
    return [f"{source}:patient" for source, found in PARAMETERS.items() if "patient" in found]
