"""Client of FHIR package registries, which speak a part of npm's protocol.

``GET {registry}/{name}`` tells the versions, ``GET {registry}/{name}/{version}`` gives the archive
(https://confluence.hl7.org/display/FHIR/NPM+Package+Specification). A registry that cannot be
reached is asked once and no more; what every one said is kept for the error line.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fhircheck.definitions.package import is_name, is_version
from fhircheck.definitions.package_archive import LARGEST_PACKAGE, read_archive
from fhircheck.definitions.package_folder import MANIFEST
from fhircheck.definitions.registry_access import RegistryAddress
from fhircheck.definitions.version import is_range, newest
from fhircheck.model.connection import Connection
from fhircheck.model.errors import PackageUnusable
from fhircheck.transport.server_fault import ServerFault

if TYPE_CHECKING:
    from fhircheck.transport.http import HttpClient, Stream

CONNECT = 3.0
READ = 30.0
"""Seconds to wait for a connection and for the next bytes."""

LARGEST_ANSWER = 32 * 2**20
LARGEST_ARCHIVE = 512 * 2**20
Progress = Callable[[str, int, int], None]
"""Called with a package's label, bytes so far, and bytes to expect (0 where unknown)."""


class RegistryRefused(Exception):
    """A registry did not give what was asked for: one short reason, without address or token."""


class PackageRegistry:
    """Several registries, asked one after the other."""

    def __init__(self, addresses: Sequence[RegistryAddress], progress: Progress | None = None) -> None:
        self._addresses = addresses
        self._progress = progress
        self._unreachable: dict[str, str] = {}
        self._client: HttpClient | None = None

    def download(self, name: str, wanted: str, folder: Path) -> Path:
        """Fetch the archive of a package (`wanted`: version, range or ``latest``) into `folder`.

        Raises PackageUnusable with what each registry said.
        """
        if not is_name(name) or not is_version(wanted):
            raise PackageUnusable(f"{name}#{wanted} cannot be the name and version of a package")
        said = []
        for address in self._addresses:
            try:
                if address.url in self._unreachable:
                    raise RegistryRefused(self._unreachable[address.url])
                return self._download(address, name, wanted, folder)
            except RegistryRefused as refused:
                said.append(f"{_host(address.url)}: {refused}")
        raise PackageUnusable(f"no registry has {name}#{wanted or 'latest'} ({'; '.join(said) or 'none was asked'})")

    def _download(self, address: RegistryAddress, name: str, wanted: str, folder: Path) -> Path:
        listing = self._listing(address, name)
        version = _version(listing, wanted)
        described = listing["versions"].get(version)
        dist = described.get("dist") if isinstance(described, dict) else None
        dist = dist if isinstance(dist, dict) else {}
        target = folder / f"{name.lower()}#{version}.tgz"
        url = _archive_url(address.url, name, version, dist.get("tarball"))
        self._save(address, url, target, f"{name}#{version}")
        _check_hash(target, dist)
        _check_manifest(target, name, version)
        return target

    def _listing(self, address: RegistryAddress, name: str) -> dict[str, Any]:
        import json

        with self._answer(address, f"{address.url}/{name}") as answer:
            data = bytearray()
            for block in answer.blocks:
                data += block
                if len(data) > LARGEST_ANSWER:
                    raise RegistryRefused("its list of versions is too long")
        try:
            listing = json.loads(bytes(data))
        except ValueError:
            raise RegistryRefused("its list of versions is no JSON") from None
        if not isinstance(listing, dict) or not isinstance(listing.get("versions"), dict):
            raise RegistryRefused("it lists no versions")
        return listing

    def _save(self, address: RegistryAddress, url: str, target: Path, label: str) -> None:
        with self._answer(address, url) as answer:
            announced = answer.headers.get("content-length", "")
            expected = int(announced) if announced.isdecimal() else 0
            done = 0
            with target.open("wb") as file:
                for block in answer.blocks:
                    done += file.write(block)
                    if done > min(LARGEST_ARCHIVE, LARGEST_PACKAGE):
                        raise RegistryRefused("its archive is larger than a package can be")
                    if self._progress:
                        self._progress(label, done, expected)

    def _opened(self) -> "HttpClient":
        if self._client is None:
            from fhircheck.transport.http import HttpClient  # with the first package to fetch, not with every run

            waits = Connection(connect_timeout=CONNECT, read_timeout=READ, retries=2, longest_pause=3.0)
            self._client = HttpClient(waits)
        return self._client

    @contextmanager
    def _answer(self, address: RegistryAddress, url: str) -> "Iterator[Stream]":
        """The answer to a GET while it arrives. The token goes to the registry's own host only."""
        own = urlsplit(url)[:2] == urlsplit(address.url)[:2]
        headers = {"Authorization": f"Bearer {address.token}"} if address.token and own else {}
        try:
            with self._opened().stream(url, {"Accept-Encoding": "identity", **headers}) as answer:
                if answer.status != 200:
                    raise RegistryRefused(_STATUS.get(answer.status, f"it answers with status {answer.status}"))
                yield answer
        except ServerFault as fault:
            refused = RegistryRefused(_FAULTS.get(fault.reason, "the transfer failed"))
            if fault.reason not in _ANSWERED:
                self._unreachable[address.url] = str(refused)
            raise refused from None


