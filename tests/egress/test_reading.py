# ruff: noqa: PT018 - statements and cases read best on one line
"""Readings, encoded runs, identifiers, statistics and rewritings of single contents."""

from __future__ import annotations

import io
import json
import struct
import zlib

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress.blobs import decoded, looks_encoded
from sandbox.egress.content import Form
from sandbox.egress.documents import parse_json, sheets_of
from sandbox.egress.pictures import redraw
from sandbox.egress.reading import read_content
from sandbox.egress.rewrite import clean_text, rewrite, write_table
from sandbox.egress.spotting import spot_cells, spot_text
from sandbox.egress.tables import RowLevelLimits, row_level, table_issues
from sandbox.files.types import FileType, sniff
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.identifiers import luhn_check_digit, resident_id_check_digit


def read(data: bytes, name: str = "p.csv"):
    return read_content(data, name=name, type=sniff(data, size=len(data)))


def checks(data: bytes, name: str = "p.csv") -> set[str]:
    return {issue.check for issue in read(data, name).issues}


def table(**columns: list[str | None]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


@pytest.mark.parametrize(
    "document",
    [
        '[{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]',
        '{"a": ["1", "2"], "b": ["x", "y"]}',
        '{"columns": ["a", "b"], "index": [0, 1], "data": [["1", "x"], ["2", "y"]]}',
        '{"a": {"0": "1", "1": "2"}, "b": {"0": "x", "1": "y"}}',
    ],
)
def test_every_usual_layout_of_json_is_the_same_table(document: str) -> None:
    parsed, issues = parse_json(document)
    sheets = sheets_of(parsed)
    assert issues == () and len(sheets) == 1 and sheets[0].plain
    assert sheets[0].table.to_pydict() == {"a": ["1", "2"], "b": ["x", "y"]}


def test_json_keeps_digits_and_notes_repeated_keys_and_constants() -> None:
    assert sheets_of(parse_json('[{"a": 1.10, "b": 12345678901234567890}]')[0])[0].table.to_pylist() == [
        {"a": "1.10", "b": "12345678901234567890"}
    ]
    assert {issue.check for issue in parse_json('{"a": 1, "a": 2}')[1]} == {"hidden-content"}
    assert {issue.check for issue in parse_json("[NaN]")[1]} == {"readable"}
    assert sheets_of(parse_json('{"a": 1, "a": 2}')[0])[0].table.num_columns == 2


def test_a_plain_workbook_has_no_issues_and_comes_out_without_properties() -> None:
    book = openpyxl.Workbook()
    for row in (["k", "n"], ["甲", 12], ["乙", 3.5]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    content = read(out.getvalue(), "p.xlsx")
    assert content.issues == () and content.form is Form.TABLE
    first, again = rewrite(content), rewrite(content)
    assert first is not None and first == again
    back = openpyxl.load_workbook(io.BytesIO(first.data))
    assert [[cell.value for cell in row] for row in back.active] == [["k", "n"], ["乙", 3.5], ["甲", 12]]
    assert read(first.data, "p.xlsx").issues == ()


@pytest.mark.parametrize(
    "spoil", ["hidden row", "hidden column", "second sheet hidden", "name", "unused text"]
)
def test_what_a_workbook_hides_is_an_issue(spoil: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["k", "n"])
    sheet.append(["甲", 12])
    if spoil == "hidden row":
        sheet.row_dimensions[2].hidden = True
    elif spoil == "hidden column":
        sheet.column_dimensions["B"].hidden = True
    elif spoil == "second sheet hidden":
        book.create_sheet("y").sheet_state = "hidden"
    elif spoil == "name":
        book.defined_names["x"] = openpyxl.workbook.defined_name.DefinedName("x", attr_text="Sheet!$A$1")
    out = io.BytesIO()
    book.save(out)
    data = out.getvalue()
    if spoil == "unused text":
        import zipfile

        changed = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
            for name in old.namelist():
                new.writestr(name, old.read(name))
            new.writestr("xl/sharedStrings.xml", "<sst><si><t>secret</t></si></sst>")
        data = changed.getvalue()
    assert "hidden-content" in checks(data, "p.xlsx")


def test_parquet_comes_out_without_metadata() -> None:
    out = io.BytesIO()
    pq.write_table(table(k=["乙", "甲"], n=["1", "2"]).replace_schema_metadata({"x": "y"}), out)
    content = read(out.getvalue(), "p.parquet")
    assert {issue.check for issue in content.issues} == {"hidden-content"}
    written = rewrite(content)
    assert written is not None
    file = pq.ParquetFile(io.BytesIO(written.data))
    assert not file.schema_arrow.metadata and file.read().to_pydict() == {"k": ["乙", "甲"], "n": [1, 2]}


def test_a_csv_is_rewritten_in_one_spelling() -> None:
    one = rewrite(read('\ufeff"k","n"\r\n"乙","0.12345678901234"\r\n"甲","2"\r\n'.encode()))
    other = rewrite(read("k,n\n甲,2\n乙,0.12345678901239\n".encode()))
    assert one is not None and one == other
    assert one.data == "k,n\n乙,0.123456789\n甲,2\n".encode()


def test_texts_lose_what_cannot_be_seen() -> None:
    assert (
        clean_text("a\u200bb\u202e \r\nc\ufe0f  \n\n") == "ab\nc\ufe0f\n"
        or clean_text("a\u200bb \r\nc \n") == "ab\nc\n"
    )
    assert "hidden-content" in checks("甲\u200b乙".encode(), "p.txt")
    assert "hidden-content" in checks("甲 \t \t\t  \n乙\n丙丁".encode(), "p.txt")


@pytest.mark.parametrize("cell", ["=1+1", "@x", "+cmd|'/c calc'!A0", "-A1", "\t=1"])
def test_formulas_in_cells_are_active(cell: str) -> None:
    assert "active-content" in {issue.check for issue in read(f'k,n\n"{cell}",2\n'.encode()).issues}


@pytest.mark.parametrize("cell", ["-1.5", "+3", "-", "—", "a=b", "1e5"])
def test_figures_and_dashes_are_not(cell: str) -> None:
    assert "active-content" not in checks(f"k,n\n{cell},2\n".encode())


def png(pixels: np.ndarray, extra: bytes = b"", filters: int = 0, text: bytes = b"") -> bytes:
    height, width, channels = pixels.shape
    lines = b"".join(bytes([filters]) + row.tobytes() for row in pixels)

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0))
    note = chunk(b"tEXt", text) if text else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + note
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
        + extra
    )


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pictures_are_drawn_anew_without_their_low_bits(channels: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (5, 7, channels), dtype=np.uint8)
    if channels == 4:
        pixels[:, :, 3] = 255
    drawn, issues = redraw(png(pixels))
    assert drawn is not None and issues == ()
    noisy = pixels.copy()
    noisy[:, :, : min(channels, 3)] ^= 1
    assert redraw(png(noisy))[0] == drawn
    assert redraw(drawn)[0] == drawn


