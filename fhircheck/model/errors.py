"""Exceptions: wrong use, and "could not check". Bad data is never an exception but an Issue."""


class FhircheckError(Exception):
    """Base of all errors of ours: one clear line, and the exit code a command line ends with."""

    exit_code = 3


class UsageError(FhircheckError):
    """Wrong use: an option, a rubric or a job file that makes no sense."""

    exit_code = 2


class CouldNotCheck(FhircheckError):
    """Something the check needs is unusable: the result would not be an answer."""


class SourceUnusable(CouldNotCheck):
    """A file, an archive or a server that was asked for cannot be read at all."""


class PackageUnusable(CouldNotCheck):
    """A FHIR package is missing, broken or not what it says; tells where it was looked for."""


class DefinitionUnusable(CouldNotCheck):
    """A conformance resource (profile, value set) is missing or cannot be compiled."""


class StoreUnusable(CouldNotCheck):
    """The history of runs cannot be opened, read or written; what is reported of the data stands."""


class SecretExposed(UserWarning):
    """A secret lies where others can read it; all works, but somebody should know."""
