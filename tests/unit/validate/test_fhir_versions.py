"""The table of names of other FHIR versions holds facts: fhir.resources has them there, R4 does not have them."""

import importlib
import json
import warnings
from typing import Any

import pytest

from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
from fhircheck.validate.fhir_version import NAMES
from tests.needs import ROOT

TABLE: dict[str, Any] = json.loads((ROOT / "fhircheck/validate/fhir_versions.json").read_text("utf-8"))
MODELS = {"5.0.0": "fhir.resources", "3.0.2": "fhir.resources.STU3"}


@pytest.fixture(scope="module")
def definitions() -> DefinitionSet:
    return load_definitions()


def _r4_names(definitions: DefinitionSet, type_: str) -> set[str]:
    structure = definitions.structure(type_)
    assert structure is not None, type_
    names: set[str] = set()
    for element in structure["snapshot"]["element"]:
        name = element["path"].partition(".")[2]
        if name.endswith("[x]"):
            names |= {name[:-3] + each["code"][:1].upper() + each["code"][1:] for each in element["type"]}
        elif name:
            names.add(name)
    return names


@pytest.mark.parametrize("version", NAMES)
def test_r4_has_none_of_the_names(version: str, definitions: DefinitionSet) -> None:
    assert not [each for each in TABLE[version]["types"] if definitions.structure(each)]
    for type_, names in TABLE[version]["elements"].items():
        assert not set(names) & _r4_names(definitions, type_), type_


@pytest.mark.parametrize("version", NAMES)
def test_the_models_of_that_version_have_all_of_them(version: str) -> None:
    for type_, names in TABLE[version]["elements"].items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = getattr(importlib.import_module(f"{MODELS[version]}.{type_.lower()}"), type_)
        assert set(names) <= {field.alias or name for name, field in model.model_fields.items()}, type_
