import base64
import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

from fhircheck.definitions import package_registry
from fhircheck.definitions.package_registry import PackageRegistry
from fhircheck.definitions.registry_access import RegistryAddress
from fhircheck.model.errors import PackageUnusable
from fhircheck.transport import retry
from tests.package_making import manifest, package_files, profile, write_tgz

FIRST = "https://first.example.org"
SECOND = "https://second.example.org/npm"
RESOURCES = [profile("http://example.org/StructureDefinition/one")]


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Iterator[responses.RequestsMock]:
    monkeypatch.setattr(retry, "PAUSE", 0.01)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def archive(folder: Path, name: str = "test.one", version: str = "1.0.0") -> bytes:
    return write_tgz(folder / "made.tgz", package_files(manifest(name, version), RESOURCES)).read_bytes()


def offer(
    net: responses.RequestsMock, registry: str, data: bytes, version: str = "1.0.0", latest: str = "", **dist: Any
) -> None:
    listing = {"name": "test.one", "dist-tags": {"latest": latest or version}, "versions": {version: {"dist": dist}}}
    net.get(f"{registry}/test.one", json=listing)
    net.get(dist.get("tarball", f"{registry}/test.one/{version}"), body=data, auto_calculate_content_length=True)


def registry(*urls: str, **more: Any) -> PackageRegistry:
    return PackageRegistry([RegistryAddress(url) for url in urls or (FIRST, SECOND)], **more)


def test_takes_the_archive_from_the_first_registry_that_has_it(net: responses.RequestsMock, tmp_path: Path) -> None:
    net.get(f"{FIRST}/test.one", status=404)
    data = archive(tmp_path)
    offer(net, SECOND, data)
    shown: list[tuple[str, int, int]] = []
    path = registry(progress=lambda *seen: shown.append(seen)).download("Test.One".lower(), "1.0.0", tmp_path)
    assert path.read_bytes() == data
    assert shown[-1] == ("test.one#1.0.0", len(data), len(data))


@pytest.mark.parametrize(
    ("wanted", "given"), [("", "1.1.0"), ("latest", "1.1.0"), ("1.0.x", "1.0.7"), ("2.0", "2.0.0-a")]
)
def test_ranges_and_latest(net: responses.RequestsMock, tmp_path: Path, wanted: str, given: str) -> None:
    versions: dict[str, Any] = {version: {} for version in ("1.0.0", "1.0.7", "1.1.0", "1.2.0", "2.0.0-a")}
    net.get(f"{FIRST}/test.one", json={"dist-tags": {"latest": "1.1.0"}, "versions": versions})
    net.get(f"{FIRST}/test.one/{given}", body=archive(tmp_path, version=given))
    assert registry(FIRST).download("test.one", wanted, tmp_path).name == f"test.one#{given}.tgz"


def test_says_what_each_registry_said(net: responses.RequestsMock, tmp_path: Path) -> None:
    net.get(f"{FIRST}/test.one", body=requests.ConnectionError("refused"))
    net.get(f"{SECOND}/test.one", json={"versions": {"2.0.0": {}}})
    with pytest.raises(PackageUnusable) as raised:
        registry().download("test.one", "1.0.0", tmp_path)
    assert str(raised.value) == (
        "no registry has test.one#1.0.0 (first.example.org: no connection;"
        " second.example.org: it does not have this version)"
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 401}, "it wants a token"), ({"status": 403}, "it refuses access"),
        ({"status": 500}, "status 500"),
        ({"body": "<html>"}, "no JSON"),
        ({"json": []}, "lists no versions"), ({"json": {"versions": 1}}, "no versions"),
        ({"body": requests.exceptions.SSLError("x")}, "certificate"), ({"body": requests.Timeout("x")}, "in time"),
        ({"json": {"versions": {"../../x": {}}, "dist-tags": {"latest": "../../x"}}}, "does not have this version"),
    ],
)  # fmt: skip
def test_bad_answers(net: responses.RequestsMock, tmp_path: Path, answer: dict[str, Any], said: str) -> None:
    net.get(f"{FIRST}/test.one", **answer)
    with pytest.raises(PackageUnusable, match=said):
        registry(FIRST).download("test.one", "latest", tmp_path)


def test_a_dead_registry_is_asked_once(net: responses.RequestsMock, tmp_path: Path) -> None:
    net.get(f"{FIRST}/test.one", body=requests.ConnectionError("refused"))
    asked = registry(FIRST)
    for _ in range(3):
        with pytest.raises(PackageUnusable, match="no connection"):
            asked.download("test.one", "1.0.0", tmp_path)
    assert len(net.calls) == 1


