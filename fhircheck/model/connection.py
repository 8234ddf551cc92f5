"""How a server is spoken to, as plain data: it names where secrets are, and never holds one."""

from dataclasses import dataclass, replace
from typing import Any, Literal

SignInMethod = Literal["none", "basic", "bearer", "oauth2", "smart"]
ClientAuth = Literal["", "basic", "post"]


@dataclass(frozen=True, slots=True)
class Connection:
    """Settings of all requests to one server; picklable, fit to be shown. Times in seconds, sizes in bytes.

    sign_in: ``basic`` (user and password), ``bearer`` (a token as it is), ``oauth2`` (client credentials, RFC 6749
    4.4), ``smart`` (SMART Backend Services: private_key_jwt). secret: where password, token, client secret or private
    key is: ``env:NAME``, ``file:PATH`` or ``keyring:SERVICE/USER``. token_url: empty to ask the server's
    ``.well-known/smart-configuration``. scopes: parted by blanks. key_id: ``kid`` of the private key, where there are
    several. client_auth: how a client secret is sent, ``basic`` (header) or ``post`` (body); empty for what the server
    says, else basic. certificate, certificate_key: PEM files for mutual TLS. passphrase: where the passphrase of the
    private key is, in the form of `secret`. ca_file: PEM file of the authorities that are
    trusted instead of the system's. proxy: empty for what the environment says. allow_http: send credentials over
    plain HTTP to hosts that are not this machine.
    rate: requests a second, 0 for no limit. concurrency: requests at a time. retries: after the first try.
    longest_pause: the longest that a server may put us off by Retry-After.
    """

    sign_in: SignInMethod = "none"
    user: str = ""
    client_id: str = ""
    secret: str = ""
    token_url: str = ""
    scopes: str = ""
    key_id: str = ""
    client_auth: ClientAuth = ""
    certificate: str = ""
    certificate_key: str = ""
    passphrase: str = ""
    ca_file: str = ""
    proxy: str = ""
    allow_http: bool = False
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    answer_timeout: float = 300.0
    answer_bytes: int = 64 << 20
    retries: int = 5
    longest_pause: float = 60.0
    rate: float = 0.0
    concurrency: int = 4

    def completed(self, given: dict[str, Any]) -> "Connection":
        """The same with what `given` says (field -> value) wherever this one has nothing but the default."""
        open_ = {
            name: value for name, value in given.items() if getattr(self, name) == getattr(DEFAULT_CONNECTION, name)
        }
        return replace(self, **open_)


DEFAULT_CONNECTION = Connection()
