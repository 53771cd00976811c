"""The reviewers' queue: overdue first, then the riskiest, then the soonest due; a risk is a sum of parts."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress import docket
from sandbox.egress.docket import Entry
from sandbox.kernel.findings import FileJudgement, Finding, FindingKind, Judgement, Verdict
from sandbox.kernel.message import say
from sandbox.kernel.review_records import Submission, SubmittedFile

BLANK = Submission(
    id="s", state="in-review", organisation="o", environment="e", agreement="g", seat="t", author="x",
    title="t", files=(), snapshots=(), judgement="j",
)  # fmt: skip
WORDS = say("有发现")
FINDINGS = st.lists(st.tuples(st.sampled_from(list(FindingKind)), st.sampled_from(list(Verdict))), max_size=5)


def entry(number: int, given_: tuple[int, int | None, str]) -> Entry:
    """Return a line of the queue."""
    from dataclasses import replace
    from datetime import UTC, datetime

    risk, left, part = given_
    one = replace(BLANK, id=f"submission-{number:06d}")
    return Entry(one, datetime(2026, 1, 1, tzinfo=UTC), risk, (), left, part, None, 0)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 200),
            st.one_of(st.none(), st.integers(-5, 12)),
            st.sampled_from(["vote", "revise", "third", "voted"]),
        ),
        max_size=8,
    )
)
@settings(deadline=None)
def test_the_order_is_what_is_still_to_do_then_overdue_then_risk_then_due(lines) -> None:
    queue = sorted((entry(number, one) for number, one in enumerate(lines)), key=docket._order)
    for first, then in pairwise(queue):
        done = (first.part == "voted", then.part == "voted")
        if done[0] != done[1]:
            assert done == (False, True)
            continue
        late = [one.days_left is not None and one.days_left < 0 for one in (first, then)]
        if late[0] != late[1]:
            assert late == [True, False]
            continue
        assert first.risk >= then.risk
        if first.risk == then.risk:
            left = [one.days_left if one.days_left is not None else 999 for one in (first, then)]
            assert left[0] <= left[1]


@given(
    st.lists(st.tuples(FINDINGS, st.sampled_from(list(Verdict))), min_size=1, max_size=3),
    FINDINGS,
    st.integers(0, 4),
)
@settings(deadline=None)
def test_the_risk_is_the_sum_of_its_parts_and_grows_with_what_is_found(files, across, before) -> None:
    from dataclasses import replace

    def made(findings) -> tuple[Finding, ...]:
        return tuple(Finding(kind, how, "G00", "第十九条", WORDS, WORDS) for kind, how in findings)

    told = Judgement(
        tuple(
            FileJudgement(f"{number}.csv", "d", verdict, made(findings))
            for number, (findings, verdict) in enumerate(files)
        ),
        made(across),
    )
    asked = replace(
        BLANK,
        files=tuple(
            SubmittedFile(name=f"{number}.csv", digest="d", size=1, verdict=verdict)
            for number, (_, verdict) in enumerate(files)
        ),
    )
    load, count = docket.judgements.load, docket._records_before
    docket.judgements.load, docket._records_before = (lambda _, __: told), (lambda _, __: before)
    try:
        risk, why = docket.weighed(None, asked)  # type: ignore[arg-type]
    finally:
        docket.judgements.load, docket._records_before = load, count
    kinds = {kind for findings, _ in files for kind, how in findings if how is Verdict.REVIEW}
    kinds |= {kind for kind, how in across if how is Verdict.REVIEW}
    expected = sum(docket.WEIGHTS.get(kind, docket.OTHER) for kind in kinds)
    expected += docket.REFUSED_BESIDE * any(how is Verdict.REFUSE for _, how in files)
    expected += docket.RECORDS_BEFORE * before + docket.MANY_FILES * (len(files) > 1)
    assert risk == expected == sum(one.weight for one in why)
    assert [one.weight for one in why] == sorted((one.weight for one in why), reverse=True)
    assert all(one.weight > 0 and one.count > 0 for one in why)
