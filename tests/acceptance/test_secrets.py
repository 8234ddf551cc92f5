"""No secret and no token ever shows: every way to sign in, through the real command, and a server that repeats them.

Runs that succeed and runs that fail, with all logging and debugging on; what is searched is everything a run leaves
behind: standard output and error, reports, saved states, caches, and whatever else lies in its folders.
"""

import base64
import json
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

import fhircheck
from fhircheck.cli import COMMANDS
from fhircheck.model.errors import FhircheckError
from tests.certificates import Authority, private_pem
from tests.guarded_server import FHIR, SEARCHSET, GuardedServer
from tests.loopback import Asked, Reply
from tests.needs import ROOT

SECRET = "Corr3ct/h0rse battery+staple"
WRONG = "Wr0ng/h0rse battery+staple"
PHRASE = "0pen ses4me"
KEY = ec.generate_private_key(ec.SECP384R1())
ALL_COMMANDS = ("basic", "smart")
PATIENT = {"type": "Patient", "interaction": [{"code": "search-type"}, {"code": "read"}]}
LOGGING = "import http.client, logging\nlogging.basicConfig(level=1)\n"
METHODS: dict[str, tuple[str, ...]] = {
    "basic": ("--auth", "basic", "--user", "nurse", "--secret", "env:SECRET_OF_A_TEST"),
    "basic-file": ("--auth", "basic", "--user", "nurse", "--secret", "file:{home}/secret"),
    "bearer": ("--auth", "bearer", "--secret", "file:{home}/token"),
    "oauth2": ("--auth", "oauth2", "--client-id", "backend", "--secret", "env:SECRET_OF_A_TEST"),
    "oauth2-post": ("--auth", "oauth2", "--client-id", "backend", "--secret", "env:SECRET_OF_A_TEST",
                    "--client-auth", "post"),
    "smart": ("--auth", "smart", "--client-id", "backend", "--secret", "file:{home}/key.pem", "--passphrase",
              "env:PHRASE_OF_A_TEST", "--key-id", "k", "--scope", "system/*.rs"),
}  # fmt: skip


class Echo(GuardedServer):
    """Lets in whoever may, and repeats in every answer what it was sent."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.resource = self._repeat
        self.failing = False

    def _repeat(self, asked: Asked) -> Reply:
        sent = asked.headers.get("authorization", "")
        if self.failing:
            issue = {"severity": "error", "code": "exception", "diagnostics": sent, "details": {"text": sent}}
            body = json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode()
            return 400, {**FHIR, "X-Sent": sent, "WWW-Authenticate": sent}, body
        if asked.path.endswith("/metadata"):
            found: dict[str, Any] = {
                "resourceType": "CapabilityStatement", "status": "active", "date": "2026-01-01", "kind": "instance",
                "fhirVersion": "4.0.1", "format": ["json"], "software": {"name": "Echo"},
                "implementation": {"description": "a server"},
                "rest": [{"mode": "server", "resource": [PATIENT]}],
            }  # fmt: skip
            return 200, FHIR, json.dumps(found).encode()
        links = [{"relation": "self", "url": f"{self.base}/Patient?access_token={quote(sent)}"}]
        if "page=2" not in asked.path:
            links.append({"relation": "next", "url": f"{self.base}/Patient?page=2&access_token={quote(sent)}"})
        return 200, {**FHIR, "X-Sent": sent}, json.dumps({**SEARCHSET, "link": links}).encode()


@pytest.fixture
def server() -> Iterator[Echo]:
    with Echo() as one:
        one.passwords["nurse"] = one.clients["backend"] = SECRET
        one.keys["backend"] = ("k", KEY.public_key(), "ES384")
        one.life = None
        yield one


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user's folder with secrets, where every output and cache goes too."""
    (tmp_path / "logging").mkdir()
    (tmp_path / "logging" / "sitecustomize.py").write_text(LOGGING)
    for name, data in (("secret", SECRET.encode()), ("token", b"b3arer-t0ken"), ("key.pem", private_pem(KEY, PHRASE))):
        (tmp_path / name).write_bytes(data)
        (tmp_path / name).chmod(0o600)
    return tmp_path


