"""Reviewed templates in the browser: read as they are signed, signed, used, looked at and ended."""

import re
from html import unescape

import pytest

from sandbox.egress import looks, template_sheet
from sandbox.kernel.review_records import Release, Submission
from sandbox.kernel.template_records import Template
from sandbox.web.pages import pager
from tests.attacks.test_templates import in_force, proposed
from tests.journeys.homes import COLLEAGUE, DEVELOPER, OPERATOR, OTHER_DEVELOPER, PROVIDER, SECURITY, Desk
from tests.web.conftest import hidden
from tests.web.test_oversight import run, sent

pytestmark = pytest.mark.usefixtures("forked_gate")


def desk(site):
    """Return the opened home as the attacks of the gate take it."""
    return Desk(site.platform, {name: one["token"] for name, one in site.people.items()})


async def press(client, template, verb, **typed):
    """Send the form of a step from the page of the template."""
    return await sent(client, f"/templates/{template.id}", f"/templates/{template.id}/{verb}", **typed)


def state(site, template):
    return site.platform.store.load(Template, template.id).record.state


def test_what_is_signed_is_on_the_page_and_the_signature_is_under_its_digest(site):
    template = proposed(desk(site))
    gate = site.platform.gate

    async def walk():
        security = await site.with_credential(SECURITY)
        assert f"/console/templates/{template.id}" in (await security.get("/console/")).text
        page = unescape((await security.get(f"/console/templates/{template.id}")).text)
        assert template.digest in page
        for line in template_sheet.sheet(gate, template):
            assert all(str(value) in page for value in line.values), line.name
        other = await press(security, template, "sign", digest="0" * 64)
        assert other.status_code == 403, other.text
        done = await press(security, template, "sign")
        assert done.status_code == 303, done.text
        assert state(site, template) == "signing"
        assert "签署模板" not in (await security.get(f"/console/templates/{template.id}")).text
        provider = await site.visitor(PROVIDER)
        asked = await press(provider, template, "sign")
        assert "/console/step-up" in asked.headers["location"]
        proven = await site.with_credential(PROVIDER)
        done = await press(proven, template, "sign")
        assert done.status_code == 303, done.text
        assert state(site, template) == "in-force"

    run(walk())


def test_used_looked_at_and_suspended(site):
    template = in_force(desk(site))
    store, gate = site.platform.store, site.platform.gate

    async def walk():
        developer = await site.visitor(DEVELOPER)
        wrong = await press(developer, template, "use", **{"value:exclude": "红花岗区"})
        assert (wrong.status_code, "exclude=红花岗区" in wrong.text) == (403, True)
        done = await press(developer, template, "use", **{"value:exclude": "无"})
        assert done.status_code == 303, done.text
        made = store.load(Submission, done.headers["location"].rpartition("/")[2]).record
        assert (made.state, made.template) == ("released", template.id)
        assert store.find(Release, linked=("template", template.id))
        page = (await developer.get(f"/console/templates/{template.id}")).text
        assert "事后抽查</h2>" not in page
        security = await site.with_credential(SECURITY)
        (look,) = looks.looks_of(gate, template.id)
        assert made.id in (await security.get("/console/templates")).text
        path = f"/template-looks/{look.id}/fail"
        done = await sent(security, f"/templates/{template.id}", path, reason="口径不符", recall="recall")
        assert done.status_code == 303, done.text
        assert state(site, template) == "suspended"
        (left,) = store.find(Release, linked=("template", template.id))
        assert left.record.state == "recalled"
        done = await press(security, template, "revoke", reason="口径不符")
        assert (done.status_code, state(site, template)) == (303, "revoked"), done.text

    run(walk())


def test_refused_and_withdrawn(site):
    first, second = proposed(desk(site)), proposed(desk(site))

    async def walk():
        provider = await site.with_credential(PROVIDER)
        silent = await press(provider, first, "refuse", reason=" ")
        assert (silent.status_code, state(site, first)) == (403, "signing")
        done = await press(provider, first, "refuse", reason="次数过多")
        assert (done.status_code, state(site, first)) == (303, "refused"), done.text
        developer = await site.visitor(DEVELOPER)
        assert "sign" not in re.findall(
            r"/console/templates/[^/\"]+/([a-z-]+)\"",
            (await developer.get(f"/console/templates/{second.id}")).text,
        )
        assert (await press(developer, second, "withdraw")).status_code == 303
        assert state(site, second) == "withdrawn"

    run(walk())


def test_whom_it_does_not_concern_sees_and_does_nothing(site):
    template = in_force(desk(site))

    async def walk():
        other = await site.visitor(OTHER_DEVELOPER)
        assert (await other.get(f"/console/templates/{template.id}")).status_code == 403
        assert template.title not in (await other.get("/console/templates")).text
        for name in (OTHER_DEVELOPER, OPERATOR, COLLEAGUE):
            client = await site.visitor(name)
            fields = await hidden(client, "/console/me")
            for verb in ("suspend", "revoke", "refuse"):
                path = f"/console/templates/{template.id}/{verb}"
                fields = await hidden(client, path)
                answer = await client.post(path, data={**fields, "reason": "不要了"})
                assert answer.status_code in (303, 403, 409), (name, verb, answer.text)
                assert state(site, template) == "in-force"

    run(walk())


def test_programs_list_and_take_the_same_steps(site):
    template = in_force(desk(site))
    tokens = {name: one["token"] for name, one in site.people.items()}

    async def walk():
        client = site.client(Authorization=f"Bearer {tokens[DEVELOPER]}")
        listed = (await client.get("/api/templates")).json()
        assert template.id in [one["id"] for one in listed]
        one = (await client.get(f"/api/templates/{template.id}")).json()
        assert one["digest"] == template.digest
        done = await client.post(f"/api/templates/{template.id}/use", json={"values": "exclude=无"})
        assert done.status_code == 200, done.text
        assert template.id not in str((await client.get("/api/template-looks")).json())
        security = site.client(Authorization=f"Bearer {tokens[SECURITY]}")
        drawn = (await security.get("/api/template-looks")).json()
        assert template.id in [each["template"] for each in drawn]

    run(walk())


def test_templates_come_a_page_at_a_time_and_each_once(site, monkeypatch):
    monkeypatch.setattr(pager, "PAGE", 1)
    made = [proposed(desk(site)).id for _ in range(3)]
    token = site.people[DEVELOPER]["token"]

    async def walk():
        developer, other = await site.visitor(DEVELOPER), await site.visitor(OTHER_DEVELOPER)
        seen, place = [], "/console/templates"
        while place:
            page = (await developer.get(place)).text
            seen += re.findall(r'href="/console/templates/(template-\d+)"', page)
            more = re.search(r'href="(\?before=[^"]+)"', page)
            place = f"/console/templates{unescape(more[1])}" if more else ""
        assert [one for one in seen if one in made] == made[::-1]
        assert len(seen) == len(set(seen))
        strange = (await other.get("/console/templates")).text
        assert not any(one in strange for one in made)
        client = site.client(Authorization=f"Bearer {token}")
        first = await client.get("/api/templates?limit=1")
        assert len(first.json()) == 1
        assert "rel=" in first.headers["link"]

    run(walk())


@pytest.mark.parametrize("text", ["exclude", "a=b\nno sign"])
def test_values_are_written_with_a_sign(shared, text):
    from sandbox.kernel.errors import InputError
    from sandbox.web.pages.templates import values_in

    with pytest.raises(InputError):
        values_in({"values": (text,)})
    assert values_in({"value:a": ("1",), "values": ("b=2=3",)}) == {"a": "1", "b": "2=3"}
