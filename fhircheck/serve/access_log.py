"""One line a request: when, who, what, how it ended. No query, no ids, no content, no token."""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

LogFormat = Literal["text", "json"]
SEND_SECONDS = 60.0
"""A client that does not take a part of its answer for so long is given up."""


class Log:
    """Writes events to standard error, as text or as JSON lines."""

    def __init__(self, form: LogFormat = "text", write: Callable[[str], Any] | None = None) -> None:
        self._json = form == "json"
        self._write = write or _to_stderr
        self._lock = threading.Lock()

    def event(self, name: str, **fields: Any) -> None:
        """One line; `fields` hold nothing but what may be read by whoever reads logs."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        if self._json:
            line = json.dumps({"time": now, "event": name, **fields})
        else:
            line = " ".join((now, name, *(f"{key}={value}" for key, value in fields.items())))
        with self._lock:
            self._write(line + "\n")


def _to_stderr(line: str) -> None:
    try:
        sys.stderr.write(line)
        sys.stderr.flush()
    except (OSError, ValueError):
        return


class AccessLog:
    """ASGI: logs each request when its answer has gone out."""

    def __init__(self, app: Any, log: Log) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, seen = time.monotonic(), {"status": 0, "bytes": 0}

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
            else:
                seen["bytes"] += len(message.get("body", b""))
            async with asyncio.timeout(SEND_SECONDS):
                await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as fault:
            if not _gone(fault):
                self._log.event("bug", kind=type(fault).__name__, at=_place(fault))
            if not seen["status"]:
                await _failed(scope, receive, sending)
        finally:
            took = round(time.monotonic() - began, 4)
            client = (scope.get("client") or ("",))[0]
            self._log.event("request", client=client, method=_method(scope), path=path_of(scope), **seen, seconds=took)


def path_of(scope: Any) -> str:
    """The path with the names of its variable parts in place of them: no id, nothing a client can write into a log."""
    if scope.get("endpoint") is None:
        return "(none)"
    names = {str(value): f"{{{name}}}" for name, value in (scope.get("path_params") or {}).items()}
    return "/".join(names.get(part, part) for part in scope["path"].split("/"))


def _method(scope: Any) -> str:
    known = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
    return scope["method"] if scope["method"] in known else "(other)"


def _gone(fault: Exception) -> bool:
    """Whether the client has left, or takes nothing any more: no fault of ours."""
    return type(fault).__name__ == "ClientDisconnect" or isinstance(fault, TimeoutError | OSError)


def _place(fault: BaseException) -> str:
    last = fault.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return f"{last.tb_frame.f_globals.get('__name__', '?')}:{last.tb_lineno}" if last else "?"


async def _failed(scope: Any, receive: Any, send: Any) -> None:
    from starlette.responses import PlainTextResponse

    await PlainTextResponse("fhircheck: a fault of this server\n", 500)(scope, receive, send)
