"""Where a store is: by path or URL, without a password in it; other machines are spoken to by verified TLS."""

import warnings
from pathlib import Path

import pytest

from fhircheck.history.place import default_path, store_place
from fhircheck.model.errors import SecretExposed, UsageError

SECRET = "s3cr3t"


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("FHIRCHECK_HISTORY", "PGHOST", "PGSSLMODE", "PGSSLROOTCERT", "PGHOSTADDR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def test_without_a_name_the_environment_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert store_place().path == default_path() == tmp_path / "state" / "fhircheck" / "history.sqlite"
    monkeypatch.setenv("FHIRCHECK_HISTORY", "~/mine.sqlite")
    assert store_place().path == tmp_path / "mine.sqlite"
    monkeypatch.setenv("FHIRCHECK_HISTORY", f"postgresql://me:{SECRET}@localhost/db")
    place = store_place()
    assert place.url.password == SECRET
    assert SECRET not in place.shown + repr(place)


def test_files_are_named_by_path_or_url() -> None:
    assert store_place("runs.sqlite").path == Path("runs.sqlite")
    assert store_place("sqlite:////data/a%b?.sqlite").path == Path("/data/a%b")
    assert store_place("/data/a?b%20#.sqlite").path == Path("/data/a?b%20#.sqlite")


WRONG = [
    "mysql://h/db", "postgresql+asyncpg://h/db", "sqlite://", "sqlite:///:memory:", ":memory:", "a\0b", "://",
    f"postgresql://me:{SECRET}@h/db", f"postgresql://h/db?password={SECRET}", f"postgresql://h/db?sslpassword={SECRET}",
    "postgresql://h/db?schema=a;drop", "postgresql://h/db?schema=A", "postgresql://h:port/db", "~nobody-of-that-name/x",
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_names_no_store_is_refused_without_its_secret(wrong: str) -> None:
    with pytest.raises(UsageError, match="history") as fault:
        store_place(wrong)
    assert SECRET not in str(fault.value)


def test_a_password_is_named_by_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", SECRET)
    place = store_place("postgres://me@localhost:6543/db", "env:DB_PASSWORD")
    assert place.url.password == SECRET
    assert place.url.drivername == "postgresql+psycopg"
    assert place.shown == "postgresql://localhost:6543/db"
    assert SECRET not in repr(place)
    for where, reference in (("runs.sqlite", "env:DB_PASSWORD"), ("postgresql://h/db", SECRET)):
        with pytest.raises(UsageError) as fault:
            store_place(where, reference)
        assert SECRET not in str(fault.value)


OWN = [
    "postgresql:///db", "postgresql://localhost/db", "postgresql://127.0.0.1/db", "postgresql://[::1]/db",
    "postgresql:///db?host=/run/postgresql",
]  # fmt: skip
OTHERS = ["postgresql://db.example.org/db", "postgresql:///db?host=db.example.org", "postgresql:///?service=runs"]


@pytest.mark.parametrize("url", OWN)
def test_this_machine_needs_no_tls(url: str) -> None:
    assert "sslmode" not in store_place(url).url.query


@pytest.mark.parametrize("url", OTHERS)
def test_other_machines_are_verified(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    query = store_place(url).url.query
    assert (query["sslmode"], query["sslrootcert"]) == ("verify-full", "system")
    monkeypatch.setenv("PGSSLROOTCERT", "/etc/ours.pem")
    assert "sslrootcert" not in store_place(url).url.query


def test_the_environment_may_name_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example.org")
    assert store_place("postgresql:///db").url.query["sslmode"] == "verify-full"


def test_less_than_verified_is_said() -> None:
    with pytest.warns(SecretExposed, match="sslmode=require"):
        assert store_place("postgresql://h/db?sslmode=require").url.query["sslmode"] == "require"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "sslrootcert" not in store_place("postgresql://h/db?sslmode=verify-ca").url.query


def test_the_library_of_postgresql_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fhircheck.history.place.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'fhircheck\[postgres\]'"):
        store_place("postgresql:///db")


def test_a_schema_of_its_own_is_part_of_the_place() -> None:
    place = store_place("postgresql:///db?schema=tests&application_name=x")
    assert place.schema == "tests"
    assert "schema" not in place.url.query
    assert place.shown == "postgresql:///db?schema=tests"
