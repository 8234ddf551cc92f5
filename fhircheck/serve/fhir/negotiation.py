"""Which form a request comes in and which its answer gets (http://hl7.org/fhir/R4/http.html#mime-type)."""

from collections.abc import Mapping

from fhircheck.serve.fhir.question import Form
from fhircheck.serve.fhir.refusal import Refused

FORMS: dict[str, Form] = {
    "application/fhir+json": "json",
    "application/json+fhir": "json",
    "application/json": "json",
    "text/json": "json",
    "json": "json",
    "application/fhir+xml": "xml",
    "application/xml+fhir": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "xml": "xml",
}
ANY = frozenset({"*/*", "application/*", "text/html", "application/xhtml+xml", "text/*"})
VERSIONS = frozenset({"4.0", "4.0.1"})


def media_type(header: str) -> tuple[str, dict[str, str]]:
    """A media type and its parameters, both in lower case (RFC 9110, 8.3.1)."""
    kind, *rest = header.split(";")
    pairs = (each.partition("=") for each in rest)
    return kind.strip().lower(), {name.strip().lower(): value.strip().strip('"').lower() for name, _, value in pairs}


def form_of_body(content_type: str) -> Form:
    """JSON or XML. Raises Refused (415) for anything else, so that no page of another site can send without asking."""
    kind, parameters = media_type(content_type)
    form = FORMS.get(kind) if "/" in kind else None
    if form is None:
        raise Refused(415, "not-supported", "content-type")
    if parameters.get("fhirversion", "4.0") not in VERSIONS:
        raise Refused(415, "not-supported", "version")
    return form


def form_of_answer(accept: str, query: Mapping[str, str], body: Form = "json") -> Form:
    """JSON or XML by ``_format``, then by the Accept header, then as the body came. Raises Refused (406)."""
    asked = query.get("_format", "")
    if asked:
        form = FORMS.get(media_type(asked)[0].replace(" ", "+"))  # a + that was not escaped in the URL
        if form is None:
            raise Refused(406, "not-supported", "not-acceptable")
        return form
    best: tuple[float, Form] | None = None
    for part in accept.split(",") if accept.strip() else ("*/*",):
        kind, parameters = media_type(part)
        found = body if kind in ANY else FORMS.get(kind) if "/" in kind else None
        weight = _weight(parameters.get("q", "1"))
        if found is None or not weight or parameters.get("fhirversion", "4.0") not in VERSIONS:
            continue
        if kind == "text/html" or kind in ANY:
            weight -= 0.0001  # one that is named goes before one that is only possible
        if best is None or weight > best[0]:
            best = weight, found
    if best is None:
        raise Refused(406, "not-supported", "not-acceptable")
    return best[1]


def language_of(header: str, default: str) -> str:
    """``de`` or ``en``: the first of the two in Accept-Language by weight, else `default`."""
    best = (0.0, default)
    for part in header.split(",")[:20]:
        name, parameters = media_type(part)
        weight = _weight(parameters.get("q", "1"))
        if name.partition("-")[0] in ("de", "en") and weight > best[0]:
            best = weight, name.partition("-")[0]
    return best[1]


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
