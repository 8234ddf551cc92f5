"""The R4 core package that is installed with fhircheck."""

from pathlib import Path

from fhircheck.definitions.package import CORE_NAME, CORE_VERSION, Package
from fhircheck.definitions.store_reader import PackageStore
from fhircheck.model.errors import PackageUnusable

STORE = Path(__file__).parent / "embedded" / "hl7.fhir.r4.core.sqlite"
ORIGIN = "embedded"


def core_package() -> Package:
    """hl7.fhir.r4.core#4.0.1 as installed with fhircheck. Raises PackageUnusable where it is not there."""
    if not STORE.is_file():
        raise PackageUnusable(
            f"the embedded {CORE_NAME}#{CORE_VERSION} is missing from this installation; install fhircheck again"
            " (in a source tree: pip install -e .)"
        )
    store = PackageStore(STORE)
    meta = store.meta()
    store.close()
    return Package(
        name=CORE_NAME,
        version=CORE_VERSION,
        fhir_versions=(CORE_VERSION,),
        dependencies=(),
        origin=ORIGIN,
        sha256=meta["sha256"],
        store=str(STORE),
        definitions=int(meta["definitions"]),
    )
