"""Files that a user names are read up to a bound: what is endless is one line, and costs no memory."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fhircheck import prepared
from fhircheck.cli import snapshot
from fhircheck.definitions import package_lock, registry_access
from fhircheck.model.errors import FhircheckError
from fhircheck.probe import requirement_sets, server_form
from fhircheck.reconcile import mapping_file
from fhircheck.report.card import card_facts

LOADERS: dict[str, Callable[[str], Any]] = {
    "--profile": prepared._profile_file,
    "--against": lambda path: requirement_sets._file(path, None),  # type: ignore[arg-type] # not read so far
    "--baseline": server_form.load_server_json,
    "--card-facts": card_facts.load_card_facts,
    "lock": lambda path: package_lock.read_lock(Path(path)),
    "tokens": registry_access._from_file,
    "--mapping": mapping_file.load_renames,
    "snapshot": lambda path: snapshot._read(path, None),
}


@pytest.mark.parametrize("load", LOADERS.values(), ids=LOADERS)
@pytest.mark.parametrize("path", ["/dev/zero", "/nowhere/at all"])
def test_what_is_endless_or_missing_is_one_line(load: Callable[[str], Any], path: str) -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("this system has no /dev/zero")
    with pytest.raises(FhircheckError, match=r"larger than|(?i:no such file)") as refused:
        load(path)
    assert "\n" not in str(refused.value)
