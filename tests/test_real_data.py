"""The city's own registrations through the whole journey: nothing of a row survives in the row.

The file is not part of the project: without it these tests are skipped. What landed is joined
to the source again, row by row, and searched by a plain loop that shares no code with masking.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from sandbox.cli.main import main
from sandbox.demo.egress import RISKS
from sandbox.demo.events import Narrator
from sandbox.demo.journey import Journey, establish
from sandbox.demo.people import found_demo, gather
from sandbox.egress import assessment, intake, release, review, telling
from sandbox.ingest import publish
from sandbox.ingest.scope import read_scoped
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Delivery
from sandbox.kernel.review_records import FileVote
from sandbox.kernel.terms import RowRange
from sandbox.municipality.cast import cast
from sandbox.oversight import duties
from sandbox.pool.snapshot import Snapshot as Version
from sandbox.seats import seat as seats
from sandbox.seats.isolation import probe
from tests.journeys.registrations import ADDRESS, CODE, FIRM, PERSON, agreed, published

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "zunyi-enterprises.csv.gz"
pytestmark = pytest.mark.skipif(not DATA.is_file(), reason="the city's file is not at hand")
isolated = pytest.mark.skipif(not probe(), reason="this machine cannot isolate a process")

ROWS = 10_069
SENTINELS = {"", "N/A", "-", "无", "null", "不详", "未知"}
APPROVED = ("遵义", "贵阳", "黔西南")


@dataclass
class Landed:
    """The journey up to the snapshot, and the source rows that it came from."""

    journey: Journey
    version: Version
    agreement: ServiceAgreement
    order: list[int]  # the record numbers of the approved rows, in the order in which they landed


@pytest.fixture(scope="module")
def source() -> list[dict[str, str]]:
    with gzip.open(DATA, "rt", encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plain") / DATA.name.removesuffix(".gz")
    path.write_bytes(gzip.decompress(DATA.read_bytes()))
    return path


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    troupe = found_demo(tmp_path_factory.mktemp("real") / "home", cast())
    gather(troupe)
    journey = Journey(troupe, Narrator(lambda event: None))
    establish(journey)
    dataset, delivery = published(journey, DATA, ROWS)
    agreement = agreed(journey, dataset, rows=(RowRange(column="地区", values=APPROVED),))
    ingest = troupe.platform.ingest
    made = publish.order(
        ingest,
        journey.actor("zhao.qinghe"),
        agreement=agreement.id,
        dataset=dataset.code,
        delivery=delivery,
    )
    snapshot = publish.land(ingest, made.id)
    record = ingest.directory.store.load(Delivery, delivery).record
    key = ingest.vault.open(agreement.key_id).derive("ingest/order", 16)
    scoped = read_scoped(ingest, record, (RowRange(column="地区", values=APPROVED),), None).shuffled(key)
    version = ingest.pool.version(snapshot.series, snapshot.version)
    return Landed(journey, version, agreement, scoped.numbers.to_pylist())


# --- the plain loop --------------------------------------------------------------------------


def _folded(text: str) -> str:
    """Return the text as a determined reader sees it: width, case and blanks away."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _houses(address: str) -> set[str]:
    return set(re.findall(r"(?:[0-9]+|[零〇一二三四五六七八九十百千]+)[号號]", _folded(address)))


def _own(row: dict[str, str]) -> dict[str, set[str]]:
    """Return what no cell of the masked row may hold."""
    person = row[PERSON].strip()
    people = {person, *re.split(r"[、,，;；/|\s]+", person)} if person not in SENTINELS else set()
    firm = row[FIRM].strip()
    return {
        "code": {_folded(row[CODE])} - SENTINELS,
        "firm": {_folded(firm)} if len(firm) >= 2 else set(),
        "person": {_folded(one) for one in people if len(one) >= 2},
        "house": _houses(row[ADDRESS]),
    }


def _shown(source: list[dict[str, str]], masked: list[dict[str, str | None]]) -> list[str]:
    """Return every cell of a masked row that holds what names its source row."""
    found = []
    for raw, out in zip(source, masked, strict=True):
        own = _own(raw)
        for column, cell in out.items():
            text = _folded(cell or "")
            for kind, needles in own.items():
                hits = [needle for needle in needles if needle in text]
                found += [f"{kind} {needle!r} in {column}: {cell!r}" for needle in hits]
    return found


