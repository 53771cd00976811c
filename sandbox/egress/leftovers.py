"""How a columnar file is cut into parts: the numbers of rows of each, a choice that no reader shows.

Of Parquet and Arrow. Bounded; pure; called by `channels`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from sandbox.egress.streams import Stream, stream

MAX_PARTS = 4096
_LEAST = 60
_BROKEN = (ValueError, OSError, pa.ArrowException)


def parts(data: bytes) -> Iterator[Stream]:
    """Yield the numbers of rows of the parts of a columnar file that has many."""
    try:
        if data[:4] == b"PAR1":
            file = pq.ParquetFile(io.BytesIO(data)).metadata
            if file.num_row_groups >= _LEAST:
                groups = range(min(file.num_row_groups, MAX_PARTS))
                yield stream("rows of groups", [[file.row_group(at).num_rows for at in groups]])
        elif data[:6] == b"ARROW1":
            frames = pa.ipc.open_file(pa.BufferReader(data))
            if frames.num_record_batches >= _LEAST:
                batches = range(min(frames.num_record_batches, MAX_PARTS))
                yield stream("rows of batches", [[frames.get_batch(at).num_rows for at in batches]])
    except _BROKEN:
        return
