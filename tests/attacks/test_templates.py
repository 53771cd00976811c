"""Ways to get a product out by a reviewed template that its signers never signed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from sandbox.demo.egress import RISKS
from sandbox.egress import court, instances, intake, looks, release, template_orders, templates
from sandbox.egress.bundle_check import verify_bundle
from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.errors import InputError, RefusedError, TamperedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.oversight_records import Incident
from sandbox.kernel.permits import may
from sandbox.kernel.review_records import Release, Submission
from sandbox.kernel.seat_records import Seat
from sandbox.kernel.template_records import Instance, Parameter, ParameterKind, Template, TemplateSignature
from sandbox.seats.seat import current_snapshots
from tests.journeys.forge import forge
from tests.journeys.homes import (
    COLLEAGUE,
    DEVELOPER,
    JUDGED,
    MARKET,
    OFFICER,
    OPERATOR,
    PROVIDER,
    SECURITY,
    STEWARD,
    Desk,
    Home,
    hand_in,
    keep,
    shown,
    told,
)

pytestmark = pytest.mark.usefixtures("forked_gate")

__all__ = ["told"]
NOW = datetime(2026, 12, 1, tzinfo=UTC)
long = partial(pytest.param, marks=pytest.mark.long)
SQL = (
    "SELECT 行政区划, count(DISTINCT 统一社会信用代码) AS 企业数 FROM source "
    "WHERE 行政区划 <> $exclude GROUP BY 行政区划 HAVING count(DISTINCT 统一社会信用代码) >= 10"
)


def wanted(desk: Desk, **fields: object) -> templates.Wanted:
    """Return what the developer asks for."""
    today = desk.platform.gate.directory.today()
    base: dict[str, object] = {
        "title": "各地区企业数",
        "sql": SQL,
        "subject": "统一社会信用代码",
        "parameters": (Parameter(name="exclude", kind=ParameterKind.TEXT, values=("无", "不详")),),
        "decimals": 2,
        "form": "csv",
        "number": 2,
        "term_from": today,
        "term_to": today + timedelta(days=30),
        "share": 100,
    }
    return templates.Wanted(**(base | fields))  # type: ignore[arg-type]


def proposed(desk: Desk, **fields: object) -> Template:
    """Return a template that waits for its signatures."""
    gate, developer = desk.platform.gate, desk.actor(DEVELOPER)
    made = templates.draft(gate, developer, MARKET, wanted(desk, **fields))
    templates.assess(gate, developer, made.id, RISKS)
    return templates.propose(gate, developer, made.id)


def in_force(desk: Desk, **fields: object) -> Template:
    """Return a template that both sides signed: the one that stands, where the usual one is asked for."""
    signed = () if fields else desk.platform.store.find(Template, state="in-force")
    standing = [one.record for one in signed if (one.record.sql, one.record.number) == (SQL, 2)]
    if standing and not standing[0].used:
        return standing[0]
    made = proposed(desk, **fields)
    for who in (SECURITY, PROVIDER):
        made = templates.sign(desk.platform.gate, desk.actor(who), made.id, digest=made.digest)
    assert made.state == "in-force"
    return made


@pytest.fixture(scope="module")
def standing(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the usual template stands, signed once for all tests here."""
    home = tmp_path_factory.mktemp("standing") / "home"
    keep(told / JUDGED, home)
    with Home(home).open() as desk:
        in_force(desk)
    return home


@pytest.fixture
def judged(standing: Path, tmp_path: Path) -> Home:
    """A copy of it."""
    keep(standing, tmp_path / "home")
    return Home(tmp_path / "home")


def ask(desk: Desk, template: Template, value: str = "无") -> Submission:
    """Ask for an instance as its developer."""
    return template_orders.ask(desk.platform.gate, desk.actor(DEVELOPER), template.id, {"exclude": value})


def seen(desk: Desk, sql: str) -> bytes:
    """Return the table that the statement gives in the developer's seat, among its canaries."""
    (seat,) = (one.record for one in desk.platform.store.find(Seat) if one.record.name == "demo")
    (snapshot,) = current_snapshots(desk.platform.directory, MARKET)
    with duckdb.connect() as engine:
        engine.register("source", shown(desk, seat.id, snapshot))
        written = pa.BufferOutputStream()
        csv.write_csv(engine.execute(sql).to_arrow_table(), written)
    return bytes(written.getvalue())


