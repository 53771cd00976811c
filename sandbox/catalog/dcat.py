"""The catalogue as DCAT-AP 2 (W3C DCAT 2, csvw for columns), written as Turtle or JSON-LD, and read back.

What DCAT has no word for stands in an own namespace, so that reading gives the entries again: all but
boundary conditions and units, which are nobody else's. Called by the command line; knows no rights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.exceptions import ParserError
from rdflib.namespace import CSVW, DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD
from rdflib.term import Node

from sandbox.kernel.dataset_records import Column, Dataset
from sandbox.kernel.entities import EntityType, IdentifierClass
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel
from sandbox.kernel.message import say
from sandbox.kernel.metadata import Core, Cycle, Exclusion, InformationItem, Media, Opening, Origin, Sharing
from sandbox.kernel.records import Organisation
from sandbox.people.directory import Directory
from sandbox.regulation.catalogue import lists

BASE = "urn:zunyi:catalogue:"
OWN = Namespace("urn:zunyi:data-sandbox:ns:")
_RIGHTS = Namespace("http://publications.europa.eu/resource/authority/access-right/")
_FREQUENCY = Namespace("http://publications.europa.eu/resource/authority/frequency/")
_ACCESS = {
    Opening.OPEN: _RIGHTS.PUBLIC,
    Opening.AFTER_MASKING: _RIGHTS.RESTRICTED,
    Opening.NOT_OPEN: _RIGHTS.NON_PUBLIC,
}
_CYCLES = {
    Cycle.REAL_TIME: _FREQUENCY.UPDATE_CONT,
    Cycle.DAY: _FREQUENCY.DAILY,
    Cycle.WEEK: _FREQUENCY.WEEKLY,
    Cycle.MONTH: _FREQUENCY.MONTHLY,
    Cycle.QUARTER: _FREQUENCY.QUARTERLY,
    Cycle.YEAR: _FREQUENCY.ANNUAL,
    Cycle.IRREGULAR: _FREQUENCY.IRREG,
}
_TEXTS = ("sharing_condition", "sharing_mode", "opening_condition", "opening_basis")


_PREFIXES = (
    ("dcat", DCAT),
    ("dct", DCTERMS),
    ("foaf", FOAF),
    ("csvw", CSVW),
    ("skos", SKOS),
    ("rdf", RDF),
    ("rdfs", RDFS),
    ("xsd", XSD),
    ("own", OWN),
)
_AT_ONCE = 40


class Syntax(StrEnum):
    """How the graph is written."""

    TURTLE = "turtle"
    JSON_LD = "json-ld"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who provides an entry: the organisation's id, name and unified social credit code."""

    id: str
    name: str
    uscc: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is exported: the catalogue's own words, its publisher, entries and their publishers by id."""

    title: str
    description: str
    publisher: Publisher
    datasets: tuple[Dataset, ...]
    publishers: Mapping[str, Publisher]


def whole(directory: Directory, *, title: str, description: str, environment: str | None = None) -> Catalogue:
    """Return what the home's catalogue shows to others: every entry that was not withdrawn."""
    store = directory.store
    found = tuple(one.record for one in store.find(Dataset, environment=environment))
    bodies = {one.id: _publisher(one.record) for one in store.find(Organisation)}
    return Catalogue(
        title=title,
        description=description,
        publisher=_publisher(directory.authority()),
        datasets=tuple(one for one in found if one.state != "withdrawn"),
        publishers=bodies,
    )


def _publisher(one: Organisation) -> Publisher:
    return Publisher(one.id, one.name, one.uscc)


def write(catalogue: Catalogue, *, syntax: Syntax, base: str = BASE) -> str:
    """Return the catalogue as RDF text in UTF-8; `base` begins every address."""
    if syntax is Syntax.JSON_LD:
        return graph_of(catalogue, base=base).serialize(format=syntax.value)
    # Turtle's writer takes more than twice the time for twice the entries: it is given a few at once.
    held = catalogue.datasets
    slices = [held[at : at + _AT_ONCE] for at in range(0, len(held), _AT_ONCE)] or [()]
    parts = [graph_of(replace(catalogue, datasets=some), base=base) for some in slices]
    texts = [part.serialize(format=syntax.value) for part in parts]
    return "\n".join(texts)  # every part declares the prefixes that it uses


