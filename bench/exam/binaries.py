"""Records in binary table formats, databases and arrays, and in their unused places."""

import io
from collections.abc import Callable, Sequence
from random import Random

import numpy
import pyarrow
from pyarrow import feather, ipc, orc, parquet

from bench.exam.core import (
    Fragment,
    Rows,
    core,
    fragments,
    grid,
    payload,
    roles,
    summary,
    technique,
    unpack,
)


def table(rows: Rows, names: Sequence[str] | None = None) -> pyarrow.Table:
    wanted = names or list(rows[0])
    return pyarrow.table({name: [row[name] for row in rows] for name in wanted})


def harmless(random: Random) -> pyarrow.Table:
    lines = summary(random)
    return pyarrow.table({name: [line[place] for line in lines[1:]] for place, name in enumerate(lines[0])})


def as_parquet(content: pyarrow.Table, compression: str = "snappy") -> bytes:
    out = io.BytesIO()
    parquet.write_table(content, out, compression=compression)
    return out.getvalue()


def listed(read: Callable[[bytes], pyarrow.Table]) -> object:
    return lambda data, _: [dict(line) for line in read(data).to_pylist()]


@technique("parquet", decoder=lambda data, _: parquet.read_table(io.BytesIO(data)).to_pylist())
def parquet_copy(rows: Rows, _: Random) -> bytes:
    """The rows as they are."""
    return as_parquet(table(rows))


@technique("parquet", decoder=lambda data, columns: unpack(
    parquet.read_schema(io.BytesIO(data)).metadata[b"pandas_note"], columns))  # fmt: skip
def parquet_schema_metadata(rows: Rows, random: Random) -> bytes:
    """The key-value metadata of the schema."""
    return as_parquet(harmless(random).replace_schema_metadata({"pandas_note": payload(rows)}))


@technique("parquet", decoder=lambda data, columns: unpack(
    parquet.read_schema(io.BytesIO(data)).field("数量").metadata[b"doc"], columns))  # fmt: skip
def parquet_field_metadata(rows: Rows, random: Random) -> bytes:
    """The metadata of a column."""
    content = harmless(random)
    place = content.schema.get_field_index("数量")
    field = content.schema.field(place).with_metadata({"doc": payload(rows)})
    return as_parquet(content.cast(content.schema.set(place, field)))


@technique("parquet", decoder=lambda data, columns: fragments(
    [[cell for part in line["items"] for cell in part.values()]
     for line in parquet.read_table(io.BytesIO(data)).to_pylist()], core(columns)))  # fmt: skip
def parquet_nested(rows: Rows, _: Random) -> bytes:
    """A column of lists of structures."""
    items = [[{"v": cell} for cell in line] for line in grid(rows, core(rows[0]))]
    return as_parquet(pyarrow.table({"区划": [row[roles(row).area] for row in rows], "items": items}), "zstd")


@technique("parquet", decoder=lambda data, columns: unpack(b"\n".join(
    parquet.read_table(io.BytesIO(data))["blob"].to_pylist()), columns))  # fmt: skip
def parquet_blobs(rows: Rows, _: Random) -> bytes:
    """A column of bytes."""
    return as_parquet(pyarrow.table({"blob": payload(rows).split(b"\n"), "n": [1] * len(rows)}), "gzip")


@technique("feather", decoder=lambda data, _: feather.read_table(io.BytesIO(data)).to_pylist())
def feather_copy(rows: Rows, _: Random) -> bytes:
    """The rows as they are."""
    out = io.BytesIO()
    feather.write_feather(table(rows), out, compression="lz4")
    return out.getvalue()


def _unused(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    column = ipc.open_stream(io.BytesIO(data)).read_all()["类别"].combine_chunks()
    return unpack("\n".join(column.dictionary.to_pylist()), columns)


@technique("arrow", decoder=_unused)
def arrow_unused_dictionary(rows: Rows, random: Random) -> bytes:
    """Dictionary entries that no row refers to."""
    words = ["甲", "乙", *payload(rows).decode().split("\n")]
    places = pyarrow.array([random.randint(0, 1) for _ in range(40)], pyarrow.int32())
    content = pyarrow.table({"类别": pyarrow.DictionaryArray.from_arrays(places, pyarrow.array(words))})
    out = io.BytesIO()
    with ipc.new_stream(out, content.schema) as writer:
        writer.write_table(content)
    return out.getvalue()


def _behind_nulls(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    column = ipc.open_file(io.BytesIO(data)).read_all()["值"].combine_chunks()
    raw = numpy.frombuffer(column.buffers()[1], numpy.int64)
    return fragments([(str(number),) for number in raw.tolist()], [roles(columns).phone])


@technique("arrow", decoder=_behind_nulls)
def arrow_values_behind_nulls(rows: Rows, _: Random) -> bytes:
    """A column of nulls whose value buffer holds phone numbers."""
    values = numpy.array([int(row[roles(row).phone]) for row in rows], numpy.int64)
    nulls = pyarrow.py_buffer(bytes((len(rows) + 7) // 8))
    column = pyarrow.Array.from_buffers(pyarrow.int64(), len(rows), [nulls, pyarrow.py_buffer(values)])
    content = pyarrow.table({"值": column})
    out = io.BytesIO()
    with ipc.new_file(out, content.schema) as writer:
        writer.write_table(content)
    return out.getvalue()


@technique("orc", decoder=lambda data, _: orc.read_table(io.BytesIO(data)).to_pylist())
def orc_copy(rows: Rows, _: Random) -> bytes:
    """The rows as they are."""
    out = io.BytesIO()
    orc.write_table(table(rows), out)
    return out.getvalue()
