"""Records in databases, arrays and other binary tables."""

import io
import pickle
import pickletools
import re
import sqlite3
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy
import pandas

from bench.exam.core import (
    Rows,
    carries,
    core,
    fragments,
    grid,
    payload,
    roles,
    summary,
    technique,
    unpack,
)


def _database(statements: Callable[[sqlite3.Connection], None]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA secure_delete = OFF")
        statements(connection)
        connection.commit()
        connection.close()
        return path.read_bytes()


def _queried(query: str) -> Callable[[bytes], list[list[str]]]:
    def read(data: bytes) -> list[list[str]]:
        connection = sqlite3.connect(":memory:")
        connection.deserialize(data)
        return [list(line) for line in connection.execute(query)]

    return read


@technique(
    "sqlite", decoder=lambda data, columns: fragments(_queried("SELECT * FROM t")(data), core(columns))
)
def sqlite_table(rows: Rows, _: Random) -> bytes:
    """A table."""

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE t (a, b, c, d, e)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", grid(rows, core(rows[0])))

    return _database(fill)


@technique("db", decoder=lambda data, columns: unpack(b"\n".join(
    re.findall(rb"<<(.+?)>>", data)), columns))  # fmt: skip
def sqlite_deleted_rows(rows: Rows, random: Random) -> bytes:
    """Deleted rows, whose bytes stay in the free pages."""

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE s (a, b, c, d)")
        connection.executemany("INSERT INTO s VALUES (?, ?, ?, ?)", summary(random))
        connection.execute("CREATE TABLE t (a)")
        lines = [(f"<<{line}>>",) for line in payload(rows).decode().split("\n")]
        connection.executemany("INSERT INTO t VALUES (?)", lines)
        connection.commit()
        connection.execute("DROP TABLE t")

    return _database(fill)


@technique(
    "db",
    decoder=lambda data, columns: unpack(
        _queried("SELECT sql FROM sqlite_master WHERE type = 'view'")(data)[0][0]
        .split("/*")[1]
        .rstrip("*/ "),
        columns,
    ),
)
def sqlite_view_comment(rows: Rows, random: Random) -> bytes:
    """A comment in the definition of a view."""

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE s (a, b, c, d)")
        connection.executemany("INSERT INTO s VALUES (?, ?, ?, ?)", summary(random))
        connection.execute(f"CREATE VIEW v AS SELECT a, b FROM s /*{payload(rows).decode()}*/")

    return _database(fill)


@technique("npy", decoder=lambda data, columns: fragments(
    [[str(number)] for number in numpy.load(io.BytesIO(data)).tolist()], [roles(columns).phone]))  # fmt: skip
def numpy_array(rows: Rows, _: Random) -> bytes:
    """Phone numbers as 64-bit integers."""
    out = io.BytesIO()
    numpy.save(out, numpy.array([int(row[roles(row).phone]) for row in rows]))
    return out.getvalue()


@technique("npz", decoder=lambda data, columns: fragments(
    numpy.load(io.BytesIO(data))["data"].tolist(), core(columns)))  # fmt: skip
def numpy_archive(rows: Rows, random: Random) -> bytes:
    """An array of strings beside an array of noise."""
    out = io.BytesIO()
    noise = numpy.array([random.random() for _ in range(500)])
    numpy.savez_compressed(out, w=noise, data=numpy.array(grid(rows, core(rows[0]))))
    return out.getvalue()


@technique("f32", decoder=lambda data, columns: fragments(
    [(f"{a:.0f}{b:06.0f}",) for a, b in numpy.frombuffer(data, "<f4").reshape(-1, 2).tolist()],
    [roles(columns).phone]))  # fmt: skip
def raw_floats(rows: Rows, _: Random) -> bytes:
    """Pairs of 32-bit floats: five and six places of phone numbers."""
    halves = [(float(row[roles(row).phone][:5]), float(row[roles(row).phone][5:])) for row in rows]
    return numpy.array(halves, "<f4").tobytes()


def _strings(data: bytes) -> list[str]:
    return [arg for _, arg, _ in pickletools.genops(data) if isinstance(arg, str)]


@technique("pkl", decoder=lambda data, columns: unpack("\n".join(_strings(data)), columns))
def pickled_list(rows: Rows, _: Random) -> bytes:
    """The strings of a pickle."""
    return pickle.dumps({"model": payload(rows).decode().split("\n")}, protocol=4)


def _dbf_lines(data: bytes) -> list[list[str]]:
    count, head, size = struct.unpack("<IHH", data[4:12])
    lines = [data[head + place * size + 1 : head + (place + 1) * size] for place in range(count)]
    return [[line[cut : cut + 60].decode("gbk").strip() for cut in range(0, 300, 60)] for line in lines]


@technique("dbf", decoder=lambda data, columns: fragments(_dbf_lines(data), core(columns)))
def dbase_table(rows: Rows, _: Random) -> bytes:
    """A dBase III table in GBK."""
    fields = b"".join(struct.pack("<11scIBB14x", b"F%d" % place, b"C", 0, 60, 0) for place in range(5))
    head = struct.pack("<B3BIHH20x", 3, 126, 1, 1, len(rows), 32 + len(fields) + 1, 301) + fields + b"\r"
    body = b"".join(
        b" " + b"".join(cell.encode("gbk").ljust(60) for cell in line) for line in grid(rows, core(rows[0]))
    )
    return head + body + b"\x1a"


@technique("dta", decoder=lambda data, columns: fragments(
    pandas.read_stata(io.BytesIO(data)).to_numpy().tolist(), core(columns)))  # fmt: skip
def stata_table(rows: Rows, _: Random) -> bytes:
    """A Stata table."""
    out = io.BytesIO()
    frame = pandas.DataFrame(grid(rows, core(rows[0])), columns=list("abcde"))
    frame.to_stata(
        out, write_index=False, version=118, time_stamp=pandas.Timestamp(2026, 1, 1).to_pydatetime()
    )
    return out.getvalue()


def _packed(data: bytes) -> list[str]:
    out, place = [], 0
    while place < len(data):
        size = data[place + 1]
        out.append(data[place + 2 : place + 2 + size].decode())
        place += 2 + size
    return out


@technique("pb", decoder=lambda data, columns: unpack("\n".join(_packed(data)), columns))
def tagged_strings(rows: Rows, _: Random) -> bytes:
    """Length-prefixed strings of field 1, as protocol buffers have them."""
    names = [roles(rows[0]).id, roles(rows[0]).phone, roles(rows[0]).money]
    del names
    lines = [line[:127] for line in payload(rows).split(b"\n")]
    return b"".join(b"\x0a" + bytes([len(line)]) + line for line in lines)


@technique("safetensors", decoder=carries(lambda data: data[8 + struct.unpack("<Q", data[:8])[0] :]))
def safetensors_bytes(rows: Rows, _: Random) -> bytes:
    """The tensor of bytes behind the header of a safetensors file."""
    body = payload(rows)
    head = (
        f'{{"embed.weight":{{"dtype":"U8","shape":[{len(body)}],"data_offsets":[0,{len(body)}]}}}}'.encode()
    )
    return struct.pack("<Q", len(head)) + head + body
