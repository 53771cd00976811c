"""Inspection by itself: what is read, how it is told, and the real registrations of the city."""

from __future__ import annotations

import io
import json
import os
import random
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from sandbox.egress.inspect import exit_status, inspect, only_products, read_product, to_json
from sandbox.egress.judge import judge
from sandbox.egress.origin import Source
from sandbox.egress.report import Product
from sandbox.egress.sources import build_sources, read_source
from sandbox.kernel.errors import InputError
from sandbox.kernel.findings import FileJudgement, FindingKind, Verdict
from sandbox.seats.isolation import probe
from tests.egress.clinic import claim, csv_of, visits

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "zunyi-enterprises.csv.gz"
COUNT = "SELECT 病种, count(*) AS n FROM visits GROUP BY 病种"


def test_links_folders_and_pipes_are_findings_and_never_block(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("a,b\n1,2\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    os.truncate(os.open(tmp_path / "sparse", os.O_CREAT | os.O_RDWR), 10_000_000)
    for name in ("link.csv", "folder", "pipe", "missing", "sparse"):
        product = read_product(tmp_path / name, max_bytes=1_000_000)
        assert product.problem is not None, name
        file = judge([product], []).judgement.files[0]
        assert file.verdict is Verdict.REFUSE
        assert file.findings[0].kind is FindingKind.MALFORMED


def test_the_claim_beside_a_product_is_found(tmp_path: Path) -> None:
    product = tmp_path / "p.csv"
    product.write_text("a\n1\n")
    (tmp_path / "p.csv.claim.json").write_bytes(claim(COUNT))
    assert read_product(product, max_bytes=1000).claim == claim(COUNT)
    paths = (product, tmp_path / "p.csv.claim.json", tmp_path / "other.claim.json")
    assert only_products(paths) == (product, tmp_path / "other.claim.json")


def test_a_claim_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("a\n1\n")
    (tmp_path / "x.json").write_bytes(claim(COUNT))
    (tmp_path / "p.csv.claim.json").symlink_to(tmp_path / "x.json")
    product = read_product(tmp_path / "p.csv", max_bytes=1000)
    assert product.claim is None
    assert product.problem is not None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("inspect")
    (place / "visits.csv").write_bytes(csv_of(visits()))
    counts = visits().group_by("病种").aggregate([([], "count_all")]).rename_columns(["病种", "n"])
    (place / "p.csv").write_bytes(csv_of(counts))
    (place / "p.csv.claim.json").write_bytes(claim(COUNT))
    (place / "raw.csv").write_bytes(csv_of(visits().slice(0, 30)))
    return place


def test_units_come_from_discovery_and_the_stem_names_the_table(folder: Path) -> None:
    (found,) = build_sources([read_source(folder / "visits.csv")], [], key=bytes(16))
    assert found.name == "visits"
    assert {"证件号", "姓名", "电话"} <= found.identifiers
    assert max(int(ids.max()) for ids in found.units.values()) >= 600


def test_a_source_without_known_units_counts_every_key_like_column() -> None:
    table = pa.table({
        "pid": pa.array([f"k{n % 40}" for n in range(400)]),
        "group": pa.array(["a", "b"] * 200),
        "visit": pa.array([f"v{n}" for n in range(400)]),
    })  # fmt: skip
    from sandbox.egress.sources import SourceTable

    (found,) = build_sources([SourceTable("t", table)], [], key=bytes(16))
    assert all(name.startswith("key:") for name in found.units) or found.units
    assert min(int(ids.max()) for ids in found.units.values()) <= 40


def test_two_sources_of_one_name_and_no_product_are_wrong_calls(folder: Path) -> None:
    table = read_source(folder / "visits.csv")
    with pytest.raises(InputError):
        build_sources([table, table], [], key=bytes(16))
    with pytest.raises(InputError):
        inspect([], [folder / "visits.csv"])


@pytest.mark.skipif(not probe(), reason="this machine cannot isolate")
def test_the_isolated_inspection_tells_what_the_contract_says(folder: Path) -> None:
    os.mkfifo(folder / "pipe") if not (folder / "pipe").exists() else None
    judged = inspect([folder / "p.csv", folder / "raw.csv", folder / "pipe"], [folder / "visits.csv"])
    told = json.loads(json.dumps(to_json(judged.judgement)))
    assert [file["verdict"] for file in told["files"]] == ["release", "refuse", "refuse"]
    assert told["files"][0]["findings"] == []
    first = told["files"][1]["findings"][0]
    assert first["kind"] == "source-record"
    assert first["records"] == 30
    assert first["where"] == "rows 2-31"
    assert told["set_findings"] == []
    assert exit_status(judged.judgement) == 20
    assert set(judged.rewritings) == {judged.judgement.files[0].rewritten_digest}


@pytest.mark.skipif(not probe(), reason="this machine cannot isolate")
def test_an_unreadable_source_is_an_input_error(folder: Path) -> None:
    (folder / "broken.bin").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(InputError):
        inspect([folder / "p.csv"], [folder / "broken.bin"])
    with pytest.raises(InputError):
        inspect([folder / "p.csv"], [folder / "missing.csv"])


# --- the city's registrations ---------------------------------------------------------------


@pytest.fixture(scope="module")
def registrations() -> Source:
    if not REAL.exists():
        pytest.skip("the city's registrations are not at hand")
    (found,) = build_sources([read_source(REAL)], [], key=bytes(16))
    return found


CODE = "统一社会信用代码"


def judged(source: Source, name: str, data: bytes, sql: str | None = None) -> FileJudgement:
    product = Product(name, data, claim=None if sql is None else claim(sql, CODE))
    return judge([product], [source]).judgement.files[0]


def counted(source: Source, column: str, merge: frozenset[str] = frozenset()) -> dict[str, int]:
    groups: dict[str, set[str]] = {}
    for value, code in zip(
        source.table.column(column).to_pylist(), source.table.column(CODE).to_pylist(), strict=True
    ):
        groups.setdefault("其他" if value in merge else value, set()).add(code)
    return {name: len(codes - {None}) for name, codes in groups.items()}


def as_csv(column: str, groups: dict[str, int]) -> bytes:
    return "\n".join([f"{column},企业数", *(f"{name},{count}" for name, count in groups.items())]).encode()


def test_the_file_itself_is_refused(registrations: Source) -> None:
    file = judged(registrations, "p.csv.gz", REAL.read_bytes())
    assert file.verdict is Verdict.REFUSE
    records = max(found.records or 0 for found in file.findings if found.kind is FindingKind.SOURCE_RECORD)
    assert records >= 10_000


def test_ten_shuffled_renamed_rows_as_json_in_a_zip_are_refused(registrations: Source) -> None:
    chance = random.Random(4)
    names = chance.sample(registrations.table.column_names, 10)
    rows = registrations.table.take(chance.sample(range(10_000), 10)).select(names).to_pylist()
    renamed = [{f"x{place}": row[name] for place, name in enumerate(names)} for row in rows]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a/b.json", json.dumps(renamed, ensure_ascii=False))
    file = judged(registrations, "p.zip", out.getvalue())
    assert file.verdict is Verdict.REFUSE
    assert [found.records for found in file.findings if found.kind is FindingKind.SOURCE_RECORD] == [10]


def test_counts_by_district_have_cells_of_one_one_and_three(registrations: Source) -> None:
    sql = f"SELECT 地区, count(DISTINCT {CODE}) AS 企业数 FROM source GROUP BY 地区"
    groups = counted(registrations, "地区")
    file = judged(registrations, "p.csv", as_csv("地区", groups), sql)
    assert file.verdict is Verdict.REFUSE
    assert FindingKind.SMALL_GROUP in {found.kind for found in file.findings}
    large = {name: count for name, count in groups.items() if count >= 10}
    file = judged(registrations, "p.csv", as_csv("地区", large), f"{sql} HAVING count(DISTINCT {CODE}) >= 10")
    assert file.verdict is not Verdict.RELEASE
    assert FindingKind.DIFFERENCING in {found.kind for found in file.findings}


def test_counts_by_kind_with_small_classes_merged_are_released(registrations: Source) -> None:
    small = frozenset(name for name, count in counted(registrations, "企业类型").items() if count < 50)
    listed = ", ".join(f"'{name}'" for name in sorted(small))
    sql = (
        f"SELECT CASE WHEN 企业类型 IN ({listed}) THEN '其他' ELSE 企业类型 END AS 企业类型, "
        f"count(DISTINCT {CODE}) AS 企业数 FROM source GROUP BY 1"
    )
    data = as_csv("企业类型", counted(registrations, "企业类型", small))
    assert judged(registrations, "p.csv", data, sql).verdict is Verdict.RELEASE
    assert judged(registrations, "p.csv", data).verdict is Verdict.REVIEW