def graph_of(catalogue: Catalogue, *, base: str = BASE) -> Graph:
    """Return the catalogue as a graph."""
    graph = Graph(bind_namespaces="none")
    for prefix, space in _PREFIXES:
        graph.bind(prefix, space)
    here = URIRef(f"{base}catalogue")
    graph.add((here, RDF.type, DCAT.Catalog))
    graph.add((here, DCTERMS.title, Literal(catalogue.title, lang="zh")))
    graph.add((here, DCTERMS.description, Literal(catalogue.description, lang="zh")))
    graph.add((here, DCTERMS.publisher, _agent(graph, catalogue.publisher, base)))
    for dataset in catalogue.datasets:
        node = URIRef(f"{base}dataset/{dataset.id}")
        graph.add((here, DCAT.dataset, node))
        graph.add((node, DCTERMS.publisher, _agent(graph, catalogue.publishers[dataset.organisation], base)))
        _entry(graph, node, dataset, base)
    return graph


def _agent(graph: Graph, publisher: Publisher, base: str) -> URIRef:
    node = URIRef(f"{base}agent/{publisher.id}")
    graph.add((node, RDF.type, FOAF.Agent))
    graph.add((node, FOAF.name, Literal(publisher.name)))
    graph.add((node, DCTERMS.identifier, Literal(publisher.uscc)))
    return node


def _entry(graph: Graph, node: URIRef, dataset: Dataset, base: str) -> None:
    core = dataset.core
    graph.add((node, RDF.type, DCAT.Dataset))
    plain: list[tuple[URIRef, str]] = [
        (DCTERMS.title, dataset.title),
        (DCTERMS.description, core.abstract or dataset.title),
        (OWN.abstract, core.abstract),
        (DCTERMS.identifier, dataset.resource_code),
        (OWN.code, dataset.code),
        (OWN.state, dataset.state),
        (OWN.environment, dataset.environment),
        (OWN.library, dataset.library),
        (OWN.sector, dataset.special_regime),
        (OWN.media, dataset.media),
        (OWN.origin, dataset.origin),
        (OWN.provincialLevel, dataset.grading.provincial),
        (OWN.nationalLevel, dataset.grading.national),
        (OWN.grade, str(int(dataset.grading.grade))),
        (OWN.sharing, core.sharing or ""),
        *((OWN[name], getattr(core, name)) for name in _TEXTS),
        *((DCAT.keyword, word) for word in core.keywords),
        *((OWN.exclusion, flag) for flag in dataset.exclusions),
        *((OWN.related, code) for code in core.related),
        *((OWN.region, code) for code in core.regions),
    ]
    for predicate, text in plain:
        if text:
            graph.add((node, predicate, Literal(str(text))))
    for source in dataset.derived_from:
        graph.add((node, DCTERMS.source, URIRef(f"{base}dataset/{source}")))
    _nodes(graph, node, dataset, base)
    _distributions(graph, node, dataset)
    _schema(graph, node, dataset)


def _nodes(graph: Graph, node: URIRef, dataset: Dataset, base: str) -> None:
    """Add what points to terms of vocabularies, and dates."""
    core = dataset.core
    category = next((one for one in lists().categories.values() if one.library == dataset.library), None)
    if category is not None:
        theme = URIRef(f"{base}theme/{category.library}")
        graph.add((theme, RDF.type, SKOS.Concept))
        graph.add((theme, SKOS.prefLabel, Literal(category.title, lang="zh")))
        graph.add((node, DCAT.theme, theme))
    if core.opening is not None:
        _term(graph, (node, DCTERMS.accessRights, _ACCESS[core.opening]), DCTERMS.RightsStatement)
    if core.cycle is not None:
        _term(graph, (node, DCTERMS.accrualPeriodicity, _CYCLES[core.cycle]), DCTERMS.Frequency)
    if core.issued is not None:
        graph.add((node, DCTERMS.issued, Literal(core.issued.isoformat(), datatype=XSD.date)))
    if core.rows:
        graph.add((node, OWN.rows, Literal(core.rows)))
    if core.start is not None or core.end is not None:
        period = BNode()
        graph.add((node, DCTERMS.temporal, period))
        graph.add((period, RDF.type, DCTERMS.PeriodOfTime))
        for predicate, day in ((DCAT.startDate, core.start), (DCAT.endDate, core.end)):
            if day is not None:
                graph.add((period, predicate, Literal(day.isoformat(), datatype=XSD.date)))


