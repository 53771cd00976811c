"""Each term of the compiled access policy can be changed by an amendment, in the form and by a program."""

from dataclasses import fields
from datetime import timedelta

import pytest

from sandbox.access.policy import compiled, policy_of
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.policy import AccessPolicy, DatasetTerms, differences
from sandbox.kernel.terms import Hours, Quotas
from tests.web.filled import filled
from tests.web.test_oversight import DEVELOPER, run

OPERATOR, MARKET, DATASET = "zhang.kai", "service-agreement-000001", "dataset-000001"
CODE, PLACE = "enterprise-registration", "/console/service-agreements/new/amend"
ROWS = {f"row-column:{DATASET}:0": "行政区划", f"row-values:{DATASET}:0": "520302、520303"}
CHANGES = {
    "users": {"users": "lin.xiaoyu xu.zhizhong"},
    "seats": {"seats": "4"},
    "term_to": {"term_to": ""},
    "hours": {"hours-days": ["1", "2"], "hours-start": "08:00", "hours-end": "18:00"},
    "quotas": {
        "day_runs": "7",
        "run_bytes": "4096",
        "day_bytes": "9000",
        "run_seconds": "5",
        "day_submissions": "2",
    },
    "outputs": {"outputs": ["aggregate"]},
    "reviewers": {"reviewers": "3"},
    "columns": {f"columns:{DATASET}": ["行政区划"]},
    "rows": ROWS,
}
"""What is typed to change each term; the joins need two datasets and are `tests/access/test_amendment`'s."""
NOT_AGREED = {
    "format", "agreement", "lineage", "organisation", "operator", "environment", "environment_code",
    "regions", "scenario", "scenario_kinds", "regime", "regime_digest", "zone", "term_from",
    "dataset", "code", "provider", "grade", "extents", "thresholds", "conditions", "items", "datasets",
}  # fmt: skip
"""What the law, the catalogue and the reviews say, and what no amendment may change."""


def drafted(platform):
    found = platform.store.find(ServiceAgreement, linked=("supersedes", MARKET))
    return found[-1].record if found else None


def test_the_table_names_every_term_of_the_policy():
    terms = {one.name for kind in (AccessPolicy, DatasetTerms) for one in fields(kind)}
    assert terms - NOT_AGREED == set(CHANGES) | {"joins"}


def test_each_term_is_changed_by_its_fields_and_nothing_else_is(site):
    async def walk():
        store = site.platform.store
        operator = await site.visitor(OPERATOR)
        policy = policy_of(site.platform.directory, store.load(ServiceAgreement, MARKET).record)
        earlier = (policy.term_to - timedelta(days=5)).isoformat()
        page = (await operator.get(f"{PLACE}?agreement={MARKET}")).text
        standing = filled(page, PLACE)
        assert standing["agreement"] == [MARKET]
        for term, change in CHANGES.items():
            typed = {**standing, **change, **({"term_to": earlier} if term == "term_to" else {})}
            typed.pop("key")
            answer = await operator.post(PLACE, data=typed)
            assert answer.status_code == 303, (term, answer.text)
            made = compiled(site.platform.directory, drafted(site.platform))
            changed = {name.rpartition(".")[2] if DATASET in name or CODE in name else name.partition(".")[0]
                       for name, _, _ in differences(policy, made)}  # fmt: skip
            assert changed == {term}, term
        again = await operator.post(PLACE, data={k: v for k, v in standing.items() if k != "key"})
        assert "没有可变更的内容" in again.text

    run(walk())


def test_wrong_terms_are_told_beside_their_fields_and_nothing_is_drafted(site):
    async def walk():
        operator = await site.visitor(OPERATOR)
        standing = filled((await operator.get(f"{PLACE}?agreement={MARKET}")).text, PLACE)
        before = drafted(site.platform)
        wrong = {"seats": "0", "hours": "always", "reviewers": "1", "day_runs": "-1", "users": "song.keyi"}
        wrong |= {"term_to": "2031-13-01", f"row-start:{DATASET}:0": "3"}
        answer = await operator.post(PLACE, data={**standing, **wrong})
        assert answer.status_code == 422
        assert "有 7 处要改" in answer.text
        assert drafted(site.platform) == before
        later = await operator.post(PLACE, data={**standing, "term_to": "2099-01-01"})
        assert "使用期限" in later.text
        whose = await site.visitor(DEVELOPER)
        other = await whose.get(f"{PLACE}?agreement={MARKET}")
        assert 'name="reviewers"' not in other.text

    run(walk())


@pytest.mark.parametrize(
    "sent", [{"reviewers": 4}, {"hours": "1-5 09:00-17:00", "day_runs": 3, "keep": f"{CODE}:行政区划"}]
)
def test_a_program_sends_single_terms_and_the_rest_stays(site, sent):
    async def walk():
        operator = site.client(Authorization=f"Bearer {site.people[OPERATOR]['token']}")
        old = site.platform.store.load(ServiceAgreement, MARKET).record
        answer = await operator.post("/api/service-agreements/amend", json={"agreement": MARKET, **sent})
        assert answer.status_code == 200, answer.text
        made = drafted(site.platform)
        assert made.users == old.users
        assert made.term_to == old.term_to
        assert made.terms.reviewers == sent.get("reviewers", 2)
        if "hours" in sent:
            assert made.terms.hours == (Hours(days=(1, 2, 3, 4, 5), start="09:00", end="17:00"),)
            assert made.terms.quotas == Quotas(day_runs=3)
            assert made.terms.narrowings[0].columns == ("行政区划",)
        refused = await operator.post(
            "/api/service-agreements/amend", json={"agreement": MARKET, "drop": "nothing-of-ours"}
        )
        assert refused.status_code == 422

    run(walk())
