"""URIs and canonicals, which are compared as they are (http://hl7.org/fhir/R4/search.html#uri)."""

from fhircheck.fhirpath import Item
from fhircheck.probe.search_kinds.search import LONGEST, Search, SearchKind, Told, any_of, escaped_url, nothing_holds


def _plain(item: Item) -> list[Search]:
    text = item.value
    if text.__class__ is not str or not 0 < len(text) <= LONGEST:
        return []

    def one(there: object) -> Told:
        """A canonical's version may be left out, which servers see differently."""
        if there == text:
            return True
        return None if str(there).partition("|")[0] == text.partition("|")[0] else False

    return [Search(escaped_url(text), lambda items: any_of(one(each.value) for each in items))]


URI = SearchKind(
    "uri", "URIs and canonicals, as they are.", _plain, Search("urn:fhircheck:no-such", nothing_holds, finds=False)
)
