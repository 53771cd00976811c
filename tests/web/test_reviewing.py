"""The page of a submission as a reviewer sees it: every check's receipt, and no sign of what is a sample."""

from __future__ import annotations

import asyncio

from sandbox.egress import samples

OFFICER, SECURITY, AUTHOR = "chen.guanglan", "zhou.minxing", "lin.xiaoyu"


def test_receipts_stand_on_the_reviewers_page_and_a_sample_reads_like_any_other(site):
    platform = site.platform
    officer = platform.by_token(site.people[OFFICER]["token"])
    made = samples.plant(platform.gate, officer, "demo", "small-group")

    async def walk():
        reviewer, author = await site.visitor(SECURITY), await site.visitor(AUTHOR)
        page = (await reviewer.get(f"/console/submissions/{made.id}")).text
        body = page[page.index("<main") :]
        assert "检查回执" in body
        assert "G01.1" in body
        assert "样品" not in body
        assert "plant" not in body
        listed = (await author.get("/console/submissions")).text
        assert made.id not in listed
        assert (await author.get(f"/console/submissions/{made.id}")).status_code == 403

    asyncio.run(walk())
