"""FHIRPath: the invariants of R4, broken in their words and evaluated on objects of the examples, broken or not."""

import re
from random import Random
from typing import Any

from fhircheck.assertions.invariant_evaluation import environment_of
from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
from fhircheck.fhirpath import CannotTell, FhirPathError, compile_expression
from fhircheck.fhirpath.operators.logic import criterion
from fhircheck.fhirpath.shown import shown
from fhircheck.model.scope import Scope
from fhircheck.validate.resource_check import ResourceCheck
from tests.fuzz.laws import new_linker
from tests.fuzz.nodes import change
from tests.fuzz.required import typed
from tests.fuzz.seeds import parsed
from tests.fuzz.watch import LawBroken, Tally

NAME = "expressions"
_TOKEN = re.compile(r"'(?:[^'\\]|\\.)*'|\"[^\"]*\"|`[^`]*`|@[\w:.+-]*|[%$]?\w+|\S")
BITS = [
    "(", ")", "[", "]", "{}", ".", ",", "|", "&", "and", "or", "xor", "implies", "=", "!=", "~", "!~", "<", "<=", "in",
    "contains", "is", "as", "div", "mod", "+", "-", "*", "/", "0", "1", "-1", "2147483648", "1e5", "0.1", "1 'kg'",
    "'x'",
    "''", "true", "@2020", "@2020-02-30", "@T25", "@2020-01-01T00:00:00Z", "$this", "$index", "$total", "%resource",
    "%rootResource", "%context", "%ucum", "%x", "%`ext-x`", "4 days", "1 'm'", "'\\u00e'", "\\", "`a b`", "//x", "/*",
    "999999999999999999999999", "0." + "1" * 60, "'" + "a" * 200 + "'", "é", "\ud800", "\0", "Patient", "System.String",
]  # fmt: skip
CALLS = [
    "empty()", "exists()", "all($this)", "allTrue()", "subsetOf(%context)", "count()", "distinct()", "isDistinct()",
    "where($this = 1)", "select($this)", "repeat($this)", "repeat(children())", "descendants()", "children()",
    "ofType(string)", "first()", "last()", "tail()", "skip(1)", "take(-1)", "intersect($this)", "exclude($this)",
    "union(descendants())", "combine($this)", "iif(true, 1, 2)", "iif($this)", "toInteger()", "toDecimal()",
    "toString()",
    "toDate()", "toDateTime()", "toTime()", "toQuantity('kg')", "toBoolean()", "convertsToDate()", "indexOf('a')",
    "substring(1, -1)", "startsWith('')", "upper()", "replace('', 'x')", "replace('a', 'aaaa')", "matches('(a+)+$')",
    "matches('(')", "matches('(?<x>a)\\\\1*')", "replaceMatches('(.*)*', '$1$1')", "matches('(x|x)*y')", "length()",
    "toChars()", "split('')", "join(',')", "encode('base64')", "decode('hex')", "escape('html')", "unescape('json')",
    "trim()", "abs()", "ceiling()", "exp()", "ln()", "log(0)", "power(1000000)", "power(-0.5)", "sqrt()", "round(400)",
    "truncate()", "now()", "today()", "timeOfDay()", "trace('x')", "aggregate($total + $this, 0)",
    "aggregate($total & $total & 'x', 'x')", "not()", "resolve()", "extension('x')", "hasValue()", "getValue()",
    "memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", "memberOf('x')", "subsumes($this)",
    "conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", "htmlChecks()", "elementDefinition()",
    "slice('a','b')",
    "checkModifiers('x')", "lowBoundary()", "highBoundary(99)", "precision()", "sort(-$this)", "type()", "is(Patient)",
    "as(string)", "nothing()", "__class__", "defineVariable('x')", "defineVariable('x', $this).select(%x)",
    "comparable(1 'kg')", "exists(exists(exists()))",
]  # fmt: skip