def test_hashes_are_checked(net: responses.RequestsMock, tmp_path: Path) -> None:
    data = archive(tmp_path)
    sha512 = base64.b64encode(hashlib.sha512(data).digest()).decode()
    offer(net, FIRST, data, shasum=hashlib.sha1(data).hexdigest(), integrity=f"sha512-{sha512}")
    assert registry(FIRST).download("test.one", "1.0.0", tmp_path).read_bytes() == data
    for wrong in ({"shasum": "0" * 40}, {"integrity": "sha512-AAAA", "shasum": hashlib.sha1(data).hexdigest()}):
        offer(net, SECOND, data, **wrong)
        with pytest.raises(PackageUnusable, match="hash is not the one it states"):
            registry(SECOND).download("test.one", "1.0.0", tmp_path)
        net.reset()


@pytest.mark.parametrize(("name", "version"), [("test.two", "1.0.0"), ("test.one", "1.0.1")])
def test_an_archive_that_is_another_package_is_refused(
    net: responses.RequestsMock, tmp_path: Path, name: str, version: str
) -> None:
    offer(net, FIRST, archive(tmp_path, name, version))
    with pytest.raises(PackageUnusable, match=f"its archive says it is {name}#{version}"):
        registry(FIRST).download("test.one", "1.0.0", tmp_path)


def test_an_archive_that_is_none_is_refused(net: responses.RequestsMock, tmp_path: Path) -> None:
    offer(net, FIRST, b"<html>")
    with pytest.raises(PackageUnusable, match="its archive is unusable"):
        registry(FIRST).download("test.one", "1.0.0", tmp_path)


def test_the_token_goes_to_its_registry_only(net: responses.RequestsMock, tmp_path: Path) -> None:
    elsewhere = "https://files.example.org/test.one.tgz"
    offer(net, FIRST, archive(tmp_path), tarball=elsewhere)
    PackageRegistry([RegistryAddress(FIRST, "secret-1")]).download("test.one", "1.0.0", tmp_path)
    sent = {call.request.url: call.request.headers.get("Authorization") for call in net.calls}
    assert sent == {f"{FIRST}/test.one": "Bearer secret-1", elsewhere: None}


def test_a_stated_address_without_https_is_not_followed(net: responses.RequestsMock, tmp_path: Path) -> None:
    data = archive(tmp_path)
    net.get(
        f"{FIRST}/test.one", json={"versions": {"1.0.0": {"dist": {"tarball": "http://files.example.org/one.tgz"}}}}
    )
    net.get(f"{FIRST}/test.one/1.0.0", body=data)
    assert registry(FIRST).download("test.one", "1.0.0", tmp_path).read_bytes() == data
    net.get(f"{SECOND}/test.one", status=302, headers={"Location": "http://files.example.org/list"})
    net.get("http://files.example.org/list", json={"versions": {"1.0.0": {}}})
    with pytest.raises(PackageUnusable, match="from https to http"):
        registry(SECOND).download("test.one", "1.0.0", tmp_path)


def test_answers_are_bounded(net: responses.RequestsMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_registry, "LARGEST_ANSWER", 1000)
    monkeypatch.setattr(package_registry, "LARGEST_ARCHIVE", 100)
    net.get(f"{FIRST}/test.one", body=json.dumps({"versions": {}, "x": "x" * 1000}))
    offer(net, SECOND, archive(tmp_path))
    with pytest.raises(PackageUnusable, match=r"list of versions is too long.*archive is larger than"):
        registry().download("test.one", "1.0.0", tmp_path)


@pytest.mark.parametrize(
    ("name", "wanted"), [("../x", "1.0.0"), ("a/b", "1.0.0"), ("a", "../1"), ("a?b", ""), ("a", "1/2")]
)
def test_names_that_would_change_the_address_are_refused(name: str, wanted: str, tmp_path: Path) -> None:
    with pytest.raises(PackageUnusable, match="cannot be the name and version"):
        registry().download(name, wanted, tmp_path)


def test_without_network_it_fails_at_once(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    start = time.monotonic()
    with pytest.raises(PackageUnusable, match=f"127.0.0.1:{port}: no connection"):
        registry(f"http://127.0.0.1:{port}").download("test.one", "1.0.0", tmp_path)
    assert time.monotonic() - start < 2


def test_a_silent_server_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_registry, "READ", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        held: list[socket.socket] = []
        threading.Thread(target=_accept, args=(silent, held), daemon=True).start()
        start = time.monotonic()
        with pytest.raises(PackageUnusable, match=r"no answer in time|no connection"):
            registry(f"http://127.0.0.1:{silent.getsockname()[1]}").download("test.one", "1.0.0", tmp_path)
        assert time.monotonic() - start < 5
    for each in held:
        each.close()


def _accept(server: socket.socket, held: list[socket.socket]) -> None:
    try:
        while True:
            held.append(server.accept()[0])
    except OSError:
        return