def environment(home: Path, secret: str = SECRET) -> dict[str, str]:
    folders = {"HOME": str(home), "TMPDIR": str(home), "FHIRCHECK_PACKAGE_CACHE": str(home)}
    folders["FHIRCHECK_CACHE"] = str(_cache(home))
    path = os.pathsep.join((str(home / "logging"), str(ROOT)))
    more = {"SECRET_OF_A_TEST": secret, "PHRASE_OF_A_TEST": PHRASE, "FHIRCHECK_DEBUG": "1", "PYTHONPATH": path}
    return {**os.environ, **folders, **more}


def _cache(home: Path) -> Path:
    """Shared by all tests of this file, since a new one costs seconds."""
    return home.parent / "cache-of-the-secrets-test"


def forms(text: str) -> set[str]:
    """A secret as it is and as it is written in headers, URLs, JSON."""
    plain = {text, quote(text), quote_plus(text), json.dumps(text)[1:-1], base64.b64encode(text.encode()).decode()}
    users = {base64.b64encode(f"{user}:{text}".encode()).decode() for user in ("nurse", "backend")}
    return plain | users | {base64.b64encode(f"backend:{quote_plus(text)}".encode()).decode()}


def secrets(server: Echo) -> set[str]:
    found = forms(SECRET) | forms(WRONG) | forms(PHRASE) | {"b3arer-t0ken", *server.tokens}
    found |= {line for line in private_pem(KEY, "").decode().splitlines() if len(line) > 30 and "PRIVATE" not in line}
    return found | {
        part for each in server.token_requests for part in each.body.decode().split("client_assertion=")[1:]
    }


def left_behind(done: subprocess.CompletedProcess[bytes], home: Path) -> dict[str, bytes]:
    """Everything a run said or wrote, by name."""
    own = {home / "secret", home / "token", home / "key.pem"}
    there = [each for folder in (home, _cache(home)) for each in folder.rglob("*")]
    files = {str(each): each.read_bytes() for each in there if each.is_file() and each not in own}
    return {"stdout": done.stdout, "stderr": done.stderr, **files}


def run(home: Path, *arguments: str, secret: str = SECRET) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "fhircheck", *(each.format(home=home) for each in arguments)]
    return subprocess.run(
        command, cwd=home, env=environment(home, secret), capture_output=True, timeout=120, check=False
    )


def assert_clean(server: Echo, left: dict[str, bytes]) -> None:
    for secret in secrets(server):
        where = [name for name, data in left.items() if secret.encode() in data]
        assert not where, f"a secret of {len(secret)} letters stands in {where}"


def commands(server: Echo, *more: str, alone: bool = False) -> list[tuple[str, ...]]:
    """The commands that speak to servers; alone: only one of them, since each takes a second."""
    url = f"{server.base}/Patient?name=x"
    found: list[tuple[str, ...]] = [
        ("check", url, "--format", "json", "--output", "{home}/report.json", "--show-values"),
    ]
    if alone:
        return found
    files = ("--save", "{home}/state.json", "--outcome", "{home}/o.json", "--output", "{home}/t.txt")
    found.append(("server", server.base, *files, *more))
    if "fetch" in COMMANDS:
        found.append(("fetch", server.base, "{home}/fetched", "--type", "Patient"))
    return found


@pytest.mark.parametrize("method", METHODS)
def test_signing_in(server: Echo, home: Path, method: str) -> None:
    server.tokens.append("b3arer-t0ken")
    for command in commands(server, alone=method not in ALL_COMMANDS):
        done = run(home, *command, *METHODS[method])
        assert done.returncode in (0, 1), done.stderr.decode()[-2000:]
        assert b"DEBUG" in done.stderr, "logging is on"
        assert_clean(server, left_behind(done, home))
    assert any(server.sent("authorization"))
    assert (home / "report.json").stat().st_size > 1000


@pytest.mark.parametrize("method", METHODS)
def test_failing_to_sign_in(server: Echo, home: Path, method: str) -> None:
    server.keys["backend"] = ("k", ec.generate_private_key(ec.SECP384R1()).public_key(), "ES384")
    (home / "secret").write_text(WRONG)
    for command in commands(server, alone=method not in ALL_COMMANDS):
        done = run(home, *command, *METHODS[method], secret=WRONG)
        assert done.returncode in ((3,) if command[0] == "check" else (1, 3)), done.stderr.decode()[-2000:]
        assert_clean(server, left_behind(done, home))
    assert any(server.sent("authorization")) or server.token_requests