_STATUS = {401: "it wants a token", 403: "it refuses access", 404: "it does not have it"}


_ANSWERED = frozenset({"redirect-to-plain-http", "too-many-redirects", "credentials-in-url", "not-a-url"})
_FAULTS = {
    "certificate-not-accepted": "its certificate is not trusted",
    "connection-broken": "no connection",
    "no-answer-in-time": "no answer in time",
    "no-connection": "no connection",
    "no-connection-in-time": "no answer in time",
    "proxy-refused": "no connection",
    "tls-failed": "its certificate or its TLS is not accepted",
    "redirect-to-plain-http": "it leads from https to http",
}


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _version(listing: dict[str, Any], wanted: str) -> str:
    versions = [version for version in listing["versions"] if is_version(version)]
    tags = listing.get("dist-tags")
    tag = tags.get(wanted or "latest") if isinstance(tags, dict) else None
    if isinstance(tag, str) and tag in versions and (is_range(wanted) or wanted not in versions):
        return tag
    version = newest(versions, wanted)
    if version is None:
        raise RegistryRefused("it does not have this version")
    return version


def _archive_url(registry: str, name: str, version: str, stated: Any) -> str:
    """Where the archive is: as the registry states, unless that would leave https."""
    if isinstance(stated, str) and urlsplit(stated).scheme in {"https", urlsplit(registry).scheme}:
        return stated
    return f"{registry}/{name}/{version}"


def _check_hash(archive: Path, dist: dict[str, Any]) -> None:
    integrity, shasum = dist.get("integrity"), dist.get("shasum")
    with archive.open("rb") as file:
        if isinstance(integrity, str) and integrity.startswith("sha512-"):
            found = base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()
            fits = found == integrity.removeprefix("sha512-").split("?")[0]
        elif isinstance(shasum, str) and shasum:
            digest = hashlib.file_digest(file, lambda: hashlib.sha1(usedforsecurity=False))
            fits = digest.hexdigest() == shasum.lower()
        else:
            fits = True
    if not fits:
        raise RegistryRefused("the archive's hash is not the one it states")


def _check_manifest(archive: Path, name: str, version: str) -> None:
    import json

    try:
        text = next((data for path, data in read_archive(archive) if path == MANIFEST), b"{}")
        manifest = json.loads(text.decode("utf-8-sig"))
    except PackageUnusable as unusable:
        raise RegistryRefused(f"its archive is unusable: {str(unusable).rpartition(': ')[2]}") from None
    except ValueError:
        manifest = None
    inside = (manifest.get("name"), manifest.get("version")) if isinstance(manifest, dict) else (None, None)
    if str(inside[0]).lower() != name.lower() or inside[1] != version:
        raise RegistryRefused(f"its archive says it is {inside[0]}#{inside[1]}")