class Expressions:
    """The campaign over the invariants of the types of `seeds`. One object for each process."""

    def __init__(self, seeds: tuple[bytes, ...]) -> None:
        definitions = load_definitions(offline=True)
        linker = new_linker(definitions)
        self._check = ResourceCheck(linker)
        self._around = linker.around
        self._seeds = seeds
        self._texts = invariants(definitions)

    def run(self, number: int, seed: int, tally: Tally) -> None:
        """Run `number` of the campaign that `seed` begins."""
        rng, changes = Random(f"{NAME} {seed} {number}"), list[str]()
        with tally.watched(NAME, number, changes):
            node = parsed(rng.choice(self._seeds))
            if rng.random() < 0.3:
                change(rng, node, [], 1)
            objects = list(typed(node, self._around.types))[:500]
            if not objects:
                return
            value, kind, _ = rng.choice(objects)
            tally.said[f"{NAME}: {self._evaluated(self._text(rng, changes), value, kind, node, rng)}"] += 1

    def _text(self, rng: Random, changes: list[str]) -> str:
        made = rng.choice([mutated, mutated, mutated, spliced, chained, grown, scrambled])
        changes.append(made.__name__)
        return str(made(rng, self._texts))

    def _evaluated(self, text: str, value: Any, kind: str, node: dict[str, Any], rng: Random) -> str:
        """How the evaluation ends; the quick way and the whole one must give the same."""
        self._check.forget()
        self._around.scope = Scope(node, node, kind)
        environment = environment_of(self._around)
        try:
            found = compile_expression(text, kind, self._around.types, strict=rng.random() < 0.3)
            items = found.evaluate(value, kind, environment)
            "".join(shown(each) for each in items[:50])
        except CannotTell:
            return "cannot tell"
        except FhirPathError as fault:
            if len(str(fault).splitlines()) != 1 or len(str(fault)) > 2_000:
                raise LawBroken("the error is not one short line") from None
            return "refused"
        try:
            whole: bool | None = criterion(items)
        except FhirPathError:
            whole = None
        try:
            quick: bool | None = found.truth(value, kind, environment)
        except FhirPathError:
            quick = None
        if quick is not whole:
            raise LawBroken(f"quick {quick}, whole {whole}: {text[:300]!a} on {kind}")
        return "answered"


def invariants(definitions: DefinitionSet) -> list[str]:
    """The expressions of all invariants of the types that the definitions of resources mention."""
    found: dict[str, None] = {}
    waiting, seen = ["Patient", "Observation", "Bundle", "Questionnaire", "ValueSet", "StructureDefinition", "Measure",
                     "Composition", "Parameters", "QuestionnaireResponse", "CodeSystem", "SearchParameter",
                     "MedicationRequest", "ImplementationGuide", "TestScript",
                     "CapabilityStatement"], set[str]()  # fmt: skip
    while waiting:
        name = waiting.pop()
        structure = definitions.structure(name) if name not in seen else None
        seen.add(name)
        for element in (structure or {}).get("snapshot", {}).get("element", ()):
            waiting += [str(each.get("code", "")) for each in element.get("type", ())]
            for each in element.get("constraint", ()):
                found[str(each.get("expression", "true"))] = None
    return sorted(found)


def mutated(rng: Random, texts: list[str]) -> str:
    """One to four of its tokens dropped, doubled, swapped or exchanged."""
    tokens = _TOKEN.findall(rng.choice(texts)) or ["true"]
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(tokens))
        how = rng.randrange(6)
        if how == 0 and len(tokens) > 1:
            del tokens[at]
        elif how == 1:
            tokens.insert(at, tokens[at])
        elif how == 2:
            other = rng.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif how == 3:
            tokens[at] = rng.choice(BITS)
        elif how == 4:
            tokens.insert(at, rng.choice(BITS))
        else:
            tokens[at:at] = [".", rng.choice(CALLS)]
    return (" " if rng.random() < 0.5 else "").join(tokens)


def spliced(rng: Random, texts: list[str]) -> str:
    """Two of them with an operator between, or the one within the other."""
    one, other = rng.choice(texts), rng.choice(texts)
    operator = rng.choice([" and ", " or ", " implies ", " | ", " = ", " ~ ", " & ", " + ", " in ", " < ", "."])
    return rng.choice([f"({one}){operator}({other})", f"{one}{operator}{other}", f"where({one}).all({other})"])


def chained(rng: Random, texts: list[str]) -> str:
    """Calls on what the object has within it."""
    start = rng.choice(["$this", "descendants()", "children()", "%resource", "descendants().ofType(string)",
        "'a' | 'b'",
                        "(1|2|3)", "@2020", "1.5 'kg'", rng.choice(texts)])  # fmt: skip
    return ".".join([start, *(rng.choice(CALLS) for _ in range(rng.randint(1, 6)))])


def grown(rng: Random, texts: list[str]) -> str:
    """Deep or long beyond all reason."""
    count = rng.choice([10, 59, 61, 500, 20_000])
    text = rng.choice(["true", "$this", rng.choice(texts)])
    return rng.choice([
        "(" * count + text + ")" * count, "-" * count + "1", text + ".children()" * min(count, 500),
        " and ".join([text] * count),
        " | ".join(["descendants()"] * min(count, 60)), "iif(true, " * count + "1" + ", 2)" * count,
        "a." * count + "a",
        "repeat(" * count + "children()" + ")" * count, "'" + "a" * count * 10 + "'",
        "where(" * count + text + ")" * count,
        "[0]" * count, "'" + "a" * min(count, 500) + "!'.matches('(a+)+$')", "9" * count, "not " * count + text,
        "$this" + ".select($this | $this & 'x')" * min(count, 60), "(1 | 2)" + ".combine($this)" * min(count, 60),
    ])  # fmt: skip


def scrambled(rng: Random, texts: list[str]) -> str:
    """Bits in any order."""
    return " ".join(rng.choice([*BITS, *CALLS]) for _ in range(rng.randint(1, 12)))
