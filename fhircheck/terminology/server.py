"""A terminology server, asked by $validate-code where the packages cannot tell (valueset-operation-validate-code.html).

Answers are kept on disk by server, question and day; a server that does not answer as asked cannot tell, and after
a few such failures it is left alone for a while. A code is all that is sent, with its system, version and display.
"""

import json
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from fhircheck.model.connection import Connection
from fhircheck.terminology.code_verdict import CodeStatus, CodeVerdict
from fhircheck.transport.http import Answer, HttpClient, ServerFault

Kept = Callable[[str, Callable[[], dict[str, Any] | None]], dict[str, Any] | None]
LIMITS = Connection(connect_timeout=5, read_timeout=20, answer_timeout=30, answer_bytes=1 << 20, retries=2)
BATCH = 100
REMEMBERED = 100_000
FAILURES = 3
PAUSE = 60.0
"""Seconds a server is left alone after so many failures, doubled each time up to LONGEST."""
LONGEST = 1800.0
JSON = {"Accept": "application/fhir+json"}


class Question(NamedTuple):
    """One $validate-code. value_set empty: of the code system itself."""

    system: str
    code: str
    version: str = ""
    display: str = ""
    value_set: str = ""

    def parameters(self) -> dict[str, str]:
        """The operation's parameters by name."""
        named = {"code": self.code, "display": self.display}
        if self.value_set:
            url, _, version = self.value_set.partition("|")
            named |= {"url": url, "valueSetVersion": version, "system": self.system, "systemVersion": self.version}
            if not self.system:
                named["inferSystem"] = "true"
        else:
            named |= {"url": self.system, "version": self.version}
        return {name: value for name, value in named.items() if value}

    @property
    def operation(self) -> str:
        """Path of the operation below the server's base."""
        return f"{'ValueSet' if self.value_set else 'CodeSystem'}/$validate-code"


