"""Amendments and transfers in the browser: drafted and agreed to through forms, by the right side only."""

from datetime import timedelta

from sandbox.kernel.agreement_records import ServiceAgreement, Transfer
from sandbox.kernel.records import Environment
from tests.web.test_oversight import DEVELOPER, HOSTILE, OFFICER, STEWARD, run, sent

OPERATOR, CODE = "zhang.kai", "enterprise-registration"
MARKET = "service-agreement-000001"
PROPOSE, AMEND = "/transfers/new/propose", "/service-agreements/new/amend"


def test_a_transfer_is_proposed_and_declined(site):
    async def walk():
        operator = await site.visitor(OPERATOR)
        store = site.platform.store
        county = next(one.record for one in store.find(Environment) if one.record.code == "520328")
        until = (site.platform.directory.today() + timedelta(days=60)).isoformat()
        typed = {"dataset": CODE, "target": county.id, "columns": "行政区划", "until": until}
        answer = await sent(operator, PROPOSE, PROPOSE, purpose=HOSTILE, **typed)
        assert answer.status_code in (200, 303), answer.text
        made = next(one.record for one in store.find(Transfer) if one.record.columns == ("行政区划",))
        assert (made.state, made.target, made.columns) == ("proposed", county.id, ("行政区划",))
        page = (await operator.get("/console/transfers")).text
        assert county.name in page
        assert "<script>alert" not in page
        assert f"/console/transfers/{made.id}/release" in page
        developer = await site.visitor(DEVELOPER)
        assert made.id not in (await developer.get("/console/transfers")).text
        officer = await site.visitor(OFFICER)
        path = f"/transfers/{made.id}/decline"
        answer = await sent(officer, path, path, reason="用途不清")
        assert store.load(Transfer, made.id).record.state == "declined", answer.text

    run(walk())


def test_an_amendment_is_drafted_from_the_agreement(site):
    async def walk():
        operator = await site.visitor(OPERATOR)
        page = (await operator.get(f"/console/service-agreements/{MARKET}")).text
        assert "/console/service-agreements/new/amend" in page
        answer = await sent(operator, f"{AMEND}?agreement={MARKET}", AMEND, seats="2")
        assert answer.status_code in (200, 303), answer.text
        store = site.platform.store
        (made,) = (one.record for one in store.find(ServiceAgreement, linked=("supersedes", MARKET)))
        assert (made.state, made.seats, made.lineage) == ("drafted", 2, (MARKET,))
        assert MARKET in (await operator.get(f"/console/service-agreements/{made.id}")).text
        for name in (STEWARD, DEVELOPER):
            other = await site.visitor(name)
            answer = await other.get(f"/console/service-agreements/{MARKET}")
            assert "/console/service-agreements/new/amend" not in answer.text

    run(walk())