def _codes(source: list[dict[str, str]]) -> set[str]:
    return {row[CODE].strip().upper() for row in source}


def _holds_code(text: str, codes: set[str]) -> bool:
    """Return whether a code of the source, of 18 places, stands anywhere in the text."""
    return any(
        run[at : at + 18] in codes
        for run in re.findall(r"[0-9A-Z]{18,}", unicodedata.normalize("NFKC", text).upper())
        for at in range(len(run) - 17)
    )


def _rows_of(parts: list[Path]) -> list[dict[str, str | None]]:
    return [row for part in parts for row in pq.read_table(part).to_pylist()]


def _survivors(source: list[dict[str, str]], manifest: dict, order: list[int]) -> list[dict[str, str]]:
    """Return the source rows that the manifest says are in the result, by record numbers in order."""
    gone = {*manifest["suppressed_records"], *(bad["row"] for bad in manifest["quarantine"])}
    return [source[number - 1] for number in order if number not in gone]


# --- landing ---------------------------------------------------------------------------------


def test_every_row_of_the_delivery_is_accounted_for(landed: Landed, source: list[dict[str, str]]) -> None:
    rows = landed.version.manifest["rows"]
    assert len(source) == rows["delivered"] == ROWS
    assert rows["out"] + rows["quarantined"] + rows["suppressed"] + rows["outside"] == ROWS
    assert rows["outside"] == sum(row["地区"] not in APPROVED for row in source) > 0
    assert rows["out"] == sum(pq.read_metadata(part).num_rows for part in landed.version.parquet_files)
    assert rows["out"] > 0.7 * ROWS


def test_no_cell_of_the_snapshot_names_its_own_row(landed: Landed, source: list[dict[str, str]]) -> None:
    masked = _rows_of(list(landed.version.parquet_files))
    raw = _survivors(source, landed.version.manifest, landed.order)
    aligned = (
        [(one["地区"], one["企业类型"]) for one in raw],
        [(one["地区"], one["企业类型"]) for one in masked],
    )
    assert aligned[0] == aligned[1]
    assert _shown(raw, masked) == []


_DISGUISES = (
    lambda text: text,
    lambda text: "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text),
    lambda text: " ".join(text),
    lambda text: text.lower() + "等",
    lambda text: f"（{text}）",
)