def from_seat(home: Home, desk: Desk, sql: str, data: bytes, *, request: str = "0request-9") -> Submission:
    """Hand a product with its claim in through the seat and let the gate judge it."""
    gate = desk.platform.gate
    (seat,) = (one for one in desk.platform.store.find(Seat) if one.record.name == "demo")
    claim = json.dumps({"sql": sql, "subject": "统一社会信用代码"}, ensure_ascii=False).encode()
    hand_in(home, desk, seat.id, {"p.csv": data, "p.csv.claim.json": claim}, request=request)
    taken = intake.collect(gate, seat.id, refused=desk.platform.note_refusal)
    assert len(taken.submissions) == 1, taken.declined
    return intake.judge(gate, taken.submissions[0].id)


def test_an_instance_leaves_at_once_and_the_receipt_names_who_signed(judged: Home) -> None:
    with judged.open() as desk:
        template = in_force(desk)
        left = ask(desk, template)
        assert (left.state, left.template) == ("released", template.id)
        (made,) = desk.platform.store.find(Release, linked=("template", template.id))
        body = release.verify_receipt(desk.platform.gate.frozen.get(made.record.receipt))
        assert body["template"]["digest"] == template.digest
        assert {one["capacity"] for one in body["template"]["signatures"]} == {"authority", "provider"}
        assert body["votes"] == []
        (look,) = looks.looks_of(desk.platform.gate, template.id)
        assert look.state == "due"


def test_what_left_by_a_template_is_handed_out_and_verified_anywhere(judged: Home, tmp_path: Path) -> None:
    with judged.open() as desk:
        template = in_force(desk)
        ask(desk, template)
        (made,) = desk.platform.store.find(Release, linked=("template", template.id))
        release.hand_out(desk.platform.gate, desk.actor(DEVELOPER), made.id, tmp_path / "out")
        key = desk.platform.signer.public
    verified = verify_bundle(tmp_path / "out", key=key, now=NOW)
    told = "\n".join(str(one.message) for one in verified.lines)
    assert verified, told
    assert told.count("签署了模板") == 2


