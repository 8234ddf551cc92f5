"""fhircheck: validate FHIR data, measure it, score it.

``fhircheck.check("bundle.json")`` checks, measures and scores; ``fhircheck.validate("bundle.json")``
only checks. Both return a typed RunReport; ``fhircheck.findings("bundle.json")`` returns every finding as an
Arrow table; ``fhircheck.compare(before, after)`` compares two stores. Names are loaded when they are first used
(PEP 562), so ``import fhircheck`` costs next to nothing.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fhircheck.api import check as check
    from fhircheck.api import validate as validate
    from fhircheck.model.connection import Connection as Connection
    from fhircheck.model.report import RunReport as RunReport
    from fhircheck.reconcile.comparing import compare as compare
    from fhircheck.run import RunOptions as RunOptions
    from fhircheck.stream.library import follow as follow
    from fhircheck.tables import findings as findings

__version__ = "0.1.0"
__all__ = ["Connection", "RunOptions", "RunReport", "__version__", "check", "compare", "findings", "follow", "validate"]

_HOMES = {
    "check": "fhircheck.api",
    "compare": "fhircheck.reconcile.comparing",
    "Connection": "fhircheck.model.connection",
    "RunReport": "fhircheck.model.report",
    "RunOptions": "fhircheck.run",
    "findings": "fhircheck.tables",
    "follow": "fhircheck.stream.library",
}


class _Stage(ModuleType):
    """The stage ``fhircheck.validate``, which can be called as the library's function of that name."""

    def __call__(self, *sources: Any, **options: Any) -> Any:
        """Validate `sources`; see fhircheck.api.validate."""
        from fhircheck.api import validate as function

        return function(*sources, **options)


class _Package(ModuleType):
    """This package. Its name `validate` is a stage and a function: the stage is made callable when it is loaded."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "validate" and type(value) is ModuleType:
            value.__class__ = _Stage
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used. Raises AttributeError for any other name."""
    from importlib import import_module

    if name in ("validate", "spark"):
        return import_module(f"fhircheck.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
