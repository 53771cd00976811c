"""The author's page of a refused submission offers the remedy by one call, to its author alone."""

from __future__ import annotations

import asyncio

from sandbox.egress import intake
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.review_records import Submission
from tests.journeys.homes import Desk, Home, hand_in, shown
from tests.journeys.test_product_classes import PAIR, claim_of, table_of
from tests.web.filled import filled

SECURITY, AUTHOR = "zhou.minxing", "lin.xiaoyu"
OFFERED = "一键改好"


def refused_for_small_groups(site) -> Submission:
    platform = site.platform
    account = site.account(AUTHOR)
    made = next(one.record for one in platform.store.find(Submission) if one.record.author == account)
    (snapshot,) = (platform.store.load(Snapshot, one).record for one in made.snapshots)
    desk = Desk(platform, {})
    files = {"t.csv": table_of(shown(desk, made.seat, snapshot), PAIR), "t.csv.claim.json": claim_of(PAIR)}
    hand_in(Home(platform.layout.root), desk, made.seat, files, request="0request-mend")
    (taken,) = intake.collect(platform.gate, made.seat, refused=platform.note_refusal).submissions
    judged = intake.judge(platform.gate, taken.id)
    assert judged.state == "refused"
    return judged


def test_the_author_has_a_refused_table_mended_by_one_call(site):
    made = refused_for_small_groups(site)

    async def walk():
        author, reviewer = await site.visitor(AUTHOR), await site.visitor(SECURITY)
        page = f"/console/submissions/{made.id}"
        assert OFFERED not in (await reviewer.get(page)).text
        offered = (await author.get(page)).text
        assert OFFERED in offered
        assert '<a href="#mend">由闸口试着改好这份文件</a>' in offered
        form = filled(offered, f"{page}/mend")
        stolen = await reviewer.post(f"{page}/mend", data=form)
        assert stolen.status_code in (403, 409)
        done = await author.post(f"{page}/mend", data=form)
        assert done.status_code == 303
        after = site.platform.store.load(Submission, made.id).record
        assert (after.state, after.round) == ("frozen", 2)
        page_after = (await author.get(page)).text
        assert OFFERED not in page_after
        assert "闸口已改好，作为第 2 轮重新提交" in page_after

    asyncio.run(walk())
