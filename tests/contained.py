"""A command as a container runs it: nothing but some folders can be written, no network, no capability, no home.

With the rights for it (root, mount namespaces) the whole file system is mounted read-only, as `readOnlyRootFilesystem`
does; elsewhere the folders that are made for it are write-protected, and only they.
"""

import functools
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_ENCLOSE = """
set -eu
mount --make-rprivate /
while [ "$1" != -- ]; do mount --bind "$1" "$1"; shift; done
shift
mount -o remount,bind,ro /
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all -- "$@"
"""
_WITHOUT_RIGHTS = ["setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--"]


@functools.cache
def can_enclose() -> bool:
    """Whether this process may make namespaces of mounts and network."""
    return _works(["unshare", "--mount", "--net", "sh", "-c", _ENCLOSE, "sh", "--", "true"])


def _works(command: list[str]) -> bool:
    try:
        return not subprocess.run(command, capture_output=True, check=False, timeout=30).returncode
    except OSError:
        return False


def run_contained(
    command: Sequence[str], writable: Sequence[Path], environment: Mapping[str, str], network: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run `command` where only `writable` can be written; the environment is `environment` alone.

    network: leave it as it is, for a server on loopback.
    """
    if can_enclose():
        places = [str(each) for each in writable]
        words = [
            "unshare",
            "--mount",
            *([] if network else ["--net"]),
            "sh",
            "-c",
            _ENCLOSE,
            "sh",
            *places,
            "--",
            *command,
        ]
    else:
        rootless = [] if os.geteuid() or not _works([*_WITHOUT_RIGHTS, "true"]) else _WITHOUT_RIGHTS
        words = [*rootless, *command]
    given = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", **environment}
    return subprocess.run(
        words, env=given, text=True, capture_output=True, check=False, timeout=120, stdin=subprocess.DEVNULL
    )
