"""From single nodes of an SQL syntax tree to expressions of the claim language: one function each.

An allow-list: a node type that is not named here, or an argument that is not expected, raises
InputError. Knows the table's columns and the aliases; the statement around it is `grammar`'s.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce

from sqlglot import exp

from sandbox.egress.claims import TableScope
from sandbox.egress.expressions import (
    FUNCTIONS,
    Aggregate,
    Call,
    Case,
    Column,
    Expression,
    Kind,
    Literal,
    summarises,
)
from sandbox.egress.measures import check_measure, split_condition
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say

MAX_LITERALS = 400
MAX_LITERAL_CHARACTERS = 80

_BINARY: Mapping[type[exp.Expression], str] = {
    exp.EQ: "eq", exp.NEQ: "ne", exp.GT: "gt", exp.GTE: "ge", exp.LT: "lt", exp.LTE: "le",
    exp.And: "and", exp.Or: "or", exp.Add: "add", exp.Sub: "sub", exp.Mul: "mul", exp.Div: "div",
    exp.IntDiv: "intdiv", exp.Mod: "mod", exp.Like: "like", exp.ILike: "ilike", exp.DPipe: "concat",
    exp.Contains: "contains", exp.StartsWith: "starts_with", exp.Nullif: "nullif",
}  # fmt: skip
_UNARY: Mapping[type[exp.Expression], str] = {
    exp.Neg: "neg", exp.Abs: "abs", exp.Floor: "floor", exp.Ceil: "ceil", exp.Upper: "upper",
    exp.Lower: "lower", exp.Trim: "trim", exp.Length: "length", exp.Year: "year", exp.Month: "month",
    exp.Day: "day", exp.Quarter: "quarter", exp.DayOfMonth: "day", exp.Not: "not",
}  # fmt: skip
_CASTS: Mapping[str, str] = {
    "DOUBLE": "to_number", "FLOAT": "to_number", "DECIMAL": "to_number", "BIGINT": "to_integer",
    "INT": "to_integer", "SMALLINT": "to_integer", "TINYINT": "to_integer", "INT128": "to_integer",
    "VARCHAR": "to_text", "TEXT": "to_text", "DATE": "to_date", "TIMESTAMP": "to_timestamp",
}  # fmt: skip
_DIGITS = frozenset(str(digits) for digits in range(13))
_TRUNCATIONS = frozenset({"year", "quarter", "month", "week", "day"})
_LAYOUT = frozenset("%Yymd-/.年月日 ")
_PARTS = {"year": "year", "month": "month", "day": "day", "quarter": "quarter"}


@dataclass(frozen=True, slots=True)
class Relation:
    """Columns under a name, as a statement sees them; what each is in the claim's own table."""

    name: str
    columns: Mapping[str, Expression]


@dataclass(slots=True)
class Reader:
    """One translation under way: the columns in sight, the aliases seen, the literal budget."""

    scope: TableScope
    relations: tuple[Relation, ...]
    aliases: dict[str, Expression] = field(default_factory=dict)
    literals: int = 0
    allow_aggregates: bool = False


def refuse(reason: Message) -> InputError:
    """Return the error for a claim outside the language, with its reason."""
    return InputError(say("声明无法由闸口核算：{reason}", reason=reason))


def only(node: exp.Expression, *allowed: str) -> None:
    """Refuse a node that carries any argument beyond those named."""
    extra = {name for name, value in node.args.items() if value not in (None, False, [])} - set(allowed)
    if extra:
        raise refuse(say("{name} 的写法不在允许范围内", name=_shown(node)))


def _shown(node: exp.Expression) -> str:
    return type(node).__name__


def expression_of(node: exp.Expression, reader: Reader) -> Expression:
    if type(node) in _BINARY:
        only(node, "this", "expression", "typed", "safe")
        return Call(
            _BINARY[type(node)], (expression_of(node.this, reader), expression_of(node.expression, reader))
        )
    if type(node) in _UNARY:
        only(node, "this")
        return Call(_UNARY[type(node)], (expression_of(node.this, reader),))
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise refuse(say("不支持 {name}", name=_shown(node)))
    return handler(node, reader)


