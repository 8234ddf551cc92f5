"""What keeps a request from being answered: an HTTP status, the code of an OperationOutcome, and words."""

from typing import Any


class Refused(Exception):
    """A request that is not answered with findings.

    status: of HTTP. code: of http://hl7.org/fhir/ValueSet/issue-type. key, values: its words, see
    `fhircheck.serve.fhir.words`.
    """

    def __init__(self, status: int, code: str, key: str, **values: Any) -> None:
        super().__init__(key)
        self.status = status
        self.code = code
        self.key = key
        self.values = values

    def __reduce__(self) -> Any:
        return _again, (self.status, self.code, self.key, self.values)


def _again(status: int, code: str, key: str, values: dict[str, Any]) -> Refused:
    return Refused(status, code, key, **values)
