"""An RDF graph about one data set, written in short terms: prefixes, named nodes, and nothing for what is empty."""

from urllib.parse import quote

EU = "http://publications.europa.eu/resource/authority/"
"""Authority tables of the Publications Office of the EU."""
AUTHORITY = "https://hdeu-dcat.data.health.europa.eu/resource/authority/"
"""Controlled vocabularies of HealthDCAT-AP, release 8."""
PREFIXES = {
    "csvw": "http://www.w3.org/ns/csvw#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "dqv": "http://www.w3.org/ns/dqv#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geodcatap": "http://data.europa.eu/930/",
    "healthdcatap": "http://healthdataportal.eu/ns/health#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


class Terms:
    """name: URL of the data set. A node is named by a fragment of it, by its full URL, or empty for the data set.

    Predicates and types are ``prefix:name`` of PREFIXES. language: of texts that are the holder's own.
    """

    def __init__(self, name: str, language: str) -> None:
        from rdflib import Graph

        self.name, self.language = name, language
        self.graph = Graph(bind_namespaces="none")
        for prefix, url in PREFIXES.items():
            self.graph.bind(prefix, url)

    def kind(self, node: str, kind: str) -> None:
        """Say of what type `node` is."""
        from rdflib import RDF

        self.graph.add((self._node(node), RDF.type, self._term(kind)))

    def node(self, of: str, predicate: str, node: str, kind: str) -> None:
        """Add a node of its own and what leads to it."""
        self.graph.add((self._node(of), self._term(predicate), self._node(node)))
        self.kind(node, kind)

    def link(self, of: str, predicate: str, url: str, kind: str = "") -> None:
        """Lead to `url`, and say its type where `kind` is given; nothing for an empty one."""
        if not url:
            return
        self.graph.add((self._node(of), self._term(predicate), self._url(url)))
        if kind:
            self.kind(url, kind)

    def coded(self, of: str, predicate: str, code: str, base: str, kind: str = "") -> None:
        """Lead to a concept: a code of the list at `base`, or its URL."""
        if code:
            known = code.startswith(("http://", "https://", "urn:"))
            self.link(of, predicate, code if known else base + quote(code, safe=""), kind)

    def text(self, of: str, predicate: str, text: str, tagged: bool = False, language: str = "") -> None:
        """A literal; tagged: in the holder's language."""
        from rdflib import Literal

        if text:
            tag = self.language if tagged else language
            self.graph.add((self._node(of), self._term(predicate), Literal(text, lang=tag or None)))

    def value(self, of: str, predicate: str, text: str, datatype: str) -> None:
        """A literal of a data type."""
        from rdflib import Literal

        if text:
            typed = Literal(text, datatype=self._term(datatype), normalize=False)
            self.graph.add((self._node(of), self._term(predicate), typed))

    def count(self, of: str, predicate: str, number: str) -> None:
        """A whole number of at least 0."""
        self.value(of, predicate, number, "xsd:nonNegativeInteger")

    def _node(self, node: str):  # type: ignore[no-untyped-def]
        if not node:
            return self._url(self.name)
        if node.startswith(("http://", "https://", "urn:", "mailto:")):
            return self._url(node)
        return self._url(f"{self.name}#{quote(node, safe='')}")

    def _term(self, term: str):  # type: ignore[no-untyped-def]
        prefix, _, name = term.partition(":")
        return self._url(PREFIXES[prefix] + name)

    def _url(self, url: str):  # type: ignore[no-untyped-def]
        from rdflib import URIRef

        return URIRef(quote(url, safe="%/:=&?~#+!$,;'@()*[]|-._"))
