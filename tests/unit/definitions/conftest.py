"""Definitions are tested away from the caches of whoever runs the tests, and without their settings."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_caches(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our cache and the package cache in a passing folder; gives the package cache."""
    place = tmp_path_factory.mktemp("caches")
    monkeypatch.setenv("FHIRCHECK_CACHE", str(place / "own"))
    monkeypatch.setenv("FHIRCHECK_PACKAGE_CACHE", str(place / "packages"))
    for name in ("FHIRCHECK_REGISTRIES", "FHIRCHECK_REGISTRY_TOKEN", "FHIRCHECK_REGISTRY_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    return place / "packages"
