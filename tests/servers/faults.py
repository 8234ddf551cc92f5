"""The faults a proxy can put between a server and a client: of the wire, of the answer, of what the answer says.

A fault of the wire goes away when the request is sent again. A lie is an answer that looks sound: it is taken out of
a search Bundle, and where there is none it does not happen.
"""

import gzip
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import formatdate
from random import Random
from typing import Any, Protocol

Node = dict[str, Any]
DRIPS = 20


@dataclass(frozen=True, slots=True)
class Sound:
    """The answer as the server gave it. next_links: of all pages so far. previous: the page that passed before."""

    status: int
    headers: dict[str, str]
    body: bytes
    next_links: tuple[str, ...] = ()
    previous: Node | None = None


class Wire(Protocol):
    """What a fault may do to the connection. stall: seconds. stranger: base URL of a server that nobody asked for."""

    random: Random
    stall: float
    stranger: str

    def start(self, status: int, headers: dict[str, str]) -> None: ...
    def write(self, data: bytes) -> None: ...
    def cut(self) -> None: ...
    def reset(self) -> None: ...


Fault = Callable[[Wire, Sound], None]
Lie = Callable[[Wire, Node, Sound], bool]


def sent(wire: Wire, status: int, headers: dict[str, str], body: bytes) -> None:
    """A sound answer."""
    wire.start(status, {**headers, "Content-Length": str(len(body))})
    wire.write(body)


def _part(wire: Wire, body: bytes) -> bytes:
    return body[: wire.random.randrange(max(len(body), 1))]


# -- the wire ----------------------------------------------------------------------------------------------------


def drop_before_headers(wire: Wire, sound: Sound) -> None:
    wire.cut()


def reset(wire: Wire, sound: Sound) -> None:
    wire.reset()


def reset_in_body(wire: Wire, sound: Sound) -> None:
    wire.start(sound.status, {**sound.headers, "Content-Length": str(len(sound.body))})
    wire.write(_part(wire, sound.body))
    wire.reset()


def drop_after_headers(wire: Wire, sound: Sound) -> None:
    wire.start(sound.status, {**sound.headers, "Content-Length": str(max(len(sound.body), 1))})
    wire.cut()


def close_when_idle(wire: Wire, sound: Sound) -> None:
    """Sound, but the connection that was to stay open is closed without a word."""
    sent(wire, sound.status, sound.headers, sound.body)
    wire.cut()


def stall(wire: Wire, sound: Sound) -> None:
    time.sleep(wire.stall)
    wire.cut()


def stall_in_body(wire: Wire, sound: Sound) -> None:
    wire.start(sound.status, {**sound.headers, "Content-Length": str(len(sound.body) + 1)})
    wire.write(_part(wire, sound.body))
    time.sleep(wire.stall)
    wire.cut()


