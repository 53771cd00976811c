"""The small language of claims: what an accepted SQL statement is turned into, and its own SQL.

The gate never runs an author's text. `claims` turns the text into these values, and only
what `emit` writes from them reaches the engine: columns by position, literals quoted anew,
functions from one table. Nothing here touches data; `recompute` is the only caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

POSITIONS = frozenset({"min", "max", "quantile_cont", "quantile_disc"})
"""Aggregates that show the value of one row, or of two neighbours."""
SPREADS = frozenset({"stddev_samp", "stddev_pop", "var_samp", "var_pop"})
"""Aggregates of squared deviations from the average."""

Expression: TypeAlias = "Column | Literal | Call | Case | Aggregate"


class Kind(StrEnum):
    """What an expression yields; `ANY` is a column whose type the table decides."""

    ANY = "any"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    TRUTH = "truth"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the claim's one table, spelled as the table spells it."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: text, number (as its digits), truth value or null."""

    kind: Kind
    text: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """A function or operator of `FUNCTIONS` with its arguments."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """CASE WHEN … THEN … ELSE … END in the searched form."""

    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate: `function` is count, count_distinct, sum, avg, or one of `POSITIONS` or `SPREADS`.

    `argument` is None for count(*). `condition` narrows the rows (FILTER or a CASE inside);
    `digits` is the declared rounding; `place` is the quantile wanted, 0 to 1.
    """

    function: str
    argument: Expression | None
    condition: Expression | None = None
    digits: int | None = None
    place: float | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """How one function is written: argument kinds, result kind, SQL template."""

    takes: tuple[Kind, ...]
    gives: Kind
    template: str


_N, _T, _D, _B, _A = Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.TRUTH, Kind.ANY

FUNCTIONS: Mapping[str, Function] = {
    "add": Function((_N, _N), _N, "({0} + {1})"),
    "sub": Function((_N, _N), _N, "({0} - {1})"),
    "mul": Function((_N, _N), _N, "({0} * {1})"),
    "div": Function((_N, _N), _N, "({0} / nullif({1}, 0))"),
    "intdiv": Function((_N, _N), _N, "floor({0} / nullif({1}, 0))"),
    "mod": Function((_N, _N), _N, "({0} % nullif({1}, 0))"),
    "neg": Function((_N,), _N, "(-{0})"),
    "abs": Function((_N,), _N, "abs({0})"),
    "floor": Function((_N,), _N, "floor({0})"),
    "ceil": Function((_N,), _N, "ceil({0})"),
    "round": Function((_N, _N), _N, "round({0}, CAST({1} AS INTEGER))"),
    "year": Function((_D,), _N, "year({0})"),
    "month": Function((_D,), _N, "month({0})"),
    "day": Function((_D,), _N, "day({0})"),
    "quarter": Function((_D,), _N, "quarter({0})"),
    "dayofweek": Function((_D,), _N, "dayofweek({0})"),
    "date_trunc": Function((_T, _D), _D, "CAST(date_trunc({0}, {1}) AS TIMESTAMP)"),
    "strftime": Function((_D, _T), _T, "strftime({0}, {1})"),
    "substr": Function((_T, _N, _N), _T, "substr({0}, CAST({1} AS BIGINT), CAST({2} AS BIGINT))"),
    "left": Function((_T, _N), _T, "left({0}, CAST({1} AS BIGINT))"),
    "right": Function((_T, _N), _T, "right({0}, CAST({1} AS BIGINT))"),
    "upper": Function((_T,), _T, "upper({0})"),
    "lower": Function((_T,), _T, "lower({0})"),
    "trim": Function((_T,), _T, "trim({0})"),
    "length": Function((_T,), _N, "length({0})"),
    "concat": Function((_T, _T), _T, "({0} || {1})"),
    "starts_with": Function((_T, _T), _B, "starts_with({0}, {1})"),
    "contains": Function((_T, _T), _B, "contains({0}, {1})"),
    "like": Function((_T, _T), _B, "({0} LIKE {1})"),
    "ilike": Function((_T, _T), _B, "({0} ILIKE {1})"),
    "and": Function((_B, _B), _B, "({0} AND {1})"),
    "or": Function((_B, _B), _B, "({0} OR {1})"),
    "not": Function((_B,), _B, "(NOT {0})"),
    "is_null": Function((_A,), _B, "({0} IS NULL)"),
    "to_number": Function((_N,), _N, "{0}"),
    "to_integer": Function((_N,), _N, "CAST(TRY_CAST({0} AS BIGINT) AS DOUBLE)"),
    "to_text": Function((_T,), _T, "{0}"),
    "to_date": Function((_D,), _D, "CAST(TRY_CAST({0} AS DATE) AS TIMESTAMP)"),
    "to_timestamp": Function((_D,), _D, "{0}"),
    "truth_number": Function((_B,), _N, "CAST({0} AS DOUBLE)"),
    # comparisons and choices agree on one kind for all their arguments: see `_common`
    "eq": Function((), _B, "({0} = {1})"),
    "ne": Function((), _B, "({0} <> {1})"),
    "lt": Function((), _B, "({0} < {1})"),
    "le": Function((), _B, "({0} <= {1})"),
    "gt": Function((), _B, "({0} > {1})"),
    "ge": Function((), _B, "({0} >= {1})"),
    "in": Function((), _B, "IN"),
    "coalesce": Function((), _A, "COALESCE"),
    "nullif": Function((), _A, "NULLIF"),
}
"""Every function and operator a claim may use; what is not here is not run."""

