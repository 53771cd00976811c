"""Planted samples: made-up leaks in the reviewers' queue, that show what they would let through.

A sample looks like any submission of a seat to those who vote. Its bytes lie sealed beside the gate and
never among the frozen files, its votes approve nothing, and a rule refuses its release: it cannot leave
by any path. Every value is invented. The author whose seat it borrows sees nothing of it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

import numpy as np

from sandbox.access.policy import policy_of
from sandbox.egress import judgements, service
from sandbox.egress.checks import PER_FILE, VERSION, check
from sandbox.egress.desk import GateDesk
from sandbox.egress.judgements import gate_key
from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.errors import InputError, NotFoundError, TamperedError
from sandbox.kernel.findings import FileJudgement, Judgement, Outcome, Receipt, Verdict
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.review_records import Submission, SubmittedFile
from sandbox.kernel.seat_records import Seat
from sandbox.municipality.numbers import draw_mobiles, draw_resident_ids
from sandbox.people.directory import with_record
from sandbox.store.canonical import Json
from sandbox.store.changes import Change, Link
from sandbox.store.facts import Header
from sandbox.vault.sealed import create_sealed, open_sealed

_BOM = "\ufeff".encode()
"""What a spreadsheet writes first and the gate leaves out: as handed in and as rewritten, digests differ."""
_PLACES = ("红花岗区", "汇川区", "播州区", "桐梓县", "绥阳县", "湄潭县", "仁怀市", "赤水市")
_SURNAMES, _GIVEN = "赵钱孙李周吴郑王冯陈", "伟芳娜敏静丽强磊军洋"


@dataclass(frozen=True, slots=True)
class Made:
    """One sample's file: its name, its title in the queue, its bytes."""

    title: str
    name: str
    data: bytes


def _small_group(rng: np.random.Generator) -> Made:
    counts = rng.integers(40, 900, len(_PLACES))
    counts[rng.integers(len(_PLACES))] = rng.integers(1, 4)
    rows = zip(_PLACES, counts, (counts * rng.uniform(20, 60, len(counts))).round(), strict=True)
    return Made("各县区企业数与营收", "县区汇总.csv", _csv("地区,企业数,营业收入万元", rows))


def _dominance(rng: np.random.Generator) -> Made:
    rows = []
    for place in _PLACES:
        total = round(float(rng.uniform(2e4, 9e4)), 1)
        rows.append(
            (place, int(rng.integers(20, 200)), total, round(total * float(rng.uniform(0.9, 0.97)), 1))
        )
    return Made("各县区规上企业营收", "规上企业.csv", _csv("地区,企业数,营业收入万元,其中最大一家", rows))


def _identifier(rng: np.random.Generator) -> Made:
    number = draw_resident_ids(rng, regions=["520302"], births=[date(1979, 4, 2)], male=np.array([True]))[0]
    phone = draw_mobiles(rng, 1)[0]
    who = "".join(rng.choice(list(part)) for part in (_SURNAMES, _GIVEN, _GIVEN))
    told = f"其中{who}（{number[:6]}…{number[-4:]}，电话 {phone}）反映缴费困难。"
    return Made("走访情况说明", "说明.txt", f"走访情况说明\n本季度共走访 46 户。{told}\n".encode())


def _rows(rng: np.random.Generator) -> Made:
    rows = [
        (
            _PLACES[rng.integers(len(_PLACES))],
            int(rng.integers(1949, 2005)),
            "男女"[rng.integers(2)],
            int(rng.integers(800, 90000)),
        )
        for _ in range(24)
    ]
    return Made("结算金额分布抽样", "分布.csv", _csv("地区,出生年,性别,结算金额", rows))


KINDS: dict[str, Callable[[np.random.Generator], Made]] = {
    "small-group": _small_group,
    "dominance": _dominance,
    "identifier": _identifier,
    "row-level": _rows,
}
"""What a sample hides, by the kind of finding that a reviewer should have had."""


def _csv(head: str, rows: object) -> bytes:
    out = io.StringIO()
    out.write(head + "\n")
    for row in rows:  # type: ignore[attr-defined]
        out.write(",".join(str(cell) for cell in row) + "\n")
    return out.getvalue().encode()