class TerminologyServer:
    """Asks one server; counts what it could not answer in `failed`.

    base: its FHIR base URL. kept: the cache on disk. fresh: part of the cache key that says how long answers hold,
    a date for example.
    """

    def __init__(self, base: str, kept: Kept, fresh: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self.base = base.rstrip("/")
        self.failed = 0
        self._kept = kept
        self._fresh = fresh
        self._clock = clock
        self._client = HttpClient(LIMITS, base)
        self._answers: dict[Question, dict[str, Any] | None] = {}
        self._in_a_row = 0
        self._silent_until = 0.0

    def code(self, system: str, code: str, version: str = "", display: str = "") -> CodeVerdict | None:
        """The verdict about a code of a code system, None where the server cannot tell."""
        answer = self._answer(Question(system, code, version, display))
        if answer is None:
            return None
        if answer["result"]:
            return CodeVerdict(CodeStatus.KNOWN, answer["version"])
        if display and answer["display"]:
            return CodeVerdict(CodeStatus.KNOWN, answer["version"], displays=(answer["display"],))
        return CodeVerdict(CodeStatus.UNKNOWN, answer["version"])

    def member(self, value_set: str, system: str, code: str) -> bool | None:
        """Whether the code is in the value set, None where the server cannot tell."""
        answer = self._answer(Question(system, code, value_set=value_set))
        return None if answer is None else answer["result"]

    def prepare(self, questions: Iterable[Question]) -> None:
        """Ask many at once (a Bundle of type batch), so that each is answered from memory afterwards."""
        open_ = [each for each in dict.fromkeys(questions) if each not in self._answers]
        for start in range(0, len(open_), BATCH):
            part = open_[start : start + BATCH]
            missing = [each for each in part if self._kept(self._key(each), lambda: None) is None]
            for question, answer in self._batch(missing).items():
                self._keep(question, answer)

    def _answer(self, question: Question) -> dict[str, Any] | None:
        if question not in self._answers:
            if len(self._answers) > REMEMBERED:
                self._answers.clear()
            failed = self.failed
            answer = self._kept(self._key(question), lambda: self._ask(question))
            if self.failed != failed:
                return None  # not the server's word: it may answer the next time
            self._answers[question] = answer
        return self._answers[question]

    def _keep(self, question: Question, answer: dict[str, Any] | None) -> None:
        self._answers[question] = self._kept(self._key(question), lambda: answer)

    def _key(self, question: Question) -> str:
        return "\n".join(("tx", self.base, self._fresh, *question))

    def _ask(self, question: Question) -> dict[str, Any] | None:
        """One GET; None, and not kept, where there is no usable answer."""
        from urllib.parse import urlencode

        url = f"{self.base}/{question.operation}?{urlencode(question.parameters())}"
        return _read(self._sent(lambda: self._client.get(url, JSON)))

    def _batch(self, questions: list[Question]) -> dict[Question, dict[str, Any] | None]:
        """The answers to `questions`, in one request where the server takes a batch."""
        if len(questions) < 2:
            return {each: self._ask(each) for each in questions}
        entries = [{"request": {"method": "POST", "url": each.operation}, "resource": _parameters(each)}
                   for each in questions]  # fmt: skip
        body = json.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries}).encode()
        given = self._sent(lambda: self._client.post(self.base, body, JSON))
        found = given.get("entry") if given is not None and given.get("type") == "batch-response" else None
        if not isinstance(found, list) or len(found) != len(questions):
            return {}
        return {
            question: _read(entry.get("resource")) if isinstance(entry, dict) else None
            for question, entry in zip(questions, found, strict=True)
        }

    def _sent(self, call: Callable[[], Answer]) -> dict[str, Any] | None:
        """The resource of a 200 answer. Failures in a row make the server rest, longer each time."""
        if self._clock() < self._silent_until:
            self.failed += 1
            return None
        try:
            answer = call()
            resource = json.loads(answer.body) if answer.status == 200 else None
        except (ServerFault, ValueError, RecursionError):
            resource = None
        if isinstance(resource, dict):
            self._in_a_row = 0
            return resource
        self.failed += 1
        self._in_a_row += 1
        if self._in_a_row >= FAILURES:
            pause = min(PAUSE * 2 ** (self._in_a_row - FAILURES), LONGEST)
            self._silent_until = self._clock() + pause
        return None


def _parameters(question: Question) -> dict[str, Any]:
    uris = ("url", "system")
    given = [
        {"name": name, "valueBoolean": True} if name == "inferSystem"
        else {"name": name, f"value{'Uri' if name in uris else 'Code' if name == 'code' else 'String'}": value}
        for name, value in question.parameters().items()
    ]  # fmt: skip
    return {"resourceType": "Parameters", "parameter": given}


def _read(resource: Any) -> dict[str, Any] | None:
    """result, display and version out of the operation's answer; None for anything else.

    A refusal because the server does not have the code system or value set is no answer either.
    """
    if not isinstance(resource, dict) or resource.get("resourceType") != "Parameters":
        return None
    parameters = resource.get("parameter")
    found: dict[str, Any] = {}
    for each in parameters if isinstance(parameters, list) else ():
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            found[each["name"]] = next((value for name, value in each.items() if name.startswith("value")), None)
    if not isinstance(found.get("result"), bool) or (not found["result"] and _does_not_know(parameters)):
        return None
    return {"result": found["result"], "display": str(found.get("display") or ""),
            "version": str(found.get("version") or "")}  # fmt: skip


def _does_not_know(parameters: Any) -> bool:
    """Whether the answer says that code system or value set are not known: then nothing was decided."""
    names = {each.get("name") for each in parameters if isinstance(each, dict)}
    if names & {"x-caused-by-unknown-system", "x-unknown-system"}:
        return True
    issues = next((each.get("resource") for each in parameters
                   if isinstance(each, dict) and each.get("name") == "issues"), None)  # fmt: skip
    listed = issues.get("issue") if isinstance(issues, dict) else None
    return any(isinstance(each, dict) and each.get("code") == "not-found" for each in listed or ())
