"""The data quality terms of Kahn et al. 2016 (eGEMs 4(1):1244), which every measure is filed under."""

from enum import StrEnum


class Category(StrEnum):
    """Kahn's three categories."""

    CONFORMANCE = "conformance"
    COMPLETENESS = "completeness"
    PLAUSIBILITY = "plausibility"


class Subcategory(StrEnum):
    """Kahn's subcategories; completeness has none."""

    VALUE = "value"
    RELATIONAL = "relational"
    COMPUTATIONAL = "computational"
    UNIQUENESS = "uniqueness"
    ATEMPORAL = "atemporal"
    TEMPORAL = "temporal"
    NONE = "none"


class Context(StrEnum):
    """Verification compares with what the local data says, validation with an outside benchmark."""

    VERIFICATION = "verification"
    VALIDATION = "validation"
