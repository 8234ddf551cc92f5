"""Is this code a code of its code system, and is this its display? By the loaded packages, and by form.

The order of what decides: settings (ignored systems), the form of the system's URL, a CodeSystem of the packages
that holds all codes, the rules of well-known systems, a terminology server where there is one.
http://hl7.org/fhir/R4/terminologies.html#unbound
"""

import re
from collections.abc import Callable
from typing import Any

from fhircheck.definitions.code_system import CodeTable, code_table
from fhircheck.model.protocols import Conformance
from fhircheck.terminology.code_verdict import CodeStatus, CodeVerdict
from fhircheck.terminology.displays import fitting
from fhircheck.terminology.known_systems import KNOWN_SYSTEMS
from fhircheck.terminology.membership import NO_CONTENT
from fhircheck.terminology.placeholders import stood_for

Kept = Callable[[str, Callable[[], dict[str, Any] | None]], dict[str, Any] | None]
AskServer = Callable[[str, str, str, str], CodeVerdict | None]
NO_VERSION = "code-system-version"
IGNORED = "ignored"
REMEMBERED = 50_000
TABLES = 2_000
THO = "http://terminology.hl7.org/"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:").match
_BARE_OID = re.compile(r"[0-2](?:\.[0-9]+)+").fullmatch


def _ask_nobody(system: str, code: str, version: str, display: str) -> CodeVerdict | None:
    return None


class CodeSystems:
    """Code systems out of one set of definitions; what was looked up is remembered up to a bound.

    ask_server: (system, code, version, display) -> verdict, or None where no server knows.
    """

    def __init__(
        self,
        definitions: Conformance,
        kept: Kept,
        ignored: frozenset[str] = frozenset(),
        ask_server: AskServer = _ask_nobody,
    ) -> None:
        self._definitions = definitions
        self._kept = kept
        self._ignored = ignored
        self._ask_server = ask_server
        self._tables: dict[tuple[str, str], CodeTable | None] = {}
        self._judged: dict[tuple[str, str], bool | None] = {}
        labels = [f"{each.name}#{each.version}" for each in getattr(definitions, "packages", ())]
        self._tho = next((each for each in labels if each.startswith("hl7.terminology")), "")

    def table(self, canonical: str, referrer: str = "") -> CodeTable | None:
        """The CodeSystem `canonical` (``url`` or ``url|version``), None where it is not loaded.

        The systems of HL7's terminology package are taken from there, whatever copies the core has.
        """
        if self._tho and canonical.startswith(THO):
            referrer = self._tho
        key = (canonical, referrer)
        if key not in self._tables:
            if len(self._tables) > TABLES:
                self._tables.clear()
            resource = self._definitions.find(canonical, "CodeSystem", referrer)
            self._tables[key] = code_table(resource) if resource else None
        return self._tables[key]

    def compares_displays(self, system: str, code: str, version: str = "") -> bool:
        """Whether there are texts that a display of the known `code` is compared with: the table's, or the server's."""
        table = self.table(f"{system}|{version}" if version else system)
        found = table.find(code) if table is not None else None
        if table is not None and found is not None:
            return bool(table.displays(found))
        return self._ask_server is not _ask_nobody and self.judged(system, code) is None

    def judged(self, system: str, code: str) -> bool | None:
        """What the rules of a well-known system say of `code`: exists, cannot exist, or None."""
        known = KNOWN_SYSTEMS.get(system)
        if known is None or not known.certain:
            return None
        key = (system, code)
        if key not in self._judged:
            if len(self._judged) > REMEMBERED:
                self._judged.clear()
            self._judged[key] = self._judge(known.judge, key) if known.kept else known.judge(code)
        return self._judged[key]

    def _judge(self, judge: Callable[[str], bool | None], key: tuple[str, str]) -> bool | None:
        """By a slow judge, whose answers are kept on disk."""
        found = self._kept(f"code {key[0]} {key[1]}", lambda: {"exists": judge(key[1])})
        return None if found is None else found.get("exists")

    def _looks_wrong(self, system: str, code: str) -> bool:
        """Whether `code` is not written as codes of `system` are, by a rule that is custom rather than law."""
        known = KNOWN_SYSTEMS.get(system)
        return known is not None and not known.certain and known.judge(code) is False

    def without_server(self, system: str, code: str, version: str = "") -> CodeVerdict:
        """What the packages and the rules of form alone say of `code`."""
        ask, self._ask_server = self._ask_server, _ask_nobody
        try:
            return self.verdict(system, code, version)
        finally:
            self._ask_server = ask

    def verdict(self, system: str, code: str, version: str = "", display: str = "", language: str = "") -> CodeVerdict:
        """What is known of `code` in `system`. language: of the resource, empty where it states none."""
        if system in self._ignored:
            return CodeVerdict(CodeStatus.CANNOT_TELL, reason=IGNORED, detail=system)
        table = self.table(f"{system}|{version}" if version else system)
        if table is None:
            return self._without_table(system, code, version, display)
        if table.content == "supplement" or table.supplements:
            return CodeVerdict(CodeStatus.SUPPLEMENT, table.version)
        found = table.find(code) or stood_for(table, code)
        if found is not None:
            right = not display or found != table.find(code) or fitting(table, found, display, language)
            displays = () if right else table.displays(found)
            return CodeVerdict(CodeStatus.KNOWN, table.version, displays, table.inactive(found), table.abstract(found))
        if table.complete and not (table.compositional or system in KNOWN_SYSTEMS):
            return CodeVerdict(CodeStatus.UNKNOWN, table.version)
        return self._by_form(system, code, version, display, table.content == "fragment")

    def _without_table(self, system: str, code: str, version: str, display: str) -> CodeVerdict:
        if not _SCHEME(system) and not _BARE_OID(system):
            return CodeVerdict(CodeStatus.RELATIVE_SYSTEM)
        if self._definitions.find(system, "ValueSet") is not None:
            return CodeVerdict(CodeStatus.VALUE_SET)
        if version and self.table(system) is not None and system not in KNOWN_SYSTEMS:
            asked = self._ask_server(system, code, version, display)
            return asked or CodeVerdict(CodeStatus.CANNOT_TELL, reason=NO_VERSION, detail=f"{system}|{version}")
        return self._by_form(system, code, version, display, fragment=False)

    def _by_form(self, system: str, code: str, version: str, display: str, fragment: bool) -> CodeVerdict:
        exists = self.judged(system, code)
        if exists is not None:
            return CodeVerdict(CodeStatus.KNOWN if exists else CodeStatus.UNKNOWN)
        asked = self._ask_server(system, code, version, display)
        if asked is not None:
            return asked
        if fragment:
            return CodeVerdict(CodeStatus.NOT_IN_FRAGMENT)
        odd = self._looks_wrong(system, code)
        return CodeVerdict(CodeStatus.CANNOT_TELL, reason=NO_CONTENT, detail=system, odd=odd)