def _term(graph: Graph, said: tuple[URIRef, URIRef, URIRef], kind: URIRef) -> None:
    """Add what is said with a term of a vocabulary, and the term's class: a validator need not fetch it."""
    graph.add(said)
    graph.add((said[2], RDF.type, kind))


def _distributions(graph: Graph, node: URIRef, dataset: Dataset) -> None:
    """Data is used in a seat on application: the access address is the entry's own application."""
    for code in dataset.core.formats:
        known = lists().formats[code]
        one = URIRef(f"{node}#{code}")
        graph.add((node, DCAT.distribution, one))
        graph.add((one, RDF.type, DCAT.Distribution))
        _term(graph, (one, DCAT.accessURL, URIRef(f"{node}#application")), RDFS.Resource)
        graph.add((one, DCTERMS.title, Literal(known.title)))
        graph.add((one, OWN["format"], Literal(code)))
        media = URIRef(f"http://www.iana.org/assignments/media-types/{known.type}")
        _term(graph, (one, DCAT.mediaType, media), DCTERMS.MediaType)


def _schema(graph: Graph, node: URIRef, dataset: Dataset) -> None:
    if not dataset.columns and not dataset.core.items:
        return
    schema = URIRef(f"{node}#schema")
    graph.add((node, DCTERMS.conformsTo, schema))
    graph.add((schema, RDF.type, DCTERMS.Standard))
    graph.add((schema, RDF.type, CSVW.Schema))
    parts = (
        (CSVW.column, [_column(graph, one) for one in dataset.columns]),
        (OWN.informationItem, [_item(graph, one) for one in dataset.core.items]),
    )
    for predicate, listed in parts:
        if listed:
            head = BNode()
            Collection(graph, head, list(listed))
            graph.add((schema, predicate, head))


def _column(graph: Graph, column: Column) -> Node:
    node = BNode()
    graph.add((node, RDF.type, CSVW.Column))
    graph.add((node, OWN.sensitive, Literal(column.sensitive)))
    graph.add((node, OWN.level, Literal(column.level)))
    texts = (
        (CSVW.name, column.name),
        (DCTERMS.description, column.comment),
        (OWN.entity, column.type or ""),
        (OWN.identifierClass, column.identifier),
        (OWN.maskingTechnique, column.technique),
    )
    for predicate, text in texts:
        if text:
            graph.add((node, predicate, Literal(str(text))))
    return node


def _item(graph: Graph, item: InformationItem) -> Node:
    node = BNode()
    graph.add((node, CSVW.name, Literal(item.name)))
    if item.length:
        graph.add((node, OWN.length, Literal(item.length)))
    for predicate, text in ((OWN.dataType, item.data_type), (DCTERMS.description, item.note)):
        if text:
            graph.add((node, predicate, Literal(text)))
    return node


