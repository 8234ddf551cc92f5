"""The data sets that we and the reference are compared on, each with the packages that both are given."""

import gzip
import json
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.conformance.gematik import DATA as LABELLED
from tests.conformance.gematik import STANDS_IN, instances, table
from tests.conformance.official_examples import pieces
from tests.needs import SHARED

FOLDER = SHARED / "data"
MII = (
    "de.medizininformatikinitiative.kerndatensatz.*-2025.*.tgz",
    "de.basisprofil.r4-1.5.4.tgz",
    "de.einwilligungsmanagement-2.0.1.tgz",
    "de.gematik.isik-basismodul-4.0.0.tgz",
    "de.gematik.isik-vitalparameter-4.0.1.tgz",
    "de.ihe-d.terminology-3.0.1.tgz",
    "fhir.dicom-2022.4.20221006.tgz",
    "hl7.fhir.uv.genomics-reporting-2.0.0.tgz",
    "hl7.fhir.uv.ips-1.1.0.tgz",
    "hl7.fhir.us.mcode-2.1.0.tgz",
)
# How many of the examples are taken of those that claim a profile, and in which environment they are checked
# (a list of packages in gematik-labelled/environments.json).
PRESCRIPTIONS = (
    ("KBV_PR_ERP_Bundle|1.1.0", "kbv.ita.erp.1.1.2-10-2024", 60),
    ("KBV_PR_ERP_Bundle|1.3", "kbv.ita.erp-1.3.2", 40),
    ("KBV_PR_EVDGA_Bundle|1.2", "kbv.itv.evdga.1.2.1", 22),
    ("DAV-PR-ERP-AbgabedatenBundle|1.4", "de.abda.erezeptabgabedaten.1.4.2", 60),
    ("DAV-PKV-PR-ERP-AbgabedatenBundle|1.3", "de.abda.erezeptabgabedatenpkv.1.3.1", 40),
    ("StructureDefinition/GEM_ERP_PR_", "de.gematik.erezept-workflow.r4.1.4.3", 50),
)
LABELLED_LISTS = (
    "de.gematik.erezept-workflow.r4.1.3.1",
    "de.gkvsv.erezeptabrechnungsdaten.1.1.0",
    "de.abda.erezeptabgabedaten.1.4.2",
    "de.abda.erezeptabgabedaten.1.5.0",
    "de.gematik.erezept-workflow.r4.1.0.3-1",
    "de.gkvsv.erezeptabrechnungsdaten.1.5.1",
)
LABELLED_EACH = 25
BULK_EACH = 16
LARGEST = 1_000_000
"""Bytes of an official example: what the reference needs for bigger ones is minutes and gigabytes."""
MOST = 160

Inputs = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Group:
    """Inputs that are checked with one list of packages (file names)."""

    packages: tuple[str, ...]
    inputs: tuple[tuple[str, bytes], ...]


