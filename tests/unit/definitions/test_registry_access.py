from pathlib import Path

import pytest

from fhircheck.definitions.registry_access import DEFAULT_REGISTRIES, registry_addresses
from fhircheck.model.errors import UsageError

OWN = "https://packages.example.org/npm"


def test_the_default_ones_come_last_and_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FHIRCHECK_REGISTRIES", f"https://b.example.org/ , {OWN}")
    monkeypatch.setenv("FHIRCHECK_REGISTRY_TOKEN_FILE", "")
    found = registry_addresses([OWN + "/"])
    assert [each.url for each in found] == [OWN, "https://b.example.org", *DEFAULT_REGISTRIES]
    assert not any(each.token for each in found)


def test_a_token_belongs_to_the_one_named_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FHIRCHECK_REGISTRY_TOKEN", "secret-1")
    assert [each.token for each in registry_addresses([OWN])] == ["secret-1", "", ""]
    for named in ([], [OWN, "https://b.example.org"]):
        with pytest.raises(UsageError, match=f"but {len(named)} are named") as raised:
            registry_addresses(named)
        assert "secret" not in str(raised.value)


def test_a_token_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FHIRCHECK_REGISTRY_TOKEN", "secret-1")
    assert "secret" not in repr(registry_addresses([OWN]))


def test_tokens_of_several_registries_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"# ours\n\n{OWN}/ secret-1\nhttps://b.example.org secret-2\n")
    monkeypatch.setenv("FHIRCHECK_REGISTRY_TOKEN_FILE", str(file))
    found = registry_addresses(["https://b.example.org", OWN])
    assert [each.token for each in found[:2]] == ["secret-2", "secret-1"]
    file.write_text(f"{OWN} secret-1 more")
    with pytest.raises(UsageError, match="line 1 is not ADDRESS TOKEN") as raised:
        registry_addresses()
    assert "secret" not in str(raised.value)
    file.unlink()
    with pytest.raises(UsageError, match="no such file"):
        registry_addresses()


def test_a_token_does_not_travel_in_the_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FHIRCHECK_REGISTRY_TOKEN", "secret-1")
    with pytest.raises(UsageError, match="not sent over http"):
        registry_addresses(["http://packages.example.org"])
    assert registry_addresses(["http://127.0.0.1:8000"])[0].token == "secret-1"


@pytest.mark.parametrize(
    "url", ["packages.example.org", "ftp://example.org", "https://", "https://h:port", "https://[x"]
)
def test_what_is_no_address_is_wrong_use(url: str) -> None:
    with pytest.raises(UsageError):
        registry_addresses([url])


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError, match="carries a name or password") as raised:
        registry_addresses(["https://user:secret@packages.example.org/npm"])
    assert "secret" not in str(raised.value)
    assert "user" not in str(raised.value)