def plant(desk: GateDesk, actor: Actor, seat_name: str, kind: str) -> Submission:
    """Return a sample in the queue, that looks as if it came out of the seat.

    Raises `InputError` for a kind that is not there or a seat that never ran.
    """
    if kind not in KINDS:
        raise InputError(say("没有名为 {kind} 的样品；可选：{kinds}", kind=kind, kinds="、".join(KINDS)))
    seat = _seat(desk, seat_name)
    rng = np.random.default_rng(int.from_bytes(desk.directory.entropy(8), "big"))
    made = KINDS[kind](rng)
    _keep(desk, made.data)
    file = SubmittedFile(name=made.name, digest=sha256(_BOM + made.data).hexdigest(), size=len(made.data) + 3)
    agreement = desk.directory.store.load(ServiceAgreement, seat.agreement).record
    submission = Submission(
        state="frozen",
        organisation=seat.organisation,
        environment=seat.environment,
        agreement=seat.agreement,
        seat=seat.id,
        author=seat.user,
        title=made.title,
        files=(file,),
        snapshots=seat.mounted,
        request=f"0{desk.directory.entropy(8).hex()}",
        policy=policy_of(desk.directory, agreement).digest,
        assessed=True,
        sample=kind,
    )
    require(actor, step("submission:plant"), with_record(desk.directory.situation(actor), record=submission))
    # Not with the seat: what is counted of that is the author's, who is to meet no sample.
    links = (Link("agreement", agreement.id), *(Link("snapshot", one) for one in seat.mounted))
    note: dict[str, Json] = {"purpose": made.title, "rewritten": sha256(made.data).hexdigest()}
    change = Change(step("submission:plant"), submission, links=links, note=note)
    kept: Submission = desk.directory.store.write(actor, change)[0].record
    return admit(desk, kept.id)


def admit(desk: GateDesk, submission_id: str) -> Submission:
    """Return the sample before the reviewers, by the very step and with the very notices of any submission.

    A sample whose planting was cut short is taken up here by `intake.judge`.
    """
    store = desk.directory.store
    stored = store.load(Submission, submission_id)
    (planted,) = store.facts(record=stored.id, verb="submission:plant")
    payload = store.payload(planted.seq) or {}
    told = payload.get("note")
    rewritten = str(told.get("rewritten", "")) if isinstance(told, dict) else ""
    judgement = judgements.keep(desk, _judgement(stored.record.files[0], rewritten))
    files = tuple(replace(one, verdict=Verdict.REVIEW, rewritten=rewritten) for one in stored.record.files)
    clock = service.started(desk, stored.record)
    changed = replace(stored.record, state="in-review", files=files, judgement=judgement, clock=clock)
    situation = with_record(desk.directory.situation(SYSTEM), record=stored.record)
    require(SYSTEM, step("submission:judge"), situation)
    verdicts: dict[str, Json] = {one.name: str(one.verdict) for one in files}
    note: dict[str, Json] = {"judgement": judgement, "verdicts": verdicts, "policy": changed.policy}
    change = Change(step("submission:judge"), changed, expected=stored.version, note=note)
    kept: Submission = store.write(SYSTEM, change)[0].record
    return kept


def as_handed_in(fact: Header, submission: Submission) -> Header:
    """Return the fact of a planting as if the author had handed it in a little before the gate judged it."""
    if fact.verb != "submission:plant":
        return fact
    seconds = 7 + int(submission.files[0].digest[:4], 16) % 45
    at = (datetime.fromisoformat(fact.at) - timedelta(seconds=seconds)).isoformat()
    return replace(
        fact,
        verb="submission:submit",
        at=at,
        actor=submission.author,
        organisation=submission.organisation,
        signature=None,
    )


def disguised(submission: Submission) -> Submission:
    """Return the submission as it may be shown while it is voted on: a sample like any other."""
    return submission if submission.state == "exposed" else replace(submission, sample="")


def _seat(desk: GateDesk, name: str) -> Seat:
    for stored in desk.directory.store.find(Seat):
        if name in (stored.record.name, stored.id) and stored.record.mounted:
            return stored.record
    raise InputError(say("没有运行过的席位 {name}：样品须借用一个已有数据的席位", name=name))


def _judgement(file: SubmittedFile, rewritten: str) -> Judgement:
    """Return what the gate says of a product that it could not recompute: a person must look."""
    found = check("claim").finding()
    receipts = tuple(
        Receipt(
            f"{one.code}.{VERSION}", Outcome.FAIL if one.code == found.rule else Outcome.PASS, file.digest
        )
        for one in PER_FILE
    )
    judged = FileJudgement(
        path=file.name,
        digest=file.digest,
        verdict=Verdict.REVIEW,
        findings=(found,),
        receipts=receipts,
        rewritten=file.name,
        rewritten_digest=rewritten,
    )
    return Judgement(files=(judged,))


def _keep(desk: GateDesk, data: bytes) -> str:
    digest = sha256(data).hexdigest()
    desk.samples.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = desk.samples / f"{digest}.sealed"
    if not path.exists():
        temporary = desk.samples / f".{digest}-{desk.directory.entropy(8).hex()}"
        with create_sealed(temporary, gate_key(desk), name="sample") as sealed:
            sealed.write(data)
        temporary.replace(path)
    return digest


def get(desk: GateDesk, digest: str) -> bytes:
    """Return a sample's bytes for a reviewer to read; `TamperedError` if they are not what was planted."""
    path = desk.samples / f"{digest}.sealed"
    if not path.exists():
        raise NotFoundError(say("没有这个摘要的文件"))
    with open_sealed(path, gate_key(desk), name="sample") as sealed:
        data = sealed.read()
    if sha256(data).hexdigest() != digest:
        raise TamperedError(say("冻结的文件与摘要不符：不得审查、不得放行"))
    return data
