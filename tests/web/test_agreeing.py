"""A service agreement drafted in the browser: filled in from the application, wrong values told in place."""

import re

from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.terms import Hours, Narrowing, Quotas, RowRange
from tests.web.filled import filled
from tests.web.test_oversight import DEVELOPER, run

OPERATOR, ASKED = "zhang.kai", "application-000001"
PLACE = "/console/service-agreements/new/draft"
DATASET = "dataset-000001"


async def form_of(client):
    page = (await client.get(f"{PLACE}?application={ASKED}")).text
    return page, filled(page, PLACE)


def last(platform):
    return platform.store.find(ServiceAgreement)[-1].record


def told_beside(page, name):
    """Return what stands beside a field: the sentence that its control says it is described by."""
    found = re.search(rf'id="f-{re.escape(name)}-wrong">.*?</svg>(.*?)</p>', page, re.DOTALL)
    return found[1] if found else ""


def test_the_form_asks_for_the_application_first_and_fills_itself_in_from_it(site):
    async def walk():
        operator = await site.visitor(OPERATOR)
        first = (await operator.get(PLACE)).text
        assert 'name="users"' not in first
        page, fields = await form_of(operator)
        assert fields["users"] == [DEVELOPER]
        assert fields["seats"] == ["1"]
        assert fields["reviewers"] == ["2"]
        assert fields["term_from"] < fields["term_to"]
        assert set(fields["outputs"]) <= {one.value for one in OutputForm}
        assert "只许出汇总结果" in page

    run(walk())


def test_everything_that_the_command_line_agrees_on_can_be_agreed_on_here(site):
    async def walk():
        operator = await site.visitor(OPERATOR)
        _, fields = await form_of(operator)
        typed = {
            **fields,
            "hours-days": ["5", "1", "2"],
            "hours-start": "08:00",
            "hours-end": "20:00",
            "hours": "6 09:00-12:00\n",
            "outputs": ["aggregate", "chart"],
            f"row-column:{DATASET}:0": "行政区划",
            f"row-values:{DATASET}:0": "520302、520303",
            f"row-column:{DATASET}:1": "注册资本(万元)",
            f"row-start:{DATASET}:1": "100",
            "day_runs": "20",
            "run_bytes": "65536",
            "reviewers": "3",
        }
        answer = await operator.post(PLACE, data=typed)
        assert answer.status_code == 303, answer.text
        made = last(site.platform)
        assert answer.headers["location"].endswith(made.id)
        assert made.terms.hours == (
            Hours(days=(1, 2, 5), start="08:00", end="20:00"),
            Hours(days=(6,), start="09:00", end="12:00"),
        )
        assert made.terms.outputs == (OutputForm.AGGREGATE, OutputForm.CHART)
        assert made.terms.quotas == Quotas(day_runs=20, run_bytes=65536)
        assert made.terms.reviewers == 3
        rows = (
            RowRange(column="行政区划", values=("520302", "520303")),
            RowRange(column="注册资本(万元)", start="100"),
        )
        assert made.terms.narrowings == (Narrowing(item=made.items[0], rows=rows),)

    run(walk())


def test_every_wrong_value_is_told_beside_its_field_and_nothing_is_lost(site):
    async def walk():
        operator = await site.visitor(OPERATOR)
        _, fields = await form_of(operator)
        before = last(site.platform).id
        wrong = {
            "users": "nobody",
            "seats": "0",
            "term_to": "2031-13-01",
            "hours": "每天",
            "day_runs": "许多",
            "reviewers": "12",
            f"row-start:{DATASET}:0": "10",
        }
        answer = await operator.post(PLACE, data={**fields, **wrong})
        assert answer.status_code == 422
        page = answer.text
        assert "有 7 处要改" in page
        for name in ("users", "seats", "term_to", "hours", "day_runs", "reviewers"):
            assert told_beside(page, name), name
            assert wrong[name] in page
            described = re.search(rf'name="{name}"[^>]*aria-describedby="([^"]*)"', page)[1]
            assert f"f-{name}-wrong" in described
        assert "请选信息项" in told_beside(page, "rows-1")
        assert last(site.platform).id == before
        again = filled(page, PLACE)
        assert again["users"] == ["nobody"]
        assert again[f"row-start:{DATASET}:0"] == ["10"]

    run(walk())


def test_people_of_others_joins_of_others_and_unknown_forms_are_answered(site):
    async def walk():
        operator = await site.visitor(OPERATOR)
        _, fields = await form_of(operator)
        wrong = {"users": "song.keyi", "joins": "enterprise-registration+water-readings", "outputs": ["raw"]}
        answer = await operator.post(PLACE, data={**fields, **wrong})
        assert answer.status_code == 422
        assert "不是开发利用者的人员" in told_beside(answer.text, "users")
        assert "不在协议之内" in answer.text
        assert "请从列出的里面选" in told_beside(answer.text, "outputs")
        for text in ("1-5 20:00-08:00", "8 08:00-09:00", "<script>", "1-5 08:00-20:00" * 9):
            answer = await operator.post(PLACE, data={**fields, "hours": text})
            assert answer.status_code == 422, text
            assert "<script>" not in told_beside(answer.text, "hours")
        lost = await operator.get(f"{PLACE}?application=application-999999")
        assert "application-999999" in lost.text
        assert 'name="users"' not in lost.text

    run(walk())


def test_who_is_no_party_is_shown_nothing_of_the_application(site):
    async def walk():
        other = await site.visitor("song.keyi")
        answer = await other.get(f"{PLACE}?application={ASKED}")
        assert answer.status_code == 403
        assert "市场主体活力分析" not in answer.text

    run(walk())
