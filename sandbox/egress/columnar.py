"""What a Parquet file may carry beside its cells: metadata, bytes between pages, entries that nobody uses.

Looks at the footer and at the layout that it describes (Apache Parquet format, file layout); the cells are
read by `files`. Pure; called by `reading`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sandbox.egress.content import Issue
from sandbox.egress.documents import parse_json
from sandbox.egress.salvage import salvaged
from sandbox.kernel.message import say

_USUAL = {"index_columns", "column_indexes", "columns", "attributes", "creator", "pandas_version"}
_WRITTEN = (b"pandas", b"ARROW:schema")
_MARK = b"PAR1"
_LEAST_GAP = 8
MAX_TEXTS = 20_000


def parquet_issues(file: pq.ParquetFile) -> list[Issue]:
    """Return what the footer says beyond the schema; the writers' own two entries are usual."""
    metadata = file.schema_arrow.metadata or {}
    strange = [key for key in metadata if key not in _WRITTEN]
    fields = [field for field in file.schema_arrow if set(field.metadata or {}) - {b"PARQUET:field_id"}]
    note = parse_json(metadata.get(b"pandas", b"{}").decode("utf-8", errors="replace"))[0]
    attributes = isinstance(note, Mapping) and (bool(note.get("attributes")) or bool(set(note) - _USUAL))
    if strange or fields or attributes or not isinstance(note, Mapping):
        return [Issue("hidden-content", where="metadata", evidence=say("Parquet 元数据中有附加内容"))]
    return []


def unseen(data: bytes, file: pq.ParquetFile) -> tuple[list[Issue], tuple[str, ...]]:
    """Return the issues of what no reader shows, and the texts in it."""
    issues: list[Issue] = []
    texts = [text for note in notes(file) for text in salvaged(note)]
    between = b"\n".join(gaps(data, file))
    if between:
        issues.append(Issue("hidden-content", where="gap", evidence=say("Parquet 的数据页之间有多余字节")))
        texts += salvaged(between)
    entries = list(_unused(data, file))
    if entries:
        issues.append(
            Issue("hidden-content", where="dictionary", evidence=say("Parquet 的字典中有没有用到的值"))
        )
        texts.append("\n".join(entries[:MAX_TEXTS]))
    return issues, tuple(texts)


def notes(file: pq.ParquetFile) -> Iterator[bytes]:
    """Yield what the schema and the columns say about themselves beyond what writers do."""
    yield from (value for key, value in (file.schema_arrow.metadata or {}).items() if key not in _WRITTEN)
    for field in file.schema_arrow:
        yield from (value for key, value in (field.metadata or {}).items() if key != b"PARQUET:field_id")


def gaps(data: bytes, file: pq.ParquetFile) -> Iterator[bytes]:
    """Yield the bytes that belong to no column chunk, no page index and no footer."""
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    spans = [(0, len(_MARK)), (footer, len(data))]
    indexed = False
    for group in range(file.metadata.num_row_groups):
        for place in range(file.metadata.num_columns):
            chunk = file.metadata.row_group(group).column(place)
            starts = [chunk.data_page_offset]
            if chunk.has_dictionary_page and chunk.dictionary_page_offset:
                starts.append(chunk.dictionary_page_offset)
            spans.append((min(starts), min(starts) + chunk.total_compressed_size))
            if chunk.bloom_filter_offset is not None and chunk.bloom_filter_length is not None:
                at = chunk.bloom_filter_offset
                spans.append((at, at + chunk.bloom_filter_length))
            indexed |= bool(chunk.has_column_index or chunk.has_offset_index)
    end = 0
    for start, stop in sorted(spans):
        if start - end >= _LEAST_GAP and not (indexed and start == footer):
            yield data[end:start]
        end = max(end, stop)


def _unused(data: bytes, file: pq.ParquetFile) -> Iterator[str]:
    """Yield the dictionary entries of text columns that no cell shows, row group by row group."""
    schema = file.schema_arrow
    names = [field.name for field in schema if pa.types.is_string(field.type) or _is_folded(field.type)]
    if not names or len(set(schema.names)) != len(schema.names):
        return
    folded = pq.ParquetFile(io.BytesIO(data), read_dictionary=names)
    for group in range(file.metadata.num_row_groups):
        for column in folded.read_row_group(group, columns=names, use_threads=False).columns:
            chunks = [chunk for chunk in column.chunks if pa.types.is_dictionary(chunk.type)]
            shown = [pc.unique(chunk.indices).drop_null() for chunk in chunks]
            if not chunks:
                continue
            pairs = zip(chunks, shown, strict=True)
            used = pa.concat_arrays([_text(chunk.dictionary.take(place)) for chunk, place in pairs])
            held = pa.concat_arrays([_text(chunk.dictionary) for chunk in chunks])
            yield from held.filter(pc.invert(pc.is_in(held, value_set=used))).to_pylist()


def _is_folded(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind) and pa.types.is_string(kind.value_type))


def _text(values: pa.Array) -> pa.Array:
    return values.cast(pa.large_string())