def test_pictures_with_something_behind_them_are_named() -> None:
    pixels = np.zeros((2, 2, 3), dtype=np.uint8)
    assert {issue.check for issue in redraw(png(pixels, extra=b"PK\x03\x04"))[1]} == {"hidden-content"}
    assert {issue.check for issue in redraw(png(pixels, text=b"Comment\x00secret"))[1]} == {"hidden-content"}
    assert redraw(png(pixels)[:-20])[0] is None


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 4),
    st.integers(1, 6),
    st.integers(1, 6),
    st.sampled_from([1, 3, 4]),
    st.randoms(use_true_random=False),
)
def test_every_line_filter_decodes_to_the_pixels(
    kind: int, height: int, width: int, channels: int, chance
) -> None:
    pixels = np.array(
        [
            [[chance.randrange(0, 64) * 4 for _ in range(channels)] for _ in range(width)]
            for _ in range(height)
        ],
        dtype=np.uint8,
    )
    if channels == 4:
        pixels[:, :, 3] = 255
    filtered = pixels.reshape(height, -1).astype(int).copy()
    plain = pixels.reshape(height, -1).astype(int)
    for y in range(height):
        for x in range(width * channels):
            left = plain[y, x - channels] if x >= channels else 0
            up = plain[y - 1, x] if y else 0
            corner = plain[y - 1, x - channels] if y and x >= channels else 0
            guess = left + up - corner
            paeth = min((left, up, corner), key=lambda value: abs(guess - value))
            filtered[y, x] = (plain[y, x] - {1: left, 2: up, 3: (left + up) // 2, 4: paeth}[kind]) % 256
    encoded = png(filtered.astype(np.uint8).reshape(height, width, channels), filters=kind)
    assert redraw(encoded)[0] == redraw(png(pixels))[0]


def resident_id() -> str:
    return "52030219900101123" + resident_id_check_digit("52030219900101123")


def test_identifiers_are_spotted_in_any_dress() -> None:
    wide = "".join(chr(ord(mark) + 0xFEE0) for mark in resident_id())
    for text in (
        resident_id(),
        wide,
        f"号码{resident_id()}。",
        f"{resident_id()[:6]} {resident_id()[6:14]} {resident_id()[14:]}",
    ):
        assert [found.kind for found in spot_text(text, where="t")] == ["CN_RESIDENT_ID"], text
        cells = table(k=[text, "x"])
        assert {found.kind for found in spot_cells([("k", cells.column("k"))])} == {"CN_RESIDENT_ID"}
    assert [found.kind for found in spot_text("电话 138-0000-1111", where="t")] == ["CN_MOBILE"]


def test_figures_that_look_like_identifiers_are_left_alone() -> None:
    sums = [str(13_000_000_000 + 987_654_321 * place) for place in range(1, 30)] + [
        str(10**10 + 7),
        str(10**9),
    ]
    sums += [str(2 * 10**10 + 5 * place) for place in range(30)]
    assert spot_cells([("s", table(s=sums).column("s"))]) == ()
    cards = [f"62{place:014d}" for place in range(40)]
    found = spot_cells([("c", table(c=["x", *cards]).column("c"))])
    assert found == ()
    real = [card[:15] + luhn_check_digit(card[:15]) for card in cards]
    assert [spot.kind for spot in spot_cells([("c", table(c=real).column("c"))])] == ["BANK_CARD"]


def test_encoded_runs() -> None:
    import base64

    secret = base64.b64encode(b"a,b\n1,2\n" * 20).decode()
    assert looks_encoded(secret) and b"a,b\n1,2\n" * 20 in decoded(secret)
    assert looks_encoded("0123456789abcdef" * 4)
    assert (
        not looks_encoded("总" * 60)
        and not looks_encoded("1" * 60)
        and not looks_encoded("settlement_amount_by_district_and_month_of_visit")
    )


def test_row_level_and_small_counts() -> None:
    names = table(k=[f"某某有限公司分部{n}" for n in range(60)], n=[str(n) for n in range(60)])
    assert row_level(names, RowLevelLimits()) == "k"
    assert row_level(table(n=["1"] * 6000), RowLevelLimits()) == "rows"
    assert row_level(table(k=["甲", "乙"] * 15, j=["丙", "丁"] * 15), RowLevelLimits()) == "columns"
    assert row_level(table(k=[f"2024-{n:02d}" for n in range(1, 13)], n=["5"] * 12), RowLevelLimits()) == ""
    found = {issue.check for issue in table_issues(table(k=["甲", "乙"], 人数=["3", "400"]), Thresholds())}
    assert found == {"small-counts"}
    assert table_issues(table(k=["甲", "乙"], 人数=["30", "400"], 均值=["3", "4"]), Thresholds()) == ()


def test_tables_are_written_in_every_format_with_figures_as_figures() -> None:
    rows = table(k=["甲", "007"], n=["1", "2"], m=["1.5", None])
    assert json.loads(write_table(rows, FileType.JSON).data) == [
        {"k": "甲", "n": 1, "m": 1.5},
        {"k": "007", "n": 2, "m": None},
    ]
    assert write_table(rows, FileType.TSV).data == "k,n,m\n甲,1,1.5\n007,2,\n".encode()


def test_a_markdown_table_is_text_and_its_records_are_seen() -> None:
    text = "| 地区 | 数 |\n|---|---:|\n| 甲 | 120 |\n| 乙 | 340 |\n".encode()
    content = read_content(text, name="a.md", type=FileType.CSV)
    assert (content.form, content.issues) == (Form.TEXT, ())
    assert read_content(text, name="a.csv", type=FileType.CSV).form is not Form.TEXT


def test_numbers_without_a_separator_between_them_are_spotted() -> None:
    number, phone = "520302198503070036", "13800138000"
    digits = f"{number[:17]}{resident_check(number[:17])}"
    kinds = {found.kind for found in spot_text(f"x {digits}{phone};", where="text")}
    assert {"CN_RESIDENT_ID", "CN_MOBILE"} <= kinds


def resident_check(digits: str) -> str:
    """Return the check character of a resident number (GB 11643)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(one) * weight for one, weight in zip(digits, weights, strict=True)) % 11]
