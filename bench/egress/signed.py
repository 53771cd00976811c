"""Reviewed templates, one signed for every claim, in a home of its own: how many let their product leave.

`python -m bench.egress.signed` tells the small demonstration story up to the landings once and copies that home for
every claim, so that no instance is judged beside another's. There the developer drafts, assesses the risks and
proposes; the authority and the provider sign the digest; the developer asks once. It counts where the product is
released without a vote, and where the released bytes are DuckDB's own answer on the snapshot.
"""
# ruff: noqa: E501 - a claim reads best on one line

from __future__ import annotations

import collections
import io
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from sandbox.demo.egress import RISKS
from sandbox.egress import judgements, template_orders, templates
from sandbox.kernel.errors import SandboxError
from sandbox.seats import seat as seats
from sandbox.seats.seat import current_snapshots
from tests.journeys import homes

_PAYER = "shen.zhiyuan"
_FIRM, _PERSON = "统一社会信用代码", "居民身份证号"
_F, _P = f"count(DISTINCT {_FIRM})", f"count(DISTINCT {_PERSON})"
_COST, _PAID = "CAST(医疗总费用 AS DECIMAL(12, 2))", "CAST(医保支付 AS DECIMAL(12, 2))"
_BREATH = "CASE WHEN 诊断名称 IN ('急性上呼吸道感染', '急性支气管炎', '肺炎') THEN '呼吸' ELSE '其他' END"
_LEAST = 20


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement on one agreement's snapshot: its kind of product, whom it counts, who signs for the provider."""

    kind: str
    sql: str
    agreement: str
    subject: str
    signer: str


def claims() -> Iterator[Claim]:
    """Yield the claims, always the same."""
    for kind, sql in _of_firms():
        yield Claim(kind, sql, homes.MARKET, _FIRM, homes.PROVIDER)
    for kind, sql in _of_persons():
        yield Claim(kind, sql, homes.CHRONIC, _PERSON, _PAYER)


def _of_firms() -> Iterator[tuple[str, str]]:
    capital = """CASE WHEN "注册资本(万元)" IN ('10万元以下', '10-100万元') THEN '100万元以下' ELSE coalesce("注册资本(万元)", '未填') END"""
    keys = ("行政区划", "企业类型", capital)
    for key in keys:
        having = f"HAVING {_F} >= 10"
        yield "count", f"SELECT {key} AS 组, {_F} AS n FROM source GROUP BY 1 {having}"
        yield (
            "count",
            f"SELECT {key} AS 组, count(*) AS 条数 FROM source GROUP BY 1 {having} ORDER BY 条数 DESC, 1",
        )
        yield (
            "subquery",
            f"SELECT 组, {_F} AS n FROM (SELECT {key} AS 组, {_FIRM} FROM source) GROUP BY 组 {having}",
        )
        yield (
            "CTE",
            f"WITH t AS (SELECT {key} AS 组, {_FIRM} FROM source WHERE 企业类型 LIKE '有限责任公司%') SELECT 组, {_F} AS n FROM t GROUP BY 组 {having}",
        )
    for one, other in (("行政区划", "企业类型"), ("行政区划", capital)):
        yield (
            "cross",
            f"SELECT {one} AS 甲, {other} AS 乙, {_F} AS n FROM source GROUP BY 1, 2 HAVING {_F} >= 15",
        )
    for kind in ("有限责任公司(自然人独资)", "有限责任公司(自然人投资或控股)"):
        yield (
            "slice",
            f"SELECT 行政区划, {_F} AS n FROM source WHERE 企业类型 = '{kind}' GROUP BY 行政区划 HAVING {_F} >= {_LEAST}",
        )
        yield (
            "share",
            f"SELECT 行政区划, round(100.0 * count(*) FILTER (WHERE 企业类型 = '{kind}') / count(*), 0) AS 占比 FROM source GROUP BY 行政区划 HAVING {_F} >= 60",
        )
    yield (
        "band",
        f"SELECT CASE WHEN 企业类型 LIKE '有限责任公司%' THEN '公司' ELSE '其他' END AS 类, {_F} AS n FROM source GROUP BY 1 HAVING {_F} >= {_LEAST}",
    )
    yield "total", f"SELECT {_F} AS n FROM source"


