"""One visit of a page: who, in which language and appearance, and what its forms have to bring back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from fhircheck.serve.fhir.negotiation import language_of
from fhircheck.serve.sessions import Sessions

Theme = Literal["auto", "light", "dark"]
LANGUAGES = ("en", "de")
THEMES: tuple[Theme, ...] = ("auto", "light", "dark")
LANGUAGE_COOKIE = "fhircheck-language"
THEME_COOKIE = "fhircheck-theme"
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page is made for. identity: of the session. fresh: whether the browser has to be told it."""

    path: str
    query: tuple[tuple[str, str], ...]
    language: str
    theme: Theme
    identity: str
    fresh: bool
    form_token: str
    signed_in: bool

    def asked(self, name: str, default: str = "") -> str:
        """The last value of a parameter of the query."""
        return dict(self.query).get(name, default)

    def whole(self, name: str, default: int, least: int = 1, most: int = 1_000_000_000) -> int:
        """A parameter as a whole number within bounds, `default` where it is none."""
        text = self.asked(name)
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            return default
        return min(max(int(text), least), most)

    def with_query(self, **changed: object) -> str:
        """This page's address with some parameters changed; an empty one is left out."""
        pairs = {name: value for name, value in self.query if name not in ("language", "theme", "done")}
        pairs |= {name: str(value) for name, value in changed.items()}
        shown = urlencode({name: value for name, value in pairs.items() if value != ""})
        return f"{self.path}?{shown}" if shown else self.path


def visit_of(request: Any, sessions: Sessions, default: str, signed_in: bool) -> Visit:
    """The visit that a request is."""
    cookies = request.cookies
    identity = sessions.id_of(cookies)
    fresh = not identity
    identity = identity or sessions.new()
    language = cookies.get(LANGUAGE_COOKIE, "")
    if language not in LANGUAGES:
        language = language_of(request.headers.get("accept-language", ""), default)
    theme = cookies.get(THEME_COOKIE, "")
    chosen: Theme = next((each for each in THEMES if each == theme), "auto")
    query = tuple((name, value) for name, value in request.query_params.multi_items())
    path = request.scope["root_path"] + request.url.path
    return Visit(path, query, language, chosen, identity, fresh, sessions.form_token(identity), signed_in)


def preference(request: Any, secure: bool) -> Any:
    """Where the query chooses a language or an appearance: the same page without it, and cookies that keep it."""
    chosen = {name: request.query_params.get(name, "") for name in ("language", "theme")}
    if not any(chosen.values()):
        return None
    from starlette.responses import RedirectResponse

    rest = [(name, value) for name, value in request.query_params.multi_items() if name not in chosen]
    target = request.url.path + (f"?{urlencode(rest)}" if rest else "")
    response = RedirectResponse(target, 303)
    for name, cookie, allowed in (
        ("language", LANGUAGE_COOKIE, LANGUAGES),
        ("theme", THEME_COOKIE, THEMES),
    ):
        if chosen[name] in allowed:
            response.set_cookie(
                cookie, chosen[name], max_age=_YEAR, path="/", secure=secure, httponly=True, samesite="strict"
            )
    return response


def moment(text: str, language: str) -> str:
    """A moment of time (ISO 8601) to the minute, in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text[:40]
    return found.strftime("%d.%m.%Y %H:%M" if language == "de" else "%Y-%m-%d %H:%M")
