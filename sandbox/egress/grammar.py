"""From an SQL syntax tree to a checked claim: an allow-list of nodes, one function each.

A node that is not named here, an argument that is not expected, a comment, or a column that
identifies somebody outside COUNT(DISTINCT …) raises InputError. Called by `claims` only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import sqlglot
from sqlglot import exp

from sandbox.egress.claims import CheckedClaim, Claim, Item, TableScope
from sandbox.egress.expressions import (
    FUNCTIONS,
    Aggregate,
    Call,
    Case,
    Column,
    Expression,
    Kind,
    Literal,
    children,
    walk,
)
from sandbox.egress.measures import check_measure, split_condition
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say

MAX_NODES = 1500
MAX_LITERALS = 400
MAX_LITERAL_CHARACTERS = 80
MAX_DEPTH = 40
MAX_ITEMS = 40
MAX_LABEL_CHARACTERS = 40

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
_TRUNCATIONS = frozenset({"year", "quarter", "month", "week", "day"})
_PARTS = {"year": "year", "month": "month", "day": "day", "quarter": "quarter"}
_SELECT_PARTS = frozenset({"kind", "hint", "distinct", "expressions", "limit", "operation_modifiers",
                           "from_", "where", "group", "having", "order", "exclude"})  # fmt: skip


_Output: TypeAlias = tuple[str, bool, Expression]


@dataclass(slots=True)
class _Reader:
    """One translation under way: the table's columns, the aliases seen, the literal budget."""

    scope: TableScope
    alias: str
    aliases: dict[str, Expression] = field(default_factory=dict)
    literals: int = 0
    allow_aggregates: bool = False


def translate(claim: Claim, tables: Mapping[str, TableScope]) -> CheckedClaim:
    """Return the checked claim; raise InputError for anything not in the accepted language."""
    select = _parse(claim.sql)
    scope, alias = _table(select, tables)
    reader = _Reader(scope=scope, alias=alias)
    outputs = [_output(node, reader) for node in select.expressions]
    if not outputs or len(outputs) > MAX_ITEMS:
        raise _refuse(say("SELECT 的列数不在允许范围内"))
    for name, _, expression in outputs:
        _remember(reader, name, expression)
    keys = _keys(select.args.get("group"), outputs, reader)
    items = tuple(_item(*output, keys) for output in outputs)
    if len({item.name for item in items}) != len(items):
        raise _refuse(say("输出列有重名，请给每一列起不同的名字"))
    checked = CheckedClaim(
        table=scope.name,
        subject=_subject(claim, scope),
        items=items,
        keys=keys,
        where=_condition(select.args.get("where"), reader),
        having=_having(select.args.get("having"), reader),
        labels=_labels(items, keys),
    )
    _order(select.args.get("order"), checked, reader)
    if not checked.aggregates:
        raise _refuse(say("声明须至少有一个计数、合计或平均"))
    _no_identifiers(checked, scope)
    return checked


def _refuse(reason: Message) -> InputError:
    return InputError(say("声明无法由闸口核算：{reason}", reason=reason))


