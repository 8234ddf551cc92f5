"""The base URL of a FHIR server out of the URL of a search, a resource or an operation."""

import re

_TYPE = re.compile(r"(?:[A-Z][a-z]+)+")


def service_base(url: str) -> str:
    """What stands before the resource type, operation or ``_history`` in `url` (http.html#general), without a slash.

    `https://host/fhir/R4/Patient/1/$everything?_count=5` gives `https://host/fhir/R4`. Raises ValueError for no URL.
    """
    from urllib.parse import urlsplit, urlunsplit

    parts = urlsplit(url)
    kept: list[str] = []
    for step in parts.path.split("/"):
        if step.startswith(("$", "%24", "_")) or step == "metadata" or _TYPE.fullmatch(step):
            break
        kept.append(step)
    return urlunsplit((parts.scheme, parts.netloc, "/".join(kept).rstrip("/"), "", ""))
