"""Products that meet in the ledger only when they leave: held for people, each judged before either vote."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import replace

import duckdb
import pytest

from sandbox.demo.egress import RISKS
from sandbox.egress import (
    assessment,
    audience,
    court,
    intake,
    judgements,
    ledger,
    mending,
    nightly,
    release,
    review,
)
from sandbox.egress.fixing import TOTAL
from sandbox.egress.judgements import gate_key
from sandbox.egress.receipt import receipt_body
from sandbox.egress.telling import author_view
from sandbox.egress.wire import pack
from sandbox.keeping import audit
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import InputError, RefusedError, TamperedError
from sandbox.kernel.findings import Verdict
from sandbox.kernel.review_records import FileVote, Release, Submission
from sandbox.kernel.seat_records import Seat
from sandbox.seats import seat as seats
from sandbox.store.verify import verify
from sandbox.vault.sealed import create_sealed
from tests.egress.test_intake import the_seat
from tests.journeys.homes import (
    CODE,
    CREDIT,
    DEVELOPER,
    OFFICER,
    OPERATOR,
    OTHER_DEVELOPER,
    PROVIDER,
    SECURITY,
    Desk,
    Home,
    hand_in,
    judged,
    shown,
    told,
)

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["judged", "told"]
ID, KIND, SIZE = "统一社会信用代码", "企业类型", "注册资本(万元)"
FIRMS = f'SELECT "{KIND}", count(DISTINCT "{ID}") AS "企业数" FROM "{CODE}"'
WHOLE = f"{FIRMS} GROUP BY 1"
LESS = f'{FIRMS} WHERE "{SIZE}" <> \'10万元以下\' OR "{SIZE}" IS NULL GROUP BY 1'
LARGE = f'SELECT "{KIND}", count(DISTINCT "{ID}") AS "企业数" FROM "{CODE}" WHERE "{SIZE}" = \'100-1000万元\' GROUP BY 1 HAVING count(DISTINCT "{ID}") >= 20'  # noqa: E501


def ran(desk: Desk, sql: str, seat: Seat | None = None) -> list[dict[str, object]]:
    """Return the rows of a statement over what the seat was shown, its canaries among them."""
    seat = seat or the_seat(desk)
    snapshot = desk.platform.store.load(Snapshot, seat.mounted[0]).record
    engine = duckdb.connect()
    engine.register(CODE, shown(desk, seat.id, snapshot))
    return engine.execute(sql).to_arrow_table().to_pylist()


def chart(desk: Desk, sql: str) -> bytes:
    """Return a chart with a title of the author's: proven, and read by people."""
    document = {"chart": "bar", "x": KIND, "y": ["企业数"], "title": "分类", "rows": ran(desk, sql)}
    return json.dumps(document, ensure_ascii=False).encode()


def table(desk: Desk, sql: str, seat: Seat | None = None) -> bytes:
    """Return the table of a statement as CSV."""
    rows, out = ran(desk, sql, seat), io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def brought(home: Home, desk: Desk, files: dict[str, bytes], *, request: str) -> Submission:
    """Hand files in and bring them before the gate, their risks assessed."""
    hand_in(home, desk, the_seat(desk).id, files, request=request)
    (made,) = intake.collect(desk.platform.gate, the_seat(desk).id, refused=lambda _: None).submissions
    made = intake.judge(desk.platform.gate, made.id)
    assessment.file(desk.platform.gate, desk.actor(DEVELOPER), made.id, RISKS)
    return desk.platform.store.load(Submission, made.id).record


def drawn(home: Home, desk: Desk, sql: str, *, request: str) -> Submission:
    """Hand in a chart with its claim."""
    claim = json.dumps({"sql": sql, "subject": ID}, ensure_ascii=False).encode()
    return brought(home, desk, {"c.json": chart(desk, sql), "c.json.claim.json": claim}, request=request)


def approve(desk: Desk, made: Submission) -> Submission:
    """Let both sides vote for everything."""
    votes = tuple(FileVote(digest=one.rewritten, approve=True) for one in made.files if one.rewritten)
    for who in (SECURITY, PROVIDER):
        made = review.cast(desk.platform.gate, desk.actor(who), made.id, votes)
    return made


def withdraw_first(desk: Desk) -> None:
    """Take the story's own product out of the way."""
    intake.withdraw(desk.platform.gate, desk.actor(DEVELOPER), desk.submission("in-review").id)