@pytest.fixture(scope="module")
def planted(source: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the source with one of the row's own identifiers, disguised, in the middle of a text."""
    rows = []
    for number, row in enumerate(source):
        own = [row[CODE], row[FIRM], row[PERSON], *re.findall(r"[0-9０-９]+号", row[ADDRESS])[:1]]
        needle = own[number % len(own)]
        hide = _DISGUISES[number // 4 % len(_DISGUISES)]
        half = len(row["经营范围"]) // 2
        text = f"{row['经营范围'][:half]}，{hide(needle)}，{row['经营范围'][half:]}"
        rows.append(row | {"经营范围": text, "企业类型": f"{row['企业类型']} {hide(own[-1])}"})
    return rows


_POLICY = """
policy = "hard/v1"
[table.planted]
k = 0
[table.planted.column]
"企业名称" = { technique = "token", group = "organization" }
"统一社会信用代码" = { technique = "token", group = "firm" }
"注册日期" = { technique = "keep", reason = "测试" }
"企业类型" = { technique = "keep", reason = "测试" }
"法人代表" = { technique = "token", group = "person" }
"注册资金" = { technique = "keep", reason = "测试" }
"经营范围" = { technique = "%s", reason = "测试" }
"所在省份" = { technique = "keep", reason = "测试" }
"地区" = { technique = "keep", reason = "测试" }
"注册地址" = { technique = "region", level = "district" }
"""


@pytest.mark.parametrize("technique", ["keep", "redact_text"])
def test_identifiers_planted_in_kept_texts_are_found(
    planted: list[dict[str, str]], tmp_path: Path, technique: str
) -> None:
    path, policy, out = tmp_path / "planted.csv", tmp_path / "policy.toml", tmp_path / "out"
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(planted[0]))
        writer.writeheader()
        writer.writerows(planted)
    words = _POLICY % technique
    policy.write_text(
        words if technique == "keep" else words.replace(f'"{technique}", reason = "测试"', f'"{technique}"')
    )
    assert main(["mask", str(path), "--out", str(out), "--policy", str(policy)]) == 0
    masked = _rows_of(sorted((out / "planted").glob("part-*.parquet")))
    assert len(masked) == ROWS
    assert _shown(planted, masked) == []
    assert sum(row["注册资金"] is not None for row in masked) == ROWS, "only what shows something goes"


def test_the_loop_finds_what_there_is_to_find(
    source: list[dict[str, str]], planted: list[dict[str, str]]
) -> None:
    texts = [{"经营范围": row["经营范围"]} for row in planted]
    assert len(_shown(planted, texts)) > 0.9 * ROWS  # type: ignore[arg-type]
    assert len(_shown(source, source)) > 3 * ROWS  # type: ignore[arg-type]


def test_no_code_of_the_source_is_anywhere_in_the_snapshot(
    landed: Landed, source: list[dict[str, str]]
) -> None:
    codes = _codes(source)
    cells = {str(cell) for row in _rows_of(list(landed.version.parquet_files)) for cell in row.values()}
    assert {len(code) for code in codes} == {18}
    assert not [cell for cell in cells if _holds_code(cell, codes)]
    assert not _holds_code(json.dumps(landed.version.manifest, ensure_ascii=False), codes)
    assert _holds_code(f"登记号{source[0][CODE]}号", codes)


_IN_SEAT = """
from sandbox_seat.notebook import catalog, connect, merge_small, product, submit
connection = connect()
sql = merge_small(connection, group='企业类型', subject='统一社会信用代码', counted='企业数')
product(connection, 'types.csv', sql=sql, subject='统一社会信用代码')
submit('types.csv', title='按企业类型统计', purpose='市场主体分析')
"""


@isolated
def test_an_aggregate_is_released_and_holds_no_code(
    landed: Landed, source: list[dict[str, str]], tmp_path: Path
) -> None:
    platform, actor = landed.journey.troupe.platform, landed.journey.actor
    made = seats.provision(
        platform.seats, actor("zhang.kai"), agreement=landed.agreement.id, user="lin.xiaoyu", name="real"
    )
    duties.sign(platform.oversight, actor("lin.xiaoyu"), landed.agreement.id)
    seat = seats.open_seat(platform.seats, actor("lin.xiaoyu"), made.id)
    done = seats.run(platform.seats, actor("lin.xiaoyu"), seat.id, ["python", "-c", _IN_SEAT], seconds=120)
    assert done.status == 0, done.stderr.decode(errors="replace")
    (submission,) = intake.collect(platform.gate, seat.id, refused=platform.note_refusal).submissions
    judged = intake.judge(platform.gate, submission.id)
    assert judged.state == "in-review", telling.author_view(platform.gate, judged)
    votes = tuple(FileVote(digest=file.rewritten, approve=True) for file in judged.files if file.rewritten)
    for reviewer in ("zhou.minxing", "yang.lizhi"):
        review.cast(platform.gate, actor(reviewer), judged.id, votes)
    assessment.file(platform.gate, actor("lin.xiaoyu"), judged.id, RISKS)
    out = release.release(platform.gate, actor("zhou.minxing"), judged.id)
    release.hand_out(platform.gate, actor("lin.xiaoyu"), out.id, tmp_path / "out")
    texts = [file.read_text(encoding="utf-8-sig") for file in (tmp_path / "out").iterdir()]
    assert any("其他" in text for text in texts)
    assert not any(_holds_code(text, _codes(source)) for text in texts)


# --- the commands ----------------------------------------------------------------------------


def _call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict]:
    status = main([str(one) for one in arguments] + ["--json"])
    return status, json.loads(capsys.readouterr().out)