def _paren(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this")
    return expression_of(node.this, reader)


def _column(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "table")
    if not isinstance(node.this, exp.Identifier):
        raise refuse(say("不能输出整行，请写明列名"))
    qualifier = node.args.get("table")
    sight = [
        one for one in reader.relations if qualifier is None or one.name == str(qualifier.name).casefold()
    ]
    if not sight:
        raise refuse(say("列前的表名不是 FROM 中的表"))
    name = node.name
    exact = [one.columns[name] for one in sight if name in one.columns]
    folded = [
        part for one in sight for column, part in one.columns.items() if column.casefold() == name.casefold()
    ]
    found = exact or folded
    if len(found) == 1:
        return found[0]
    alias = reader.aliases.get(name.casefold()) if qualifier is None else None
    if found or alias is None or (summarises(alias) and not reader.allow_aggregates):
        raise refuse(say("列名不在表中，或不能唯一确定"))
    return alias


def shown_name(node: exp.Expression, reader: Reader) -> str:
    """Return the spelling in which a column of the statement is shown without an alias."""
    names = [column for one in reader.relations for column in one.columns]
    folded = [column for column in names if column.casefold() == node.name.casefold()]
    return node.name if node.name in names or not folded else folded[0]


def _constant(node: exp.Expression, reader: Reader) -> Expression:
    reader.literals += 1
    text = str(node.this)
    if reader.literals > MAX_LITERALS or len(text) > MAX_LITERAL_CHARACTERS:
        raise refuse(say("常量过多或过长"))
    if not text.isprintable() or unicodedata.normalize("NFC", text) != text:
        raise refuse(say("常量中有不可见字符"))
    if node.is_string:
        return Literal(Kind.TEXT, text)
    try:
        finite = abs(float(text)) < 1e18
    except ValueError as error:
        raise refuse(say("数字常量不可读")) from error
    if not finite:
        raise refuse(say("数字常量过大"))
    return Literal(Kind.NUMBER, text)


def _truth(node: exp.Expression, _: Reader) -> Expression:
    return Literal(Kind.TRUTH, "TRUE" if node.this else "FALSE")


def _null(_: exp.Expression, __: Reader) -> Expression:
    return Literal(Kind.ANY, None)


def _in(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "expressions")
    values = tuple(expression_of(value, reader) for value in node.expressions)
    if not values or not all(isinstance(value, Literal) for value in values):
        raise refuse(say("IN 后只能是常量"))
    return Call("in", (expression_of(node.this, reader), *values))


def _between(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "low", "high")
    subject = expression_of(node.this, reader)
    low, high = expression_of(node.args["low"], reader), expression_of(node.args["high"], reader)
    return Call("and", (Call("ge", (subject, low)), Call("le", (subject, high))))


def _is(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "expression")
    subject = expression_of(node.this, reader)
    if isinstance(node.expression, exp.Null):
        return Call("is_null", (subject,))
    if isinstance(node.expression, exp.Boolean):
        return Call("eq", (subject, _truth(node.expression, reader)))
    raise refuse(say("IS 后只能是 NULL、TRUE 或 FALSE"))


def _case(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "ifs", "default")
    subject = expression_of(node.this, reader) if node.this is not None else None
    branches = []
    for branch in node.args["ifs"]:
        only(branch, "this", "true")
        test = expression_of(branch.this, reader)
        value = expression_of(branch.args["true"], reader)
        branches.append((test if subject is None else Call("eq", (subject, test)), value))
    default = node.args.get("default")
    return _no_aggregate(Case(tuple(branches), None if default is None else expression_of(default, reader)))


def _if(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "true", "false")
    default = node.args.get("false")
    branch = (expression_of(node.this, reader), expression_of(node.args["true"], reader))
    return _no_aggregate(Case((branch,), None if default is None else expression_of(default, reader)))


def _no_aggregate(expression: Expression) -> Expression:
    if summarises(expression):
        raise refuse(say("CASE 中不能有汇总值"))
    return expression


def _cast(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "to", "action", "default", "safe", "requires_string", "is_string")
    target = _CASTS.get(node.to.this.value) if isinstance(node.to, exp.DataType) else None
    if target is None or node.to.args.get("nested"):
        raise refuse(say("只能转换为数字、文字或日期"))
    inner = expression_of(node.this, reader)
    if target in ("to_number", "to_integer") and isinstance(inner, Call) and _is_truth(inner):
        return Call("truth_number", (inner,))
    return Call(target, (inner,))


def _is_truth(expression: Expression) -> bool:
    return isinstance(expression, Call) and FUNCTIONS[expression.function].gives is Kind.TRUTH


def _coalesce(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "expressions")
    parts = (node.this, *node.expressions)
    return Call("coalesce", tuple(expression_of(part, reader) for part in parts))


def _concat(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "expressions", "safe", "coalesce")
    parts = [expression_of(part, reader) for part in node.expressions]
    filled = [Call("coalesce", (Call("to_text", (part,)), Literal(Kind.TEXT, ""))) for part in parts]
    return reduce(lambda left, right: Call("concat", (left, right)), filled)


def _substring(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "start", "length")
    length = node.args.get("length")
    end = Literal(Kind.NUMBER, "1000000") if length is None else expression_of(length, reader)
    return Call("substr", (expression_of(node.this, reader), expression_of(node.args["start"], reader), end))


def _end_of(function: str) -> Callable[[exp.Expression, Reader], Expression]:
    def handle(node: exp.Expression, reader: Reader) -> Expression:
        only(node, "this", "expression")
        return Call(function, (expression_of(node.this, reader), expression_of(node.expression, reader)))

    return handle


def _truncate(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "unit", "input_type_preserved")
    unit = str(node.args["unit"].name).lower()
    if unit not in _TRUNCATIONS:
        raise refuse(say("日期只能截到年、季、月、周、日"))
    return Call("date_trunc", (Literal(Kind.TEXT, unit), expression_of(node.this, reader)))


def _extract(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "expression")
    part = _PARTS.get(str(node.this.name).lower())
    if part is None:
        raise refuse(say("日期只能取年、季、月、日"))
    return Call(part, (expression_of(node.expression, reader),))


def _strftime(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "format")
    layout = node.args["format"]
    if not isinstance(layout, exp.Literal) or not layout.is_string or set(layout.this) - _LAYOUT:
        raise refuse(say("日期格式只能由年、月、日组成"))
    return Call("strftime", (expression_of(node.this, reader), _constant(layout, reader)))


def _round(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "decimals")
    decimals = node.args.get("decimals")
    inner = expression_of(node.this, reader)
    sign = -1 if isinstance(decimals, exp.Neg) else 1
    plain = decimals.this if isinstance(decimals, exp.Neg) else decimals
    if plain is not None and not (isinstance(plain, exp.Literal) and plain.this in _DIGITS):
        raise refuse(say("ROUND 的位数须是不超过 12 的整数"))
    digits = sign * int(plain.this) if plain is not None else 0
    if isinstance(inner, Aggregate):
        if inner.digits is not None:
            raise refuse(say("ROUND 不能套两层"))
        return replace(inner, digits=digits)
    return Call("round", (inner, Literal(Kind.NUMBER, str(digits))))


# --- aggregates ----------------------------------------------------------------------------


def _inner(node: exp.Expression, reader: Reader) -> Expression:
    """Return an aggregate's argument; an aggregate inside an aggregate is refused."""
    if not reader.allow_aggregates:
        raise refuse(say("这里不能用汇总函数"))
    reader.allow_aggregates = False
    expression = expression_of(node, reader)
    reader.allow_aggregates = True
    return expression


def _count(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "big_int")
    if not reader.allow_aggregates:
        raise refuse(say("这里不能用汇总函数"))
    target = node.this
    if isinstance(target, exp.Star):
        only(target)
        return Aggregate("count", None)
    if isinstance(target, exp.Distinct):
        only(target, "expressions")
        if len(target.expressions) != 1:
            raise refuse(say("COUNT(DISTINCT …) 中只能有一列"))
        argument, condition = split_condition(_inner(target.expressions[0], reader))
        if not isinstance(argument, Column):
            raise refuse(say("COUNT(DISTINCT …) 中只能是一列"))
        return Aggregate("count_distinct", argument, condition)
    if target is None:
        raise refuse(say("COUNT 须写成 COUNT(*)、COUNT(列) 或 COUNT(DISTINCT 列)"))
    argument, condition = split_condition(_inner(target, reader))
    if isinstance(argument, Literal):
        return Aggregate("count", None, condition)
    if not isinstance(argument, Column):
        raise refuse(say("COUNT 中只能是一列"))
    return Aggregate("count", argument, condition)


def _measure(function: str) -> Callable[[exp.Expression, Reader], Expression]:
    def handle(node: exp.Expression, reader: Reader) -> Expression:
        only(node, "this")
        return Aggregate(function, check_measure(_inner(node.this, reader)))

    return handle


def _position(function: str, place: float | None) -> Callable[[exp.Expression, Reader], Expression]:
    """Return the handler of a positional aggregate; its place is fixed, or a constant beside the column."""

    def handle(node: exp.Expression, reader: Reader) -> Expression:
        only(node, "this", "expression", "quantile")
        at = node.args.get("expression") or node.args.get("quantile")
        wanted = place if at is None else _share(at)
        if wanted is None or (place is not None and at is not None):
            raise refuse(say("分位数的位置须是 0 到 1 之间的常数"))
        return Aggregate(function, _plain_column(node.this, reader), place=wanted)

    return handle


def _spread(function: str) -> Callable[[exp.Expression, Reader], Expression]:
    def handle(node: exp.Expression, reader: Reader) -> Expression:
        only(node, "this")
        return Aggregate(function, _plain_column(node.this, reader))

    return handle


def _share(node: exp.Expression) -> float | None:
    plain = isinstance(node, exp.Literal) and not node.is_string and len(str(node.this)) <= 6
    value = float(node.this) if plain else -1.0
    return value if 0 <= value <= 1 else None


def _plain_column(node: exp.Expression, reader: Reader) -> Expression:
    argument = _inner(node, reader)
    inner = argument.arguments[0] if isinstance(argument, Call) and argument.function == "to_number" else None
    if not isinstance(argument, Column) and not isinstance(inner, Column):
        raise refuse(say("最小、最大、分位数和标准差只能取一列数值"))
    return argument


def _filter(node: exp.Expression, reader: Reader) -> Expression:
    only(node, "this", "expression")
    aggregate = expression_of(node.this, reader)
    if not isinstance(aggregate, Aggregate) or not isinstance(node.expression, exp.Where):
        raise refuse(say("FILTER 只能跟在汇总函数后"))
    condition = _inner(node.expression.this, reader)
    both = condition if aggregate.condition is None else Call("and", (aggregate.condition, condition))
    return replace(aggregate, condition=both)


_HANDLERS: Mapping[type[exp.Expression], Callable[[exp.Expression, Reader], Expression]] = {
    exp.Paren: _paren, exp.Column: _column, exp.Literal: _constant, exp.Boolean: _truth, exp.Null: _null,
    exp.In: _in, exp.Between: _between, exp.Is: _is, exp.Case: _case, exp.If: _if, exp.Cast: _cast,
    exp.TryCast: _cast, exp.Coalesce: _coalesce, exp.Concat: _concat, exp.Substring: _substring,
    exp.Left: _end_of("left"), exp.Right: _end_of("right"), exp.DateTrunc: _truncate,
    exp.TimestampTrunc: _truncate, exp.Extract: _extract, exp.TimeToStr: _strftime, exp.Round: _round,
    exp.Count: _count, exp.Sum: _measure("sum"), exp.Avg: _measure("avg"), exp.Filter: _filter,
    exp.Min: _position("min", 0.0), exp.Max: _position("max", 1.0),
    exp.Median: _position("quantile_cont", 0.5), exp.PercentileCont: _position("quantile_cont", None),
    exp.PercentileDisc: _position("quantile_disc", None), exp.Quantile: _position("quantile_disc", None),
    exp.Stddev: _spread("stddev_samp"), exp.StddevSamp: _spread("stddev_samp"),
    exp.StddevPop: _spread("stddev_pop"), exp.Variance: _spread("var_samp"),
    exp.VariancePop: _spread("var_pop"),
}  # fmt: skip
