"""The value set that a question takes its answers from: loaded, or contained in the questionnaire (``#id``)."""

from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import shown_term
from fhircheck.model.protocols import Conformance
from fhircheck.terminology.codings import Coded
from fhircheck.terminology.compose import Composer
from fhircheck.terminology.membership import Answer, Membership
from fhircheck.validate.lenient import Node, objects, text
from fhircheck.validate.questionnaire.answered import Answered

VALUE_SET_MISSING = "value-set-missing"
UNKNOWN = IssueKind(
    name="response-value-set-unknown",
    severity="warning",
    code="not-found",
    summary="The value set that a question takes its answers from is not among the loaded packages.",
    why="Whether the answers are allowed could not be checked.",
    clause="http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.answerValueSet",
    fix="Install the package that defines the value set and name it with --package.",
    english="Value set {valueset} is not known: the answer was not checked",
    german="ValueSet {valueset} ist nicht bekannt: die Antwort wurde nicht geprüft",
    failing='{"linkId": "1", "type": "choice", "answerValueSet": "http://example.org/ValueSet/none"}',
    passing='{"linkId": "1", "type": "choice", "answerValueSet": "http://hl7.org/fhir/ValueSet/administrative-gender"}',
)
KINDS = (UNKNOWN,)


class Beside:
    """Definitions with the value sets that a resource contains beside them, as ``#id``."""

    def __init__(self, definitions: Conformance, keeper: Node) -> None:
        self._definitions = definitions
        self._contained = {
            "#" + text(each, "id"): each
            for each in objects(keeper, "contained")
            if each.get("resourceType") == "ValueSet" and text(each, "id")
        }

    def find(self, canonical: str, resource_type: str = "", referrer: str = "") -> dict[str, Any] | None:
        """See Conformance.find."""
        if canonical.startswith("#"):
            return self._contained.get(canonical)
        return self._definitions.find(canonical, resource_type, "" if referrer.startswith("#") else referrer)

    def structure(self, type_or_url: str) -> dict[str, Any] | None:
        """See Conformance.structure."""
        return self._definitions.structure(type_or_url)

    def find_version(self, canonical: str, resource_type: str = "", referrer: str = "") -> str:
        """See Conformance.find_version."""
        return self._definitions.find_version(canonical, resource_type, referrer)

    def fingerprint(self) -> str:
        """See Conformance.fingerprint."""
        return self._definitions.fingerprint()


def members_of(answered: Answered, canonical: str) -> Membership | None:
    """What is known of the value set; None, with a warning, where there is none, or it is not to be judged."""
    around, form = answered.around, answered.form
    if canonical.partition("|")[0] in around.settings.ignored_value_sets:
        return None
    key = ("value-set", canonical)
    if key not in form.cache:
        definitions = Beside(around.definitions, form.keeper)
        if definitions.find(canonical, "ValueSet") is None:
            form.cache[key] = None
        elif canonical.startswith("#"):
            form.cache[key] = Composer(definitions).compose(canonical)
        else:
            form.cache[key] = around.terminology.membership(canonical)
    found: Membership | None = form.cache[key]
    if found is None:
        answered.answer.add(UNKNOWN, valueset=shown_term(canonical))
        answered.undecided(VALUE_SET_MISSING, shown_term(canonical))
    return found


def is_member(answered: Answered, members: Membership, coded: Coded) -> bool | None:
    """Whether the code is in the value set, None where that cannot be told; without a system any will do.

    A code that its own system does not have, or not with this display, is no member.
    """
    around = answered.around
    asked = coded if coded.system else Coded(None, coded.code)
    answer = around.terminology.answer([asked], members)
    if answer is Answer.CANNOT_TELL:
        answered.undecided(*members.undecided)
        return None
    return answer is Answer.MEMBER