def test_masking_by_command_names_no_row_either(
    capsys: pytest.CaptureFixture[str], source: list[dict[str, str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    status, shown = _call(capsys, "mask", DATA, "--out", out, "--home", tmp_path / "home")
    assert status == 0
    rows = shown["rows"]
    assert rows["in"] == ROWS == rows["out"] + rows["quarantined"] + rows["suppressed"]
    (table,) = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["tables"]
    masked = _rows_of(sorted((out / "zunyi-enterprises").glob("part-*.parquet")))
    assert _shown(_survivors(source, table, list(range(1, ROWS + 1))), masked) == []


def test_discovery_knows_the_columns(capsys: pytest.CaptureFixture[str]) -> None:
    _, shown = _call(capsys, "discover", DATA)
    (file,) = shown["files"]
    found = {column["name"]: (column["type"], column["sensitive"]) for column in file["columns"]}
    assert file["rows"] == ROWS
    assert found[PERSON] == ("PERSON", True)
    assert found[ADDRESS] == ("ADDRESS", True)
    assert (found[CODE][0], found[FIRM][0]) == ("CN_USCC", "ORGANIZATION")


_COUNT = "count(DISTINCT 统一社会信用代码)"
_BY_REGION = f"SELECT 地区, {_COUNT} AS 企业数 FROM source GROUP BY 地区"
_LARGE = "'N/A', '有限责任公司', '个体工商户', '集体分支机构(非法人)', '个人独资企业', '集体所有制'"
_KIND = f"CASE WHEN 企业类型 IN ({_LARGE}) THEN 企业类型 ELSE '其他' END"
_BY_KIND = f"SELECT {_KIND} AS 类型, {_COUNT} AS 企业数 FROM source GROUP BY {_KIND}"


def _claimed(folder: Path, plain: Path, sql: str) -> Path:
    connection = duckdb.connect()
    connection.execute(
        f"CREATE TABLE source AS SELECT * FROM read_csv('{plain}', header=true, all_varchar=true)"
    )
    answer = connection.execute(sql)
    path = folder / "product.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([[column[0] for column in answer.description or ()], *answer.fetchall()])
    claim = {"sql": sql, "subject": CODE}
    path.with_name("product.csv.claim.json").write_text(json.dumps(claim, ensure_ascii=False), "utf-8")
    return path


@isolated
@pytest.mark.parametrize(
    ("sql", "verdict", "kinds", "status"),
    [
        (_BY_REGION, "refuse", {"small-group"}, 20),
        (f"{_BY_REGION} HAVING {_COUNT} >= 10", "review", {"differencing"}, 10),
        (_BY_KIND, "release", set(), 0),
    ],
    ids=["cells of 1, 1 and 3", "remainder of 5", "small classes merged"],
)
def test_claims_are_judged(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    plain: Path,
    sql: str,
    verdict: str,
    kinds: set[str],
    status: int,
) -> None:
    product = _claimed(tmp_path, plain, sql)
    given, shown = _call(capsys, "inspect", "--source", plain, product)
    (file,) = shown["files"]
    assert (file["verdict"], {found["kind"] for found in file["findings"]}) == (verdict, kinds)
    assert given == status


def _records(file: dict) -> int:
    return next(one for one in file["findings"] if one["kind"] == "source-record")["records"]


@isolated
def test_the_file_itself_and_ten_rows_in_disguise_are_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, source: list[dict[str, str]]
) -> None:
    chance = random.Random(7)
    names = {name: f"f{place}" for place, name in enumerate(source[0])}
    picked = [chance.sample(list(row.items()), len(row)) for row in chance.sample(source, 10)]
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        rows = [{names[name]: cell for name, cell in row} for row in picked]
        archive.writestr("inner/data.json", json.dumps(rows, ensure_ascii=False))
    disguised = tmp_path / "report.zip"
    disguised.write_bytes(held.getvalue())
    status, shown = _call(capsys, "inspect", disguised, DATA, "--source", DATA)
    ten, whole = shown["files"]
    assert status == 20
    assert (ten["verdict"], whole["verdict"]) == ("refuse", "refuse")
    # One person behind several firms, read alone, may point to another of them: never fewer than ten.
    assert 10 <= _records(ten) <= 20
    assert ROWS - 1 <= _records(whole) <= ROWS, "two rows of the source are the same throughout"
