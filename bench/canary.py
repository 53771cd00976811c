"""Canaries: what an overlay costs, how often a leak names its seat, and how often a clean file names anybody.

Run: python -m bench.canary [ROWS] [SEATS]. Beside the making of an overlay stands reading and writing the
same parts without one. Asserts nothing.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sandbox.fingerprint.canary import ground
from sandbox.fingerprint.columns import Columns
from sandbox.fingerprint.overlay import Overlay, mixed, overlay_of, pool_of
from sandbox.fingerprint.trace import Held, trace
from sandbox.masking.parts import PartWriter

KEY = b"k" * 32
LETTERS = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)


def tokens(chance: np.random.Generator, count: int) -> pa.Array:
    """Return tokens of 18 letters, as masking makes them."""
    letters = LETTERS[chance.integers(0, 32, (count, 18))]
    ends = np.arange(0, 18 * (count + 1), 18, dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), count, [None, pa.py_buffer(ends), pa.py_buffer(letters.tobytes())]
    )


def made(rows: int, seed: int = 1) -> pa.Table:
    """Return masked settlements: a number, a person of three rows, a firm, an amount, four plain columns."""
    chance = np.random.default_rng(seed)

    def of(names: pa.Array) -> pa.Array:
        return names.take(pa.array(chance.integers(0, len(names), rows)))

    months = [f"2025-{n:02}" for n in range(1, 13)]
    return pa.table({
        "number": tokens(chance, rows),
        "person": of(tokens(chance, rows // 3)),
        "firm": of(tokens(chance, 200)),
        "amount": pa.array(np.round(chance.lognormal(7, 1, rows), 2)).cast(pa.string()),
        "area": of(pa.array([f"区{n}" for n in range(31)])),
        "kind": of(pa.array([f"D{n}" for n in range(300)])),
        "month": of(pa.array(months)),
        "age": of(pa.array([f"{n}0-{n}9" for n in range(1, 9)])),
    })  # fmt: skip


def written(folder: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> list[Path]:
    """Write batches as parts, as a landing does."""
    folder.mkdir()
    with PartWriter(folder, schema) as writer:
        for batch in batches:
            writer.add(batch)
        return [folder / part.name for part in writer.close()]


def timed(name: str, work: Callable[[], object]) -> object:
    """Do something, and print how long it took."""
    started = time.perf_counter()
    found = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name}: {time.perf_counter() - started:.2f} s, peak so far {peak} MiB", flush=True)
    return found


def overlays(folder: Path, rows: int, seats: int) -> list[Held]:
    """Measure the making of overlays, and return those of all seats with their pool."""
    table = made(rows)
    parts = written(folder / "pool", table.schema, iter(table.to_batches(max_chunksize=32_768)))
    names, schema = tuple(table.column_names), table.schema
    del table

    def read(name: str) -> pa.ChunkedArray:
        return pa.concat_tables(
            [pq.read_table(one, columns=[name], use_threads=False) for one in parts]
        ).column(0)

    def copied() -> Iterator[pa.RecordBatch]:
        for one in parts:
            yield from pq.ParquetFile(one).iter_batches(batch_size=32_768)

    timed("parts read and written again, no canaries", lambda: written(folder / "plain", schema, copied()))
    found = timed("ground, once a version", lambda: ground(Columns(names, rows, read), place="env/visits/1"))
    pool = timed("pool, once a version", lambda: pool_of(found, key=KEY, pool="p"))
    mine: Overlay = timed("overlay of a seat", lambda: overlay_of(found, key=KEY, pool=pool, seat="seat-0"))  # type: ignore[assignment]
    timed(
        "mixed into the seat's copy",
        lambda: written(folder / "seat", schema, mixed(parts, mine, rows=rows)),
    )
    print(f"{mine.rows.num_rows} rows a seat, {found.heads} heads of {found.head_rows} rows in the pool")
    every = [Held("p", "v1", pool)]
    return every + [
        Held("p", "v1", overlay_of(found, key=KEY, pool=pool, seat=f"seat-{n}"), f"seat-{n}")
        for n in range(seats)
    ]


def named(tables: list[pa.Table], held: list[Held]) -> list[str]:
    """Return who is named."""
    return [one.owner for one in trace(tables, held).seats if one.named]


def leaks(table: pa.Table, held: list[Held]) -> None:
    """Print how many leaks name their seat, by how much was deleted, with half of the columns gone."""
    chance = np.random.default_rng(7)
    seats = [one for one in held if one.seat]
    for deleted, trials in ((0.5, 8), (0.9, 24), (0.99, 60), (0.999, 60)):
        right = wrong = able = 0
        for trial in range(trials):
            one = seats[trial % len(seats)]
            whole = pa.concat_tables([table, one.overlay.rows])
            rows = chance.choice(whole.num_rows, int((1 - deleted) * whole.num_rows), replace=False)
            columns = chance.permutation(table.column_names)[: len(table.column_names) // 2].tolist()
            found = named([whole.select(columns).take(pa.array(rows))], held)
            right += found == [one.seat]
            able += not {"number", "person"}.isdisjoint(columns)
            wrong += bool(set(found) - {one.seat})
        told = f"{right} of {trials} named ({able} with a column of tokens left), {wrong} wrongly"
        print(f"{deleted:.1%} of rows and half of columns deleted: {told}", flush=True)
    for pair in range(5):
        one, other = seats[2 * pair], seats[2 * pair + 1]
        common = set(one.overlay.rows["number"].to_pylist()) & set(other.overlay.rows["number"].to_pylist())
        kept = one.overlay.rows.filter(
            pa.array([n in common for n in one.overlay.rows["number"].to_pylist()])
        )
        found = sorted(named([pa.concat_tables([table.slice(0, 200_000), kept])], held))
        print(
            f"two seats without what differs: {'both' if found == sorted([one.seat, other.seat]) else found}"
        )


def clean(table: pa.Table, held: list[Held], files: int) -> None:
    """Print how many files of other origin name anybody: other data, rows of the pool, results, words."""
    chance, wrong = np.random.default_rng(9), 0
    for number in range(files):
        if number % 3 == 0:
            file = made(600, seed=1_000 + number)
        elif number % 3 == 1:
            file = table.take(pa.array(chance.integers(0, table.num_rows, 600)))
        else:
            file = (
                table.slice(number * 500, 20_000).group_by(["area", "kind"]).aggregate([("amount", "count")])
            )
            file = file.cast(pa.schema([pa.field(name, pa.string()) for name in file.column_names]))
        wrong += bool(named([file], held))
    print(f"{files} files of other origin: {wrong} name somebody")


def main() -> None:
    """Print every figure."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seats = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    with tempfile.TemporaryDirectory() as folder:
        held = overlays(Path(folder), rows, seats)
    table = made(rows)
    leaks(table, held)
    clean(table, held, 1_000)


if __name__ == "__main__":
    main()
