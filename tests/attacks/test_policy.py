"""Ways past the agreement: another form, a join, smaller groups, another hour, text or policy."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from sandbox.access import agreement as agreements
from sandbox.access.document import check_seals, text_named
from sandbox.access.policy import compiled, policy_of
from sandbox.access.terms import forms_of, hours_of, join_named, quotas_of, rows_of
from sandbox.egress.judge import judge
from sandbox.egress.options import Options
from sandbox.egress.permitted import Bounds, bounds_of
from sandbox.egress.report import Product
from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.boundary import Boundary, OutputForm
from sandbox.kernel.errors import ConflictError, InputError, RefusedError, StateError, TamperedError
from sandbox.kernel.findings import FindingKind, Verdict
from sandbox.kernel.lifecycle import step
from sandbox.kernel.seat_records import Seat
from sandbox.kernel.terms import Hours, Narrowing, Quotas, RowRange, Terms, join_of
from sandbox.seats import seat as seats
from sandbox.store.changes import Change
from tests.access.hall import COLUMNS, Hall, hall
from tests.access.signed import approved, drafted, in_force, seat_desk, signed
from tests.database import owned
from tests.egress.clinic import claim, csv_of, source, visits

EVENINGS = Terms(hours=(Hours(days=(1, 2, 3, 4, 5), start="18:00", end="22:00"),))
SQL = "SELECT 病种, count(*) AS n FROM visits GROUP BY 病种"


@pytest.fixture
def town(tmp_path: Path) -> Hall:
    return hall(tmp_path)


def codes(error: pytest.ExceptionInfo[RefusedError]) -> set[str]:
    return {one.code for one in error.value.decision.refusals}


def outcome(product: Product, bounds: Bounds) -> tuple[Verdict, set[FindingKind]]:
    (file,) = judge([product], [source()], Options(bounds=bounds)).judgement.files
    return file.verdict, {one.kind for one in file.findings}


def counted() -> bytes:
    import duckdb

    engine = duckdb.connect()
    engine.register("visits", visits())
    return csv_of(engine.execute(SQL).to_arrow_table())


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(out, "PNG")
    return out.getvalue()


# --- the gate ------------------------------------------------------------------------------


def test_a_claim_over_datasets_that_may_not_be_joined() -> None:
    bounds = Bounds(apart=(("firms", "visits"),))
    joined = "SELECT v.病种, count(*) AS n FROM visits v JOIN firms f ON v.证件号 = f.证件号 GROUP BY 1"
    verdict, kinds = outcome(Product("p.csv", counted(), claim=claim(joined)), bounds)
    assert verdict is Verdict.REFUSE
    assert FindingKind.NOT_AGREED in kinds
    (file,) = judge(
        [Product("p.csv", counted(), claim=claim(joined))], [source()], Options(bounds=bounds)
    ).judgement.files
    found = next(one for one in file.findings if one.kind is FindingKind.NOT_AGREED)
    assert "第十七条" in found.article
    assert "firms" not in str(found.message)
    for hidden in ('"FIRMS"', "firms", "FirmS"):
        other = f"SELECT 病种, count(*) AS n FROM visits, {hidden} GROUP BY 1"
        assert outcome(Product("p.csv", counted(), claim=claim(other)), bounds)[0] is Verdict.REFUSE


def test_a_claim_on_one_dataset_is_proven_although_others_may_not_be_joined() -> None:
    verdict, kinds = outcome(
        Product("p.csv", counted(), claim=claim(SQL)), Bounds(apart=(("firms", "visits"),))
    )
    assert (verdict, kinds) == (Verdict.RELEASE, set())


def test_columns_of_two_datasets_side_by_side() -> None:
    firms = replace(source(), name="firms", table=pa.table({"行业": ["农业"] * visits().num_rows}))
    table = "病种,行业,n\n感冒,农业,40\n".encode()
    bounds = Bounds(apart=(("firms", source().name),))
    (file,) = judge([Product("p.csv", table)], [source(), firms], Options(bounds=bounds)).judgement.files
    assert file.verdict is Verdict.REFUSE
    assert FindingKind.NOT_AGREED in {one.kind for one in file.findings}
    (file,) = judge([Product("p.csv", table)], [source(), firms], Options(bounds=Bounds())).judgement.files
    assert FindingKind.NOT_AGREED not in {one.kind for one in file.findings}


def test_a_form_that_was_not_agreed() -> None:
    tables = Bounds(outputs=(OutputForm.AGGREGATE,))
    charts = Bounds(outputs=(OutputForm.CHART,))
    assert outcome(Product("p.png", picture()), tables)[0] is Verdict.REFUSE
    assert FindingKind.NOT_AGREED not in outcome(Product("p.png", picture()), charts)[1]
    assert outcome(Product("p.csv", counted(), claim=claim(SQL)), charts)[0] is Verdict.REFUSE
    assert outcome(Product("p.csv", counted(), claim=claim(SQL)), tables)[0] is Verdict.RELEASE
    assert outcome(Product("p.txt", "一段文字".encode()), tables)[0] is Verdict.REFUSE


def test_groups_below_the_minimum_of_the_boundary(town: Hall) -> None:
    """The regime would let ten through; the provider asked for thirty, and thirty it is."""
    made = signed(
        town, "firms", boundary={"firms": Boundary(minimum_aggregation=30, outputs=(OutputForm.AGGREGATE,))},
        outputs=["aggregate"],
    )  # fmt: skip
    (part,) = policy_of(town.desk.directory, made).datasets
    assert part.thresholds.smallest == 30
    limits = replace(source().thresholds, smallest=300)
    narrow = replace(source(), thresholds=limits)
    (file,) = judge([Product("p.csv", counted(), claim=claim(SQL))], [narrow], Options()).judgement.files
    assert file.verdict is Verdict.REFUSE
    assert FindingKind.SMALL_GROUP in {one.kind for one in file.findings}


# --- seats ---------------------------------------------------------------------------------


def seat_of(town: Hall, made: ServiceAgreement, name: str = "one") -> Seat:
    return seats.provision(seat_desk(town), town.actors["zhang"], agreement=made.id, user="lin", name=name)


def test_a_seat_outside_its_hours(town: Hall) -> None:
    evening, always = signed(town, "firms", terms=EVENINGS), signed(town, "legal-persons")
    for made, name in ((evening, "evening"), (always, "always")):
        one = seat_of(town, made, name)
        with pytest.raises(RefusedError) as error:
            seats.open_seat(seat_desk(town), town.actors["lin"], one.id)
        assert ("within-hours" in codes(error)) is (made is evening)
    assert policy_of(town.desk.directory, evening).digest == town.store.find(Seat)[0].record.policy


def test_a_run_ends_when_the_hours_or_the_term_do(town: Hall) -> None:
    """What is asked at the start is asked all the while: the same rules stop what runs."""
    noon = Terms(hours=(Hours(days=(1,), start="11:00", end="13:00"),))
    made = signed(town, "firms", terms=noon)
    one, desk = seat_of(town, made), seat_desk(town)
    town.store.write(SYSTEM, Change(step("seat:open"), replace(one, state="open"), expected=1))

    def refused() -> set[str]:
        with pytest.raises(RefusedError) as error:
            seats.may_go_on(desk, town.actors["lin"], one.id)
        return codes(error)

    assert "within-hours" not in refused()
    town.pass_days(1)
    assert "within-hours" in refused()
    town.go_to(made.term_to + timedelta(days=1))
    assert "agreement-in-force" in refused()


def test_a_seat_after_the_term(town: Hall) -> None:
    made = signed(town, "firms")
    one = seat_of(town, made)
    town.go_to(made.term_to + timedelta(days=1))
    with pytest.raises(RefusedError) as error:
        seats.open_seat(seat_desk(town), town.actors["lin"], one.id)
    assert "agreement-in-force" in codes(error)
    with pytest.raises(RefusedError):
        seats.provision(seat_desk(town), town.actors["zhang"], agreement=made.id, user="lin", name="more")


def test_a_seat_for_somebody_whom_the_policy_does_not_name(town: Hall) -> None:
    made = signed(town, "firms")
    with pytest.raises(RefusedError) as error:
        seats.provision(seat_desk(town), town.actors["zhang"], agreement=made.id, user="xu", name="xu")
    assert "seat-user-listed" in codes(error)
    seat_of(town, made)
    with pytest.raises(RefusedError) as error:
        seat_of(town, made, "two")
    assert "seat-user-listed" in codes(error)


def test_quotas_narrow_the_platforms_bounds_and_never_widen_them(town: Hall) -> None:
    small, large = Quotas(day_bytes=1000, run_seconds=60), Quotas(day_bytes=1 << 40, run_seconds=1 << 30)
    tight = seat_of(town, signed(town, "firms", terms=Terms(quotas=small)), "tight")
    loose = seat_of(town, signed(town, "legal-persons", terms=Terms(quotas=large)), "loose")
    desk = seat_desk(town)
    bounds = seats.bounds_of(desk, tight)
    assert (bounds.day_bytes, bounds.seconds) == (1000, 60.0)
    assert seats.bounds_of(desk, loose) == desk.bounds


def test_a_snapshot_with_a_column_beyond_the_policy_is_not_mounted(town: Hall, tmp_path: Path) -> None:
    from sandbox.kernel.dataset_records import Snapshot

    made = signed(town, "firms")
    policy = policy_of(town.desk.directory, made)
    pool = seat_desk(town).pool
    with pool.stage("e/firms/a") as stage:
        pq.write_table(
            pa.table({one: ["x"] for one in (*COLUMNS[:2], "法定代表人")}), stage.path / "part-0.parquet"
        )
        committed = stage.commit({})
    record = Snapshot(
        state="published", organisation="o", environment="e", agreement=made.id, dataset=town.ids["firms"],
        order="", series="e/firms/a", version=1, manifest_digest=committed.digest, sidecar="", rows=1,
        smallest_class=1, interactive=True,
    )  # fmt: skip
    with pytest.raises(TamperedError, match="法定代表人"):
        seats._check_columns(record, committed, policy)


# --- the policy and the text ---------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda body: {**body, "text": body["text"].replace('"seats":1', '"seats":9')},
        lambda body: {**body, "digest": "0" * 64},
        lambda body: {**body, "text": "{}"},
        lambda body: {**body, "text": ""},
    ],
)
def test_a_policy_changed_behind_the_platform_is_refused(town: Hall, change: object) -> None:
    made = signed(town, "firms")
    forge(town, "access-policy", change)
    with pytest.raises(TamperedError):
        policy_of(town.desk.directory, made)
    with pytest.raises(TamperedError):
        seat_of(town, made)


def test_a_policy_of_another_agreement_is_none_of_ours(town: Hall) -> None:
    first, second = signed(town, "firms"), signed(town, "legal-persons")
    with pytest.raises(TamperedError):
        policy_of(town.desk.directory, replace(first, policy=second.policy))


def test_a_term_lengthened_in_the_agreement_alone_changes_nothing(town: Hall) -> None:
    """What is enforced is the policy, not the row that says how long."""
    made = signed(town, "firms")
    later = made.term_to + timedelta(days=900)
    forge(town, "service-agreement", lambda body: {**body, "term_to": later.isoformat()})
    forged = town.store.load(ServiceAgreement, made.id).record
    assert forged.term_to == later
    assert policy_of(town.desk.directory, forged).term_to == made.term_to


def test_a_text_changed_behind_the_platform_is_not_printed(town: Hall) -> None:
    made = signed(town, "firms")
    forge(
        town, "agreement-text", lambda body: {**body, "text": body["text"].replace("席位 1 个", "席位 9 个")}
    )
    with pytest.raises(TamperedError):
        text_named(town.desk.directory, made.id, made.document)


def test_a_seal_does_not_stand_under_another_text(town: Hall) -> None:
    town.desk = replace(town.desk, seals=seal_keys())
    made = signed(town, "firms")
    assert [one.algorithm for one in check_seals(made)] == ["Ed25519", "SM2"]
    with pytest.raises(TamperedError):
        check_seals(replace(made, document="0" * 64))
    with pytest.raises(TamperedError):
        check_seals(replace(made, seals=(replace(made.seals[0], algorithm="RSA"),)))


def seal_keys() -> tuple[object, ...]:
    from sandbox.vault.signer import Signer
    from sandbox.vault.signers import Sm2Signer

    return Signer(b"\1" * 32, name="zunyi"), Sm2Signer(b"\2" * 32, random=lambda bits: 7**80, name="zunyi")


def forge(town: Hall, kind: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Change the first row of a kind as the owner of the database can."""
    with owned(town.desk.directory.store.engine) as connection:
        found = connection.execute("SELECT id, body FROM record WHERE kind = ? ORDER BY id", (kind,))
        identifier, body = found.fetchone()
        made = json.dumps(change(json.loads(body)), ensure_ascii=False, sort_keys=True)
        connection.execute("UPDATE record SET body = ? WHERE id = ?", (made, identifier))