def _of_persons() -> Iterator[tuple[str, str]]:
    for key in ("性别", "出生日期", "就诊日期", "诊断名称"):
        yield "count", f"SELECT {key}, {_P} AS n FROM source GROUP BY {key} HAVING {_P} >= {_LEAST}"
        yield "count", f"SELECT {key}, count(*) AS 人次 FROM source GROUP BY {key} HAVING {_P} >= {_LEAST}"
    for name, key in (("性别", "性别"), ("出生年代", "出生日期"), ("年份", "就诊日期"), ("病类", _BREATH)):
        yield (
            "sum",
            f"SELECT {key} AS {name}, round(sum({_COST}), -2) AS 总费用 FROM source GROUP BY 1 HAVING {_P} >= 60",
        )
        yield (
            "mean",
            f"SELECT {key} AS {name}, round(avg({_COST}), 0) AS 次均 FROM source GROUP BY 1 HAVING {_P} >= 60",
        )
        yield (
            "ratio",
            f"SELECT {key} AS {name}, round(sum({_COST}) / {_P}, 0) AS 人均 FROM source GROUP BY 1 HAVING {_P} >= 60",
        )
        yield (
            "ratio",
            f"SELECT {key} AS {name}, round(100.0 * sum({_PAID}) / sum({_COST}), 0) AS 支付比 FROM source GROUP BY 1 HAVING {_P} >= 60",
        )
        yield (
            "CTE",
            f"WITH t AS (SELECT {key} AS 组, {_PERSON} FROM source WHERE 就诊日期 = '2023') SELECT 组, {_P} AS n FROM t GROUP BY 组 HAVING {_P} >= {_LEAST}",
        )
        yield (
            "subquery",
            f"SELECT 组, {_P} AS n FROM (SELECT {key} AS 组, {_PERSON} FROM source WHERE 性别 = '女') GROUP BY 组 HAVING {_P} >= {_LEAST}",
        )
    for one, other in (
        ("出生日期", "性别"),
        ("就诊日期", "性别"),
        (_BREATH, "性别"),
        (_BREATH, "就诊日期"),
        ("出生日期", "就诊日期"),
    ):
        yield (
            "cross",
            f"SELECT {one} AS 甲, {other} AS 乙, {_P} AS n FROM source GROUP BY 1, 2 HAVING {_P} >= {_LEAST}",
        )
        yield (
            "cross",
            f"SELECT {one} AS 甲, {other} AS 乙, round(avg({_PAID}), 0) AS 次均支付 FROM source GROUP BY 1, 2 HAVING {_P} >= 60",
        )
    for key in ("出生日期", "诊断名称", "就诊日期"):
        yield (
            "share",
            f"SELECT {key}, round(100.0 * count(DISTINCT CASE WHEN 性别 = '男' THEN {_PERSON} END) / {_P}, 0) AS 男性占比, {_P} AS n FROM source GROUP BY {key} HAVING {_P} >= 80",
        )
    for low, high in ((100, 500), (200, 1000)):
        yield (
            "band",
            f"SELECT CASE WHEN {_COST} < {low} THEN '低' WHEN {_COST} < {high} THEN '中' ELSE '高' END AS 档, {_P} AS n FROM source GROUP BY 1 HAVING {_P} >= {_LEAST}",
        )
    yield "total", f"SELECT count(*) AS 人次, round(avg({_COST}), 0) AS 次均 FROM source"


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one claim: released by its template; the bytes DuckDB's own; or why not."""

    claim: Claim
    released: bool
    same: bool
    reason: str


def measured(landed: Path, room: Path) -> Iterator[Told]:
    """Yield what happens to every claim, each in a copy of the home under `room`."""
    for number, one in enumerate(claims()):
        home = room / str(number)
        homes.keep(landed, home)
        with homes.Home(home).open() as desk:
            try:
                yield _asked(one, desk)
            except SandboxError as error:
                yield Told(one, released=False, same=False, reason=str(error)[:300])


def _asked(one: Claim, desk: homes.Desk) -> Told:
    gate, developer = desk.platform.gate, desk.actor(homes.DEVELOPER)
    today = gate.directory.today()
    seats.provision(
        desk.platform.seats, desk.actor(homes.OPERATOR), agreement=one.agreement, user=homes.DEVELOPER, name="signed"
    )  # fmt: skip
    wanted = templates.Wanted(
        title="度量", sql=one.sql, subject=one.subject, parameters=(), decimals=0, form="csv", number=1,
        term_from=today, term_to=today + timedelta(days=30), share=100,
    )  # fmt: skip
    made = templates.draft(gate, developer, one.agreement, wanted)
    templates.assess(gate, developer, made.id, RISKS)
    made = templates.propose(gate, developer, made.id)
    for who in (homes.SECURITY, one.signer):
        made = templates.sign(gate, desk.actor(who), made.id, digest=made.digest)
    given = template_orders.ask(gate, developer, made.id, {})
    if given.state != "released":
        found = judgements.load(gate, given.judgement)
        each = [*found.set_findings, *(part for file in found.files for part in file.findings)]
        said = "; ".join(sorted({f"{part.rule} {part.message} {part.evidence}" for part in each}))
        return Told(one, released=False, same=False, reason=f"{given.state}: {said}")
    left = gate.frozen.get(given.files[0].rewritten)
    return Told(one, released=True, same=_rows(left) == _rows(_answer(desk, one)), reason="")


def _rows(data: bytes) -> list[tuple[object, ...]]:
    table = pacsv.read_csv(io.BytesIO(data))
    return sorted((tuple(row.values()) for row in table.to_pylist()), key=repr)


def _answer(desk: homes.Desk, one: Claim) -> bytes:
    """Return what DuckDB says to the statement on the agreement's snapshot."""
    (snapshot,) = current_snapshots(desk.platform.directory, one.agreement)
    parts = desk.platform.gate.pool.version(snapshot.series, snapshot.version).parquet_files
    with duckdb.connect() as engine:
        engine.register("source", pa.concat_tables([pq.read_table(part) for part in parts]))
        out = io.BytesIO()
        pacsv.write_csv(engine.execute(one.sql).to_arrow_table(), out)
    return out.getvalue()


def tell_signed() -> None:
    """Print both shares, by kind, and every miss."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        room.chmod(0o711)
        story = room / "story"
        story.mkdir(mode=0o711)
        homes.build(story)
        told = []
        for one in measured(story / homes.LANDED, room):
            told.append(one)
            print(
                one.claim.kind, one.released, one.same, one.reason, one.claim.sql, file=sys.stderr, flush=True
            )
    kinds = collections.Counter(one.claim.kind for one in told)
    print(f"{len(told)} claims: {dict(kinds)}")
    for what in ("released", "same"):
        many = sum(getattr(one, what) for one in told)
        print(f"{what}: {many} of {len(told)} ({100 * many / len(told):.1f} %)")
    for one in told:
        if not (one.released and one.same):
            print(f"  {one.claim.kind}: {one.claim.sql}\n    {one.reason}")


if __name__ == "__main__":
    tell_signed()