def slow_drip(wire: Wire, sound: Sound) -> None:
    """Whole and sound, but slow: no pause is as long as a stall."""
    wire.start(sound.status, {**sound.headers, "Content-Length": str(len(sound.body))})
    step = max(len(sound.body) // DRIPS, 1)
    for start in range(0, len(sound.body), step):
        wire.write(sound.body[start : start + step])
        time.sleep(wire.stall / DRIPS / 2)


# -- the answer --------------------------------------------------------------------------------------------------


def truncated(wire: Wire, sound: Sound) -> None:
    """Half a body behind a Content-Length that promises all."""
    wire.start(sound.status, {**sound.headers, "Content-Length": str(len(sound.body) + 1)})
    wire.write(_part(wire, sound.body))
    wire.cut()


def truncated_without_length(wire: Wire, sound: Sound) -> None:
    """Half a body, and its end is that of the connection: only the content tells."""
    wire.start(sound.status, {**sound.headers, "Connection": "close"})
    wire.write(_part(wire, sound.body))
    wire.cut()


def truncated_in_chunks(wire: Wire, sound: Sound) -> None:
    """Chunks that never come to the last one."""
    wire.start(sound.status, {**sound.headers, "Transfer-Encoding": "chunked"})
    part = _part(wire, sound.body)
    if part:
        wire.write(b"%x\r\n%s\r\n" % (len(part), part))
    wire.cut()


def gzip_broken(wire: Wire, sound: Sound) -> None:
    packed = gzip.compress(sound.body)
    middle = len(packed) // 2
    packed = packed[:middle] + b"\x00\xff" * 8 + packed[middle + 16 :]
    sent(wire, sound.status, {**sound.headers, "Content-Encoding": "gzip"}, packed)


def gzip_truncated(wire: Wire, sound: Sound) -> None:
    """A gzip stream that ends early, of the length it says."""
    packed = gzip.compress(sound.body)
    sent(wire, sound.status, {**sound.headers, "Content-Encoding": "gzip"}, packed[: len(packed) // 2])


def gzip_sound(wire: Wire, sound: Sound) -> None:
    sent(wire, sound.status, {**sound.headers, "Content-Encoding": "gzip"}, gzip.compress(sound.body))


def _status(status: int, headers: Callable[[], dict[str, str]] = dict) -> Fault:
    def refused(wire: Wire, sound: Sound) -> None:
        sent(wire, status, {"Content-Type": "text/plain", **headers()}, b"not now")

    return refused


def html(wire: Wire, sound: Sound) -> None:
    sent(wire, 200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><html><title>Sign in</title></html>")


def html_as_fhir(wire: Wire, sound: Sound) -> None:
    body = b"<html><body>502 Bad Gateway</body></html>"
    sent(wire, 200, {"Content-Type": "application/fhir+json"}, body)


def outcome_as_answer(wire: Wire, sound: Sound) -> None:
    """200, and it is an OperationOutcome."""
    issue = {"severity": "error", "code": "timeout"}
    body = json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode()
    sent(wire, 200, {"Content-Type": "application/fhir+json"}, body)


def empty(wire: Wire, sound: Sound) -> None:
    sent(wire, sound.status, sound.headers, b"")


# -- what it says ------------------------------------------------------------------------------------------------


def _entries(bundle: Node) -> list[Node]:
    return [each for each in bundle.get("entry", ()) if each.get("search", {}).get("mode") != "outcome"]


def _next(bundle: Node, url: str | None) -> bool:
    """Point the next link to `url`, or take it away; whether there was one."""
    links = bundle.get("link", [])
    had = any(each.get("relation") == "next" for each in links)
    bundle["link"] = [each for each in links if each.get("relation") != "next"]
    if url is not None:
        bundle["link"].append({"relation": "next", "url": url})
    return had


def next_to_itself(wire: Wire, bundle: Node, sound: Sound) -> bool:
    own = [each["url"] for each in bundle.get("link", ()) if each.get("relation") == "self"]
    return bool(own) and _next(bundle, own[0])


def next_to_earlier(wire: Wire, bundle: Node, sound: Sound) -> bool:
    return bool(sound.next_links) and _next(bundle, sound.next_links[0])


def next_to_stranger(wire: Wire, bundle: Node, sound: Sound) -> bool:
    return _next(bundle, f"{wire.stranger}/fhir?page=2")


def next_missing(wire: Wire, bundle: Node, sound: Sound) -> bool:
    return _next(bundle, None)


def next_twice(wire: Wire, bundle: Node, sound: Sound) -> bool:
    """The same next link, said twice."""
    links = [each for each in bundle.get("link", ()) if each.get("relation") == "next"]
    bundle.setdefault("link", []).extend(dict(each) for each in links)
    return bool(links)


def page_empty(wire: Wire, bundle: Node, sound: Sound) -> bool:
    return bool(bundle.pop("entry", None))


def page_repeated(wire: Wire, bundle: Node, sound: Sound) -> bool:
    """The entries of the page before, in place of this one's."""
    before = _entries(sound.previous or {})
    mine = _entries(bundle)
    if not before or not mine or before[0]["resource"]["resourceType"] != mine[0]["resource"]["resourceType"]:
        return False
    bundle["entry"] = [dict(each) for each in before]
    return True


def entry_lost(wire: Wire, bundle: Node, sound: Sound) -> bool:
    if not (found := _entries(bundle)):
        return False
    lost = wire.random.choice(found)
    bundle["entry"] = [each for each in bundle["entry"] if each is not lost]
    return True


def entry_doubled(wire: Wire, bundle: Node, sound: Sound) -> bool:
    if not (found := _entries(bundle)):
        return False
    bundle["entry"].append(dict(wire.random.choice(found)))
    return True


def entry_without_resource(wire: Wire, bundle: Node, sound: Sound) -> bool:
    if not (found := _entries(bundle)):
        return False
    wire.random.choice(found).pop("resource", None)
    return True


def entry_of_another_type(wire: Wire, bundle: Node, sound: Sound) -> bool:
    """A resource nobody asked for, beside those that were."""
    if not _entries(bundle):
        return False
    basic = {"resourceType": "Basic", "id": "nobody-asked", "code": {"text": "x"}}
    bundle["entry"].append({"resource": basic, "search": {"mode": "match"}})
    return True


def total_more(wire: Wire, bundle: Node, sound: Sound) -> bool:
    return _total(bundle, 7)


def total_less(wire: Wire, bundle: Node, sound: Sound) -> bool:
    return _total(bundle, -1)


def _total(bundle: Node, more: int) -> bool:
    total = bundle.get("total")
    if not isinstance(total, int) or total + more < 0:
        return False
    bundle["total"] = total + more
    return True


WIRE: dict[str, Fault] = {
    "drop-before-headers": drop_before_headers,
    "drop-after-headers": drop_after_headers,
    "reset": reset,
    "reset-in-body": reset_in_body,
    "close-when-idle": close_when_idle,
    "stall": stall,
    "stall-in-body": stall_in_body,
    "slow-drip": slow_drip,
}
ANSWERS: dict[str, Fault] = {
    "truncated": truncated,
    "truncated-without-length": truncated_without_length,
    "truncated-in-chunks": truncated_in_chunks,
    "gzip-broken": gzip_broken,
    "gzip-truncated": gzip_truncated,
    "gzip-sound": gzip_sound,
    "429": _status(429, lambda: {"Retry-After": "1"}),
    "429-with-date": _status(429, lambda: {"Retry-After": formatdate(time.time() + 1, usegmt=True)}),
    "429-without-pause": _status(429),
    "500": _status(500),
    "502": _status(502),
    "503": _status(503, lambda: {"Retry-After": "0"}),
    "504": _status(504),
    "html": html,
    "html-as-fhir": html_as_fhir,
    "outcome-as-answer": outcome_as_answer,
    "empty": empty,
}
LIES: dict[str, Lie] = {
    "next-to-itself": next_to_itself,
    "next-to-earlier": next_to_earlier,
    "next-to-stranger": next_to_stranger,
    "next-missing": next_missing,
    "next-twice": next_twice,
    "page-empty": page_empty,
    "page-repeated": page_repeated,
    "entry-lost": entry_lost,
    "entry-doubled": entry_doubled,
    "entry-without-resource": entry_without_resource,
    "entry-of-another-type": entry_of_another_type,
    "total-more": total_more,
    "total-less": total_less,
}
FAULTS: tuple[str, ...] = (*WIRE, *ANSWERS, *LIES)
# what a client gets over without losing anything, if it tries again
PASSING = frozenset(FAULTS) - set(LIES) - {"html", "html-as-fhir", "outcome-as-answer", "empty"}


def play(name: str, wire: Wire, sound: Sound) -> bool:
    """Answer with the fault `name`; whether it happened: a lie needs a Bundle to lie about."""
    if name in LIES:
        return _lied(LIES[name], wire, sound)
    (WIRE.get(name) or ANSWERS[name])(wire, sound)
    return True


def _lied(lie: Lie, wire: Wire, sound: Sound) -> bool:
    bundle = search_bundle(sound)
    happened = bundle is not None and lie(wire, bundle, sound)
    body = json.dumps(bundle, ensure_ascii=False).encode() if happened else sound.body
    sent(wire, sound.status, sound.headers, body)
    return happened


def search_bundle(sound: Sound) -> Node | None:
    """The search Bundle that was answered, None for anything else."""
    kind = sound.headers.get("Content-Type", "").partition(";")[0]
    if sound.status != 200 or kind not in ("application/fhir+json", "application/json"):
        return None
    node = json.loads(sound.body)
    return node if isinstance(node, dict) and node.get("type") == "searchset" else None


def next_link(bundle: Node) -> str:
    """Its next link, empty where there is none."""
    found: Iterable[str] = (each["url"] for each in bundle.get("link", ()) if each.get("relation") == "next")
    return next(iter(found), "")
