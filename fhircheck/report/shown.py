"""What may be shown and how: control characters made harmless, ids and file names hidden where asked."""

import hashlib
import os
import re
from dataclasses import dataclass, field

from fhircheck.model.errors import UsageError
from fhircheck.model.issue import Place

LONGEST = 200

# Control characters, direction marks, line separators, lone surrogates: what moves a cursor, hides or reorders text.
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufff9-\ufffb]"
)
_RELATIVE = re.compile(r"\b([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})")
_URN = re.compile(r"\burn:(?:uuid|oid):[0-9A-Fa-f.\-]+")

# Resources that define things: their names are part of canonical URLs, not of patients' data.
_DEFINING = frozenset(
    ("StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap", "NamingSystem", "SearchParameter", "Measure",
     "OperationDefinition", "CapabilityStatement", "ImplementationGuide", "Library", "PlanDefinition", "Questionnaire",
     "ActivityDefinition", "StructureMap", "GraphDefinition", "MessageDefinition", "CompartmentDefinition")
)  # fmt: skip


def clean(text: str, longest: int = LONGEST) -> str:
    """`text` without anything a terminal would obey: such characters become ``\\x1b`` or ``\\u202e``.

    Longer texts than `longest` characters lose their middle. What is clean stays as it is. Rich markup stays text,
    since nothing here is ever parsed as markup.
    """
    text = _shortened(text, longest)
    return _shortened(_HARMFUL.sub(_escaped, text), longest) if _HARMFUL.search(text) else text


def _shortened(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    head = (longest - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (longest - 1 - head) :]}"


def _escaped(match: re.Match[str]) -> str:
    point = ord(match[0])
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}"


@dataclass(frozen=True, slots=True)
class Disguise:
    """Replaces resource ids and file names by a keyed hash: the same name has the same hash within a run.

    key: empty shows everything as it is. Without the key (drawn anew for each run) a hash cannot be
    traced back by trying names.
    """

    key: bytes = field(default=b"", repr=False)

    def _hash(self, name: str) -> str:
        return "#" + hashlib.blake2b(name.encode(errors="surrogatepass"), key=self.key, digest_size=6).hexdigest()

    def source(self, name: str) -> str:
        """A file name or URL as it may be shown."""
        return self._hash(name) if self.key and name else name

    def resource(self, name: str) -> str:
        """``Type/id`` as it may be shown: the type always."""
        kind, slash, identity = name.partition("/")
        return f"{kind}/{self._hash(identity)}" if self.key and slash else name

    def words(self, text: str, place: Place | None = None, sources: tuple[str, ...] = ()) -> str:
        """`text` with the ids and file names that can be recognised in it hidden.

        sources: names as the user gave them; what lies below such a folder or archive is hidden too.
        """
        if not self.key:
            return text
        for name in (*sources, *((place.source,) if place else ())):
            if len(name) > 2:
                below = re.escape(name.rstrip("/")) + r"/?(?:(?<=/)[^\s:;,]+|![^\s:;,]+)?"
                text = re.sub(below, lambda match: self._hash(match[0]), text)
        text = _URN.sub(lambda match: self._hash(match[0]), text)
        text = _RELATIVE.sub(self._reference, text)
        identity = place.resource.partition("/")[2] if place else ""
        if len(identity) < 4:
            return text
        return re.sub(rf"(?<![\w.#-]){re.escape(identity)}(?![\w.-])", self._hash(identity), text)

    def _reference(self, match: re.Match[str]) -> str:
        return match[0] if match[1] in _DEFINING else f"{match[1]}/{self._hash(match[2])}"


OPEN = Disguise()


def disguise(hash_ids: bool) -> Disguise:
    """One with a key drawn anew where ids and file names are to be hidden, else OPEN."""
    return Disguise(os.urandom(16)) if hash_ids else OPEN


@dataclass(frozen=True, slots=True)
class View:
    """How a report is to be shown.

    command: the command it is shown for. names: what hides ids and file names. width: columns.
    explain: with what each type of finding means.
    """

    command: str = "check"
    language: str = "en"
    show_values: bool = False
    names: Disguise = OPEN
    width: int = 80
    color: bool = False
    explain: bool = False


def asked_view(command: str, language: str, show_values: bool, hash_ids: bool) -> View:
    """The view that a caller of the library asked for. Raises UsageError where there is no such language."""
    if language not in ("en", "de"):
        raise UsageError("language: must be en or de")
    return View(command, language, show_values, disguise(hash_ids))
