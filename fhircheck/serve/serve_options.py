"""What the server is asked for."""

from dataclasses import dataclass, field
from typing import Literal

from fhircheck.run import RunOptions


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """Options of the server.

    checks: packages, profiles and settings that ``$validate`` checks by (`sources` are not used).
    host, port: where it listens; port 0: the system chooses. public_url: the address browsers use, where that is
    another (a proxy in front, a name). history, history_password: the store whose runs are shown, see history/place.
    token: where the token is (``env:NAME``, ``file:PATH``, ``keyring:SERVICE/USER``), empty for none or a new one.
    certificate, key: PEM files for TLS. time_limit: seconds of one validation. max_body: bytes of a request's body.
    assessment: file that answers about the hospital are kept in (`fhircheck assess`), empty for none.
    show_values: answers of ``$validate`` show values of what was sent. language: where a browser asks for neither.
    """

    checks: RunOptions = field(default_factory=lambda: RunOptions(sources=()))
    host: str = "127.0.0.1"
    port: int = 8014
    public_url: str = ""
    history: str = ""
    history_password: str = ""
    token: str = ""
    certificate: str = ""
    key: str = ""
    jobs: int = 1
    time_limit: float = 30.0
    max_body: int = 16 << 20
    show_values: bool = False
    assessment: str = ""
    language: str = "en"
    log_format: Literal["text", "json"] = "text"
