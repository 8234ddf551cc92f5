"""The terminology that validation uses, as measures ask it."""

from typing import Any

from fhircheck.terminology.code_verdict import CodeStatus, CodeVerdict

POSSIBLE = frozenset({CodeStatus.NOT_IN_FRAGMENT, CodeStatus.CANNOT_TELL})


class KnownCodes:
    """Answers about codes in their own systems. terminology: a PackageTerminology; remembers by itself."""

    def __init__(self, terminology: Any) -> None:
        self._terminology = terminology

    def code_is_known(self, system: str, code: str) -> bool | None:
        """Whether the system has the code; None where it cannot be told."""
        status = self._terminology.check_code(system, code).status
        return None if status in POSSIBLE else status is CodeStatus.KNOWN

    def verdict(self, system: str, code: str, version: str = "", display: str = "", language: str = "") -> CodeVerdict:
        """All that is known of the code, as validation judges it."""
        found: CodeVerdict = self._terminology.check_code(system, code, version, display, language)
        return found

    def compares(self, system: str, code: str, version: str = "") -> bool:
        """Whether there is a text to compare a display of the known code with."""
        return bool(self._terminology.compares_displays(system, code, version))
