"""The fault of a server that gave no answer, or none that can be used."""


class ServerFault(Exception):
    """A server did not answer as asked. reason: kebab-case; status: HTTP status, 0 where there was none.

    Neither holds an address, a secret or a text of the server, so that both may be shown.
    """

    def __init__(self, reason: str, status: int = 0, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.detail = detail

    @property
    def shown(self) -> str:
        """The fault in one line."""
        status = f"HTTP {self.status}" if self.status else ""
        return ", ".join(filter(None, (self.reason, status, self.detail)))