_DATE_LAYOUTS = "['%Y-%m-%d', '%Y/%m/%d', '%Y%m%d', '%Y.%m.%d', '%Y年%m月%d日', '%Y-%m', '%Y/%m', '%Y年%m月']"


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the expressions directly inside one."""
    match expression:
        case Call(arguments=arguments):
            return arguments
        case Case(branches=branches, otherwise=otherwise):
            inner = tuple(part for branch in branches for part in branch)
            return inner if otherwise is None else (*inner, otherwise)
        case Aggregate(argument=argument, condition=condition):
            return tuple(part for part in (argument, condition) if part is not None)
        case _:
            return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield the expression and everything inside it."""
    yield expression
    for part in children(expression):
        yield from walk(part)


def summarises(expression: Expression) -> bool:
    """Return whether there is an aggregate in the expression."""
    return any(isinstance(part, Aggregate) for part in walk(expression))


def columns_of(expression: Expression) -> frozenset[str]:
    """Return the names of all columns the expression reads."""
    return frozenset(part.name for part in walk(expression) if isinstance(part, Column))


@dataclass(frozen=True, slots=True)
class Names:
    """How columns and aggregates are written in the engine, and what kind each column is."""

    columns: Mapping[str, str]
    kinds: Mapping[str, Kind]
    aggregates: Mapping[Aggregate, str]


def kind_of(expression: Expression, names: Names) -> Kind:
    """Return the kind the expression yields."""
    match expression:
        case Column(name=name):
            return names.kinds.get(name, Kind.TEXT)
        case Literal(kind=kind):
            return kind
        case Aggregate():
            return Kind.NUMBER
        case Case(branches=branches, otherwise=otherwise):
            values = [value for _, value in branches]
            return _common([*values, *([otherwise] if otherwise is not None else [])], names)
        case Call(function=function, arguments=arguments):
            gives = FUNCTIONS[function].gives
            return _common(arguments, names) if gives is Kind.ANY else gives


def _common(parts: list[Expression] | tuple[Expression, ...], names: Names) -> Kind:
    """Return the kind all parts can be compared in: number before date before text."""
    kinds = {kind_of(part, names) for part in parts if not _is_null(part)}
    if kinds == {Kind.TRUTH}:
        return Kind.TRUTH
    if Kind.NUMBER in kinds and kinds <= {Kind.NUMBER, Kind.TEXT}:
        return Kind.NUMBER if _all_numeric(parts) else Kind.TEXT
    if Kind.DATE in kinds:
        return Kind.DATE
    return Kind.TEXT


def _all_numeric(parts: list[Expression] | tuple[Expression, ...]) -> bool:
    """Return whether no part is text that plainly is no number (a label beside a number)."""
    return not any(
        isinstance(part, Literal) and part.kind is Kind.TEXT and not _numeric_text(part.text or "")
        for part in parts
    )


def _numeric_text(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_null(part: Expression) -> bool:
    return isinstance(part, Literal) and part.text is None


def emit(expression: Expression, names: Names, want: Kind = Kind.ANY) -> str:
    """Return the SQL of an expression, converted to the kind wanted."""
    have = kind_of(expression, names)
    target = have if want is Kind.ANY else want
    if isinstance(expression, Literal):
        return _literal(expression, target)
    return _convert(_plain(expression, names), have, target)


def _plain(expression: Expression, names: Names) -> str:
    match expression:
        case Column(name=name):
            return names.columns[name]
        case Aggregate():
            return names.aggregates[expression]
        case Case():
            return _case(expression, names)
        case Call():
            return _call(expression, names)
        case Literal():
            return _literal(expression, expression.kind)


def _case(expression: Case, names: Names) -> str:
    kind = kind_of(expression, names)
    parts = [
        f"WHEN {emit(test, names, Kind.TRUTH)} THEN {emit(value, names, kind)}"
        for test, value in expression.branches
    ]
    if expression.otherwise is not None:
        parts.append(f"ELSE {emit(expression.otherwise, names, kind)}")
    return f"(CASE {' '.join(parts)} END)"


def _call(expression: Call, names: Names) -> str:
    function = FUNCTIONS[expression.function]
    if function.takes:
        wanted = zip(expression.arguments, function.takes, strict=True)
        return function.template.format(*(emit(part, names, kind) for part, kind in wanted))
    kind = _common(expression.arguments, names)
    parts = [emit(part, names, kind) for part in expression.arguments]
    if function.template == "IN":
        return f"({parts[0]} IN ({', '.join(parts[1:])}))"
    if function.template in ("COALESCE", "NULLIF"):
        return f"{function.template}({', '.join(parts)})"
    return function.template.format(*parts)


def _literal(literal: Literal, target: Kind) -> str:
    if literal.text is None:
        return "NULL"
    if literal.kind is Kind.TRUTH:
        return _convert(literal.text, Kind.TRUTH, target)
    if literal.kind is Kind.NUMBER and target in (Kind.NUMBER, Kind.ANY):
        return f"CAST({quote(literal.text)} AS DOUBLE)"
    return _convert(quote(literal.text), Kind.TEXT, target)


def _convert(sql: str, have: Kind, want: Kind) -> str:
    """Return SQL that turns one kind into another, null where a cell cannot be read so."""
    if have is want or want is Kind.ANY:
        return sql
    if want is Kind.NUMBER:
        return f"TRY_CAST({sql} AS DOUBLE)"
    if want is Kind.TEXT:
        return f"CAST({sql} AS VARCHAR)"
    if want is Kind.TRUTH:
        return f"TRY_CAST({sql} AS BOOLEAN)"
    text = f"CAST({sql} AS VARCHAR)"
    return f"COALESCE(TRY_CAST({text} AS TIMESTAMP), try_strptime({text}, {_DATE_LAYOUTS}))"


def quote(text: str) -> str:
    """Return a text as an SQL literal; control characters never get this far."""
    return "'" + text.replace("'", "''") + "'"
