"""Records behind chains of codings are recognised whatever the links and the carrier; strangers' are not."""

from __future__ import annotations

import base64
import io
import json
import lzma
import quopri
import tracemalloc
import zipfile

import pyarrow as pa
import pytest
from pyarrow import parquet

from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.egress.unpressed import finished
from sandbox.kernel.findings import FindingKind, Verdict
from tests.attacks.chain_leaks import CHAINS, Row, built
from tests.attacks.test_gate_dense import strangers
from tests.egress.clinic import source, visits

OPEN = frozenset({"gzip b36", "hex rot13 back", "gzip uu", "gzip dump", "zlib b32 back hex"})
"""Chains that nothing follows yet, in the carriers they are put in."""
FOLLOWED = [one for one in CHAINS if one[0] not in OPEN]


def taken() -> list[Row]:
    table = visits().slice(100, 28)
    columns = (table.column(name).to_pylist() for name in ("姓名", "证件号", "电话", "就诊日期"))
    return list(zip(*columns, strict=True))


def says_records(chain: str, carrier: str, rows: list[Row]) -> bool:
    product = Product(f"p.{carrier}", built(chain, carrier, rows))
    judgement = judge([product], [source()]).judgement
    assert all(file.verdict is not Verdict.RELEASE for file in judgement.files)
    return any(one.kind is FindingKind.SOURCE_RECORD for file in judgement.files for one in file.findings)


@pytest.mark.parametrize(("chain", "carrier"), FOLLOWED)
def test_records_behind_a_chain_are_recognised(chain: str, carrier: str) -> None:
    assert says_records(chain, carrier, taken())


@pytest.mark.parametrize(("chain", "carrier"), FOLLOWED[::5])
def test_strangers_behind_a_chain_show_no_record(chain: str, carrier: str) -> None:
    rows = [("某某某", number, phone, "2024-02-30") for number, phone in strangers()]
    assert not says_records(chain, carrier, rows)


def test_a_packed_table_threaded_through_a_log_is_recognised() -> None:
    packed = base64.b32encode(lzma.compress("\n".join(map(",".join, zip(*taken(), strict=True))).encode()))
    pieces = [packed[at : at + 33].decode() for at in range(0, len(packed), 33)]
    lines = [f"DEBUG span trace={one} elapsed={at}ms\nINFO job=rollup ok" for at, one in enumerate(pieces)]
    judgement = judge([Product("p.log", "\n".join(lines).encode())], [source()]).judgement
    assert any(one.kind is FindingKind.SOURCE_RECORD for one in judgement.files[0].findings)


def _zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("part-0.dat", data)
    return out.getvalue()


def _grouped(rows: list[Row]) -> bytes:
    """Rows as a program writes them down: by day, then by name, which are names of mappings."""
    tree = {day: {name: [{"a": number, "b": phone}]} for name, number, phone, day in rows}
    return f"{tree!r}\n".encode()


def _paged() -> bytes:
    """A table on its side as a page, whose lines are the cells of a column."""
    table = visits().slice(100, 28).select(["就诊日期", "病种", "区县", "金额"])
    lines = (f"<tr><td>{'</td><td>'.join(column.to_pylist())}</td></tr>" for column in table.columns)
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table({"a": ["<table>", *lines, "</table>"]}), sink)
    return bytes(sink.getvalue())


_PLAIN = "\n".join("\t".join(row) for row in taken()).encode()
_MOVED = bytes.maketrans(b"0123456789abcdef", b"5678901234nopqrs")
_INSERTS = "".join(
    f"INSERT INTO t_result (a, b) VALUES ('{day} 00:00:00', '{number}');\n" for _, number, _, day in taken()
)
_KEYED = bytes(one ^ (226, 76)[at % 2] for at, one in enumerate(base64.b32encode(_INSERTS.encode())))
_PACKED = base64.b32encode(bytes(one ^ 190 for one in lzma.compress(_PLAIN)))
_KEYWORDS = _PACKED.decode().encode("utf-16").hex().encode()
HIDDEN = {
    "a string of a program": f"var a = {json.dumps(base64.a85encode(_PLAIN).decode())};".encode(),
    "digits moved along beside a note": b'{"note": "%s"}' % _PLAIN.hex().encode().translate(_MOVED),
    "a key within a package": base64.b85encode(_zipped(bytes(one ^ 77 for one in _PLAIN))),
    "signs backwards beside a note": _zipped(_PLAIN[::-1]),
    "lines that mail broke": b"Note: " + quopri.encodestring(lzma.compress(_PLAIN).hex().encode()),
    "a key over letters of few kinds": _KEYED.hex().encode(),
    "the value of a name in a paper": b"%%PDF-1.7\n1 0 obj\n<< /Title <feff7edf8ba1> /Keywords <%s> "
    b"/Registry (Adobe) /Ordering (GB1) >>\nendobj\ntrailer\n<< /Info 1 0 R >>\n%%%%EOF\n" % _KEYWORDS,
    "a page on its side in a column": _paged(),
    "mappings under a key": bytes(one ^ 113 for one in _grouped(taken())),
    "mappings of a program": _grouped([(name, "-", "-", phone) for name, _, phone, _ in taken()]),
}


@pytest.mark.parametrize("way", HIDDEN)
def test_what_lies_between_two_readers_is_recognised(way: str) -> None:
    name = "p.zip" if HIDDEN[way].startswith(b"PK") else "p.txt"
    judgement = judge([Product(name, HIDDEN[way])], [source()]).judgement
    assert any(one.kind is FindingKind.SOURCE_RECORD for one in judgement.files[0].findings)


def _half(first: int, *names: str) -> bytes:
    """Columns of a table in the marks of a note, under a key of one byte, in base 85."""
    columns = (visits().slice(first, 28).column(name).to_pylist() for name in names)
    rows = [names, ("---",) * len(names), *zip(*columns, strict=True)]
    return base64.a85encode(bytes(one ^ 113 for one in "\n".join(map(" | ".join, rows)).encode()))


@pytest.mark.parametrize(("first", "found"), [(100, True), (1000, False)])
def test_halves_of_rows_at_the_ends_of_chains_are_put_together(first: int, *, found: bool) -> None:
    """Each file has columns of its own; where they are of other rows, nobody's record is shown."""
    halves = [_half(100, "就诊日期", "病种", "区县"), _half(first, "金额", "性别")]
    judged = judge([Product(f"{at}.txt", half) for at, half in enumerate(halves)], [source()]).judgement
    assert found == any(one.kind is FindingKind.SOURCE_RECORD for one in judged.set_findings)


def test_broken_streams_leave_nothing_behind() -> None:
    """What is tried hundreds of times a file must not cost room each time: its judgement would end."""
    broken = b"\x04\x22\x4d\x18" + bytes(range(256)) * 40
    assert not list(finished(broken))
    tracemalloc.start()
    try:
        for _ in range(100):
            assert not list(finished(broken))
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1 << 18
    assert most < 1 << 20
