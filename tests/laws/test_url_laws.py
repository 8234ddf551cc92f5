"""Whatever stands in a URL: what is shown of it holds no password, no query value, no fragment."""

from contextlib import suppress
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from fhircheck.transport.http_url import has_credentials, redacted, same_place
from fhircheck.transport.retry import retry_after
from fhircheck.transport.server_fault import ServerFault

WORDS = st.text("abcXYZ09-_.~:/ &=%+ü'", min_size=1, max_size=12)
HOSTS = st.sampled_from(["fhir.example.org", "localhost:8080", "[::1]:443", "127.0.0.1"])


@given(WORDS, WORDS, HOSTS, st.booleans())
def test_passwords_are_never_shown(user: str, word: str, host: str, encoded: bool) -> None:
    secret = f"QQ{word}QQ"
    written = quote(secret, safe="") if encoded else secret
    url = f"https://{quote(user, safe='')}:{written}@{host}/fhir/Patient?_count=5"
    assert "QQ" not in redacted(url)
    assert has_credentials(url)


@given(WORDS, WORDS, HOSTS)
def test_values_of_a_query_are_never_shown(name: str, value: str, host: str) -> None:
    url = f"https://{host}/fhir/Patient?{quote(name)}={quote('QQ' + value)}&_count=5#{quote('QQ' + value)}"
    assert "QQ" not in redacted(url)
    assert "_count=5" in redacted(url)


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_breaks_what_looks_at_urls(one: str, other: str) -> None:
    redacted(one)
    has_credentials(one)
    with suppress(ServerFault):
        same_place(one, other)


@given(st.text(max_size=40) | st.integers().map(str) | st.datetimes().map(str))
def test_any_retry_after_is_a_pause_or_none(value: str) -> None:
    pause = retry_after(value)
    assert pause is None or pause >= 0
