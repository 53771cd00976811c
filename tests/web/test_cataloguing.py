"""The catalogue in the browser: narrowed by facets, a sheet judged row by row, metadata, consent, export."""

import asyncio

import pytest

from sandbox.catalog import dcat
from sandbox.kernel.dataset_records import Dataset
from tests.catalog.test_sheet import GOOD, changed, workbook
from tests.web.conftest import hidden

STEWARD, DEVELOPER = "zhao.qinghe", "lin.xiaoyu"
PATH = "/console/datasets/new/import"


def run(walk):
    return asyncio.run(walk)


def sheet_form(fields, data, how="check", name="目录.xlsx"):
    return {"data": {**fields, "environment": "520300", "how": how}, "files": {"file": (name, data)}}


async def led(client, answer):
    """Follow a form to the page it leads to."""
    assert answer.status_code == 303, answer.text
    return await client.get(answer.headers["location"])


def test_the_list_is_narrowed_by_words_and_facets_with_counts(shared):
    async def walk():
        client = await shared.visitor(DEVELOPER)
        whole = (await client.get("/console/catalogue")).text
        assert 'name="grade"' in whole
        some = (await client.get("/console/catalogue?q=市场主体&state=classified")).text
        assert "市场主体登记信息" in some
        assert "没有符合的数据集" in (await client.get("/console/catalogue?q=没有这样的数据")).text
        assert (await client.get("/console/catalogue?grade=L9&page=999999999999")).status_code == 200
        many = await client.get("/console/catalogue?q=" + "+".join("一二三四五六七八九十甲乙丙"))
        assert many.status_code == 422

    run(walk())


def test_the_whole_catalogue_can_be_taken_away_and_read_again(shared):
    async def walk():
        client = await shared.visitor(DEVELOPER)
        for form, syntax in (("turtle", dcat.Syntax.TURTLE), ("json-ld", dcat.Syntax.JSON_LD)):
            answer = await client.get(f"/console/catalogue/export?format={form}")
            read = dcat.read(answer.text, syntax=syntax)
            every = [one.record for one in shared.platform.store.find(Dataset)]
            assert {one.title for one in read} == {one.title for one in every if one.state != "withdrawn"}
        assert (await client.get("/console/catalogue/export?format=xml")).status_code == 422

    run(walk())


def test_a_sheet_is_judged_first_and_registered_when_it_is_clean(site):
    own = site.platform.directory.organisation(site.platform.directory.account_named(STEWARD).organisation)

    def sheet(*rows):
        return workbook(*([*row[:2], own.name, own.uscc, *row[4:]] for row in rows))

    good, bad = changed(title="企业年报目录"), changed(resource_code="307001/000012", cycle="偶尔")
    store = site.platform.store
    before = len(store.find(Dataset))

    async def sent(client, data, how):
        fields = await hidden(client, PATH)
        return await led(client, await client.post(PATH, **sheet_form(fields, data, how)))

    async def walk():
        client = await site.with_credential(STEWARD)
        checked = await sent(client, sheet(good, bad), "check")
        assert "2 行，其中 1 行可以登记；什么也没有登记" in checked.text
        assert "偶尔" in checked.text
        assert len(store.find(Dataset)) == before
        assert "什么也没有登记" in (await sent(client, sheet(good, bad), "all")).text
        assert len(store.find(Dataset)) == before
        assert "已登记 1 个数据集" in (await sent(client, sheet(good, bad), "good")).text
        again = await sent(client, sheet(good), "all")
        assert "什么也没有登记" in again.text
        assert "没有发现问题" not in again.text

    run(walk())
    assert len(store.find(Dataset)) == before + 1


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01\x02", "不是目录".encode(), b"<script>alert(1)</script>,b\n1,2\n"]
)
def test_what_is_no_sheet_gets_one_sentence(site, data):
    async def walk():
        client = await site.with_credential(STEWARD)
        fields = await hidden(client, PATH)
        answer = await client.post(PATH, **sheet_form(fields, data))
        page = await led(client, answer) if answer.status_code == 303 else answer
        assert "<script>alert" not in page.text
        assert "没有办成" in page.text or "什么也没有登记" in page.text

    run(walk())


def test_core_metadata_is_stated_in_a_form_that_shows_what_stands(site):
    async def walk():
        client = await site.with_credential(STEWARD)
        path = "/console/datasets/dataset-000001/describe"
        fields = await hidden(client, path)
        given = {**fields, "abstract": "<b>全市企业</b>", "keywords": "企业、登记", "media": "table"}
        given |= {"origin": "government", "opening": "not-open", "exclusions": "personal-privacy"}
        refused = await client.post(path, data=given)
        assert refused.status_code in (403, 422)  # not open wants a basis from the closed list
        assert "&lt;b&gt;全市企业" in refused.text
        fields = await hidden(client, path)
        done = await client.post(path, data={**given, **fields, "opening": "after-masking"})
        page = await led(client, done)
        assert "核心元数据已更新" in page.text
        assert "&lt;b&gt;全市企业" in page.text
        assert "脱敏后开放" in page.text
        assert "企业、登记" in (await client.get(path)).text

    run(walk())


@pytest.mark.parametrize("name", [DEVELOPER, "xie.mingjian"])
def test_who_keeps_no_catalogue_registers_none(site, name):
    own = site.platform.directory.organisation(site.platform.directory.account_named(name).organisation)
    data = workbook([*GOOD[:2], own.name, own.uscc, *GOOD[4:]])

    async def walk():
        client = await site.with_credential(name)
        fields = await hidden(client, "/console/me")
        answer = await client.post(PATH, **sheet_form(fields, data, how="good"))
        assert answer.status_code == 403
        assert "没有办成" in answer.text

    before = len(site.platform.store.find(Dataset))
    run(walk())
    assert len(site.platform.store.find(Dataset)) == before
