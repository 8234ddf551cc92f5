"""One checked resource as measures see it, with what several of them ask for, found once."""

from typing import TYPE_CHECKING

from fhircheck.measures.coded_look import CodedLook, look
from fhircheck.measures.date_span import DAY, Span
from fhircheck.measures.moments import moment_of, patient_of
from fhircheck.model.census_facts import CensusFacts
from fhircheck.model.issue import Place
from fhircheck.model.link_facts import key_of
from fhircheck.model.record import Node
from fhircheck.model.remembered import Remembered
from fhircheck.model.row_facts import RowFacts
from fhircheck.resolve.known_places import Extensions
from fhircheck.resolve.reference_walk import entry_of, extensions_of, identity_key, scope_of, target_of

if TYPE_CHECKING:
    from fhircheck.measures.tools import Tools
    from fhircheck.model.protocols import Observed

_UNKNOWN = object()
_source_keys: Remembered[str, int] = Remembered(key_of)


class Seen:
    """node, kind: the resource and its type. checked: what validation knows of it. tools: tables, terminology, options.

    looked: what was found of its codes so far.
    rows: where rows for measures across records go (model/row_facts.py). lacks: what it does not say of its origin, as
    measures found so far (origin.Missing). census: where what the data is made of is counted, None for nowhere.
    """

    __slots__ = (
        "_at",
        "_extensions",
        "_identity",
        "_moment",
        "_patient",
        "census",
        "checked",
        "kind",
        "lacks",
        "looked",
        "node",
        "rows",
        "tools",
    )

    def __init__(
        self,
        node: Node,
        checked: "Observed",
        rows: RowFacts,
        tools: "Tools",
        census: CensusFacts | None = None,
        extensions: Extensions | None = None,
    ) -> None:
        self.node, self.checked, self.rows, self.tools, self.census = node, checked, rows, tools, census
        kind = node.get("resourceType")
        self.kind = kind if kind.__class__ is str else ""
        self._extensions = extensions
        self.lacks = 0
        self._patient: int = -1
        self._identity: int = -1
        self._moment: object = _UNKNOWN
        self._at: tuple[int, int] | None = None
        self.looked: CodedLook | None = None

    @property
    def patient(self) -> int:
        """Key of the patient it is or is about, 0 for none."""
        if self._patient < 0:
            self._patient = patient_of(self.node, self.kind, getattr(self.checked, "full_url", None))
        return self._patient

    @property
    def identity(self) -> int:
        """Key of the resource: by ``urn:`` where its Bundle entry is known by one, else by type and id; 0 for neither.

        R4 bundle.html#references: within a Bundle a reference is looked up by the fullUrl first.
        """
        if self._identity < 0:
            url, identity = getattr(self.checked, "full_url", None), self.node.get("id")
            if url.__class__ is str and url[:4] == "urn:":
                self._identity = target_of(url)[0] ^ self.bundle
            else:
                self._identity = identity_key(self.kind, identity) if identity.__class__ is str and identity else 0
        return self._identity

    @property
    def bundle(self) -> int:
        """What keys that count within one Bundle only are mixed with."""
        number = getattr(self.checked, "bundle", None)
        return scope_of(self.at[0], -2 if number is None else number)

    @property
    def moment(self) -> Span | None:
        """When it happened (MOMENTS), None where it does not say."""
        if self._moment is _UNKNOWN:
            self._moment = moment_of(self.node, self.kind)
        return self._moment  # type: ignore[return-value]

    @property
    def days(self) -> tuple[int, int]:
        """First and last day of `moment` as date.toordinal counts, (0, 0) without one."""
        span = self.moment
        return (span.first // DAY, span.last // DAY) if span is not None else (0, 0)

    @property
    def codes(self) -> CodedLook:
        """What is said of its codes (coded_look)."""
        if self.looked is None:
            self.looked = look(self)
        return self.looked

    @property
    def extensions(self) -> Extensions:
        """(path, what stands there) of all members that hold extensions, those of contained resources too."""
        if self._extensions is None:
            self._extensions = extensions_of(self.node)
        return self._extensions

    @property
    def at(self) -> tuple[int, int]:
        """(source, place) as rows keep them."""
        if self._at is None:
            checked = self.checked
            self._at = (
                _source_keys[checked.source],
                checked.record << 24 | (entry_of(checked.root) if "[" in checked.root else 0),
            )
        return self._at

    def place(self, expression: str) -> Place:
        """The Place of `expression` (from the resource's type on) in this resource."""
        return self.checked.place(expression)