@pytest.mark.parametrize("change", [
    {"signatures": []}, long({"digest": "0" * 64}), long({"one side": True}), {"another signer": True},
    long({"another moment": True}),
])  # fmt: skip
def test_a_bundle_without_the_signatures_of_its_template_does_not_hold(
    judged: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    """The platform itself cannot say that somebody signed who did not: each signature stands in the log."""
    told = instances._told

    def false(*args: object) -> dict[str, object]:
        body = told(*args)
        signed = [dict(one) for one in body["signatures"]]
        if "one side" in change:
            signed = [one for one in signed if one["capacity"] == "authority"]
        if "another signer" in change:
            signed[0]["account"] = "account-000001"
        if "another moment" in change:
            signed[0]["at"] = "2020-01-01T00:00:00+00:00"
        plain = {name: value for name, value in change.items() if name in body}
        return body | {"signatures": signed} | plain

    monkeypatch.setattr(instances, "_told", false)
    with judged.open() as desk:
        template = in_force(desk)
        ask(desk, template)
        (made,) = desk.platform.store.find(Release, linked=("template", template.id))
        release.hand_out(desk.platform.gate, desk.actor(DEVELOPER), made.id, tmp_path / "out")
        key = desk.platform.signer.public
    assert not verify_bundle(tmp_path / "out", key=key, now=NOW)


def test_the_number_is_kept_by_the_template_that_was_asked(judged: Home) -> None:
    """Another one of the same plan takes nothing off it: its signers allowed a number of their own."""
    with judged.open() as desk:
        other, template = in_force(desk), in_force(desk, number=1)
        assert (other.plan, other.id == template.id) == (template.plan, False)
        left = ask(desk, template)
        assert (left.state, left.template) == ("released", template.id)
        assert templates.found(desk.platform.gate, template.id).record.state == "used-up"
        with pytest.raises(RefusedError, match="used-up"):
            ask(desk, template)


@pytest.mark.parametrize("value", ["红花岗区", "", "无' OR '1'='1"])
def test_a_value_that_is_not_on_the_list_does_not_leave(judged: Home, value: str) -> None:
    with judged.open() as desk:
        template = in_force(desk)
        with pytest.raises(RefusedError, match="不在审定的范围内"):
            ask(desk, template, value)
        assert desk.platform.store.find(Release) == ()


def test_blanks_are_the_same_plan_and_a_changed_literal_is_another(judged: Home) -> None:
    with judged.open() as desk:
        template = in_force(desk)
        ask(desk, template)
        same = SQL.replace("$exclude", "'无'").replace(" FROM", "\n   from").replace("count(", "COUNT(")
        left = from_seat(judged, desk, same, seen(desk, same))
        assert (left.state, left.template) == ("released", template.id)


@pytest.mark.parametrize(
    "change",
    [
        (">= 10", ">= 11"),
        long(("'无'", "'红花岗区'")),
        long(("AS 企业数", "AS 家数")),
        long(("<>", ">")),
        ("count(DISTINCT 统一社会信用代码) AS", "count(*) AS"),
    ],
    ids=["literal", "value", "column", "operator", "measure"],
)
def test_any_other_sql_is_a_new_product(judged: Home, change: tuple[str, str]) -> None:
    with judged.open() as desk:
        ask(desk, in_force(desk))
        sql = SQL.replace("$exclude", "'无'").replace(*change)
        assert from_seat(judged, desk, sql, seen(desk, sql)).state != "released"


def test_bytes_of_the_developer_never_leave_by_it(judged: Home) -> None:
    """Fewer rows than the gate would write are the developer's choice, and so could carry a message."""
    with judged.open() as desk:
        gate, template = desk.platform.gate, in_force(desk)
        ask(desk, template)
        sql = SQL.replace("$exclude", "'无'")
        whole = seen(desk, sql).decode().splitlines(keepends=True)
        assert from_seat(judged, desk, sql, "".join(whole[:-1]).encode()).state != "released"
        assert templates.found(gate, template.id).record.used == 1


@pytest.mark.parametrize("who", [SECURITY, PROVIDER])
def test_revoked_by_any_signer_at_once(judged: Home, who: str) -> None:
    with judged.open() as desk:
        gate, template = desk.platform.gate, in_force(desk)
        with pytest.raises(RefusedError, match="理由"):
            templates.revoke(gate, desk.actor(who), template.id, reason=" ")
        assert templates.revoke(gate, desk.actor(who), template.id, reason="口径有误").state == "revoked"
        with pytest.raises(RefusedError):
            ask(desk, template)


def test_revoked_between_judgement_and_release(judged: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with judged.open() as desk:
        gate, template = desk.platform.gate, in_force(desk)
        real = instances._release

        def late(*args: object) -> Release:
            templates.revoke(gate, desk.actor(SECURITY), template.id, reason="发现问题")
            monkeypatch.setattr(instances, "_release", real)
            return real(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(instances, "_release", late)
        assert ask(desk, template).state == "in-review"
        assert desk.platform.store.find(Release) == ()


@pytest.mark.parametrize("come_so_far", [True, False])
def test_judged_by_another_process_at_the_same_time(
    judged: Home, monkeypatch: pytest.MonkeyPatch, come_so_far: bool
) -> None:
    """The worker takes up what waits: whoever asked gets what it wrote, and the product leaves once."""
    with judged.open() as desk:
        gate, template = desk.platform.gate, in_force(desk)
        real, leave = court.judge, instances.leave

        def beaten(*args: object) -> court.Judged:
            monkeypatch.setattr(court, "judge", real)
            waiting = desk.platform.store.find(Submission, state="frozen")
            with monkeypatch.context() as other:
                if not come_so_far:
                    other.setattr(instances, "leave", lambda *_: instances.Departure())
                intake.judge(gate, waiting[-1].record.id)
            return real(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(court, "judge", beaten)
        assert ask(desk, template).state == "released"
        assert instances.leave is leave
        assert len(desk.platform.store.find(Release)) == 1


@pytest.mark.parametrize("who", [DEVELOPER, COLLEAGUE, OPERATOR, STEWARD, "shen.zhiyuan"])
def test_who_may_not_sign(judged: Home, who: str) -> None:
    with judged.open() as desk:
        template = proposed(desk)
        with pytest.raises(RefusedError):
            templates.sign(desk.platform.gate, desk.actor(who), template.id, digest=template.digest)
        with pytest.raises(RefusedError):
            ask(desk, template)


def test_nobody_signs_twice_or_something_else(judged: Home) -> None:
    with judged.open() as desk:
        gate, template = desk.platform.gate, proposed(desk)
        with pytest.raises(RefusedError, match="摘要"):
            templates.sign(gate, desk.actor(SECURITY), template.id, digest="0" * 64)
        assert (
            templates.sign(gate, desk.actor(SECURITY), template.id, digest=template.digest).state == "signing"
        )
        with pytest.raises(RefusedError, match="一人一签"):
            templates.sign(gate, desk.actor(SECURITY), template.id, digest=template.digest)


def test_a_signature_invented_in_the_database_is_found(judged: Home) -> None:
    with judged.open() as desk:
        template = in_force(desk)
        (one, *_) = desk.platform.store.find(TemplateSignature)
        forge(judged.path, one.id, one.record.person, "0" * len(one.record.person))
        with pytest.raises((TamperedError, RefusedError)):
            ask(desk, template)
        assert desk.platform.store.find(Release) == ()


def test_terms_changed_in_the_database_do_not_hold(judged: Home) -> None:
    with judged.open() as desk:
        template = in_force(desk)
        forge(judged.path, template.id, '"number":2', '"number":9')
        with pytest.raises(RefusedError, match="摘要不符"):
            ask(desk, template)


def test_a_colleague_and_another_agreement_get_nothing(judged: Home) -> None:
    with judged.open() as desk:
        template = in_force(desk)
        for who in (COLLEAGUE, OFFICER):
            with pytest.raises((RefusedError, InputError)):
                template_orders.ask(desk.platform.gate, desk.actor(who), template.id, {"exclude": "无"})


def test_the_term_ends(judged: Home) -> None:
    with judged.open() as desk:
        template = in_force(desk)
        situation = templates.template_situation(desk.platform.gate, desk.actor(DEVELOPER), template)
        over = replace(situation, today=template.term_to + timedelta(days=1))
        codes = {one.code for one in may(SYSTEM, step("template:use"), over).refusals}
        assert "template-in-force" in codes


def test_a_bad_look_suspends(judged: Home) -> None:
    with judged.open() as desk:
        gate, template = desk.platform.gate, in_force(desk)
        ask(desk, template)
        (look,) = looks.looks_of(gate, template.id)
        with pytest.raises(RefusedError):
            looks.failed(gate, desk.actor(DEVELOPER), look.id, reason="好")
        looks.failed(gate, desk.actor(SECURITY), look.id, reason="口径与审定的不同")
        with pytest.raises(RefusedError):
            ask(desk, template)
        recalled = looks.recall_instances(gate, desk.actor(SECURITY), template.id, reason="抽查不合格")
        assert [one.state for one in recalled] == ["recalled"]


def test_a_bad_look_with_its_recalls_is_one_write(judged: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut short anywhere, all is recalled or nothing is: what was left over is recalled by asking again."""
    with judged.open() as desk:
        gate, template = desk.platform.gate, in_force(desk)
        for value in ("无", "不详"):
            ask(desk, template, value)
        look, *_ = looks.looks_of(gate, template.id)
        store, written = desk.platform.store, []
        real = type(store).write

        def once(self: object, actor: object, *changes: object, **more: object) -> object:
            written.append(len(changes))
            return real(self, actor, *changes, **more)

        monkeypatch.setattr(type(store), "write", once)
        made = looks.failed(gate, desk.actor(SECURITY), look.id, reason="口径不同", recall=True)
        assert (len(made.recalled), written) == (2, [3])  # used up: no longer to be suspended
        assert looks.recall_instances(gate, desk.actor(SECURITY), template.id, reason="口径不同") == ()
        assert {one.state for one in looks.releases_of(gate, template.id)} == {"recalled"}


def test_without_the_five_risks_nothing_is_signed(judged: Home) -> None:
    with judged.open() as desk:
        gate, developer = desk.platform.gate, desk.actor(DEVELOPER)
        made = templates.draft(gate, developer, MARKET, wanted(desk))
        with pytest.raises(RefusedError, match="风险评估"):
            templates.propose(gate, developer, made.id)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT 行政区划, count(*) AS n FROM source GROUP BY 行政区划 ORDER BY n LIMIT 3", "LIMIT"),
        ("SELECT * FROM source", "声明无法"),
        ("SELECT $x AS a, count(*) AS n FROM source GROUP BY 1", "参数"),
    ],
)
def test_what_is_no_template(judged: Home, sql: str, words: str) -> None:
    with judged.open() as desk:
        named = (Parameter(name="x", kind=ParameterKind.TEXT, values=("a",)),) if "$x" in sql else ()
        with pytest.raises(InputError, match=words):
            templates.draft(
                desk.platform.gate, desk.actor(DEVELOPER), MARKET, wanted(desk, sql=sql, parameters=named)
            )


def test_a_withdrawn_dataset_and_an_incident_stop_it(judged: Home) -> None:
    with judged.open() as desk:
        template = in_force(desk)
        gate, store = desk.platform.gate, desk.platform.store
        situation = template_orders._situation(gate, desk.actor(DEVELOPER), template, ())
        snapshots = tuple(
            store.load(Snapshot, one.id).record for one in current_snapshots(gate.directory, MARKET)
        )
        instance = Instance(
            plan=template.plan,
            values=(("exclude", "无"),),
            recipient=template.recipient,
            agreement=template.agreement,
            policy=template.policy,
            proven=True,
            written=True,
        )
        good = replace(situation, own=None, record=template, instance=instance, snapshots=snapshots)
        assert may(SYSTEM, step("template:use"), good)
        (data,) = good.inputs
        incident = Incident(
            id="incident-000009",
            state="open",
            organisation="o",
            target=data.id,
            title="t",
            reason="r",
            known_at=None,  # type: ignore[arg-type]
            report_due=None,  # type: ignore[arg-type]
            opened_by="x",
        )
        bad = {
            "inputs-stand": {"inputs": (replace(data, state="withdrawn"),)},
            "no-incident": {"incidents": (incident,)},
            "seat-stands": {"seat": replace(good.seat, state="suspended")},
            "signed-lawfully": {"signatures": good.signatures[:1]},
            "assessed": {"assessment": None},
            "agreement-in-force": {"agreement": replace(good.agreement, state="suspended")},
            "instance-fits": {"instance": replace(instance, policy="0" * 64)},
        }
        for rule, fields in bad.items():
            decision = may(SYSTEM, step("template:use"), replace(good, **fields))  # type: ignore[arg-type]
            assert rule in {one.code for one in decision.refusals}, rule
        for fields in ({"recipient": "other"}, {"written": False}, {"proven": False}, {"plan": "0"}):
            changed = replace(good, instance=replace(instance, **fields))
            assert not may(SYSTEM, step("template:use"), changed)
        replaced = replace(good, inputs=(), snapshots=())
        assert not may(SYSTEM, step("template:use"), replaced)


def _rare(table: pa.Table) -> tuple[str, str]:
    """Return a column of few values and a value of it that fewer than ten rows have."""
    for name in table.column_names:
        counts = Counter(value for value in table[name].to_pylist() if isinstance(value, str) and value)
        few = [value for value, count in counts.items() if count < 10 and len(value) < 40]
        if few and len(counts) < table.num_rows / 4:
            return name, few[0]
    pytest.skip("no value is rare in this data")


def test_two_instances_that_differ_by_a_few_do_not_both_leave(judged: Home) -> None:
    """All firms but those of one place, then but those of another: what lies between is a few firms."""
    sql = 'SELECT count(DISTINCT 统一社会信用代码) AS 企业数 FROM source WHERE "{column}" <> $place'
    with judged.open() as desk:
        gate, developer = desk.platform.gate, desk.actor(DEVELOPER)
        (one,) = current_snapshots(gate.directory, MARKET)
        table = pq.read_table(gate.pool.version(one.series, one.version).parquet_files[0])
        column, rare = _rare(table)
        listed = Parameter(name="place", kind=ParameterKind.TEXT, values=("无", rare))
        template = in_force(desk, sql=sql.replace("{column}", column), parameters=(listed,), number=9)
        states = [
            template_orders.ask(gate, developer, template.id, {"place": place}).state
            for place in ("无", rare)
        ]
        assert states[1] != "released", states
