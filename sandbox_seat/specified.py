"""Asking the egress gate to make a product by itself, or to test one that goes by a name that obliges.

A decision tree or a codebook is only described here: the gate makes it from the snapshot and writes it. A
model trained here is handed in with its description: the gate fits it again.
Synthetic rows and samples of a service are handed in as such and held against the source. Nothing
is decided in the seat.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox_seat.data import quoted
from sandbox_seat.products import CLAIM_SUFFIX, SMALLEST, specification

if TYPE_CHECKING:
    import duckdb


def tree(
    path: str | Path,
    *,
    table: str,
    subject: str,
    target: str,
    features: Sequence[str],
    depth: int = 3,
    leaf: int = 2 * SMALLEST,
    seed: int = 0,
) -> Path:
    """Write what the gate needs to grow a decision tree by itself (.json), and return where it lies.

    `leaf` counts subjects (people, firms), not rows; the gate refuses fewer than the threshold.
    """
    columns = {"table": table, "subject": subject, "target": target, "features": [*features]}
    return specification(path, {"model": "tree", **columns, "depth": depth, "leaf": leaf, "seed": seed})


def trained(
    path: str | Path,
    *,
    table: str,
    subject: str,
    target: str,
    features: Sequence[str],
    model: str = "linear",
    **made: object,
) -> Path:
    """Write what a trained model file says of itself (`<path>.claim.json`) and return where it lies.

    The file is safetensors (`weights`), ONNX or skops; `model` is linear, logistic or tree. `made` says how
    it was fitted: `alpha` (ridge), `C` (logistic), `scaled`, `dummies`. Train on all rows `design` gives.
    Raises InputError when there is no such file.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(say("没有找到产品文件 {path}，请先写出文件再写声明", path=str(path)))
    asked = {"model": model, "table": table, "subject": subject, "target": target, "features": [*features]}
    beside = file.with_name(file.name + CLAIM_SUFFIX)
    beside.write_text(json.dumps(asked | made, ensure_ascii=False, indent=1), encoding="utf-8")
    return beside


def weights(
    path: str | Path,
    figures: Sequence[float],
    constant: float,
    *,
    mean: Sequence[float] = (),
    scale: Sequence[float] = (),
) -> Path:
    """Write a linear model as safetensors: a figure an input and the constant; return where it lies.

    `mean` and `scale` are those of a StandardScaler before it.
    """
    parts = {"coef": [*figures], "intercept": [constant]}
    parts |= {"mean": [*mean], "scale": [*scale]} if mean or scale else {}
    head, body = {}, b""
    for name, values in parts.items():
        data = struct.pack(f"<{len(values)}d", *map(float, values))
        head[name] = {
            "dtype": "F64",
            "shape": [len(values)],
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    told = json.dumps(head).encode()
    file = Path(path).absolute()
    file.write_bytes(struct.pack("<Q", len(told)) + told + body)
    return file


def design(
    connection: duckdb.DuckDBPyConnection,
    *,
    table: str,
    target: str,
    features: Sequence[str],
    every: bool = False,
) -> str:
    """Return SQL for what to train on: the inputs in the gate's order, then the target; complete rows only.

    A text column becomes one column of 0 and 1 a category, sorted, the first left out unless `every`.
    """
    named, inputs = quoted(table), []
    for name in features:
        column = quoted(name)
        known = f"FROM {named} WHERE {column} IS NOT NULL"
        if not connection.execute(
            f"SELECT count(*) {known} AND TRY_CAST({column} AS DOUBLE) IS NULL"
        ).fetchall()[0][0]:
            inputs.append(f"CAST({column} AS DOUBLE) AS {column}")
            continue
        held = f"SELECT DISTINCT CAST({column} AS VARCHAR) {known}"
        for kind in sorted(str(row[0]) for row in connection.execute(held).fetchall())[0 if every else 1 :]:
            literal = "'" + kind.replace("'", "''") + "'"
            label = quoted(f"{name}={kind}")
            inputs.append(f"CAST(CAST({column} AS VARCHAR) = {literal} AS DOUBLE) AS {label}")
    whole = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in (*features, target))
    return f"SELECT {', '.join(inputs)}, {quoted(target)} FROM {named} WHERE {whole}"


def codebook(path: str | Path, *, table: str, subject: str, columns: Sequence[str] = ()) -> Path:
    """Write what the gate needs to write a codebook of a table by itself (.json); return where it lies.

    The gate lists values that many subjects have, their numbers rounded; `columns` keeps to some columns.
    """
    asked: dict[str, object] = {"codebook": table, "subject": subject}
    return specification(path, asked | ({"columns": [*columns]} if columns else {}))


def training_rows(table: str, *, subject: str) -> str:
    """Return SQL for the rows of one half of the subjects: what to make synthetic data from.

    The gate knows the same half, and tests by the other whether the data were learned by heart.
    """
    who = quoted(subject)
    return f"SELECT * FROM {quoted(table)} WHERE substr(md5(CAST({who} AS VARCHAR)), 1, 1) < '8'"


def synthetic(
    connection: duckdb.DuckDBPyConnection, path: str | Path, *, sql: str, table: str, subject: str
) -> Path:
    """Write the rows of `sql` (.json) as synthetic data in the likeness of `table`; return where they lie.

    Columns are called as in `table`; none of them names anybody. The gate tests the rows against the
    source and writes them as CSV; people look at them. Register a data frame to name it in `sql`.
    """
    return specification(path, {"synthetic": table, "subject": subject, "rows": _rows(connection, sql)})


def service(
    connection: duckdb.DuckDBPyConnection,
    path: str | Path,
    *,
    sql: str,
    table: str,
    subject: str,
    inputs: Sequence[str],
) -> Path:
    """Write a sample of a data service (.json): one row of `sql` an answer; return where it lies.

    `inputs` are the columns that a caller sends, the others are answered. The gate joins the requests with
    the source and refuses what passes records through or can be asked subject by subject.
    """
    asked = {"service": table, "subject": subject, "inputs": [*inputs], "rows": _rows(connection, sql)}
    return specification(path, asked)


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, str | None]]:
    """Return the rows of a statement as text cells."""
    import duckdb

    try:
        rows = connection.execute(sql.strip().rstrip(";")).to_arrow_table().to_pylist()
    except duckdb.Error as error:
        raise InputError(say("这条 SQL 没能运行：{reason}", reason=str(error))) from error
    return [{name: None if cell is None else str(cell) for name, cell in row.items()} for row in rows]
