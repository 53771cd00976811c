"""What a Parquet file carries beside its cells is told; what every writer adds is not."""

from __future__ import annotations

import io
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.egress.columnar import parquet_issues, unseen

TABLE = pa.table({"区县": ["汇川区", "播州区"] * 20, "人数": list(range(40))})
RECORD = "沈磊涛,1989-05-15,桐梓县"


def written(table: pa.Table = TABLE, **more: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **more)
    return out.getvalue()


def told(data: bytes) -> tuple[set[str], str]:
    file = pq.ParquetFile(io.BytesIO(data))
    issues, texts = unseen(data, file)
    return {issue.where for issue in (*parquet_issues(file), *issues)}, "\n".join(texts)


@pytest.mark.parametrize("more", [
    {}, {"compression": "zstd"}, {"use_dictionary": False}, {"row_group_size": 7}, {"write_page_index": True},
    {"version": "1.0"}, {"data_page_version": "2.0"},
])  # fmt: skip
def test_what_a_writer_adds_by_itself_is_usual(more: dict[str, object]) -> None:
    assert told(written(**more)) == (set(), "")


def test_a_data_frame_is_usual_and_its_attributes_are_not() -> None:
    frame = pd.DataFrame(TABLE.to_pydict())
    assert told(written(pa.Table.from_pandas(frame)))[0] == set()
    frame.attrs["note"] = RECORD
    assert told(written(pa.Table.from_pandas(frame)))[0] == {"metadata"}


@pytest.mark.parametrize("metadata", [
    {b"x": RECORD.encode()}, {b"pandas": json.dumps({"rows": [RECORD]}).encode()}, {b"pandas": b"[1]"},
])  # fmt: skip
def test_an_entry_of_ones_own_is_told(metadata: dict[bytes, bytes]) -> None:
    assert told(written(TABLE.replace_schema_metadata(metadata)))[0] == {"metadata"}


def test_a_note_at_a_column_is_told() -> None:
    field = pa.field("人数", pa.int64(), metadata={"note": RECORD})
    assert told(written(TABLE.cast(pa.schema([TABLE.schema.field(0), field]))))[0] == {"metadata"}


def test_bytes_between_the_pages_and_the_footer_are_told_and_read() -> None:
    data = written()
    length = int.from_bytes(data[-8:-4], "little")
    cut = len(data) - 8 - length
    where, texts = told(data[:cut] + RECORD.encode() * 3 + data[cut:])
    assert where == {"gap"}
    assert RECORD in texts


def test_an_entry_of_the_dictionary_that_no_cell_shows_is_told_and_read() -> None:
    shown = pa.DictionaryArray.from_arrays(pa.array([0, 1] * 20), pa.array(["汇川区", "播州区", RECORD]))
    where, texts = told(written(pa.table({"区县": shown})))
    assert where == {"dictionary"}
    assert RECORD in texts
