"""Whatever way a person is shown opens to him; no list of the demonstration is empty for everybody."""

import asyncio
import re

import pytest

from tests.municipality.test_cast import CAST

LINK = re.compile(r'href="(/console/(?!static)[^"?#]*)')
NAV = re.compile(r"<nav.*?</nav>", re.DOTALL)
WAYS = re.compile(r'<ul class="ways">.*?</ul>', re.DOTALL)
MAIN = re.compile(r"<main.*?</main>", re.DOTALL)
ROW = re.compile(r"<tbody>\s*<tr|<li>|<li class=|<article")


async def ways(client):
    """Return what the navigation and the page of oversight lead to."""
    home = await client.get("/console/")
    desk = await client.get("/console/oversight")
    found = "".join([*NAV.findall(home.text), *WAYS.findall(desk.text)])
    return sorted(set(LINK.findall(found)))


async def pages(site):
    """Return for every person of the demonstration and every way shown what the answer was."""
    found = {}
    for person in CAST.people:
        client = await site.visitor(person.account)
        for path in await ways(client):
            found[person.account, path] = await client.get(path)
    return found


@pytest.fixture(scope="module")
def seen(shared):
    return asyncio.run(pages(shared))


def test_every_way_that_is_shown_opens(seen):
    """Neither refused nor missing nor broken: who may not look is shown no way there."""
    assert {where: one.status_code for where, one in seen.items() if one.status_code != 200} == {}
    assert len({path for _, path in seen}) >= 18


def test_no_list_is_empty_for_everybody(seen):
    filled = {path for (_, path), one in seen.items() if ROW.search("".join(MAIN.findall(one.text)))}
    assert {path for _, path in seen} - filled == set()