def _parse(sql: str) -> exp.Select:
    """Return the one SELECT of the text, without comments and within the size limits."""
    try:
        statements = sqlglot.parse(sql, dialect="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        raise _refuse(say("不是一条可读的 SELECT 语句")) from error
    if len(statements) != 1 or type(statements[0]) is not exp.Select:
        raise _refuse(say("只接受一条 SELECT 语句"))
    select = statements[0]
    nodes = 0
    for node in select.walk():
        nodes += 1
        if node.comments:
            raise _refuse(say("SQL 中不能有注释"))
        if nodes > MAX_NODES or node.depth > MAX_DEPTH:
            raise _refuse(say("语句过于复杂，请拆分或简化"))
    if "--" in _outside_quotes(sql) or "/*" in _outside_quotes(sql) or "#" in _outside_quotes(sql):
        raise _refuse(say("SQL 中不能有注释"))
    extra = {name for name, value in select.args.items() if value} - _SELECT_PARTS
    if extra or any(
        select.args.get(name) for name in ("distinct", "kind", "hint", "operation_modifiers", "exclude")
    ):
        raise _refuse(say("只能用 WHERE、GROUP BY、HAVING 和 ORDER BY，不能用连接、窗口、抽样或 DISTINCT"))
    if select.args.get("limit"):
        raise _refuse(say("LIMIT 的结果取决于行的次序，请去掉"))
    return select


def _outside_quotes(sql: str) -> str:
    """Return the text with everything inside quotes removed."""
    kept: list[str] = []
    quote = ""
    for character in sql:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        else:
            kept.append(character)
    return "".join(kept)


def _only(node: exp.Expression, *allowed: str) -> None:
    """Refuse a node that carries any argument beyond those named."""
    extra = {name for name, value in node.args.items() if value not in (None, False, [])} - set(allowed)
    if extra:
        raise _refuse(say("{name} 的写法不在允许范围内", name=_shown(node)))


def _shown(node: exp.Expression) -> str:
    return type(node).__name__


def _table(select: exp.Select, tables: Mapping[str, TableScope]) -> tuple[TableScope, str]:
    source = select.args.get("from_")
    table = source.this if isinstance(source, exp.From) else None
    if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
        raise _refuse(say("FROM 后只能是一张已知的表"))
    _only(source, "this")
    _only(table, "this", "alias")
    alias = table.args.get("alias")
    if alias is not None:
        _only(alias, "this")
    found = [scope for name, scope in tables.items() if name.casefold() == table.name.casefold()]
    if len({scope.name for scope in found}) != 1:
        raise _refuse(say("FROM 后的表不在数据来源之中"))
    return found[0], (table.alias or table.name).casefold()


def _output(node: exp.Expression, reader: _Reader) -> _Output:
    """Return one item of the select list: its name, whether it was given, its expression."""
    name = ""
    named = isinstance(node, exp.Alias)
    if isinstance(node, exp.Alias):
        _only(node, "this", "alias")
        name, node = node.alias, node.this
    reader.allow_aggregates = True
    expression = _expression(node, reader)
    reader.allow_aggregates = False
    if not name:
        named = isinstance(expression, Column)
        name = expression.name if isinstance(expression, Column) else node.sql(dialect="duckdb")
    if len(name) > MAX_LABEL_CHARACTERS * 2 or not name.isprintable():
        raise _refuse(say("输出列名过长或有不可见字符"))
    return name, named, expression


def _remember(reader: _Reader, name: str, expression: Expression) -> None:
    """Make a select alias known; where a column has the same name, that name means the column."""
    if all(column.casefold() != name.casefold() for column in reader.scope.columns):
        reader.aliases.setdefault(name.casefold(), expression)


def _keys(group: exp.Group | None, outputs: list[_Output], reader: _Reader) -> tuple[Expression, ...]:
    plain = [expression for _, _, expression in outputs if not isinstance(expression, Aggregate)]
    if group is None:
        if plain:
            raise _refuse(say("没有 GROUP BY 时只能输出汇总值"))
        return ()
    _only(group, "expressions", "all")
    keys = plain if group.args.get("all") else [_key(node, outputs, reader) for node in group.expressions]
    unique = tuple(dict.fromkeys(keys))
    if any(isinstance(part, Aggregate) for key in unique for part in walk(key)):
        raise _refuse(say("GROUP BY 中不能有汇总值"))
    if set(unique) != set(plain):
        raise _refuse(say("GROUP BY 的每一项都要输出，输出的每个分组列都要在 GROUP BY 中"))
    return unique


def _key(node: exp.Expression, outputs: list[_Output], reader: _Reader) -> Expression:
    if isinstance(node, exp.Literal) and not node.is_string:
        position = int(node.this) if node.this.isdigit() and len(node.this) < 4 else 0
        if not 1 <= position <= len(outputs):
            raise _refuse(say("GROUP BY 的序号超出输出列"))
        return outputs[position - 1][2]
    return _expression(node, reader)


def _item(name: str, named: bool, expression: Expression, keys: tuple[Expression, ...]) -> Item:
    if isinstance(expression, Aggregate):
        return Item(name=name, named=named, key=None, aggregate=expression)
    if expression not in keys:
        raise _refuse(say("输出列须是分组列或单个汇总值"))
    return Item(name=name, named=named, key=keys.index(expression), aggregate=None)


def _condition(node: exp.Where | None, reader: _Reader) -> Expression | None:
    return None if node is None else _expression(node.this, reader)


def _having(node: exp.Having | None, reader: _Reader) -> Expression | None:
    if node is None:
        return None
    reader.allow_aggregates = True
    expression = _expression(node.this, reader)
    reader.allow_aggregates = False
    outside = [part for part in _without_aggregates(expression) if isinstance(part, Column)]
    if outside:
        raise _refuse(say("HAVING 只能比较汇总值"))
    return expression


def _order(node: exp.Order | None, claim: CheckedClaim, reader: _Reader) -> None:
    """Accept an order by what is shown; it is not kept, since every rewriting is sorted by its keys."""
    shown = {*claim.keys, *claim.aggregates}
    for part in node.expressions if node is not None else ():
        if not isinstance(part, exp.Ordered):
            raise _refuse(say("ORDER BY 只能按输出列"))
        plain = part.this
        if isinstance(plain, exp.Literal) or (isinstance(plain, exp.Var) and plain.name.upper() == "ALL"):
            continue
        reader.allow_aggregates = True
        expression = _expression(plain, reader)
        reader.allow_aggregates = False
        if expression not in shown:
            raise _refuse(say("ORDER BY 只能按输出列"))


def _without_aggregates(expression: Expression) -> list[Expression]:
    if isinstance(expression, Aggregate):
        return []
    return [expression, *(part for child in children(expression) for part in _without_aggregates(child))]


def _subject(claim: Claim, scope: TableScope) -> str:
    exact = [name for name in scope.columns if name == claim.subject]
    folded = [name for name in scope.columns if name.casefold() == claim.subject.casefold()]
    found = exact or folded
    if len(found) != 1:
        raise _refuse(say("subject 不是该表的列"))
    return found[0]


def _labels(items: tuple[Item, ...], keys: tuple[Expression, ...]) -> tuple[str, ...]:
    """Return every text the author wrote that can show in the output."""
    written = [item.name for item in items]
    for key in keys:
        written += [
            part.text
            for part in walk(key)
            if isinstance(part, Literal) and part.kind is Kind.TEXT and part.text
        ]
    return tuple(dict.fromkeys(written))


def _no_identifiers(claim: CheckedClaim, scope: TableScope) -> None:
    """Refuse a column that identifies somebody anywhere but directly in COUNT(DISTINCT …)."""
    places: list[Expression | None] = [*claim.keys, claim.where]
    aggregates = [*claim.aggregates]
    if claim.having is not None:
        aggregates += [part for part in walk(claim.having) if isinstance(part, Aggregate)]
    for aggregate in aggregates:
        places.append(aggregate.condition)
        plain = aggregate.function == "count_distinct" and isinstance(aggregate.argument, Column)
        bare_count = aggregate.function == "count" and isinstance(aggregate.argument, Column)
        if not plain and not bare_count:
            places.append(aggregate.argument)
    for place in places:
        if place is not None and any(
            isinstance(part, Column) and part.name in scope.identifiers for part in walk(place)
        ):
            raise _refuse(say("标识个人或企业的列只能放在 COUNT(DISTINCT …) 中"))


# --- expressions ---------------------------------------------------------------------------


def _expression(node: exp.Expression, reader: _Reader) -> Expression:
    if type(node) in _BINARY:
        _only(node, "this", "expression", "typed", "safe")
        return Call(
            _BINARY[type(node)], (_expression(node.this, reader), _expression(node.expression, reader))
        )
    if type(node) in _UNARY:
        _only(node, "this")
        return Call(_UNARY[type(node)], (_expression(node.this, reader),))
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise _refuse(say("不支持 {name}", name=_shown(node)))
    return handler(node, reader)


def _paren(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this")
    return _expression(node.this, reader)


def _column(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "table")
    if not isinstance(node.this, exp.Identifier):
        raise _refuse(say("不能输出整行，请写明列名"))
    qualifier = node.args.get("table")
    if qualifier is not None and qualifier.name.casefold() != reader.alias:
        raise _refuse(say("列前的表名不是 FROM 中的表"))
    name = node.name
    exact = [column for column in reader.scope.columns if column == name]
    folded = [column for column in reader.scope.columns if column.casefold() == name.casefold()]
    found = exact or folded
    if len(found) == 1:
        return Column(found[0])
    alias = reader.aliases.get(name.casefold()) if qualifier is None else None
    if found or alias is None or (isinstance(alias, Aggregate) and not reader.allow_aggregates):
        raise _refuse(say("列名不在表中，或不能唯一确定"))
    return alias


def _constant(node: exp.Expression, reader: _Reader) -> Expression:
    reader.literals += 1
    text = str(node.this)
    if reader.literals > MAX_LITERALS or len(text) > MAX_LITERAL_CHARACTERS:
        raise _refuse(say("常量过多或过长"))
    if not text.isprintable() or unicodedata.normalize("NFC", text) != text:
        raise _refuse(say("常量中有不可见字符"))
    if node.is_string:
        return Literal(Kind.TEXT, text)
    try:
        finite = abs(float(text)) < 1e18
    except ValueError as error:
        raise _refuse(say("数字常量不可读")) from error
    if not finite:
        raise _refuse(say("数字常量过大"))
    return Literal(Kind.NUMBER, text)


def _truth(node: exp.Expression, reader: _Reader) -> Expression:
    return Literal(Kind.TRUTH, "TRUE" if node.this else "FALSE")


def _null(node: exp.Expression, reader: _Reader) -> Expression:
    return Literal(Kind.ANY, None)


def _in(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "expressions")
    values = tuple(_expression(value, reader) for value in node.expressions)
    if not values or not all(isinstance(value, Literal) for value in values):
        raise _refuse(say("IN 后只能是常量"))
    return Call("in", (_expression(node.this, reader), *values))


def _between(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "low", "high")
    subject = _expression(node.this, reader)
    low, high = _expression(node.args["low"], reader), _expression(node.args["high"], reader)
    return Call("and", (Call("ge", (subject, low)), Call("le", (subject, high))))


def _is(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "expression")
    subject = _expression(node.this, reader)
    if isinstance(node.expression, exp.Null):
        return Call("is_null", (subject,))
    if isinstance(node.expression, exp.Boolean):
        return Call("eq", (subject, _truth(node.expression, reader)))
    raise _refuse(say("IS 后只能是 NULL、TRUE 或 FALSE"))


def _case(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "ifs", "default")
    subject = _expression(node.this, reader) if node.this is not None else None
    branches = []
    for branch in node.args["ifs"]:
        _only(branch, "this", "true")
        test = _expression(branch.this, reader)
        value = _expression(branch.args["true"], reader)
        branches.append((test if subject is None else Call("eq", (subject, test)), value))
    default = node.args.get("default")
    return _no_aggregate(Case(tuple(branches), None if default is None else _expression(default, reader)))


def _if(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "true", "false")
    default = node.args.get("false")
    branch = (_expression(node.this, reader), _expression(node.args["true"], reader))
    return _no_aggregate(Case((branch,), None if default is None else _expression(default, reader)))


def _no_aggregate(expression: Expression) -> Expression:
    if any(isinstance(part, Aggregate) for part in walk(expression)):
        raise _refuse(say("CASE 中不能有汇总值"))
    return expression


def _cast(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "to", "action", "default", "safe", "requires_string", "is_string")
    target = _CASTS.get(node.to.this.value) if isinstance(node.to, exp.DataType) else None
    if target is None or node.to.args.get("nested"):
        raise _refuse(say("只能转换为数字、文字或日期"))
    inner = _expression(node.this, reader)
    if target in ("to_number", "to_integer") and isinstance(inner, Call) and _is_truth(inner):
        return Call("truth_number", (inner,))
    return Call(target, (inner,))


def _is_truth(expression: Expression) -> bool:
    return isinstance(expression, Call) and FUNCTIONS[expression.function].gives is Kind.TRUTH


def _coalesce(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "expressions")
    parts = (node.this, *node.expressions)
    return Call("coalesce", tuple(_expression(part, reader) for part in parts))


def _concat(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "expressions", "safe", "coalesce")
    parts = [_expression(part, reader) for part in node.expressions]
    joined = Call("coalesce", (Call("to_text", (parts[0],)), Literal(Kind.TEXT, "")))
    for part in parts[1:]:
        joined = Call(
            "concat", (joined, Call("coalesce", (Call("to_text", (part,)), Literal(Kind.TEXT, ""))))
        )
    return joined


def _substring(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "start", "length")
    length = node.args.get("length")
    end = Literal(Kind.NUMBER, "1000000") if length is None else _expression(length, reader)
    return Call("substr", (_expression(node.this, reader), _expression(node.args["start"], reader), end))


def _end_of(function: str) -> Callable[[exp.Expression, _Reader], Expression]:
    def handle(node: exp.Expression, reader: _Reader) -> Expression:
        _only(node, "this", "expression")
        return Call(function, (_expression(node.this, reader), _expression(node.expression, reader)))

    return handle


def _truncate(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "unit", "input_type_preserved")
    unit = str(node.args["unit"].name).lower()
    if unit not in _TRUNCATIONS:
        raise _refuse(say("日期只能截到年、季、月、周、日"))
    return Call("date_trunc", (Literal(Kind.TEXT, unit), _expression(node.this, reader)))


def _extract(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "expression")
    part = _PARTS.get(str(node.this.name).lower())
    if part is None:
        raise _refuse(say("日期只能取年、季、月、日"))
    return Call(part, (_expression(node.expression, reader),))


def _strftime(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "format")
    layout = node.args["format"]
    if (
        not isinstance(layout, exp.Literal)
        or not layout.is_string
        or set(layout.this) - set("%YymdqQ-/.年月日季 ")
    ):
        raise _refuse(say("日期格式只能由年、月、日组成"))
    return Call("strftime", (_expression(node.this, reader), _constant(layout, reader)))


def _round(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "decimals")
    decimals = node.args.get("decimals")
    inner = _expression(node.this, reader)
    sign = -1 if isinstance(decimals, exp.Neg) else 1
    plain = decimals.this if isinstance(decimals, exp.Neg) else decimals
    if plain is not None and not (
        isinstance(plain, exp.Literal) and plain.this.isdigit() and int(plain.this) <= 12
    ):
        raise _refuse(say("ROUND 的位数须是不超过 12 的整数"))
    digits = sign * int(plain.this) if plain is not None else 0
    if isinstance(inner, Aggregate):
        if inner.digits is not None:
            raise _refuse(say("ROUND 不能套两层"))
        return Aggregate(inner.function, inner.argument, inner.condition, digits)
    return Call("round", (inner, Literal(Kind.NUMBER, str(digits))))


# --- aggregates ----------------------------------------------------------------------------


def _inner(node: exp.Expression, reader: _Reader) -> Expression:
    """Return an aggregate's argument; an aggregate inside an aggregate is refused."""
    if not reader.allow_aggregates:
        raise _refuse(say("这里不能用汇总函数"))
    reader.allow_aggregates = False
    expression = _expression(node, reader)
    reader.allow_aggregates = True
    return expression


def _count(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "big_int")
    if not reader.allow_aggregates:
        raise _refuse(say("这里不能用汇总函数"))
    target = node.this
    if isinstance(target, exp.Star):
        _only(target)
        return Aggregate("count", None)
    if isinstance(target, exp.Distinct):
        _only(target, "expressions")
        if len(target.expressions) != 1:
            raise _refuse(say("COUNT(DISTINCT …) 中只能有一列"))
        argument, condition = split_condition(_inner(target.expressions[0], reader))
        if not isinstance(argument, Column):
            raise _refuse(say("COUNT(DISTINCT …) 中只能是一列"))
        return Aggregate("count_distinct", argument, condition)
    if target is None:
        raise _refuse(say("COUNT 须写成 COUNT(*)、COUNT(列) 或 COUNT(DISTINCT 列)"))
    argument, condition = split_condition(_inner(target, reader))
    if isinstance(argument, Literal):
        return Aggregate("count", None, condition)
    if not isinstance(argument, Column):
        raise _refuse(say("COUNT 中只能是一列"))
    return Aggregate("count", argument, condition)


def _measure(function: str) -> Callable[[exp.Expression, _Reader], Expression]:
    def handle(node: exp.Expression, reader: _Reader) -> Expression:
        _only(node, "this")
        return Aggregate(function, check_measure(_inner(node.this, reader)))

    return handle


def _filter(node: exp.Expression, reader: _Reader) -> Expression:
    _only(node, "this", "expression")
    aggregate = _expression(node.this, reader)
    if not isinstance(aggregate, Aggregate) or not isinstance(node.expression, exp.Where):
        raise _refuse(say("FILTER 只能跟在汇总函数后"))
    condition = _inner(node.expression.this, reader)
    both = condition if aggregate.condition is None else Call("and", (aggregate.condition, condition))
    return Aggregate(aggregate.function, aggregate.argument, both, aggregate.digits)


_HANDLERS: Mapping[type[exp.Expression], Callable[[exp.Expression, _Reader], Expression]] = {
    exp.Paren: _paren, exp.Column: _column, exp.Literal: _constant, exp.Boolean: _truth, exp.Null: _null,
    exp.In: _in, exp.Between: _between, exp.Is: _is, exp.Case: _case, exp.If: _if, exp.Cast: _cast,
    exp.TryCast: _cast, exp.Coalesce: _coalesce, exp.Concat: _concat, exp.Substring: _substring,
    exp.Left: _end_of("left"), exp.Right: _end_of("right"), exp.DateTrunc: _truncate,
    exp.TimestampTrunc: _truncate, exp.Extract: _extract, exp.TimeToStr: _strftime, exp.Round: _round,
    exp.Count: _count, exp.Sum: _measure("sum"), exp.Avg: _measure("avg"), exp.Filter: _filter,
}  # fmt: skip
