"""What the reference says that is no judgement of the data, and who is right where verdicts differ."""

import re
from collections.abc import Iterable

from tests.conformance.agreement_reference import Said

SLICING = "SLICING_CANNOT_BE_EVALUATED"
NO_MATCH = "Reference_REF_CantMatchChoice"
NO_SERVER = (
    "the value of a filter is a code of a system (SNOMED CT, LOINC) that the reference, without a server, cannot look"
    " up; it refuses the code"
)
LIMITS: tuple[tuple[str, str, str], ...] = (
    ("VALUESET_BAD_FILTER_VALUE_VALID_CODE", "without terminology services", NO_SERVER),
    ("VALUESET_BAD_FILTER_VALUE_VALID_CODE_CHANGE", "without terminology services", NO_SERVER),
    ("exception:NullPointerException", "", "the reference itself failed on the resource"),
    (
        "VALUESET_VALUE_MISMATCH",
        r"version '\*' in the ValueSet include",
        "a value set includes version `*` of ICD-10-GM or OPS, which means any; the reference, without a server, takes"
        " it for the name of a version and refuses the one that the code states",
    ),
    (
        SLICING,
        "",
        "a profile's discriminator leads to nothing that it fixes, so the reference calls every instance wrong; we say"
        ' "could not be told", or follow a pattern that stands one level higher',
    ),
)
"""(message id, what the message holds, reason)"""
FOLLOWS = "a reference's target was refused for slicing that the reference could not evaluate"
OPINIONS: tuple[tuple[str, str, str], ...] = (
    (
        NO_MATCH,
        "",
        "we: the target was refused for slicing, in an extension of its profile, that the reference could not evaluate",
    ),
    (SLICING, "", "we: no judgement of the data, as above; a reference of the same resource was refused for it too"),
    (
        "unit-unknown",
        "",
        "we: the unit's code is none of UCUM, as a library for it tells; the reference, without a server, does not"
        " look",
    ),
    ("value-set-code", "", "we: the same, for a unit that a value set includes"),
    (
        "required-binding|code-system-undetermined",
        "payloadMimeType",
        "we: a parameter's value with a blank in it must be quoted (RFC 2045), so this is no MIME type",
    ),
    (
        "CodeSystem_CS_VS_Invalid|CodeSystem_CS_VS_IncludeDetails",
        "",
        "open: several versions of the value set of all codes are loaded, and one of them is as it should be; the"
        " reference takes another one",
    ),
    (
        "MEASURE_M_CRITERIA_CQL_NO_LIB",
        "",
        "open: 6.10.4 asks each criteria for a library; the recorded outcomes, which are older, do not",
    ),
    (
        "ED_INVARIANT_KEY_ALREADY_USED",
        "",
        "open: a key of R4 itself that another definition of R4 uses too; we look within one definition",
    ),
    ("ED_CONTEXT_INVARIANT_EXPRESSION_ERROR", "", "we: %extension stands for the extension that is checked"),
    ("Type_Specific_Checks_DT_URL_Resolve", "", "open: a URL of no definition that is loaded; we say nothing of it"),
    ("SM_", "", "the reference: the rules of a StructureMap are not looked into here"),
    ("VALUESET_INCLUDE_WRONG_CS_OID", "", "the reference: a code system has a URL beside the OID that is used for it"),
    (
        "code-unknown",
        "",
        "we: the SNOMED CT code does not have the check digit that its other digits ask for; the reference, without"
        " a server, does not look",
    ),
)
"""(how a kind of ours or a message id begins, element, who is right and why)"""


def limit_of(said: Said, others: Iterable[Said]) -> str | None:
    """Why this error says nothing of the data; None where it does. others: all that is said of the same input."""
    for message_id, holds, reason in LIMITS:
        if said.message_id == message_id and re.search(holds, said.message):
            return reason
    if said.message_id == NO_MATCH:
        refused = {each.message.partition(" in profile ")[2].partition("|")[0] for each in others if _slicing(each)}
        if said.message.rpartition("choices: ")[2].partition("|")[0] in refused:
            return FOLLOWS
    return None


def _slicing(said: Said) -> bool:
    return said.message_id == SLICING


def opinion_of(kind: str, element: str) -> str:
    """Who is right, and why."""
    for wanted, place, reason in OPINIONS:
        if re.match(wanted, kind) and re.search(place, element):
            return reason
    return "open"
