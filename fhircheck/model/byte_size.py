"""Sizes as people write them: 400MB, 2GiB, 1048576."""

import re

from fhircheck.model.errors import UsageError

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(i?)(B?)", re.IGNORECASE)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


def bytes_of(size: object, name: str, least: int) -> int:
    """Bytes of a size: a whole number, or text with a unit. MB is 1000^2, MiB and M are 1024^2 (IEC 80000-13).

    Raises UsageError, which calls it `name`, for anything else and for fewer than `least` bytes.
    """
    found = _SIZE.fullmatch(size.strip()) if isinstance(size, str) else None
    if found is not None:
        number, prefix, binary, unit = found.groups()
        base = 1000 if unit and not binary else 1024
        count = int(float(number) * base ** _POWERS[prefix.upper()])
    elif type(size) is int:
        count = size
    else:
        raise UsageError(f"{name}: must be a size such as 400MB or 2GiB")
    if count < least:
        raise UsageError(f"{name}: must be at least {least >> 20} MiB")
    return count
