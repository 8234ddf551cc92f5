"""What ends an evaluation without an answer: a fault of the expression, or something that cannot be told."""

from fhircheck.model.errors import FhircheckError


class FhirPathError(FhircheckError):
    """An expression cannot be parsed or evaluated; the message never shows values of the data."""

    exit_code = 2

    def __init__(self, message: str, position: int = -1) -> None:
        self.position = position
        super().__init__(message if position < 0 else f"{message} (at character {position + 1})")


class TooMuch(FhirPathError):
    """The evaluation would take more steps, items or time than it may: of the data this says nothing."""


class CannotTell(Exception):
    """The answer depends on something that is not known here: ``reason`` says on what."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}" if detail else reason)
