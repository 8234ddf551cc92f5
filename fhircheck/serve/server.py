"""The server: opens what it needs, listens, answers until it is told to stop."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.serve.access import SHORTEST, Token, new_token
from fhircheck.serve.address import check_address, is_loopback, is_unprotected, listening, names_of
from fhircheck.serve.serve_options import ServeOptions

CONNECTIONS = 256
KEEP_ALIVE_SECONDS = 15
END_SECONDS = 5
HEADER_BYTES = 32 << 10

Say = Callable[[str], None]


def serve(options: ServeOptions, say: Say, terminal: bool) -> None:
    """Serve until SIGINT or SIGTERM. say: writes a line for the user. terminal: whether somebody reads it there.

    Raises UsageError for options that do not fit together, CouldNotCheck where the address, the store or a package
    cannot be had.
    """
    _extra()
    from fhircheck.serve.pages.stored import Stored

    check_address(options)
    token, told = _token(options, terminal)
    tls = _tls(options)
    stored = Stored(options.history, options.history_password)
    stored.open()  # a database that cannot be reached is said now, not on the first page
    with (
        contextlib.closing(stored),
        listening(options.host, options.port) as socket,
        _service(options, token is not None) as fhir,
    ):
        from fhircheck.serve.access_log import Log
        from fhircheck.serve.application import Guards, application
        from fhircheck.serve.pages.site import Site
        from fhircheck.serve.sessions import Sessions

        log = Log(options.log_format)
        fhir.note = lambda bug: log.event("bug", at=bug)
        port = socket.getsockname()[1]
        secure = bool(tls) or options.public_url.startswith("https:")
        guards = Guards(names_of(options), Sessions(f"fhircheck-{port}", secure), options.public_url, token)
        site = Site(
            stored,
            guards.sessions,
            options.language,
            token,
            guards.attempts,
            assessment=_assessment(options.assessment),
        )
        app = application(fhir, guards, log, site)
        for line in _greeting(options, port, told, bool(tls)):
            say(line)
        _run(app, socket, tls)
    say("stopped")


def _assessment(path: str) -> Any:
    """The file of answers, None where none was named. Raises UsageError and CouldNotCheck where it is no such file."""
    if not path:
        return None
    from fhircheck.assess.answer_file import AnswerFile
    from fhircheck.assess.form import shipped

    found = AnswerFile(shipped(), path)
    found.load()
    return found


def _extra() -> None:
    """Raises UsageError where the libraries of the server are not installed."""
    try:
        import jinja2  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError:
        raise UsageError("the server needs more libraries: pip install 'fhircheck[serve]'") from None


def _token(options: ServeOptions, terminal: bool) -> tuple[Token | None, str]:
    """The token, and its text where it was made here and has to be told. Raises UsageError."""
    if options.token:
        from fhircheck.transport.auth.secret import check_reference, read_secret

        check_reference(options.token, "--token")
        value = read_secret(options.token)
        if len(value) < SHORTEST:
            raise UsageError(f"--token: the token has fewer than {SHORTEST} characters and could be guessed")
        return Token(value), ""
    if is_loopback(options.host):
        return None, ""
    if not terminal:
        raise UsageError(
            "a token is needed where others can reach the server, and there is no terminal to show a new one on: "
            "name it with --token env:NAME or --token file:PATH"
        )
    value = new_token()
    return Token(value), value


def _tls(options: ServeOptions) -> Any:
    """The context of TLS 1.2 and later, None without a certificate. Raises UsageError where its files are no use."""
    if not options.certificate:
        return None
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(options.certificate, options.key, password=_no_password)
    except ssl.SSLError as fault:
        raise UsageError(
            f"--certificate, --key: not a PEM certificate and its key ({fault.reason or 'unreadable'})"
        ) from None
    except OSError as fault:
        raise UsageError(f"--certificate, --key: {fault.strerror or 'cannot be read'}") from None
    return context


def _no_password() -> str:
    """Never ask for one on the terminal of a service."""
    raise UsageError(
        "--key: is encrypted; a service cannot ask for its password: store it decrypted, readable by its user"
    )


@contextlib.contextmanager
def _service(options: ServeOptions, secured: bool) -> Iterator[Any]:
    """The FHIR side with its workers, which are ended at the end."""
    from fhircheck.definitions.type_table import TypeTable
    from fhircheck.prepared import definitions_of, with_settings
    from fhircheck.serve.fhir.capability import capability_statement
    from fhircheck.serve.fhir.checker import CheckPlan, resource_types
    from fhircheck.serve.fhir.encoding import Encoder
    from fhircheck.serve.fhir.service import FhirService
    from fhircheck.serve.fhir.worker_pool import WorkerPool

    checks, settings = with_settings(options.checks)
    definitions, asked = definitions_of(checks, settings)
    plan = CheckPlan(definitions.recipe(), asked, settings, options.show_values)
    pool = WorkerPool(plan, options.jobs, options.time_limit)
    try:
        pool.start()
        types = resource_types(definitions)
        statement = capability_statement(definitions, types, datetime.now(UTC), secured)
        encoder = Encoder(TypeTable(definitions))
        encoder.encoded(statement, "xml")  # reads the definitions that later answers need, here and not in a thread
        yield FhirService(
            pool, encoder, statement, frozenset(types), options.jobs, options.max_body, 30.0, options.language, None
        )
    finally:
        pool.close()


def _greeting(options: ServeOptions, port: int, token: str, tls: bool) -> Iterator[str]:
    host = f"[{options.host}]" if ":" in options.host else options.host
    shown = options.public_url.rstrip("/") or f"{'https' if tls else 'http'}://{host}:{port}"
    yield f"serving {shown}/  ($validate: {shown}/fhir/$validate)  Ctrl-C ends it"
    if is_unprotected(options):
        yield "others can reach this address, and nothing is encrypted on the way: not the token, not what is sent"
    if token:
        yield f"token (shown only here): {token}"


def _run(app: Any, socket: Any, tls: Any) -> None:
    """Run uvicorn on the socket until a signal; what is under way is answered first."""
    import uvicorn

    from fhircheck.serve.http_protocol import PatientProtocol

    class Server(uvicorn.Server):
        """Ends in peace: a signal is how a server is stopped, not a failure of it."""

        @contextlib.contextmanager
        def capture_signals(self) -> Any:
            before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for each, handler in before.items():
                    signal.signal(each, handler)

    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=END_SECONDS,
        h11_max_incomplete_event_size=HEADER_BYTES,
    )
    config.load()
    config.ssl = tls
    Server(config).run([socket])
