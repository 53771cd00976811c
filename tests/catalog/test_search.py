"""Searching: equal to a plain loop over the entries, counts that leave their own facet aside."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.catalog.search import FACETS, CatalogueIndex
from sandbox.kernel.dataset_records import Column, Dataset
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel
from sandbox.kernel.metadata import Core, InformationItem, Media
from sandbox.store import codec

PLAIN = Dataset(
    state="registered", organisation="dept", environment="env", code="data", title="市场主体登记信息",
    resource_code="307001/000001",
    grading=Grading(ProvincialLevel.INTERNAL, NationalLevel.GENERAL, Grade.L3),
    core=Core(abstract="全市企业 Enterprise 基本情况", items=(InformationItem(name="法定代表人"),)),
    columns=(Column(name="注册资本"),),
)  # fmt: skip


def index(*entries):
    return CatalogueIndex.build([codec.encode(one) for one in entries])


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", True), ("市场", True), ("登记 企业", True), ("ENTERPRISE", True), ("法定代表人", True),
        ("注册资本", True), ("307001", True), ("data", True), ("市场 水表", False), ("%", False),
        ("_", False),
        ("市场.*登记", False), ("'; drop table record", False),
    ],
)  # fmt: skip
def test_words_are_taken_as_they_are(words, found):
    assert bool(index(replace(PLAIN, id="d")).search(words).total) is found


def test_names_come_first_and_pages_follow():
    first = replace(PLAIN, id="a", title="其他", core=Core(abstract="水表"))
    second = replace(PLAIN, id="b", title="水表抄表")
    third = replace(PLAIN, id="c", title="水表档案")
    made = index(first, second, third)
    assert made.search("水表").ids == ("b", "c", "a")
    assert made.search("水表", offset=1, limit=1).ids == ("c",)
    assert made.search("水表", offset=9).ids == ()


ENTRIES = st.builds(
    replace,
    st.just(PLAIN),
    title=st.sampled_from(["水表", "企业", "水表企业", "低保"]),
    state=st.sampled_from(["registered", "withdrawn"]),
    media=st.sampled_from(Media),
    organisation=st.sampled_from(["a", "b"]),
    grading=st.builds(
        Grading, st.sampled_from(ProvincialLevel), st.just(NationalLevel.GENERAL), st.sampled_from(Grade)
    ),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(ENTRIES, max_size=12),
    st.sampled_from(["", "水表", "水表 企业", "无此"]),
    st.sets(st.sampled_from(["table", "text"]), max_size=2),
    st.sets(st.sampled_from(["L1", "L3"]), max_size=2),
)
def test_like_a_plain_loop(entries, words, media, grades):
    entries = [replace(one, id=str(n)) for n, one in enumerate(entries)]
    wanted = {name: sorted(given) for name, given in (("media", media), ("grade", grades)) if given}
    hits = index(*entries).search(words, wanted=wanted, limit=100)

    def fits(one, *, without=""):
        texts = one.title + one.code + one.resource_code + one.core.abstract + "法定代表人注册资本"
        return (
            all(word in texts for word in words.split())
            and (not media or without == "media" or one.media.value in media)
            and (not grades or without == "grade" or f"L{int(one.grading.grade)}" in grades)
        )

    assert sorted(hits.ids) == sorted(one.id for one in entries if fits(one))
    assert hits.total == len(hits.ids)
    assert dict(hits.facets["media"]) == Counter(
        one.media.value for one in entries if fits(one, without="media")
    )
    assert dict(hits.facets["organisation"]) == Counter(one.organisation for one in entries if fits(one))


def test_wrong_questions_are_told():
    made = index(PLAIN)
    with pytest.raises(InputError):
        made.search(wanted={"colour": ["red"]})
    with pytest.raises(InputError):
        made.search("a " * 13)
    assert set(made.search().facets) == set(FACETS)
