"""The terminology that validation uses, as measures ask it."""

from typing import Any

from fhircheck.terminology.code_verdict import CodeVerdict


class KnownCodes:
    """Answers about codes in their own systems. terminology: a PackageTerminology; remembers by itself."""

    def __init__(self, terminology: Any) -> None:
        self._terminology = terminology

    def verdict(self, system: str, code: str, version: str = "", display: str = "", language: str = "") -> CodeVerdict:
        """All that is known of the code, as validation judges it."""
        found: CodeVerdict = self._terminology.check_code(system, code, version, display, language)
        return found

    def compares(self, system: str, code: str, version: str = "") -> bool:
        """Whether there is a text to compare a display of the known code with."""
        return bool(self._terminology.compares_displays(system, code, version))
