"""What shows only across files: records split by column over several of them.

Takes the files' own contents and answers with findings that name the files concerned; tables that subtract
to a few are the matter of `beside`. Pure; called by `judge`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations

import pyarrow as pa

from sandbox.egress.averaged import averaged
from sandbox.egress.checks import check
from sandbox.egress.content import Content, Form, Sheet
from sandbox.egress.filed import as_rows
from sandbox.egress.narrated import narrated, told_by
from sandbox.egress.origin import Source
from sandbox.egress.pieces import pieced
from sandbox.egress.recognise import recognise, recognise_views
from sandbox.egress.restated import restated
from sandbox.egress.shards import cancelled, sharded
from sandbox.egress.shares import editions, shared
from sandbox.egress.solved import solved
from sandbox.egress.substituted import substituted
from sandbox.egress.subtracted import subtracted
from sandbox.egress.unmixed import unmixed
from sandbox.egress.views import View
from sandbox.egress.worded import as_files, structured
from sandbox.files.types import FileType
from sandbox.fingerprint.index import RecordIndex
from sandbox.kernel.findings import Finding

MAX_ROWS = 200_000
MAX_JOINS = 60
MAX_TEXT = 1 << 18
MAX_LINED = 12
MAX_SOLVED = 8
MAX_INSIDE = 4
MAX_WIDE = 20
MAX_STACKED = 60_000
LEAST_LINES = 8


def split_records(
    contents: Mapping[str, Sequence[Content]],
    indexes: Sequence[RecordIndex],
    sources: Sequence[Source] = (),
    files: Mapping[str, bytes] | None = None,
) -> tuple[Finding, ...]:
    """Return a finding for files that show source records together: side by side, joined, or as shares.

    `files` are their bytes, where there are any.
    """
    tables = _tables(contents)
    found: list[Finding] = []
    seen: set[str] = set()
    joins = list(_joins(tables))[:MAX_JOINS]
    for paths, table in joins:
        if seen.issuperset(paths):
            continue
        shown = recognise_views([View("joined", table, aligned=False)] * max(len(joins), 1), indexes)
        shown = shown or solved((), [table] if len(joins) <= MAX_SOLVED else [], indexes)
        shown = shown or sharded(table, indexes)
        again = None if shown else restated([table], sources)
        if shown or again:
            seen.update(paths)
            records = len(shown.records) if again is None else again.values
            found.append(_together(records, "joined", paths))
    found += () if found else _inside(contents, indexes)
    found += () if found else _reckoned(contents, tables, indexes, sources)
    found += () if found else _stacked(tables, indexes)
    return tuple(found) or tuple(_as_shares(contents, tables, indexes, sources, files or {}))


def _inside(contents: Mapping[str, Sequence[Content]], indexes: Sequence[RecordIndex]) -> Iterator[Finding]:
    """Yield the records of tables found in several files that have as many rows, all of one number as one."""
    held: dict[int, dict[str, list[pa.Table]]] = defaultdict(lambda: defaultdict(list))
    for path, parts in contents.items():
        for table in _every(parts):
            if len(held[table.num_rows][path]) < MAX_INSIDE:
                held[table.num_rows][path].append(table)
    joins = [one for rows, one in held.items() if len(one) > 1 and rows >= LEAST_LINES][:MAX_JOINS]
    for several in joins:
        wide = _beside([table for tables in several.values() for table in tables])
        shown = recognise_views([View("joined", wide, aligned=False)] * len(joins), indexes)
        if shown:
            yield _together(len(shown.records), "joined", tuple(several))
            return


def _every(parts: Sequence[Content]) -> list[pa.Table]:
    """Return the tables of a file, each once, that are no longer than any that are put side by side.

    A half that chains of codings end with is a text that one file alone has no reason to lay out as rows.
    """
    found: list[pa.Table] = []
    ends = as_files(structured(text for content in parts if content.guessed for text in content.stray))
    for table in (*ends, *(sheet.table for content in parts for sheet in content.sheets)):
        small = table.num_rows <= MAX_STACKED and table.num_columns <= MAX_WIDE
        if small and not any(table.equals(one) for one in found):
            found.append(table)
    return found


def _reckoned(
    contents: Mapping[str, Sequence[Content]],
    tables: Mapping[str, pa.Table],
    indexes: Sequence[RecordIndex],
    sources: Sequence[Source],
) -> Iterator[Finding]:
    """Yield what tables of several files come to: a table times a square, the middles of the same table."""
    if not 2 <= len(tables) <= MAX_LINED:
        return
    every = [content for parts in contents.values() for content in parts]
    made = [(tuple(tables), table) for table in unmixed(every, list(tables.values()))]
    made += averaged(tables)
    for paths, table in made:
        shown = recognise_views([View("reckoned", table, aligned=False)] * len(made), indexes)
        shown = shown or solved((), [table], indexes)
        again = None if shown else restated([table], sources)
        if shown or again:
            yield _together(len(shown.records) if again is None else again.values, "reckoned", paths)
            return
    noise = cancelled(tables, indexes)
    if noise is not None:
        yield _together(len(noise[1].records), "shares", noise[0])


def joined_records(
    contents: Mapping[str, Sequence[Content]], shown: Collection[str], indexes: Sequence[RecordIndex]
) -> tuple[Finding, ...]:
    """Return a finding for files whose rows are records beside a file that is `shown` by a column alone.

    It leaves no more than that file does: what is left of the records could be put beside it again.
    """
    found: list[Finding] = []
    joins = [one for one in _joins(_tables(contents)) if not set(shown).isdisjoint(one[0])][:MAX_JOINS]
    for paths, table in joins:
        seen = recognise_views([View("joined", table, aligned=False)] * len(joins), indexes)
        if seen:
            found.append(_together(len(seen.records), "joined", paths))
    return tuple(found)


def _tables(contents: Mapping[str, Sequence[Content]]) -> dict[str, pa.Table]:
    """Return the last table of each file: a guess stands for it only where it has none of its own."""
    return {
        path: sheet.table
        for path, parts in contents.items()
        for content in sorted(parts, key=lambda one: not one.guessed) for sheet in content.sheets
        if 0 < sheet.table.num_rows <= MAX_ROWS
    }  # fmt: skip


def _as_shares(
    contents: Mapping[str, Sequence[Content]],
    tables: Mapping[str, pa.Table],
    indexes: Sequence[RecordIndex],
    sources: Sequence[Source],
    files: Mapping[str, bytes],
) -> Iterator[Finding]:
    """Yield what files show whose pieces, steps or shares have to be put together."""
    for paths, rows in as_rows(contents):
        filed = recognise_views([View("files", rows, aligned=False)], indexes) or pieced([rows], indexes)
        filed = filed or substituted((), [rows], (), sources)
        if filed:
            yield _together(len(filed.records), "files", paths)
            return
    told = narrated(told_by([one for parts in contents.values() for one in parts]), indexes)
    if told:
        yield _together(len(told.records), "told", tuple(contents))
        return
    lined = dict(tables) | _of_lines(files, tables)
    pieces = pieced(list(lined.values()), indexes) if len(lined) > 1 else None
    if pieces:
        yield _together(len(pieces.records), "pieces", tuple(lined))
        return
    apart = subtracted(tables)
    for paths, view in apart:
        less = recognise_views([view] * len(apart), indexes)
        if less:
            yield _together(len(less.records), "subtracted", paths)
            return
    stacks = editions(files)
    views = [View("editions", table, aligned=False) for table in stacks]
    shown = recognise_views(views, indexes)
    again = None if shown or not stacks else restated(stacks, sources)
    if shown or again:
        yield _together(len(shown.records) if again is None else again.values, "editions", tuple(files))
        return
    shares = shared(files, indexes)
    if shares is not None:
        yield _together(len(shares.seen.records), "shares", shares.paths)


def _stacked(tables: Mapping[str, pa.Table], indexes: Sequence[RecordIndex]) -> Iterator[Finding]:
    """Yield the records of tables with the same headings below each other: one may be cut over several."""
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for path, table in tables.items():
        alike[tuple(table.column_names)].append(path)
    for names, paths in alike.items():
        several = [tables[path].cast(pa.schema([(name, pa.string()) for name in names])) for path in paths]
        if len(paths) > 1 and 0 < sum(one.num_rows for one in several) * len(names) <= MAX_STACKED:
            sheet = Sheet("", pa.concat_tables(several), plain=False)
            seen = recognise([Content(FileType.BINARY, Form.UNREAD, sheets=(sheet,))], indexes)
            if seen:
                yield _together(len(seen.records), "stacked", tuple(paths))
                return


def _of_lines(files: Mapping[str, bytes], tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return the lines of short texts that hold no table, as tables of one column."""
    found: dict[str, pa.Table] = {}
    for path, data in files.items():
        if path in tables or len(data) > MAX_TEXT or b"\0" in data or len(found) >= MAX_LINED:
            continue
        lines = [line.strip() for line in data.decode("utf-8", errors="replace").splitlines()]
        if LEAST_LINES <= len(lines) <= MAX_ROWS:
            found[path] = pa.table({"1": pa.array(lines, pa.string())})
    return found


