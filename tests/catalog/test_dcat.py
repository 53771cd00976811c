"""DCAT-AP: what is written reads back the same, in both syntaxes, and has what the profile asks for."""

from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF

from sandbox.catalog.dcat import Catalogue, Publisher, Syntax, graph_of, read, write
from sandbox.kernel.dataset_records import Column, Dataset, Unit
from sandbox.kernel.entities import EntityType, IdentifierClass
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel
from sandbox.kernel.metadata import Core, Cycle, Exclusion, InformationItem, Media, Opening, Origin, Sharing

DEPT = Publisher("dept", "遵义市市场监督管理局", "11520300MB0T41010X")
FULL = Dataset(
    id="dataset-000001", state="classified", organisation="dept", environment="env", code="firms",
    title='企业"<登记>"\n信息', resource_code="307001/000001", special_regime="health",
    grading=Grading(ProvincialLevel.INTERNAL, NationalLevel.GENERAL, Grade.L3),
    columns=(
        Column(
            name="姓名", comment="法人", type=EntityType.PERSON, identifier=IdentifierClass.DIRECT,
            sensitive=True, level=3, technique="token",
        ),
        Column(name="地区"),
    ),
    core=Core(
        abstract="全市企业", keywords=("企业", "登记"), formats=("csv", "xlsx"),
        items=(
            InformationItem(name="姓名", data_type="C", length=40, note="n"), InformationItem(name="地区"),
        ),
        sharing=Sharing.CONDITIONAL, sharing_condition="履职需要", sharing_mode="接口",
        opening=Opening.AFTER_MASKING, opening_condition="签订协议", cycle=Cycle.MONTH,
        issued=date(2026, 1, 31), related=("307001/000002",), start=date(2020, 1, 1), end=date(2025, 12, 31),
        regions=("520300",), rows=10_000,
    ),
    exclusions=(Exclusion.PERSONAL_PRIVACY,), derived_from=("dataset-000009",), origin=Origin.GOVERNMENT,
)  # fmt: skip
BARE = replace(
    FULL, id="dataset-000002", code="bare", core=Core(), columns=(), exclusions=(), derived_from=()
)


def catalogue(*entries):
    return Catalogue("目录", "说明", DEPT, entries, {"dept": DEPT})


@pytest.mark.parametrize("syntax", list(Syntax))
def test_round_trip(syntax):
    text = write(catalogue(FULL, BARE), syntax=syntax)
    assert read(text, syntax=syntax) == (BARE, FULL)
    assert read(write(catalogue(*read(text, syntax=syntax)), syntax=syntax), syntax=syntax) == (BARE, FULL)


def test_many_entries_are_written_in_parts_and_read_as_one():
    title = '换行\n@prefix dcat: <urn:x> .\n"""'
    many = tuple(
        replace(BARE, id=f"dataset-{n:06d}", code=f"e{n:03d}", title=title if n % 7 else "x")
        for n in range(95)
    )
    many = (*many[:50], replace(FULL, code="e050", id="dataset-000050"), *many[51:])
    assert read(write(catalogue(*many), syntax=Syntax.TURTLE), syntax=Syntax.TURTLE) == many


def test_what_is_nobody_elses_is_not_written():
    units = replace(FULL, units=(Unit(kind="person", columns=("姓名",), sentinels=("隐藏值",)),))
    text = write(catalogue(units), syntax=Syntax.TURTLE)
    assert "隐藏值" not in text
    assert read(text, syntax=Syntax.TURTLE) == (FULL,)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)


@settings(max_examples=25, deadline=None)
@given(title=TEXTS, abstract=TEXTS, note=TEXTS, syntax=st.sampled_from(Syntax), media=st.sampled_from(Media))
def test_no_text_breaks_the_writing(title, abstract, note, syntax, media):
    one = replace(
        BARE, title=title or "t", media=media,
        core=Core(abstract=abstract, items=(InformationItem(name="a", note=note),)),
    )  # fmt: skip
    assert read(write(catalogue(one), syntax=syntax), syntax=syntax) == (one,)


def test_what_dcat_ap_makes_mandatory():
    graph = graph_of(catalogue(FULL, BARE))
    (whole,) = graph.subjects(RDF.type, DCAT.Catalog)
    for predicate in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.dataset):
        assert (whole, predicate, None) in graph
    for node in graph.subjects(RDF.type, DCAT.Dataset):
        for predicate in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher):
            assert (node, predicate, None) in graph
    for node in graph.subjects(RDF.type, DCAT.Distribution):
        assert (node, DCAT.accessURL, None) in graph
    for node in graph.objects(None, DCTERMS.publisher):
        assert (node, RDF.type, FOAF.Agent) in graph
        assert (node, FOAF.name, None) in graph


@pytest.mark.parametrize(
    "text", ["", "<html>", "{", "@prefix a: <b>", '{"@id": 1}', '{"@context": "http://localhost:9/x"}']
)
def test_other_texts_are_refused_or_empty(text):
    for syntax in Syntax:
        with suppress(InputError):
            assert read(text, syntax=syntax) == ()


def test_a_catalogue_of_somebody_else_is_refused():
    foreign = Graph()
    foreign.parse(
        data="@prefix dcat: <http://www.w3.org/ns/dcat#> . <urn:x> a dcat:Dataset .", format="turtle"
    )
    with pytest.raises(InputError):
        read(foreign.serialize(format="turtle"), syntax=Syntax.TURTLE)