@pytest.mark.parametrize("method", ALL_COMMANDS)
def test_a_server_that_takes_the_credentials_and_fails(server: Echo, home: Path, method: str) -> None:
    server.failing = True
    for command in commands(server):
        done = run(home, *command, *METHODS[method])
        assert done.returncode == 3
        assert_clean(server, left_behind(done, home))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--auth", "basic", "--user", "nurse", "--secret", SECRET), "a secret is not written down"),
        (("--auth", "bearer", "--secret", "file:{home}/key.pem"), "holds no token"),
        (("--auth", "smart", "--client-id", "c", "--scope", "s", "--key-id", "k", "--secret", "file:{home}/secret"),
         "neither a PEM nor a JSON Web Key"),
        (("--auth", "smart", "--client-id", "c", "--scope", "s", "--key-id", "k", "--secret", "file:{home}/key.pem",
          "--passphrase", "env:SECRET_OF_A_TEST"), "another passphrase"),
        (("--settings", "{home}/settings.toml"), "a secret is not written down"),
        (("--proxy", f"http://me:{quote(SECRET)}@127.0.0.1:9"), "a user or password in a URL is not taken"),
    ],
)  # fmt: skip
def test_wrong_use_is_one_line_without_the_secret(
    server: Echo, home: Path, arguments: tuple[str, ...], said: str
) -> None:
    (home / "settings.toml").write_text(f'[connection]\nauth = "bearer"\nsecret = "{SECRET}"\n')
    done = run(home, "check", f"{server.base}/Patient", *arguments)
    left = left_behind(done, home)
    left.pop(str(home / "settings.toml"))
    assert_clean(server, left)
    lines = [line for line in done.stderr.decode().splitlines() if line.startswith("fhircheck: ")]
    assert done.returncode == 2
    assert len(lines) == 1
    assert said in lines[0]


def test_a_password_in_the_address_is_refused(server: Echo, home: Path) -> None:
    for command in commands(server):
        given = [
            each.replace("//", f"//me:{quote(SECRET, safe='')}@") if each.startswith("http") else each
            for each in command
        ]
        done = run(home, *given)
        assert done.returncode == 2, done.stderr
        assert b"a user or password in a URL is not taken" in done.stderr
        assert_clean(server, left_behind(done, home))
    assert server.asked == []


def test_a_secret_that_everybody_can_read_is_remarked(server: Echo, home: Path) -> None:
    (home / "secret").chmod(0o644)
    for command in commands(server, "--no-probes"):
        done = run(home, *command, *METHODS["basic-file"])
        assert b"every user of this machine can read or change this secret" in done.stderr


def test_exceptions_and_logs_of_the_library_show_nothing(
    server: Echo, home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SECRET_OF_A_TEST", SECRET)
    caplog.set_level(logging.DEBUG)
    settings = {"sign_in": "oauth2", "client_id": "backend", "secret": "env:SECRET_OF_A_TEST"}
    seen = [repr(fhircheck.check(server.base + "/Patient", connection=settings))]
    for client, failing in (("unknown", False), ("backend", True)):
        server.failing = failing
        with pytest.raises(FhircheckError) as raised:
            fhircheck.check(server.base + "/Patient", connection={**settings, "client_id": client})
        seen += traceback.format_exception(raised.value)
    assert "sign-in-failed, HTTP 401, invalid_client" in "".join(seen)
    assert_clean(server, {"exceptions": "".join(seen).encode(), "logs": caplog.text.encode()})


def test_mutual_tls_and_a_token_together(home: Path) -> None:
    authority = Authority(home)
    client = authority.issue("client", passphrase=PHRASE)
    context = authority.server_context(authority.issue("server", hosts=("localhost",)), clients=True)
    with Echo(tls=context) as server:
        server.clients["backend"], server.life = SECRET, None
        own = ("--cert", str(client.certificate), "--cert-key", str(client.key), "--passphrase", "env:PHRASE_OF_A_TEST")
        command = ("check", f"{server.base}/Patient", "--ca-file", str(authority.certificate), *METHODS["oauth2"])
        done = run(home, *command, *own)
        assert done.returncode == 0, done.stderr
        assert all(each.peer for each in server.asked)
        assert_clean(server, left_behind(done, home))
        assert run(home, *command).returncode == 3