def _together(records: int, where: str, paths: Sequence[str]) -> Finding:
    return check("set-record").finding(records=records, where=where, paths=tuple(paths))


def _joins(tables: Mapping[str, pa.Table]) -> list[tuple[tuple[str, ...], pa.Table]]:
    """Return files of equal length side by side (all of them, then pairs), and pairs by a shared key."""
    joined: list[tuple[tuple[str, ...], pa.Table]] = []
    by_length: dict[int, list[str]] = {}
    for path, table in tables.items():
        by_length.setdefault(table.num_rows, []).append(path)
    for paths in by_length.values():
        if len(paths) > 1:
            joined.append((tuple(paths), _beside([tables[path] for path in paths])))
        if 2 < len(paths) <= 6:
            joined += [(pair, _beside([tables[path] for path in pair])) for pair in combinations(paths, 2)]
    if len(tables) <= 8:
        for one, other in combinations(tables, 2):
            merged = _by_key(tables[one], tables[other])
            if merged is not None:
                joined.append(((one, other), merged))
    return joined


def _beside(tables: Sequence[pa.Table]) -> pa.Table:
    columns = [column for table in tables for column in table.columns]
    return pa.Table.from_arrays(columns, names=[f"c{place}" for place in range(len(columns))])


def _by_key(one: pa.Table, other: pa.Table) -> pa.Table | None:
    """Return two tables joined on a column that is unique in both and shares most of its values."""
    for left in one.column_names:
        known = set(one.column(left).to_pylist()) if one.num_rows <= 20_000 else set()
        if len(known) != one.num_rows or len(known) < 2:
            continue
        for right in other.column_names:
            values = other.column(right).to_pylist() if other.num_rows <= 20_000 else []
            if len(set(values)) == len(values) and len(known.intersection(values)) >= 0.5 * len(values) > 0:
                return _merged(one, left, other, right)
    return None


def _merged(one: pa.Table, left: str, other: pa.Table, right: str) -> pa.Table:
    first = one.rename_columns([f"a{place}" for place in range(one.num_columns)])
    second = other.rename_columns([f"b{place}" for place in range(other.num_columns)])
    keys = f"a{one.column_names.index(left)}", f"b{other.column_names.index(right)}"
    return first.join(second, keys=keys[0], right_keys=keys[1], join_type="inner")