def read(text: str, *, syntax: Syntax) -> tuple[Dataset, ...]:
    """Return the entries of a catalogue that `write` wrote, by code; `InputError` for anything else."""
    graph = Graph()
    strange = InputError(say("不是本平台导出的 DCAT 目录：请核对文件和格式"))
    if syntax is Syntax.JSON_LD and "@context" in text:
        raise strange  # ours has none, and a foreign one would be fetched from wherever it says
    try:
        graph.parse(data=text, format=syntax.value, publicID=BASE)
        found = [_Reader(graph, node).dataset() for node in graph.subjects(RDF.type, DCAT.Dataset)]
    except (ParserError, SyntaxError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise strange from error  # the parsers fail in all these ways on what is no graph
    return tuple(sorted(found, key=lambda one: (one.environment, one.code)))


class _Reader:
    """One entry of a graph."""

    def __init__(self, graph: Graph, node: Node) -> None:
        self._graph, self._node = graph, node

    def dataset(self) -> Dataset:
        publisher = self._graph.value(self._node, DCTERMS.publisher)
        return Dataset(
            id=str(self._node).rpartition("dataset/")[2],
            state=self._text(OWN.state),
            organisation=str(publisher).rpartition("agent/")[2],
            environment=self._text(OWN.environment),
            code=self._text(OWN.code),
            title=self._text(DCTERMS.title),
            grading=Grading(
                ProvincialLevel(self._text(OWN.provincialLevel)),
                NationalLevel(self._text(OWN.nationalLevel)),
                Grade(int(self._text(OWN.grade))),
            ),
            resource_code=self._text(DCTERMS.identifier),
            library=self._text(OWN.library),
            special_regime=self._text(OWN.sector),
            columns=tuple(self._columns()),
            core=self._core(),
            media=Media(self._text(OWN.media)),
            origin=Origin(self._text(OWN.origin)),
            exclusions=tuple(Exclusion(one) for one in self._texts(OWN.exclusion)),
            derived_from=tuple(one.rpartition("dataset/")[2] for one in self._texts(DCTERMS.source)),
        )

    def _core(self) -> Core:
        period = self._graph.value(self._node, DCTERMS.temporal)
        rights = self._graph.value(self._node, DCTERMS.accessRights)
        cycle = self._graph.value(self._node, DCTERMS.accrualPeriodicity)
        sharing = self._text(OWN.sharing)
        return Core(
            abstract=self._text(OWN.abstract),
            keywords=self._texts(DCAT.keyword),
            formats=tuple(
                sorted(
                    str(self._graph.value(one, OWN["format"]))
                    for one in self._graph.objects(self._node, DCAT.distribution)
                )
            ),
            items=tuple(self._items()),
            sharing=Sharing(sharing) if sharing else None,
            opening=next((key for key, one in _ACCESS.items() if one == rights), None),
            cycle=next((key for key, one in _CYCLES.items() if one == cycle), None),
            issued=self._day(self._node, DCTERMS.issued),
            related=self._texts(OWN.related),
            start=self._day(period, DCAT.startDate),
            end=self._day(period, DCAT.endDate),
            regions=self._texts(OWN.region),
            rows=int(self._text(OWN.rows) or 0),
            **{name: self._text(OWN[name]) for name in _TEXTS},
        )

    def _columns(self) -> Iterable[Column]:
        for node in self._listed(CSVW.column):
            own = _Reader(self._graph, node)
            entity = own._text(OWN.entity)
            yield Column(
                name=own._text(CSVW.name),
                comment=own._text(DCTERMS.description),
                type=EntityType(entity) if entity else None,
                identifier=IdentifierClass(own._text(OWN.identifierClass)),
                sensitive=own._text(OWN.sensitive) == "true",
                level=int(own._text(OWN.level)),
                technique=own._text(OWN.maskingTechnique),
            )

    def _items(self) -> Iterable[InformationItem]:
        for node in self._listed(OWN.informationItem):
            own = _Reader(self._graph, node)
            yield InformationItem(
                name=own._text(CSVW.name),
                data_type=own._text(OWN.dataType),
                length=int(own._text(OWN.length) or 0),
                note=own._text(DCTERMS.description),
            )

    def _listed(self, predicate: URIRef) -> Sequence[Node]:
        schema = self._graph.value(self._node, DCTERMS.conformsTo)
        head = self._graph.value(schema, predicate) if schema is not None else None
        return list(Collection(self._graph, head)) if head is not None else []

    def _text(self, predicate: Any) -> str:
        found = self._graph.value(self._node, predicate)
        return "" if found is None else str(found)

    def _texts(self, predicate: Any) -> tuple[str, ...]:
        """Return values in sorted order: a graph keeps none of its own."""
        return tuple(sorted(str(one) for one in self._graph.objects(self._node, predicate)))

    def _day(self, node: Node | None, predicate: Any) -> date | None:
        found = self._graph.value(node, predicate) if node is not None else None
        return None if found is None else date.fromisoformat(str(found))
