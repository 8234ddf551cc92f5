"""The identity of a package: one hash over what its files say, whatever form the package has.

Standard library only: the build hook imports this module before any dependency is installed.
"""

import hashlib
from collections.abc import Iterable


def file_hash(data: bytes) -> str:
    """SHA-256 of one file, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def package_hash(files: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over (path inside the package, file_hash) of all files, in the order of their paths.

    Equal for a .tgz and for the folder it was unpacked to. Hidden files do not count: other
    tools put their indexes (``.index.json``, ``.index.db``) into installed packages.
    """
    whole = hashlib.sha256()
    for path, digest in sorted(files):
        if not is_hidden(path):
            whole.update(f"{path}\0{digest}\n".encode())
    return whole.hexdigest()


def is_hidden(path: str) -> bool:
    """Whether a path leads through a name that begins with a dot."""
    return any(part.startswith(".") for part in path.split("/"))