def test_two_that_people_approved_meet_when_the_second_would_leave(judged: Home) -> None:
    with judged.open() as desk:
        gate, store = desk.platform.gate, desk.platform.store
        withdraw_first(desk)
        one = drawn(judged, desk, WHOLE, request="0request-1")
        two = drawn(judged, desk, LESS, request="0request-2")
        assert [each.files[0].verdict for each in (one, two)] == [Verdict.REVIEW, Verdict.REVIEW]
        assert approve(desk, one).state == "approved"
        left = release.release(gate, desk.actor(OFFICER), one.id)
        assert approve(desk, two).state == "approved"
        with pytest.raises(RefusedError) as caught:
            release.release(gate, desk.actor(OFFICER), two.id)
        assert [each.code for each in caught.value.decision.refusals] == ["ledger"]
        after = store.load(Submission, two.id).record
        assert (after.state, after.round, after.files[0].approved) == ("in-review", 2, None)
        assert len(store.find(Release)) == 1
        assert court._handed_in(gate, after) == 4  # the story's two, the first, its own first round
        (found,) = judgements.load(gate, after.judgement).set_findings
        assert str(found.evidence).startswith(f"与放行 {left.id} 相减得到")
        seen = audience.shown(gate, desk.actor(SECURITY), two.id)
        assert left.id in str(seen["set_findings"])
        assert left.id not in str(author_view(gate, after))  # rule and remedy, no count and no other
        assert verify(store, key=desk.platform.public_key, witness=desk.platform.witnesses[0])


def test_what_people_hold_is_shown_to_those_who_judge_the_next(judged: Home) -> None:
    with judged.open() as desk:
        withdraw_first(desk)
        one = drawn(judged, desk, WHOLE, request="0request-1")
        two = drawn(judged, desk, LESS, request="0request-2")
        found = judgements.load(desk.platform.gate, two.judgement).set_findings
        assert {(each.rule, each.verdict) for each in found} == {("G31", Verdict.REVIEW)}
        assert any(one.id in str(each.evidence) for each in found)


def test_what_changes_nothing_leaves_and_is_not_judged_again(judged: Home, monkeypatch) -> None:
    with judged.open() as desk:
        gate = desk.platform.gate
        withdraw_first(desk)
        one = drawn(judged, desk, WHOLE, request="0request-1")
        approve(desk, one)
        monkeypatch.setattr(court, "judge", lambda *_, **__: pytest.fail("judged again"))
        assert release.release(gate, desk.actor(OFFICER), one.id).state == "issued"


def test_an_earlier_claim_that_nobody_can_read_any_more_is_told_and_nothing_leaves_by_itself(
    judged: Home,
) -> None:
    with judged.open() as desk:
        gate, store = desk.platform.gate, desk.platform.store
        withdraw_first(desk)
        files = {"p.csv": table(desk, WHOLE), "p.csv.claim.json": b"{}"}
        one = approve(desk, brought(judged, desk, files, request="0request-1"))
        left = release.release(gate, desk.actor(OFFICER), one.id)
        claim = json.dumps({"sql": WHOLE, "subject": ID}, ensure_ascii=False).encode()
        files = {"q.csv": table(desk, WHOLE), "q.csv.claim.json": claim}
        two = brought(judged, desk, files, request="0request-2")
        judgement = judgements.load(gate, store.load(Submission, two.id).record.judgement)
        assert two.files[0].verdict is Verdict.REVIEW
        (found,) = [each for each in judgement.set_findings if each.rule == "G34"]
        assert str(found.evidence) == f"此前放行的 {left.id} 的声明已无法读取"
        assert judgement.untied == (f"{left.id} p.csv",)
        assert audience.shown(gate, desk.actor(SECURITY), two.id)["untied"] == [f"{left.id} p.csv"]
        assert left.id not in str(author_view(gate, two))
        assert receipt_body(gate, two, (), ())["untied_earlier"] == [f"{left.id} p.csv"]
        other = replace(two, organisation="organisation-000002")  # another body learns of its own alone
        assert receipt_body(gate, other, (), ())["untied_earlier"] == []


