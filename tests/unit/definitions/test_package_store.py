import os
import sqlite3
from pathlib import Path

import pytest

from fhircheck.definitions.store_form import head_of
from fhircheck.definitions.store_reader import PackageStore
from fhircheck.definitions.store_writer import write_store
from fhircheck.model.errors import PackageUnusable

VALUE_SET = {"resourceType": "ValueSet", "id": "a", "url": "http://example.org/a", "version": "1"}


def make(path: Path, dictionary: bytes = b"") -> PackageStore:
    entries = [(head_of(VALUE_SET, f"{number}.json"), b"text %d" % number) for number in range(3)]
    write_store(path, entries, lambda: {"sha256": "s", "manifest": "{}"}, dictionary=dictionary)
    return PackageStore(path)


@pytest.mark.parametrize("dictionary", [b"", b"some text that comes often: text"])
def test_what_was_written_is_read(tmp_path: Path, dictionary: bytes) -> None:
    store = make(tmp_path / "it's a #1 store.sqlite", dictionary)
    heads = store.versions(VALUE_SET["url"])
    assert [store.text(head.number) for head in heads] == [b"text 0", b"text 1", b"text 2"]
    assert [head.filename for head in store.heads("ValueSet")] == ["0.json", "1.json", "2.json"]
    assert list(store.heads("CodeSystem")) == []
    assert store.versions("http://example.org/\ud800") == []
    assert store.urls("ValueSet") == [VALUE_SET["url"]]
    assert store.meta()["definitions"] == "3"
    store.close()


def test_a_connection_is_not_used_in_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = make(tmp_path / "s.sqlite")
    store.meta()
    mine = store._connection
    monkeypatch.setattr(os, "getpid", lambda: -1)
    store.meta()
    assert store._connection is not mine
    assert mine is not None
    mine.execute("SELECT 1")


def test_a_store_of_another_form_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "s.sqlite")
    with sqlite3.connect(tmp_path / "s.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE name = 'form'")
    connection.close()
    with pytest.raises(PackageUnusable, match="another form"):
        PackageStore(tmp_path / "s.sqlite").meta()


def test_a_damaged_definition_is_named_by_its_store(tmp_path: Path) -> None:
    make(tmp_path / "s.sqlite")
    with sqlite3.connect(tmp_path / "s.sqlite") as connection:
        connection.execute("UPDATE content SET data = x'00'")
    connection.close()
    with pytest.raises(PackageUnusable, match=r"s\.sqlite: the store of definitions cannot be read"):
        PackageStore(tmp_path / "s.sqlite").text(1)


def test_nothing_is_left_where_writing_fails(tmp_path: Path) -> None:
    def fail() -> dict[str, str]:
        raise PackageUnusable("no package")

    with pytest.raises(PackageUnusable):
        write_store(tmp_path / "s.sqlite", [], fail)
    assert list(tmp_path.iterdir()) == []
