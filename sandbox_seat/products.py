"""Making a product that the egress gate can prove: a table, and the claim beside it.

A claim names the SQL that made the table and the column whose distinct values are the
subjects behind each cell. It proves nothing here: the gate computes it anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
_FORMS = {
    ".csv": "(FORMAT csv, HEADER)", ".json": "(FORMAT json, ARRAY true)", ".parquet": "(FORMAT parquet)",
}  # fmt: skip


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
    """Run `sql`, write its result to `path` (.csv, .json, .parquet) and its claim beside it; return both."""
    import duckdb

    file = Path(path).absolute()
    form = _FORMS.get(file.suffix)
    if form is None:
        raise InputError(say("产品文件 {path} 要以 .csv、.json 或 .parquet 结尾", path=str(path)))
    target = str(file).replace("'", "''")
    try:
        connection.execute(f"COPY ({sql.strip().rstrip(';')}) TO '{target}' {form}")
    except duckdb.Error as error:
        raise InputError(say("这条 SQL 没能运行：{reason}", reason=str(error))) from error
    return file, claim(file, sql=sql, subject=subject)


def chart(
    connection: duckdb.DuckDBPyConnection,
    path: str | Path,
    *,
    sql: str,
    subject: str,
    x: str,
    y: str | Sequence[str],
    mark: str = "bar",
    title: str = "",
) -> tuple[Path, Path]:
    """Write what the gate needs to draw a chart (.json) of `sql` by itself, and the claim; return both.

    `mark` is bar, line or point. A chart without a title can be proven; a title has to be read by people.
    """
    file = Path(path).absolute()
    if file.suffix != ".json":
        raise InputError(say("图的文件 {path} 要以 .json 结尾", path=str(path)))
    written, beside = product(connection, file.with_suffix(".rows.json"), sql=sql, subject=subject)
    rows = json.loads(written.read_text(encoding="utf-8"))
    written.unlink()
    beside.unlink()
    asked = {"chart": mark, "x": x, "y": [y] if isinstance(y, str) else list(y), "rows": rows}
    asked |= {"title": title} if title else {}
    file.write_text(json.dumps(asked, ensure_ascii=False, indent=1), encoding="utf-8")
    return file, claim(file, sql=sql, subject=subject)


def model(path: str | Path, *, table: str, subject: str, target: str, features: Sequence[str]) -> Path:
    """Write what the gate needs to fit a linear model by itself (.json), and return where it lies."""
    asked = {"model": "linear", "table": table, "subject": subject, "target": target, "features": [*features]}
    return specification(path, asked)


def specification(path: str | Path, asked: Mapping[str, object]) -> Path:
    """Write what is asked of the gate (.json), and return where it lies."""
    file = Path(path).absolute()
    if file.suffix != ".json":
        raise InputError(say("说明的文件 {path} 要以 .json 结尾", path=str(path)))
    file.write_text(json.dumps(asked, ensure_ascii=False, indent=1), encoding="utf-8")
    return file


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


def repaired(
    connection: duckdb.DuckDBPyConnection,
    path: str | Path,
    *,
    question: Question,
    subject: str,
    smallest: int = SMALLEST,
) -> tuple[Path, Path]:
    """Write a product without groups of too few subjects, nor such that the rest gives one back; return both.

    The claim is the whole question: rows may be left out, never changed, so that the gate can prove what
    is left. Raises InputError where nothing safe remains. The gate decides, not this.
    """
    who = f"count(DISTINCT {_column(subject)})"
    whole = question.sql()
    counted = whole.replace("SELECT ", f"SELECT {who} AS {quoted(_HELD)}, ", 1)
    rows = connection.execute(f"SELECT {quoted(_HELD)} FROM ({counted}) ORDER BY 1").fetchall()
    held = [int(row[0]) for row in rows]
    limit = smallest
    while (hidden := [count for count in held if count < limit]) and sum(hidden) < smallest:
        limit = min((count for count in held if count >= limit), default=limit) + 1
    if not any(count >= limit for count in held):
        raise InputError(say("各组的统计对象都太少，请用更粗的分组"))
    names = [quoted(name) for name in connection.sql(whole).columns]
    shown = f"SELECT {', '.join(names)} FROM ({counted}) WHERE {quoted(_HELD)} >= {limit:d}"
    file, _ = product(connection, path, sql=shown, subject=subject)
    return file, claim(file, sql=whole, subject=subject)


_HELD = "统计对象数·闸口"


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


_FUNCTIONS = {
    "size": "count(*)", "count": "count({0})", "nunique": "count(DISTINCT {0})", "sum": "sum({0})",
    "mean": "avg({0})", "median": "median({0})", "std": "stddev({0})", "min": "min({0})", "max": "max({0})",
}  # fmt: skip
_TESTS = frozenset({"=", "<>", "<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Question:
    """A product in the making, written as in pandas and turned into SQL that the gate can compute.

    Every method returns a new question: `table("企业").where(地区="汇川区").group_by("行业").agg(n=("代码",
    "nunique"))`. Nothing runs before `save`.
    """

    source: str
    joins: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()

    def where(self, **tests: object) -> Question:
        """Keep rows: column=value, column=[values] or column=(">=", value); several must all hold."""
        return replace(self, tests=(*self.tests, *(_test(name, wanted) for name, wanted in tests.items())))

    def join(self, other: str, *, on: str | Mapping[str, str]) -> Question:
        """Look up another table, which holds one row for each key at most; the agreement must allow it."""
        pairs = {on: on} if isinstance(on, str) else dict(on)
        left = self.source
        equal = " AND ".join(
            f"{quoted(left)}.{quoted(one)} = {quoted(other)}.{quoted(two)}" for one, two in pairs.items()
        )
        if not equal:
            raise InputError(say("join 要写明按哪些列相等关联"))
        return replace(self, joins=(*self.joins, f"JOIN {quoted(other)} ON {equal}"))

    def group_by(self, *columns: str) -> Question:
        """Group by columns, which are shown as they are."""
        return replace(self, keys=(*self.keys, *columns))

    def agg(self, **figures: str | tuple[str, str] | tuple[str, str, int]) -> Question:
        """Show figures: name=(column, function) or (column, function, decimals), or name="size"."""
        return replace(self, figures=(*self.figures, *(_figure(*pair) for pair in figures.items())))

    def sql(self, *, subject: str = "", smallest: int = 0) -> str:
        """Return the SQL; with `smallest`, groups of fewer subjects are left out."""
        if not self.figures:
            raise InputError(say("请用 agg 写明至少一个计数、合计或平均"))
        shown = ", ".join([*(_column(key) for key in self.keys), *self.figures])
        parts = [f"SELECT {shown} FROM {quoted(self.source)}", *self.joins]
        parts += [f"WHERE {' AND '.join(self.tests)}"] if self.tests else []
        parts += [f"GROUP BY {', '.join(_column(key) for key in self.keys)}"] if self.keys else []
        parts += (
            [f"HAVING count(DISTINCT {_column(subject)}) >= {smallest:d}"] if subject and smallest else []
        )
        return " ".join(parts)

    def save(
        self,
        connection: duckdb.DuckDBPyConnection,
        path: str | Path,
        *,
        subject: str,
        smallest: int = SMALLEST,
    ) -> tuple[Path, Path]:
        """Write the product and its claim beside it; groups below `smallest` subjects are left out."""
        return product(connection, path, sql=self.sql(subject=subject, smallest=smallest), subject=subject)


def table(name: str) -> Question:
    """Return a question over a table of the seat."""
    return Question(name)


def _column(name: str) -> str:
    return ".".join(quoted(part) for part in name.split(".", 1))


def _figure(name: str, figure: str | tuple[str, str] | tuple[str, str, int]) -> str:
    column, function, *rest = ("", figure) if isinstance(figure, str) else figure
    template = _FUNCTIONS.get(str(function))
    if template is None:
        known = "、".join(_FUNCTIONS)
        raise InputError(say("没有函数 {name}，可用的有：{known}", name=str(function), known=known))
    written = template.format(_column(str(column)))
    return f"{f'round({written}, {int(rest[0]):d})' if rest else written} AS {quoted(name)}"


def _test(name: str, wanted: object) -> str:
    if isinstance(wanted, list):
        return f"{_column(name)} IN ({', '.join(_literal(one) for one in wanted)})"
    sign, value = wanted if isinstance(wanted, tuple) else ("=", wanted)
    if sign not in _TESTS:
        raise InputError(say("比较符号 {sign} 不可用，请用 = <> < <= > >=", sign=str(sign)))
    return f"{_column(name)} {sign} {_literal(value)}"


def _literal(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "'" + str(value).replace("'", "''") + "'"
    return repr(value)