def test_a_kept_table_that_is_gone_or_another_stops_the_gate_and_the_audit_tells(judged: Home) -> None:
    with judged.open() as desk:
        gate, one = desk.platform.gate, desk.submission("in-review")
        (path,) = gate.judgements.with_name("ledger").iterdir()
        assert audit(judged.path)
        kept = path.read_bytes()
        path.unlink()
        with pytest.raises(TamperedError, match="缺少"):
            ledger.before(gate, desk.submission("refused"), trial=False)
        with create_sealed(path, gate_key(gate), name=path.name) as sealed:
            sealed.write(pack({"table": "x", "snapshot": one.snapshots[0]}, [b""]))
        with pytest.raises(TamperedError, match="不符"):
            ledger.before(gate, desk.submission("refused"), trial=False)
        found = audit(judged.path)
        assert not found
        assert [(each.code, each.where) for each in found.problems] == [("ledger", one.id)]
        assert [name for name, _ in nightly.run(gate).faults] == [one.id]
        path.write_bytes(kept)
        assert audit(judged.path)


def second_seat(desk: Desk) -> Seat:
    """Return the seat of another firm, worked in under its own agreement on the same data."""
    place, user = desk.platform.seats, desk.actor(OTHER_DEVELOPER)
    made = seats.provision(place, desk.actor(OPERATOR), agreement=CREDIT, user=OTHER_DEVELOPER, name="credit")
    seats.open_seat(place, user, made.id)
    assert seats.run(place, user, made.id, ["true"], seconds=60).status == 0
    return desk.platform.store.load(Seat, made.id).record


def by_another_body(home: Home, desk: Desk, sql: str) -> Submission:
    """Return the table of a statement with its claim as another firm hands it in, judged."""
    seat, claim = second_seat(desk), json.dumps({"sql": sql, "subject": ID}, ensure_ascii=False).encode()
    files = {"p.csv": table(desk, sql, seat), "p.csv.claim.json": claim}
    hand_in(home, desk, seat.id, files, request="0request-1")
    (made,) = intake.collect(desk.platform.gate, seat.id, refused=lambda _: None).submissions
    return intake.judge(desk.platform.gate, made.id)


def test_products_of_two_bodies_meet_and_neither_author_learns_of_the_other(judged: Home) -> None:
    with judged.open() as desk:
        gate, first = desk.platform.gate, desk.submission("in-review")
        made = by_another_body(judged, desk, LESS)
        assert (made.agreement, made.organisation) == (CREDIT, desk.actor(OTHER_DEVELOPER).organisation)
        assert made.organisation != first.organisation
        assert set(made.snapshots).isdisjoint(first.snapshots)  # under its own key: no token of the other's
        assert made.state == "refused"
        found = judgements.load(gate, made.judgement).set_findings
        assert any(one.rule == "G31" and first.id in str(one.evidence) for one in found)
        told = json.dumps(author_view(gate, made), ensure_ascii=False, default=str)
        assert "G31" in told
        hidden = (first.id, first.organisation, first.agreement, "相减得到")
        assert not [word for word in hidden if word in told]
        seen = str(audience.shown(gate, desk.actor(PROVIDER), made.id)["set_findings"])
        assert first.id in seen


def test_another_body_that_asks_for_the_same_table_is_proven_and_learns_nothing(judged: Home) -> None:
    with judged.open() as desk:
        first = desk.submission("in-review")
        made = by_another_body(judged, desk, WHOLE)
        assert (made.state, made.files[0].verdict) == ("in-review", Verdict.RELEASE)
        assert first.id not in str(author_view(desk.platform.gate, made))


def test_a_table_that_an_earlier_one_undoes_once_mended_is_not_offered(judged: Home) -> None:
    """Without its smallest group it would be clean alone; the released table less the rest gives a few."""
    with judged.open() as desk:
        gate = desk.platform.gate
        withdraw_first(desk)
        by_size = f'SELECT "{KIND}" AS k, "{SIZE}" AS s, count(*) AS n FROM "{CODE}" GROUP BY 1, 2'
        seen = ran(desk, by_size)
        rare = min((one for one in seen if one["s"] and one["n"] > 2), key=lambda one: one["n"])
        thin = f"{LESS[: LESS.index(' GROUP')]}".replace("WHERE ", "WHERE (") + (
            f""") AND ("{KIND}" <> '{rare["k"]}' OR "{SIZE}" = '{rare["s"]}') GROUP BY 1"""
        )
        claim = json.dumps({"sql": thin, "subject": ID}, ensure_ascii=False).encode()
        files = {"p.csv": table(desk, thin), "p.csv.claim.json": claim}
        hand_in(judged, desk, the_seat(desk).id, files, request="0request-1")
        (alone,) = intake.collect(gate, the_seat(desk).id, refused=lambda _: None).submissions
        alone = intake.judge(gate, alone.id)
        assert [one.name for one in mending.mendable(gate, alone)] == ["p.csv"]
        one = approve(desk, drawn(judged, desk, WHOLE, request="0request-2"))
        left = release.release(gate, desk.actor(OFFICER), one.id)
        with pytest.raises(InputError, match="此前") as caught:
            mending.mend(gate, desk.actor(DEVELOPER), alone.id)
        assert left.id not in str(caught.value.message)  # the author learns of no other
        after = desk.platform.store.load(Submission, alone.id).record
        assert (after.state, after.round) == ("refused", 1)


