"""A FHIR Library of type module-definition -> a UseCase (R4 library.html, DataRequirement; our extensions)."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

from fhircheck.measures.date_span import SECOND, span_of
from fhircheck.model.errors import UsageError
from fhircheck.model.use_case import Role, Texts
from fhircheck.use_cases.element_path import UnreadablePath, values_at
from fhircheck.use_cases.requirement import (
    Clock,
    CodeFilter,
    DateFilter,
    Density,
    LabelClassRule,
    Link,
    Requirement,
    Sampling,
    UseCase,
    Window,
)

OURS = "https://fhircheck.dev/fhir/StructureDefinition/"
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
SECONDS = {"s": 1, "min": 60, "h": 3_600, "d": 86_400, "wk": 604_800, "mo": 2_629_746, "a": 31_556_952}
"""Units of a Duration (UCUM); a month and a year are the mean ones of the Gregorian calendar."""
_BASE = "http://hl7.org/fhir/StructureDefinition/"
_NAME = re.compile(r"[A-Za-z0-9\-.]{1,64}")
SAME_NAME = ("code", "category", "status", "type", "class", "severity", "priority", "intent")
"""Search parameters that are called as the element they look at."""
MOST = 500
"""Requirements that one Library may have."""

Node = Mapping[str, Any]


def use_case_of(library: Any, name: str, origin: str, value_sets: Mapping[str, Node] | None = None) -> UseCase:
    """The use case that `library` describes. value_sets: those that came with it, by URL.

    Raises UsageError naming `origin` and the place in the Library where something makes no sense. What only cannot be
    judged (a path that asks for more than steps) becomes the requirement's fault.
    """
    if library.__class__ is not dict or library.get("resourceType") != "Library":
        raise UsageError(f"use case {origin}: not a FHIR Library")
    asked = library.get("dataRequirement")
    if asked.__class__ is not list or not asked:
        raise UsageError(f"use case {origin}: Library.dataRequirement is empty: there is nothing to ask for")
    if len(asked) > MOST:
        raise UsageError(f"use case {origin}: more than {MOST} requirements")
    read = _Reader(origin, any(_extension(each, "requirement-role") for each in asked if each.__class__ is dict))
    try:
        requirements = tuple(read.requirement(each, number) for number, each in enumerate(asked))
    except (ValueError, ArithmeticError):
        raise UsageError(f"use case {origin}: a number in an extension is none") from None
    read.check(requirements)
    return UseCase(
        name,
        _texts(library, "title") or (("en", str(library.get("name") or name)),),
        _texts(library, "description"),
        _text(library, "url"),
        _text(library, "version"),
        origin,
        requirements,
        {**(value_sets or {}), **_contained(library)},  # type: ignore[dict-item]
        read.declared,
    )


def _contained(library: Node) -> dict[str, Node]:
    contained = library.get("contained")
    return {
        key: each
        for each in (contained if contained.__class__ is list else ())
        if each.__class__ is dict and each.get("resourceType") == "ValueSet"
        for key in (f"#{each.get('id')}", str(each.get("url")))
    }


class _Reader:
    """Reads DataRequirements. declared: whether the Library uses our roles."""

    def __init__(self, origin: str, declared: bool) -> None:
        self._origin, self.declared = origin, declared
        self._names: set[str] = set()

    def _wrong(self, place: str, what: str) -> UsageError:
        return UsageError(f"use case {self._origin}: {place}: {what}")

    def requirement(self, node: Any, number: int) -> Requirement:
        """One DataRequirement."""
        place = f"dataRequirement[{number}]"
        kind = node.get("type") if node.__class__ is dict else None
        if kind.__class__ is not str or not kind.isalnum():
            raise self._wrong(f"{place}.type", "a resource type is needed")
        name = self._name(node, kind, place)
        role = self._role(node, place)
        codes = tuple(self._code_filter(each, f"{place}.codeFilter") for each in _list(node, "codeFilter"))
        paths = tuple(str(each) for each in _list(node, "mustSupport")) if self.declared else ()
        label_path = _value(node, "label-path") or ""
        link = self._link(node, place)
        dates = tuple(self._date_filter(each, f"{place}.dateFilter") for each in _list(node, "dateFilter"))
        every_path = [*(each.path for each in codes), *(each.path for each in dates), *paths, label_path]
        every_path += [link.path] if link else []
        sampling, clock = self._sampling(node, place), self._clock(node, place)
        every_path += [*(sampling.by if sampling else ()), *(clock.against if clock else ())]
        count = _value(node, "requirement-minimum-count")
        return Requirement(
            name,
            _title(node) or (("en", kind),),
            role,
            kind,
            tuple(
                each.partition("|")[0]
                for each in map(str, _list(node, "profile"))
                if each.partition("|")[0] != _BASE + kind
            ),
            codes,
            dates,
            paths,
            self._count(count, place),
            self._window(node, place),
            self._density(node, place),
            sampling,
            clock,
            link,
            str(_value(node, "requirement-alternative") or ""),
            "end" if _value(node, "requirement-anchor") == "end" else "start",
            label_path,
            tuple(self._label_class(each, f"{place} label-class") for each in _all(node, "label-class")),
            _path_fault(every_path, kind),
        )

    def _name(self, node: Node, kind: str, place: str) -> str:
        given = node.get("id")
        name = str(given) if given is not None else ""
        if name and not _NAME.fullmatch(name):
            raise self._wrong(f"{place}.id", "letters, digits, - and . only, at most 64")
        number = 1
        made = kind.lower()
        while not name:
            candidate = made if number == 1 else f"{made}-{number}"
            name = "" if candidate in self._names else candidate
            number += 1
        if name in self._names:
            raise self._wrong(f"{place}.id", f"{name} is there twice")
        self._names.add(name)
        return name

    def _role(self, node: Node, place: str) -> Role:
        if not self.declared:
            return "optional"
        given = _value(node, "requirement-role") or "optional"
        roles: tuple[Role, ...] = get_args(Role)
        for role in roles:
            if role == given:
                return role
        raise self._wrong(f"{place} requirement-role", f"must be one of {', '.join(roles)}")

    def _count(self, value: Any, place: str) -> int:
        if value is None:
            return 1
        if value.__class__ is not int or value < 1:
            raise self._wrong(f"{place} requirement-minimum-count", "must be a whole number of at least 1")
        return int(value)

    def _code_filter(self, node: Any, place: str) -> CodeFilter:
        path = self._path(node, place)
        codes = [
            (_text(each, "system"), _text(each, "code"))
            for each in _list(node, "code")
            if each.__class__ is dict and (each.get("system") or each.get("code"))
        ]
        return CodeFilter(path, tuple(codes), _text(node, "valueSet"))

    def _path(self, node: Any, place: str) -> str:
        """The path, or the search parameter where it is called as its element is."""
        path = node.get("path") if node.__class__ is dict else None
        if path is None and node.__class__ is dict:
            parameter = node.get("searchParam")
            if parameter.__class__ is str:
                path = parameter if parameter in SAME_NAME else f"search parameter {parameter[:64]}"
        if path.__class__ is not str:
            raise self._wrong(place, "a path is needed")
        return str(path)

    def _date_filter(self, node: Any, place: str) -> DateFilter:
        path = self._path(node, place)
        if "valueDuration" in node:
            return DateFilter(path, within=abs(self._seconds(node["valueDuration"], place)))
        period = node.get("valuePeriod")
        start, end = (period.get("start"), period.get("end")) if period.__class__ is dict else (None, None)
        if "valueDateTime" in node:
            start = end = node["valueDateTime"]
        first, last = span_of(start), span_of(end)
        if (start is not None and first is None) or (end is not None and last is None):
            raise self._wrong(place, "no date")
        return DateFilter(path, first.first // SECOND if first else None, last.last // SECOND if last else None)

    def _seconds(self, node: Any, place: str) -> int:
        """Seconds of a Duration in UCUM units of time."""
        value = node.get("value") if node.__class__ is dict else None
        unit = node.get("code") if node.__class__ is dict else None
        if unit not in SECONDS or value.__class__ not in (int, float, Decimal):
            raise self._wrong(place, f"a Duration with a UCUM code is needed ({', '.join(SECONDS)})")
        return round(Fraction(str(value)) * SECONDS[unit])

    def _window(self, node: Node, place: str) -> Window | None:
        parts = _parts(node, "requirement-window")
        if parts is None:
            return None
        ends = [self._seconds(parts[each], f"{place} window {each}") if each in parts else None
                for each in ("start", "end")]  # fmt: skip
        if ends[0] is not None and ends[1] is not None and ends[0] >= ends[1]:
            raise self._wrong(f"{place} requirement-window", "ends before it starts")
        return Window(*ends)

    def _density(self, node: Node, place: str) -> Density | None:
        parts = _parts(node, "requirement-density")
        if parts is None:
            return None
        every = self._seconds(parts.get("every"), f"{place} density every")
        share = Fraction(str(parts.get("share", 1)))
        if every <= 0 or not 0 < share <= 1:
            raise self._wrong(f"{place} requirement-density", "needs a positive interval and a share from 0 to 1")
        return Density(every, share)

    def _sampling(self, node: Node, place: str) -> Sampling | None:
        parts = _parts(node, "requirement-sampling")
        if parts is None:
            return None
        place = f"{place} requirement-sampling"
        every, share = self._seconds(parts.get("every"), f"{place} every"), Fraction(str(parts.get("share", 1)))
        gap = self._seconds(parts["gap"], f"{place} gap") if "gap" in parts else 2 * every
        if every <= 0 or not 0 < share <= 1 or gap < every:
            raise self._wrong(place, "needs a positive interval, a share from 0 to 1 and no shorter gap")
        return Sampling(every, share, gap, _repeated(node, "requirement-sampling", "by") or ("code", "device"))

    def _clock(self, node: Node, place: str) -> Clock | None:
        parts = _parts(node, "requirement-clock")
        if parts is None:
            return None
        place = f"{place} requirement-clock"
        ahead = self._seconds(parts.get("ahead"), f"{place} ahead")
        late = self._seconds(parts["late"], f"{place} late") if "late" in parts else None
        if ahead < 0 or (late is not None and late <= 0):
            raise self._wrong(place, "ahead cannot be negative, late has to be positive")
        return Clock(ahead, late, _repeated(node, "requirement-clock", "against") or ("issued", "meta.lastUpdated"))

    def _link(self, node: Node, place: str) -> Link | None:
        parts = _parts(node, "requirement-link")
        if parts is None:
            return None
        if parts.get("path").__class__ is not str or parts.get("to").__class__ is not str:
            raise self._wrong(f"{place} requirement-link", "needs path and to")
        return Link(parts["path"], parts["to"])

    def _label_class(self, node: Node, place: str) -> LabelClassRule:
        parts = {_text(each, "url"): _any_value(each) for each in _list(node, "extension") if each.__class__ is dict}
        if parts.get("name").__class__ is not str:
            raise self._wrong(place, "needs a name")
        least, below = parts.get("from"), parts.get("below")
        return LabelClassRule(
            parts["name"],
            str(parts.get("valueSet") or ""),
            None if least is None else Decimal(str(least)),
            None if below is None else Decimal(str(below)),
            str(parts.get("unit") or ""),
        )

    def check(self, requirements: tuple[Requirement, ...]) -> None:
        """What concerns several requirements."""
        indexed = any(each.role == "index" for each in requirements)
        for number, each in enumerate(requirements):
            place = f"dataRequirement[{number}]"
            if each.link is not None and each.link.to not in self._names:
                raise self._wrong(f"{place} requirement-link", f"no requirement has the id {each.link.to}")
            if each.window is not None and not indexed:
                raise self._wrong(f"{place} requirement-window", "no requirement has the role index")
            roles = {one.role for one in requirements if each.group and one.group == each.group}
            if len(roles) > 1:
                raise self._wrong(f"{place} requirement-alternative", f"{each.group}: alternatives need one role")
            if sum(rule.rest for rule in each.classes) > 1:
                raise self._wrong(f"{place} label-class", "only one class can take the rest")


def _path_fault(paths: list[str], kind: str) -> str:
    for each in paths:
        try:
            if each:
                values_at(each, kind)
        except UnreadablePath:
            return f"path {each[:80]} asks for more than steps and extensions"
    return ""


def _list(node: Any, name: str) -> list[Any]:
    value = node.get(name) if node.__class__ is dict else None
    return value if value.__class__ is list else []


def _text(node: Node, name: str) -> str:
    value = node.get(name)
    return value if value.__class__ is str else ""


def _all(node: Any, name: str) -> Iterator[Node]:
    """Extensions of ours called `name`."""
    for each in _list(node, "extension"):
        if each.__class__ is dict and each.get("url") == OURS + name:
            yield each


def _extension(node: Any, name: str) -> Node | None:
    return next(_all(node, name), None)


def _any_value(extension: Node) -> Any:
    return next((value for name, value in extension.items() if name[:5] == "value"), None)


def _value(node: Any, name: str) -> Any:
    found = _extension(node, name)
    return None if found is None else _any_value(found)


def _parts(node: Any, name: str) -> dict[str, Any] | None:
    found = _extension(node, name)
    if found is None:
        return None
    return {_text(each, "url"): _any_value(each) for each in _list(found, "extension") if each.__class__ is dict}


def _repeated(node: Any, name: str, part: str) -> tuple[str, ...]:
    """The texts of a part that repeats."""
    values = (_any_value(each) for each in _list(_extension(node, name), "extension")
              if each.__class__ is dict and each.get("url") == part)  # fmt: skip
    return tuple(value for value in values if value.__class__ is str)


def _title(node: Any) -> Texts:
    found = _extension(node, "requirement-title")
    return () if found is None else _texts(found, "valueString")


def _texts(node: Node, name: str) -> Texts:
    """The text called `name` and its translations (extension translation); English where no language is said."""
    text = node.get(name)
    if text.__class__ is not str:
        return ()
    found = {"en": str(text)}
    for each in _list(node.get(f"_{name}"), "extension"):
        if each.__class__ is dict and each.get("url") == TRANSLATION:
            parts = {
                _text(part, "url"): _any_value(part) for part in _list(each, "extension") if part.__class__ is dict
            }
            if parts.get("lang").__class__ is str and parts.get("content").__class__ is str:
                found[parts["lang"]] = parts["content"]
    return tuple(found.items())
