"""Impact assessments in the browser and over HTTP: the list, who sees it, filing, the notice that asks."""

import asyncio

from sandbox.kernel.application_records import ImpactAssessment, Item
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.oversight_records import Notice
from tests.web.test_api import bearer

OFFICER, SUPERVISOR, DEVELOPER, OPERATOR = "luo.zhengyan", "xie.mingjian", "lin.xiaoyu", "li.yuncheng"
PLACE = "/console/oversight/impacts"
TEXTS = {"lawfulness": "依法、必要", "impact": "小组可能指向个人", "measures": "专席、脱敏、审查"}


def asked(site):
    """Return an item that asks for an assessment, with a steward of the department that owes it."""
    store = site.platform.store
    item = next(one.record for one in store.find(Item, state="approved") if one.record.impact_asked)
    owner = store.load(Dataset, item.dataset).record.organisation
    return item, owner


def steward(site, owner):
    directory = site.platform.directory
    return next(
        name
        for name in site.people
        if directory.account_named(name).organisation == owner
        and "steward" in {one.value for one in directory.roles_of(directory.account_named(name).id)}
    )


def test_who_sees_which_assessments(shared):
    item, owner = asked(shared)

    async def walk():
        for name in (OFFICER, SUPERVISOR, steward(shared, owner)):
            client = await shared.visitor(name)
            answer = await client.get(PLACE)
            assert answer.status_code == 200
            assert f"{item.id}#impacts" in answer.text
            assert f'href="{PLACE}"' in (await client.get("/console/oversight")).text
            listed = await shared.client().get(
                "/api/impact-assessments", headers=bearer(shared.people[name]["token"])
            )
            assert item.id in {one["item"] for one in listed.json()}
        for name in (DEVELOPER, OPERATOR):
            client = await shared.visitor(name)
            assert (await client.get(PLACE)).status_code == 403
            assert f'href="{PLACE}"' not in (await client.get("/console/oversight")).text
            mine = bearer(shared.people[name]["token"])
            assert (await shared.client().get("/api/impact-assessments", headers=mine)).json() == []
            held = shared.platform.store.find(ImpactAssessment)[0].id
            one = await shared.client().get(f"/api/impact-assessments/{held}", headers=mine)
            assert one.status_code == 404

    asyncio.run(walk())


def test_a_department_sees_those_of_its_own_data_alone(shared):
    _, owner = asked(shared)
    store, directory = shared.platform.store, shared.platform.directory
    other = next(
        name
        for name in shared.people
        if directory.account_named(name).organisation != owner
        and "provider" in directory.organisation(directory.account_named(name).organisation).roles
    )
    own = directory.account_named(other).organisation
    foreign = {
        one.id
        for one in store.find(Item)
        if store.load(Dataset, one.record.dataset).record.organisation != own
    }

    async def walk():
        page = (await (await shared.visitor(other)).get(PLACE)).text
        assert not [one for one in foreign if f"{one}#impacts" in page]
        listed = await shared.client().get(
            "/api/impact-assessments", headers=bearer(shared.people[other]["token"])
        )
        assert all(one["organisation"] == own for one in listed.json())

    asyncio.run(walk())


def test_an_assessment_is_filed_and_withdrawn_over_http(site):
    item, owner = asked(site)
    who = bearer(site.people[steward(site, owner)]["token"])

    async def walk():
        client = site.client()
        place = f"/api/items/{item.id}/assess-impact"
        for name in (DEVELOPER, OPERATOR, SUPERVISOR):
            answer = await client.post(place, json=TEXTS, headers=bearer(site.people[name]["token"]))
            assert answer.status_code == 403
        assert (await client.post(place, json={**TEXTS, "impact": " "}, headers=who)).status_code == 422
        before = (await client.get("/api/impact-assessments", headers=who)).json()
        made = await client.post(place, json=TEXTS, headers=who)
        assert made.status_code == 200, made.text
        after = (await client.get("/api/impact-assessments", headers=who)).json()
        (new,) = [one for one in after if one["id"] not in {each["id"] for each in before}]
        assert {key: new[key] for key in TEXTS} == TEXTS
        gone = await client.post(
            f"/api/impact-assessments/{new['id']}/withdraw", json={"reason": "重写"}, headers=who
        )
        assert gone.status_code == 200, gone.text
        assert (await client.get(f"/api/impact-assessments/{new['id']}", headers=who)).json()[
            "state"
        ] == "withdrawn"

    asyncio.run(walk())


def test_the_department_is_told_when_one_is_asked_for(shared):
    item, owner = asked(shared)
    found = [
        one.record for one in shared.platform.store.find(Notice) if one.record.template == "asked:impact"
    ]
    mine = [one for one in found if one.subject == item.id]
    assert mine
    assert {one.organisation for one in mine} == {owner}