def rounded_pairs(desk: Desk, base: int = 10) -> tuple[str, bytes]:
    """Return a claim of counts by kind and size, and its table with margins as a seat rounds it: up."""
    sql = f'SELECT "{KIND}", "{SIZE}", count(*) AS "n" FROM "{CODE}" GROUP BY 1, 2'
    counts: Counter[tuple[str, str]] = Counter()
    for row in ran(desk, sql):
        kind, size = (str(row[name] or "") for name in (KIND, SIZE))
        for place in ((kind, size), (kind, TOTAL), (TOTAL, size), (TOTAL, TOTAL)):
            counts[place] += int(str(row["n"]))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((KIND, SIZE, "n"))
    writer.writerows((*place, -(-count // base) * base) for place, count in counts.items())
    return sql, out.getvalue().encode()


def test_a_rounded_table_of_a_seat_is_drawn_by_the_gate_and_meets_what_was_rounded_before(
    judged: Home,
) -> None:
    with judged.open() as desk:
        gate = desk.platform.gate
        withdraw_first(desk)
        sql, data = rounded_pairs(desk)
        claim = json.dumps({"sql": sql, "subject": ID, "rounded": 10}, ensure_ascii=False).encode()
        files = {"r.csv": data, "r.csv.claim.json": claim}
        one = brought(judged, desk, files, request="0request-1")
        told = judgements.load(gate, one.judgement)
        assert [found.rule for found in told.files[0].findings] == ["G53"], told.files[0].findings
        assert (one.state, one.files[0].verdict) == ("in-review", Verdict.REVIEW)
        assert one.files[0].ledger  # kept, with how closely each count is told
        left = release.release(gate, desk.actor(OFFICER), approve(desk, one).id)
        leaving = gate.frozen.get(left.files[0].released)
        assert leaving != data  # the gate's own drawing, over what is no canary
        figures = [
            int(row[2]) for row in csv.reader(io.StringIO(leaving.decode("utf-8-sig"))) if row[2] != "n"
        ]
        assert all(figure % 10 == 0 for figure in figures)
        two = brought(judged, desk, files, request="0request-2")  # the same again is drawn the same way
        assert not judgements.load(gate, two.judgement).set_findings
        assert judgements.load(gate, two.judgement).untied == ()


def test_a_rounded_table_of_another_version_is_named_to_reviewers(judged: Home) -> None:
    """Another body's rows are another version: how closely a count is known beside it is not worked out."""
    with judged.open() as desk:
        gate = desk.platform.gate
        withdraw_first(desk)
        sql, data = rounded_pairs(desk)
        claim = json.dumps({"sql": sql, "subject": ID, "rounded": 10}, ensure_ascii=False).encode()
        one = brought(judged, desk, {"r.csv": data, "r.csv.claim.json": claim}, request="0request-1")
        left = release.release(gate, desk.actor(OFFICER), approve(desk, one).id)
        made = by_another_body(judged, desk, WHOLE)
        assert judgements.load(gate, made.judgement).untied == (f"{left.id} r.csv",)
        assert left.id not in str(author_view(gate, made))


def test_what_people_let_leave_without_a_claim_meets_what_comes_later(judged: Home) -> None:
    with judged.open() as desk:
        gate = desk.platform.gate
        withdraw_first(desk)
        one = brought(judged, desk, {"p.csv": table(desk, WHOLE)}, request="0request-1")
        assert (one.files[0].verdict, bool(one.files[0].claim)) == (Verdict.REVIEW, False)
        assert one.files[0].ledger  # tied by its figures, the seat's canaries among them
        left = release.release(gate, desk.actor(OFFICER), approve(desk, one).id)
        made = by_another_body(judged, desk, LESS)
        assert made.state == "refused"
        found = judgements.load(gate, made.judgement)
        assert any(each.rule == "G31" and left.id in str(each.evidence) for each in found.set_findings)
        assert found.untied == ()
