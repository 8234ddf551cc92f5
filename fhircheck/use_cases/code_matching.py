"""Is a code of the data one that a requirement asks for? Answers are remembered by system and code."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fhircheck.model.protocols import ValueSetAnswers

HIERARCHIES = (
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
    "http://fhir.de/CodeSystem/dimdi/icd-10-gm",
    "http://fhir.de/CodeSystem/bfarm/atc",
    "http://fhir.de/CodeSystem/dimdi/atc",
    "http://www.whocc.no/atc",
    "http://fhir.de/CodeSystem/bfarm/ops",
    "http://fhir.de/CodeSystem/dimdi/ops",
    "http://hl7.org/fhir/sid/icd-10",
    "http://dvmd.de/fhir/CodeSystem/kdl",
)
"""Systems where a code is below another when it begins with it."""

REMEMBERED = 20_000
Codes = Mapping[str, Any]


class CodeSet:
    """Codes by system. Member or not; None where it cannot be told. fault: why nothing can be told at all."""

    def __init__(self) -> None:
        self.whole: set[str] = set()
        self.codes: dict[str, set[str]] = {}
        self.below: dict[str, tuple[str, ...]] = {}
        self.others: list[ValueSetAnswers] = []
        self.faults: list[str] = []
        self._known: dict[tuple[str | None, str], bool | None] = {}

    def has(self, system: str | None, code: str) -> bool | None:
        """Whether the code is in; system None: the element implies it."""
        key = system, code
        if key in self._known:
            return self._known[key]
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        found = self._known[key] = self._look(system, code)
        return found

    def _look(self, system: str | None, code: str) -> bool | None:
        if system is None:
            if any(code in each for each in self.codes.values()):
                return True
        elif (
            system in self.whole
            or code in self.codes.get(system, ())
            or code.startswith(self.below.get(system, ("\0",)))
        ):
            return True
        answers = [each(system, code) for each in self.others]
        return True if True in answers else None if None in answers or self.faults else False

    @property
    def blind(self) -> str:
        """Why none of its codes are known; empty where some are."""
        known = self.whole or self.codes or self.below or self.others
        return self.faults[0] if self.faults and not known else ""

    def add_code(self, system: str, code: str) -> None:
        """Add one code, or the whole system where the code is empty."""
        if code:
            self.codes.setdefault(system, set()).add(code)
        else:
            self.whole.add(system)

    def add_value_set(
        self,
        canonical: str,
        own: Mapping[str, Codes],
        answers: Callable[[str], ValueSetAnswers | str],
        above: tuple[str, ...] = (),
    ) -> None:
        """Add what the value set holds: of `own` by its compose where that is plain, else as `answers` says."""
        url = canonical.partition("|")[0]
        resource = own.get(url)
        if resource is not None and url not in above and self._composed(resource, own, answers, (*above, url)):
            return
        found = answers(canonical)
        if isinstance(found, str):
            self.faults.append(found)
        else:
            self.others.append(found)

    def _composed(
        self,
        resource: Codes,
        own: Mapping[str, Codes],
        answers: Callable[[str], ValueSetAnswers | str],
        above: tuple[str, ...],
    ) -> bool:
        """Take in ``compose`` (R4 ValueSet.compose); False where it holds more than lists, systems and hierarchies."""
        compose = resource.get("compose")
        includes: Any = compose.get("include") if compose.__class__ is dict else None
        if compose is None or not _plain(includes) or compose.get("exclude"):
            return False
        for each in includes:
            system = each.get("system", "")
            concepts, filters = each.get("concept", ()), each.get("filter", ())
            for concept in concepts:
                self.add_code(system, str(concept.get("code", "")))
            for one in filters:
                self.below[system] = (*self.below.get(system, ()), str(one.get("value")))
            for inner in each.get("valueSet", ()):
                self.add_value_set(inner, own, answers, above)
            if system and not concepts and not filters:
                self.whole.add(system)
        return True


def _plain(includes: Any) -> bool:
    return includes.__class__ is list and all(map(_plain_include, includes))


def _plain_include(each: Any) -> bool:
    if each.__class__ is not dict or (each.get("valueSet") and each.get("system")):
        return False
    return all(
        one.get("op") == "is-a" and one.get("property") == "concept" and each.get("system") in HIERARCHIES
        for one in each.get("filter", ())
    )


def codings_in(value: Any) -> Iterable[tuple[str | None, str]]:
    """(system, code) of a code, Coding, CodeableConcept, Quantity or Identifier; system None for a plain code."""
    if value.__class__ is str:
        return ((None, value),)
    if value.__class__ is not dict:
        return ()
    coding = value.get("coding")
    if coding.__class__ is list:
        return [pair for each in coding if each.__class__ is dict for pair in _pair(each)]
    return _pair(value)


def _pair(coding: Mapping[str, Any]) -> tuple[tuple[str | None, str], ...]:
    code, system = coding.get("code"), coding.get("system")
    return ((system if system.__class__ is str else "", code),) if code.__class__ is str else ()