CHANGES = {
    "scenario": "营销",
    "users": ("account-000099",),
    "seats": 50,
    "items": (),
    "policy": "0" * 64,
    "document": "",
    "key_id": "another",
    "terms": EVENINGS,
    "seals": (),
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_signed_agreement_does_not_change(town: Hall, field: str) -> None:
    """Not even by a step that is allowed: suspending is no occasion to edit."""
    town.desk = replace(town.desk, seals=seal_keys())
    made = signed(town, "firms")
    stored = town.store.load(ServiceAgreement, made.id)
    for verb in ("suspend", "terminate", "expire"):
        row = step(f"service-agreement:{verb}")
        edited = replace(stored.record, state=row.target, **{field: CHANGES[field]})
        with pytest.raises(StateError, match=field):
            town.store.write(SYSTEM, Change(row, edited, expected=stored.version))
    assert town.store.load(ServiceAgreement, made.id).record == made


def test_what_the_developer_accepted_is_what_is_signed(town: Hall) -> None:
    made = drafted(town, approved(town, "firms"))
    accepted = agreements.accept(town.desk, town.actors["lin"], made.id)
    row = step("service-agreement:sign")
    for changed in ({"users": (town.ids["xu"],)}, {"policy": "0" * 64}, {"document": "0" * 64}):
        edited = replace(accepted, state="active", key_id="k", **changed)
        with pytest.raises(StateError):
            town.store.write(SYSTEM, Change(row, edited, expected=2))
    forge(town, "dataset", lambda body: {**body, "title": "另一个"})
    with pytest.raises(ConflictError, match="重新拟订"):
        agreements.sign(town.desk, town.actors["zhang"], made.id)


def test_a_join_that_a_provider_bans_cannot_be_agreed(town: Hall) -> None:
    pair = join_of(town.ids["firms"], town.ids["legal-persons"])
    items = approved(town, "firms", "legal-persons")
    policy = policy_of(town.desk.directory, in_force(town, drafted(town, items)))
    assert bounds_of(policy).apart == (("firms", "legal-persons"),)
    both = in_force(town, drafted(town, items, terms=Terms(joins=(pair,))))
    assert bounds_of(policy_of(town.desk.directory, both)).apart == ()
    with pytest.raises(InputError, match="不在协议之内"):
        drafted(town, items, terms=Terms(joins=(join_of(town.ids["firms"], town.ids["relief"]),)))


def test_tokens_of_datasets_that_may_not_be_joined_never_meet(town: Hall) -> None:
    items = approved(town, "firms", "legal-persons")
    one, other = town.ids["firms"], town.ids["legal-persons"]
    apart = compiled(town.desk.directory, drafted(town, items))
    both = compiled(town.desk.directory, drafted(town, items, terms=Terms(joins=(join_of(one, other),))))
    assert apart.group(one) != apart.group(other)
    assert both.group(one) == both.group(other) == tuple(sorted((one, other)))


def test_an_agreement_takes_less_than_was_approved_and_never_more(town: Hall) -> None:
    (item,) = approved(town, "firms")
    fewer = Terms(narrowings=(Narrowing(item=item.id, columns=COLUMNS[:1]),))
    more = Terms(narrowings=(Narrowing(item=item.id, columns=(COLUMNS[0], "法定代表人")),))
    for terms in (fewer, more):
        (part,) = compiled(town.desk.directory, drafted(town, (item,), terms=terms)).datasets
        assert part.columns == COLUMNS[:1]


def test_a_time_or_place_that_was_asked_for_becomes_a_range_of_rows(town: Hall) -> None:
    """What the application limits in words, landing has to hold in rows, or nothing is drafted."""
    request = {
        "dataset": "firms", "columns": [COLUMNS[0]], "justification": "近年", "period_from": "2021-01-01",
        "period_to": "2025-12-31",
    }  # fmt: skip
    (item,) = approved(town, "firms", requests=[request])
    with pytest.raises(InputError, match="行范围"):
        drafted(town, (item,))
    within = RowRange(column=COLUMNS[2], start="2021-01-01", end="2025-12-31")
    made = drafted(town, (item,), terms=Terms(narrowings=(Narrowing(item=item.id, rows=(within,)),)))
    assert policy_of(town.desk.directory, in_force(town, made)).datasets[0].rows == (within,)
    foreign = replace(within, column="没有的列")
    with pytest.raises(InputError, match="没有信息项"):
        drafted(town, (item,), terms=Terms(narrowings=(Narrowing(item=item.id, rows=(foreign,)),)))


def test_terms_as_people_write_them() -> None:
    assert str(hours_of("1-5 08:00-20:00")) == "1,2,3,4,5 08:00-20:00"
    assert rows_of("firms:成立日期=2021-01-01..") == (
        "firms",
        RowRange(column="成立日期", start="2021-01-01"),
    )
    assert rows_of("firms:行政区划=甲|乙")[1].values == ("甲", "乙")
    assert quotas_of(["day_runs=3"]).day_runs == 3
    bad = {
        hours_of: (
            "",
            "1-5",
            "0 08:00-09:00",
            "5-1 08:00-09:00",
            "1 09:00-08:00",
            "1 08:00-25:00",
            "1,1 08:00-09:00",
        ),
        rows_of: ("", "a", "a:b", "a:b=", "a:b=..", "a:=1", "a:b=|"),
        lambda text: quotas_of([text]): ("", "day_runs", "day_runs=-1", "day_runs=x", "other=1"),
        lambda text: forms_of([text]): ("", "poem"),
        lambda text: join_named(text, {"a": "1", "b": "2"}): ("a", "a+a", "a+c", "a+b+a"),
    }
    for read, texts in bad.items():
        for text in texts:
            with pytest.raises(InputError):
                read(text)
