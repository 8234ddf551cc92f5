"""The table of probes and the folder of probes hold the same."""

import importlib
from pathlib import Path

import fhircheck.probe.probes
from fhircheck.probe.probe import Probe
from fhircheck.probe.probes import PROBES

FOLDER = Path(fhircheck.probe.probes.__file__).parent


def test_every_probe_of_the_folder_is_in_the_table() -> None:
    found = set()
    for path in FOLDER.glob("*.py"):
        if path.stem != "__init__":
            module = importlib.import_module(f"fhircheck.probe.probes.{path.stem}")
            found |= {each.name for each in vars(module).values() if isinstance(each, Probe)}
    assert found == set(PROBES.names)


def test_every_probe_says_what_it_rests_on() -> None:
    for probe in PROBES:
        assert probe.summary.endswith("."), probe.name
        assert probe.clause.startswith(("https://", "http://hl7.org/fhir/R4/")), probe.name


def test_probes_that_write_come_last() -> None:
    writes = [each.writes for each in PROBES]
    assert writes == sorted(writes)
