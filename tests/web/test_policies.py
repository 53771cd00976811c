"""The access policy as a page, and a changed one tried on past submissions through a form."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from sandbox.access.policy import policy_of
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.review_records import Examination, Submission
from tests.web.conftest import Site
from tests.web.filled import filled
from tests.web.test_oversight import DEVELOPER, OFFICER, run

OPERATOR, MARKET = "zhang.kai", "service-agreement-000001"
POLICY, REPLAY = (
    f"/console/service-agreements/{MARKET}/policy",
    f"/console/service-agreements/{MARKET}/replay",
)
DATASET = "dataset-000001"


def of(platform):
    return policy_of(platform.directory, platform.store.load(ServiceAgreement, MARKET).record)


def test_the_page_says_all_that_the_policy_says(shared):
    async def walk():
        policy = of(shared.platform)
        operator = await shared.visitor(OPERATOR)
        page = (await operator.get(POLICY)).text
        part = policy.datasets[0]
        for said in (
            policy.digest,
            policy.scenario,
            *part.columns,
            *part.conditions,
            f"每格至少 {part.thresholds.smallest} 个统计单位",
            "最大一家低于 50%",
            "林晓雨",
            "遵义市安全可信开发利用环境",
            "出域闸口",
            "脱敏落地",
            "到期和停用",
        ):
            assert said in page, said
        text = re.search(r'<pre class="code"[^>]*>(.*?)</pre>', page, re.DOTALL)[1].replace("&#34;", '"')
        assert json.loads(text) == json.loads(policy.text)
        english = (await operator.get(f"{POLICY}?lang=en")).text
        assert "Who reads it" in english
        await operator.get(f"{POLICY}?lang=zh")

    run(walk())


def test_every_field_of_a_policy_has_words():
    from dataclasses import fields

    from sandbox.kernel.policy import AccessPolicy, DatasetTerms
    from sandbox.web.pages.policies import FIELDS

    own = {"format", "agreement", "lineage", "organisation", "operator", "environment", "environment_code"}
    own |= {"scenario_kinds", "zone", "datasets"}
    named = {one.name for one in fields(AccessPolicy)} | {one.name for one in fields(DatasetTerms)}
    assert named - own - {"dataset", "code"} <= set(FIELDS)


def test_links_lead_from_the_agreement_to_policy_and_trial_for_who_may(shared):
    async def walk():
        operator, developer = await shared.visitor(OPERATOR), await shared.visitor(DEVELOPER)
        place = f"/console/service-agreements/{MARKET}"
        page, theirs = (await operator.get(place)).text, (await developer.get(place)).text
        assert POLICY in page
        assert REPLAY in page
        assert POLICY in theirs
        assert REPLAY not in theirs
        assert (await developer.get(POLICY)).status_code == 200
        assert (await developer.get(REPLAY)).status_code == 403
        other = await shared.visitor("song.keyi")
        assert (await other.get(POLICY)).status_code == 403
        form = (await operator.get(f"/console/service-agreements/new/amend?agreement={MARKET}")).text
        assert POLICY in form
        assert REPLAY in form

    run(walk())


async def tried(client, form, place=REPLAY):
    """Begin a trial and return its page when all is judged."""
    answer = await client.post(place, data=form)
    assert answer.status_code == 303, answer.text
    where = answer.headers["location"]
    for _ in range(200):
        page = (await client.get(where)).text
        if "data-job" not in page:
            return page
        await asyncio.sleep(0.2)
    raise AssertionError("the trial does not end")


def test_a_stricter_policy_is_tried_and_shows_what_would_have_been_refused(site):
    async def walk():
        officer = await site.visitor(OFFICER)
        form = filled((await officer.get(REPLAY)).text, None)
        assert form["reviewers"] == ["2"]
        before = len(site.platform.store.find(Examination))
        same = await tried(officer, form)
        assert "条件没有改动" in same
        assert "0 项会有变化" in same
        typed = {**form, f"smallest:{DATASET}": "100000", "reviewers": "3", "outputs": ["chart"]}
        page = await tried(officer, typed)
        assert "每格至少 100000 个统计单位" in page
        assert "会有变化" in page
        assert "当时不会放行" in page
        released = next(one.record for one in site.platform.store.find(Submission, state="released"))
        assert f"/console/submissions/{released.id}" in page
        assert "闸口拒绝" in page
        seen = site.platform.store.find(Examination)
        assert len(seen) == before + 2
        assert seen[-1].record.looked_at.startswith("replay:")

    run(walk())


def test_wrong_values_are_told_in_place_and_nothing_is_tried(site):
    async def walk():
        operator = await site.visitor(OPERATOR)
        form = filled((await operator.get(REPLAY)).text, None)
        before = len(site.platform.store.find(Examination))
        wrong = {
            "reviewers": "1",
            "term_to": "eternity",
            "hours": "<b>",
            f"smallest:{DATASET}": "1",
            f"p_percent:{DATASET}": "200",
            f"advantage:{DATASET}": "50",
            f"near_excess:{DATASET}": "100",
            f"coverage_gap:{DATASET}": "1e3",
            "outputs": [],
        }
        answer = await operator.post(REPLAY, data={**form, **wrong})
        assert answer.status_code == 422
        for name in (
            "reviewers",
            "term_to",
            "hours",
            f"smallest:{DATASET}",
            f"p_percent:{DATASET}",
            f"advantage:{DATASET}",
            f"near_excess:{DATASET}",
            f"coverage_gap:{DATASET}",
            "outputs",
        ):
            assert f'id="f-{name}-wrong"' in answer.text, name
        assert "<b>" not in answer.text
        nothing = {key: value for key, value in form.items() if key not in ("listed",)}
        assert "至少留一个数据集" in (await operator.post(REPLAY, data=nothing)).text
        stale = await operator.post(REPLAY, data={**form, "csrf": "x"})
        assert stale.status_code == 403
        assert len(site.platform.store.find(Examination)) == before

    run(walk())


@pytest.mark.long
def test_the_limits_of_models_and_synthetic_data_are_tried_and_told(site):
    async def walk():
        officer = await site.visitor(OFFICER)
        form = filled((await officer.get(REPLAY)).text, None)
        limits = {name: form[f"{name}:{DATASET}"][0] for name in ("advantage", "near_excess", "coverage_gap")}
        assert limits == {"advantage": "10", "near_excess": "5", "coverage_gap": "35"}
        page = await tried(officer, {**form, f"advantage:{DATASET}": "3", f"coverage_gap:{DATASET}": "20"})
        assert "由模型或合成数据认出成员不超过随机加 3%" in page
        assert "合成数据每列与来源相差不多于 20%" in page
        (trial,) = site.app.state.console.trials.of(site.account(OFFICER), MARKET)
        (part,) = json.loads(trial.policy)["datasets"]
        assert (part["thresholds"]["advantage"], part["thresholds"]["coverage_gap"]) == (0.03, 0.2)
        assert "near_excess" not in part["thresholds"]  # as it stood: policies name what was changed

    run(walk())


@pytest.mark.long  # the terminal's own trial stops and goes on every day
def test_a_trial_that_stopped_goes_on_where_it_was_and_is_its_owners_alone(site):
    async def walk():
        officer, operator = await site.visitor(OFFICER), await site.visitor(OPERATOR)
        form = filled((await officer.get(REPLAY)).text, None)
        page = await tried(officer, {**form, "reviewers": "4"})
        (trial,) = site.app.state.console.trials.of(site.account(OFFICER), MARKET)
        place, whole = f"{REPLAY}/{trial.id}", len(trial.submissions)
        assert whole == page.count('<section class="card flush"') > 1
        assert (await operator.get(place)).status_code == 404
        developer = await site.visitor(DEVELOPER)
        assert (await developer.get(place)).status_code == 403
        # the console stopped when one of them was judged
        for one in sorted(Path(trial.folder).glob("[0-9]*.json"))[1:]:
            one.unlink()
        again = Site(site.platform.layout.root)
        officer = await again.visitor(OFFICER)
        stopped = (await officer.get(place)).text
        assert f"试算停在第 1 项，共 {whole} 项" in stopped
        assert (await officer.post(f"{place}/go-on", data={"csrf": "x"})).status_code in (401, 403)
        first = Path(trial.folder, "000000.json").stat().st_mtime_ns
        page = await tried(officer, filled(stopped, f"{place}/go-on"), f"{place}/go-on")
        assert page.count('<section class="card flush"') == whole
        assert Path(trial.folder, "000000.json").stat().st_mtime_ns == first
        assert "4 票" in page
        listed = (await officer.get(REPLAY)).text
        assert trial.id in listed
        english = (await officer.get(f"{place}?lang=en")).text
        assert "would change" in english
        await officer.get(f"{place}?lang=zh")
        gone = await officer.post(f"{place}/discard", data=filled(listed and page, f"{place}/discard"))
        assert gone.status_code == 303
        assert not Path(trial.folder).exists()
        assert (await officer.get(place)).status_code == 404
        for strange in ("..%2f..%2fkeys", "a" * 24, "x"):
            assert (await officer.get(f"{REPLAY}/{strange}")).status_code == 404

    run(walk())
