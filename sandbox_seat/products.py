"""Making a product that the egress gate can prove: a table, and the claim beside it.

A claim names the SQL that made the table and the column whose distinct values are the
subjects behind each cell. It proves nothing here: the gate computes it anew.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox_seat.data import ALONE, quoted

if TYPE_CHECKING:
    import duckdb

CLAIM_SUFFIX = ".claim.json"
SMALLEST = 10
"""Subjects a cell needs unless the grade of the data asks for more; the gate decides, not this."""
OTHERS = "其他"


def claim(path: str | Path, *, sql: str, subject: str) -> Path:
    """Write `<path>.claim.json` beside a product and return where it lies.

    Raises InputError when the product is missing or a part of the claim is empty.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(say("没有找到产品文件 {path}，请先写出文件再写声明", path=str(path)))
    if not sql.strip() or not subject.strip():
        raise InputError(say("声明要写明 sql 和 subject（统计对象所在的列）"))
    beside = file.with_name(file.name + CLAIM_SUFFIX)
    content = {"sql": sql.strip(), "subject": subject.strip()}
    beside.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")
    return beside


def product(
    connection: duckdb.DuckDBPyConnection, path: str | Path, *, sql: str, subject: str
) -> tuple[Path, Path]:
    """Run `sql`, write its result to `path` (.csv or .parquet) and its claim beside it; return both."""
    import duckdb

    file = Path(path).absolute()
    form = {".csv": "(FORMAT csv, HEADER)", ".parquet": "(FORMAT parquet)"}.get(file.suffix)
    if form is None:
        raise InputError(say("产品文件 {path} 要以 .csv 或 .parquet 结尾", path=str(path)))
    target = str(file).replace("'", "''")
    try:
        connection.execute(f"COPY ({sql.strip().rstrip(';')}) TO '{target}' {form}")
    except duckdb.Error as error:
        raise InputError(say("这条 SQL 没能运行：{reason}", reason=str(error))) from error
    return file, claim(file, sql=sql, subject=subject)


def merge_small(
    connection: duckdb.DuckDBPyConnection,
    *,
    group: str,
    subject: str,
    table: str = ALONE,
    smallest: int = SMALLEST,
    counted: str = "数量",
) -> str:
    """Return SQL that counts subjects by `group`, every class below `smallest` merged into 其他.

    When the merged rest would itself stay below `smallest`, the next smallest classes join it.
    Raises InputError when fewer than two classes would remain.
    """
    key, who, source = quoted(group), quoted(subject), table if table == ALONE else quoted(table)
    counts = f"SELECT {key}, count(DISTINCT {who}) FROM {source} GROUP BY {key} ORDER BY 2 DESC, 1"
    rows = [(row[0], int(row[1])) for row in connection.execute(counts).fetchall()]
    kept = _kept(rows, smallest)
    if not kept or (len(kept) == 1 and len(rows) == 1):
        raise InputError(say("列 {group} 的各类都太小，合并后不足两类，请换一列", group=group))
    everything = len(kept) == len(rows)
    listed = ", ".join("'" + str(name).replace("'", "''") + "'" for name in kept)
    label = key if everything else f"CASE WHEN {key} IN ({listed}) THEN {key} ELSE '{OTHERS}' END"
    head = (
        key if everything else f"{label} AS {quoted(group + '类别')}"
    )  # a new name: the column keeps its own
    return f"SELECT {head}, count(DISTINCT {who}) AS {quoted(counted)} FROM {source} GROUP BY {label}"


def _kept(rows: Sequence[tuple[object, int]], smallest: int) -> list[object]:
    """Return the classes that stand alone: the longest head whose rest is nothing or big enough."""
    kept = [
        (name, count)
        for name, count in rows
        if count >= smallest and name is not None and str(name) != OTHERS
    ]
    rest = sum(count for _, count in rows) - sum(count for _, count in kept)
    while kept and len(kept) < len(rows) and rest < smallest:
        rest += kept.pop()[1]
    return [name for name, _ in kept]