def spread(inputs: Inputs, most: int) -> Inputs:
    """At most `most` of them, in even steps."""
    return [inputs[number * len(inputs) // most] for number in range(most)] if len(inputs) > most else inputs


def packages(*patterns: str) -> tuple[str, ...]:
    """Names of the package files that fit."""
    folder = SHARED / "packages"
    return tuple(path.name for pattern in patterns for path in sorted(folder.glob(pattern)))


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """The files of an archive, by name."""
    with tarfile.open(path) as archive:
        for member in sorted((each for each in archive if each.isfile()), key=lambda each: each.name):
            file = archive.extractfile(member)
            if file is not None:
                yield member.name.removeprefix("./"), file.read()


def mii() -> list[Group]:
    """All single resources and all Bundles of the MII Kerndatensatz."""
    files = sorted((FOLDER / "mii-testdata-2025").glob("*/*.json"))
    return [Group(packages(*MII), tuple((path.name, path.read_bytes()) for path in files))]


def prescriptions() -> list[Group]:
    """Examples of prescriptions, their dispensing and accounting, those of one profile at a time."""
    every = [pair for path in sorted((FOLDER / "gematik-erezept-examples").glob("*.tar.xz")) for pair in members(path)]
    claimed = [(name, data, profiles(data)) for name, data in every if name.endswith(".json")]
    groups = []
    for claim, environment, most in PRESCRIPTIONS:
        wanted = claim if "|" in claim else f"{claim}|1.4"
        chosen = [(name, data) for name, data, urls in claimed if any(_fits(url, wanted) for url in urls)]
        groups.append(Group(environment_packages(environment), tuple(spread(chosen, most))))
    return groups


def _fits(url: str, wanted: str) -> bool:
    name, _, version = wanted.partition("|")
    return name in url and url.endswith(f"|{version}")


def profiles(data: bytes) -> list[str]:
    """What a resource claims."""
    try:
        node: Any = json.loads(data.decode("utf-8-sig"))
        return [str(each) for each in node["meta"]["profile"]]
    except (ValueError, KeyError, TypeError):
        return []


@cache
def environments() -> dict[str, Any]:
    """Package lists by name."""
    modules = json.loads((LABELLED / "environments.json").read_text("utf-8"))["modules"]
    return {name: each for module in modules.values() for name, each in module["dependencyLists"].items()}


def environment_packages(name: str) -> tuple[str, ...]:
    """The packages of one of gematik's environments."""
    return tuple(STANDS_IN.get(each, each) for each in environments()[name]["packages"])


def labelled() -> list[Group]:
    """A sample of the labelled instances, from environments with many of them."""
    left_out = {row["file"] for row in table("undecidable.tsv")}
    rows = [row for row in table("chosen_packages.tsv") if row["file"] not in left_out]
    texts, groups = instances(), []
    for name in LABELLED_LISTS:
        chosen = [(row["file"], texts[row["file"]]) for row in rows if row["chosen_lists"] == name]
        groups.append(Group(environment_packages(name), tuple(spread(chosen, LABELLED_EACH))))
    return groups


def lines(folder: str) -> Iterator[tuple[str, bytes]]:
    """The lines of the ndjson files in a folder, by file and number."""
    for path in sorted((FOLDER / folder).glob("*.ndjson.gz")):
        for number, line in enumerate(gzip.decompress(path.read_bytes()).splitlines()):
            if b'"resourceType"' in line:
                yield f"{path.name}-{number}.json", line


def pathling() -> list[Group]:
    """Two whole patients, and a sample of the lines."""
    files = sorted(
        (FOLDER / "pathling-testdata" / "bundles-json").glob("*.json.gz"), key=lambda each: each.stat().st_size
    )
    bundles = [(path.name.removesuffix(".gz"), gzip.decompress(path.read_bytes())) for path in files[:2]]
    found = [*lines("pathling-testdata/ndjson-encoders"), *lines("pathling-testdata/ndjson")]
    return [Group((), (*bundles, *spread(found, MOST - len(bundles))))]


def bulk() -> list[Group]:
    """A sample of the lines that claim US Core profiles."""
    found = list(lines("smart-bulk-synthea/10-patients"))
    types = sorted({name.partition(".")[0] for name, _ in found})
    by_type = [spread([each for each in found if each[0].startswith(f"{name}.")], BULK_EACH) for name in types]
    return [Group(packages("hl7.fhir.us.core-4.0.0.tgz"), tuple(pair for pairs in by_type for pair in pairs))]


def generated() -> list[Group]:
    """The two smallest Bundles and a single entry of each of the others."""
    bundles = sorted(members(FOLDER / "smart-generated-synthea-r4" / "bundles.tar.xz"), key=lambda each: len(each[1]))
    single: Inputs = []
    for name, data in bundles[2:]:
        resources = [entry["resource"] for entry in json.loads(data)["entry"]]
        node = resources[(len(name) * 7 + len(single)) % len(resources)]
        single.append((f"{len(single)}-{node['resourceType']}.json", json.dumps(node).encode()))
    return [Group((), (*bundles[:2], *single))]


def official() -> list[Group]:
    """The official R4 examples but for the few that are too big for the reference to get through."""
    found = [(each.source, each.data) for each in pieces() if len(each.data) <= LARGEST]
    return [Group((), tuple(sorted(found)))]


DATA_SETS: dict[str, Callable[[], list[Group]]] = {
    "hl7.fhir.r4.examples": official,
    "mii-testdata-2025": mii,
    "gematik-erezept-examples": prescriptions,
    "gematik-labelled": labelled,
    "pathling-testdata": pathling,
    "smart-bulk-synthea": bulk,
    "smart-generated-synthea-r4": generated,
}
