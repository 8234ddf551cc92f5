"""Answers about codes by the loaded packages: value sets composed once, kept on disk, looked up in memory."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from fhircheck.model.protocols import Conformance
from fhircheck.model.settings import DEFAULT_SETTINGS, CheckSettings
from fhircheck.terminology.code_systems import IGNORED, CodeSystems, Kept
from fhircheck.terminology.code_verdict import POSSIBLE, CodeStatus, CodeVerdict
from fhircheck.terminology.codings import Coded, codings_of
from fhircheck.terminology.compose import Composer
from fhircheck.terminology.membership import Answer, Membership

if TYPE_CHECKING:
    from fhircheck.terminology.server import Question, TerminologyServer

FORM = 4
REMEMBERED = 50_000
TOLD = {Answer.MEMBER: True, Answer.NOT_MEMBER: False, Answer.CANNOT_TELL: None}


class PackageTerminology:
    """Answers about codes and value sets out of one set of definitions, and a terminology server where one is named.

    kept: looks a key up in the cache on disk, or makes and keeps it. settings: what is not to be judged, and the
    server to ask. fresh: how long a server's answers hold: the day of the run.
    """

    def __init__(
        self,
        definitions: Conformance,
        kept: Kept,
        settings: CheckSettings = DEFAULT_SETTINGS,
        fresh: str = "",
    ) -> None:
        server = _server(settings.terminology_server, kept, fresh)
        ask = {} if server is None else {"ask_server": server.code}
        self._code_systems = CodeSystems(definitions, kept, settings.ignored_systems, **ask)
        self._composer = Composer(definitions, self._code_systems)
        self._key = definitions.fingerprint()
        self._kept = kept
        self._server = server
        self._ignored_value_sets = settings.ignored_value_sets
        self._ignored_systems = settings.ignored_systems
        self._strict_displays = settings.wrong_displays == "error"
        self._memberships: dict[str, Membership] = {}
        self._verdicts: dict[tuple[Any, ...], CodeVerdict] = {}

    def prepare(self, node: Any) -> None:
        """Ask the server, if there is one, about all codes below `node` that nothing else decides, in one request."""
        if self._server is not None:
            self._server.prepare(self._open_codes(node))

    def _open_codes(self, node: Any) -> "Iterator[Question]":
        from fhircheck.terminology.server import Question

        waiting = [node]
        while waiting:
            each = waiting.pop()
            if each.__class__ is list:
                waiting.extend(each)
            elif each.__class__ is dict:
                waiting.extend(each.values())
                for coded in codings_of(each) if each.get("system") and each.get("code").__class__ is str else ():
                    found = self._code_systems.without_server(coded.system or "", coded.code, coded.version)
                    if found.status is CodeStatus.CANNOT_TELL and found.reason != IGNORED:
                        yield Question(coded.system or "", coded.code, coded.version, coded.display)

    def membership(self, value_set: str) -> Membership:
        """What is known of the value set with this canonical; one that is ignored is open."""
        found = self._memberships.get(value_set)
        if found is None:
            found = self._memberships[value_set] = self._membership(value_set)
        return found

    def _membership(self, value_set: str) -> Membership:
        if value_set.partition("|")[0] in self._ignored_value_sets:
            return Membership.build(value_set, {}, set(), {"*": IGNORED})
        key = f"value-set {self._key} {FORM} {value_set}"
        data = self._kept(key, lambda: self._composer.compose(value_set).to_json())
        found = Membership.from_json(data or {"canonical": value_set, "systems": {}, "folded": [], "open": {}})
        for system in self._ignored_systems & (found.systems.keys() | found.open_systems.keys()):
            found.open_systems[system] = IGNORED
            found.among.pop(system, None)
        found.judge = self._code_systems.judged
        if self._server is not None:
            found.ask_server = partial(self._server.member, value_set)
        return found

    def check_code(
        self, system: Any, code: Any, version: Any = "", display: Any = "", language: Any = ""
    ) -> CodeVerdict:
        """What is known of `code` in its own code system; malformed parts count as not given.

        language: of the resource, where it states one: displays are held against texts in it.
        """
        key = (system, code, version, display, language)
        try:
            found = self._verdicts.get(key)
        except TypeError:
            return CodeVerdict(CodeStatus.CANNOT_TELL, reason="malformed")
        if found is None:
            if len(self._verdicts) >= REMEMBERED:
                self._verdicts.clear()
            found = self._verdicts[key] = self._check(*(each if each.__class__ is str else "" for each in key))
        return found

    def compares_displays(self, system: str, code: str, version: str = "") -> bool:
        """Whether there are texts to compare a display of the known `code` with, here or at the server."""
        return self._code_systems.compares_displays(system, code, version)

    def _check(self, system: str, code: str, version: str, display: str, language: str) -> CodeVerdict:
        if not system or not code:
            return CodeVerdict(CodeStatus.CANNOT_TELL, reason="code-without-system")
        return self._code_systems.verdict(system, code, version, display, language)

    def answer(self, codings: Sequence[Coded], members: Membership) -> Answer:
        """Whether any of `codings` is a member. No concept is one where a coding is unknown in its own system."""
        told = Answer.NOT_MEMBER
        for each in codings:
            answer = self._answer(each, members)
            if answer is None:
                return Answer.NOT_MEMBER
            if answer is Answer.MEMBER or told is Answer.NOT_MEMBER:
                told = answer
        return told

    def _answer(self, coded: Coded, members: Membership) -> Answer | None:
        """The answer about one coding; None for one that its own system does not have, or not with this display."""
        if coded.system is None:
            return members.answer(None, coded.code)
        if not coded.system:
            return Answer.MEMBER if members.systems_of(coded.code) == 1 else self._unplaced(members)
        verdict = self.check_code(coded.system, coded.code, coded.version, coded.display, coded.language)
        if coded.code and (verdict.status not in POSSIBLE or (verdict.displays and self._strict_displays)):
            return None
        answer = members.answer(coded.system, coded.code)
        if answer is Answer.NOT_MEMBER and coded.version and verdict.status is CodeStatus.CANNOT_TELL:
            return Answer.CANNOT_TELL if coded.system in members.systems else answer
        return answer

    def _unplaced(self, members: Membership) -> Answer:
        """Of a code without a system that is not a known member of exactly one."""
        return Answer.CANNOT_TELL if members.open_systems else Answer.NOT_MEMBER

    def member(self, node: Any, value_set: str) -> bool | None:
        """Whether a code (string), Coding, CodeableConcept or Quantity is in the value set; None: cannot tell."""
        members = self.membership(value_set)
        codings = [Coded(None, node)] if node.__class__ is str else codings_of(node)
        return TOLD[self.answer(codings, members)]

    def subsumes(self, node: Any, other: Any) -> bool | None:
        """Whether a code of `node` is the same as, or above, a code of `other`; None where that cannot be told."""
        told: bool | None = False
        for mine in codings_of(node):
            for theirs in codings_of(other):
                answer = self._subsumes(mine, theirs)
                if answer:
                    return True
                told = None if answer is None else told
        return told

    def _subsumes(self, mine: Coded, theirs: Coded) -> bool | None:
        if mine.system != theirs.system or not mine.system:
            return False
        table = self._code_systems.table(mine.system)
        if mine.code == theirs.code:
            return True
        if table is None or not table.complete:
            return None
        return theirs.code in table.below(mine.code)


def _server(base: str, kept: Kept, fresh: str) -> "TerminologyServer | None":
    if not base:
        return None
    from fhircheck.terminology.server import TerminologyServer

    return TerminologyServer(base, kept, fresh)
