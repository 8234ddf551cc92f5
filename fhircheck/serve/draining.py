"""An answer that goes out before the body has come in: the body is read and thrown away first, within bounds.

Else the connection would be reset while the client still sends, and it would never see why it was refused.
"""

import asyncio
from typing import Any

MOST = 1 << 20
SECONDS = 2.0


class Draining:
    """ASGI: before an answer begins, reads until the body has ended, MOST bytes were thrown away or SECONDS passed."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or any(name == b"expect" for name, _ in scope["headers"]):
            await self._app(scope, receive, send)  # who expects 100 (Continue) has not sent its body yet
            return
        body = _Body(receive)

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start" and not body.ended:
                await body.drain()
            await send(message)

        await self._app(scope, body.receive, sending)


class _Body:
    """What is received, and whether that was all of it."""

    def __init__(self, receive: Any) -> None:
        self._receive = receive
        self.ended = False

    async def receive(self) -> Any:
        message = await self._receive()
        self.ended = message["type"] != "http.request" or not message.get("more_body")
        return message

    async def drain(self) -> None:
        size = 0
        try:
            async with asyncio.timeout(SECONDS):
                while not self.ended and size < MOST:
                    size += len((await self.receive()).get("body", b""))
        except TimeoutError:
            return
