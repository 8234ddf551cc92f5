"""Where a run's files go: the form by the ending, and placeholders that cannot lead out of their folder."""

import re
from datetime import datetime
from pathlib import Path

from fhircheck.model.errors import UsageError

CODES = "YmdHMSjVGu"
_PERCENT = re.compile(r"%(.?)")
_BRACES = re.compile(r"\{([^{}]*)\}")


def check_path(path: str) -> None:
    """Raises UsageError where a placeholder is none of ours."""
    for code in _PERCENT.findall(path):
        if code not in (*CODES, "%"):
            codes = " ".join(f"%{each}" for each in CODES)
            raise UsageError(f"%{code} is not filled in; there are {codes} {{name}}, and %% for %")
    for name in _BRACES.findall(path):
        if name != "name":
            raise UsageError(f"{{{name}}} is not filled in; there is {{name}}, and %Y %m %d and the like")


def filled(path: str, name: str, now: datetime, folder: str) -> Path:
    """The file of this run. name: of the job, without separators. now: with its time zone. folder: of the job file."""
    local = now.astimezone()
    text = _PERCENT.sub(lambda match: "%" if match[1] == "%" else local.strftime(f"%{match[1]}"), path)
    return Path(folder) / Path(text.replace("{name}", name)).expanduser()
