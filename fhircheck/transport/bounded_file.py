"""A file read into memory whole, up to a bound."""

import os
from collections.abc import Callable

from fhircheck.model.errors import FhircheckError, UsageError


def read_bounded(
    path: str | os.PathLike[str],
    largest: int,
    name: str,
    error: type[FhircheckError] = UsageError,
    reason: Callable[[str], str] = str.lower,
) -> bytes:
    """The bytes of a file that has at most `largest` of them; never more of it is read.

    name: what messages call the file. error: what is raised, with one line, where it is larger or cannot be read.
    reason: how the system's words for the latter are said.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(largest + 1)
    except (OSError, ValueError) as fault:  # ValueError: a name with a zero byte
        raise error(f"{name}: {reason(getattr(fault, 'strerror', None) or 'cannot be read')}") from None
    if len(data) > largest:
        raise error(f"{name}: larger than {_size(largest)}")
    return data


def _size(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count >> 10} KiB"
