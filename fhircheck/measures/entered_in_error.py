"""Whether a resource says of itself that it was entered in error."""

from fhircheck.model.record import Node


def entered_in_error(node: Node) -> bool:
    """By status, or by verificationStatus where a type has that (R4 condition.html, allergyintolerance.html)."""
    if node.get("status") == "entered-in-error":
        return True
    verification = node.get("verificationStatus")
    coding = verification.get("coding") if verification.__class__ is dict else None
    for each in coding if coding.__class__ is list else ():
        if each.__class__ is dict and each.get("code") == "entered-in-error":
            return True
    return False
