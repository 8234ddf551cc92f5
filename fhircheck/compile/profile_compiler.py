"""Canonical -> the compiled form of the profile as plain data, its snapshot made where it ships none."""

from typing import Any

from fhircheck.compile import compiled_profile
from fhircheck.compile.profile_builder import compile_structure
from fhircheck.definitions.errata import mended
from fhircheck.definitions.snapshot import SnapshotGenerator
from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.errors import DefinitionUnusable
from fhircheck.model.protocols import Conformance

LONGEST_FAULT = 500


class ProfileCompiler:
    """Compiles the profiles of one set of definitions."""

    def __init__(self, definitions: Conformance, types: TypeTable) -> None:
        self._definitions = definitions
        self._snapshots = SnapshotGenerator(definitions)
        self._types = types

    def compile(self, canonical: str) -> dict[str, Any] | None:
        """The compiled profile as JSON, ``{"fault": ...}`` where it cannot be used, None where it is not known."""
        structure = self._definitions.find(canonical, "StructureDefinition")
        if structure is None:
            return None

        def resolve(url: str, resource_type: str) -> str:
            version = "" if "|" in url else self._definitions.find_version(url, resource_type, canonical)
            return f"{url}|{version}" if version else url

        try:
            compiled = compile_structure(mended(self._snapshots.complete(structure)), resolve)
            base = self._types.type(compiled.type)
            if base is not None:  # what a profile says of its kind has been wrong
                compiled.kind = base.kind
            return compiled_profile.to_json(compiled)
        except DefinitionUnusable as fault:
            return {"fault": " ".join(str(fault).split())[:LONGEST_FAULT]}  # names of a profile may be of any form
        except (TypeError, AttributeError, ValueError, KeyError) as fault:
            return {"fault": f"profile is malformed ({type(fault).__name__})"}
