"""Words of a run that read only what was changed since an earlier one."""

from fhircheck.report.shown import View, clean

_SINCE = {
    "en": "Only what was changed since {since} was read. Deletions since then are not seen.",
    "de": "Nur was seit {since} geändert wurde, ist gelesen. Gelöschtes seitdem ist nicht zu sehen.",
}
_NOTHING = {"en": "Nothing was changed since {since}.", "de": "Seit {since} wurde nichts geändert."}


def only_since(since: str, records: int, view: View) -> str:
    """What to know of such a run. since: ISO 8601; records: that were read."""
    return (_SINCE if records else _NOTHING)[view.language].format(since=clean(since))
