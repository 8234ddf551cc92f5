"""Spans of time as job files and options say them: ``90s``, ``45m``, ``2h``, ``7d``, ``1h30m``."""

import re

from fhircheck.model.errors import UsageError

PATTERN = r"^(\d+(\.\d+)?(s|m|h|d|w))+$"
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_WHOLE = re.compile(PATTERN)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
LONGEST = 100 * 365 * 86400


def seconds_of(text: str, name: str = "span") -> float:
    """Seconds that `text` says. Raises UsageError, naming `name`, for anything else."""
    if not isinstance(text, str) or not _WHOLE.fullmatch(text):
        raise UsageError(f"{name}: a span of time such as 90s, 45m, 2h or 7d is asked for")
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))
    if seconds > LONGEST:
        raise UsageError(f"{name}: longer than a hundred years")
    return seconds


def said(seconds: float) -> str:
    """Seconds as a span: ``45m``, ``1h30m``, ``0.5s``."""
    if seconds != int(seconds) and seconds < 60:
        return f"{seconds:.3g}s"
    rest, text = round(seconds), ""
    for unit in ("d", "h", "m", "s"):
        count, rest = divmod(rest, _SECONDS[unit])
        text += f"{count}{unit}" if count else ""
    return text or "0s"
