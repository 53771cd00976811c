"""From an SQL syntax tree to a checked claim: an allow-list of nodes, one function each.

A node that is not named here, an argument that is not expected, a comment, or a column that
identifies somebody outside COUNT(DISTINCT …) raises InputError. Called by `claims` only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

import sqlglot
from sqlglot import exp

from sandbox.egress.claims import CheckedClaim, Claim, Item, TableScope
from sandbox.egress.expressions import (
    FUNCTIONS,
    POSITIONS,
    SPREADS,
    Aggregate,
    Call,
    Case,
    Column,
    Expression,
    Kind,
    Literal,
    children,
    summarises,
    walk,
)
from sandbox.egress.measures import check_figure
from sandbox.egress.relations import base_of
from sandbox.egress.syntax import Reader, expression_of, only, refuse, shown_name
from sandbox.kernel.message import say

MAX_NODES = 1500
MAX_DEPTH = 40
MAX_ITEMS = 40
MAX_LABEL_CHARACTERS = 40
MAX_LABELS = 120
_CODE = re.compile(r"[A-Za-z0-9]{16}|\d{9}|[A-Za-z0-9+/=]{24}")

_FORBIDDEN = ("distinct", "kind", "hint", "operation_modifiers", "exclude")
_SELECT_PARTS = frozenset({"kind", "hint", "distinct", "expressions", "limit", "operation_modifiers",
                           "from_", "where", "group", "having", "order", "exclude", "joins",
                           "with_"})  # fmt: skip


_Output: TypeAlias = tuple[str, bool, Expression]


def translate(claim: Claim, tables: Mapping[str, TableScope]) -> CheckedClaim:
    """Return the checked claim; raise InputError for anything not in the accepted language."""
    select = _parse(claim.sql)
    base = base_of(select, tables, _no_comments)
    scope = base.scope
    reader = Reader(scope=scope, relations=base.relations)
    outputs = [_output(node, reader) for node in select.expressions]
    if not outputs or len(outputs) > MAX_ITEMS:
        raise refuse(say("SELECT 的列数不在允许范围内"))
    for name, _, expression in outputs:
        _remember(reader, name, expression)
    keys = _keys(select.args.get("group"), outputs, reader)
    items = tuple(_item(*output, keys) for output in outputs)
    if len({item.name for item in items}) != len(items):
        raise refuse(say("输出列有重名，请给每一列起不同的名字"))
    checked = CheckedClaim(
        table=scope.name,
        subject=_subject(claim, reader),
        items=items,
        keys=keys,
        where=_condition(select.args.get("where"), reader, base.where),
        having=_having(select.args.get("having"), reader),
        labels=_labels(items, keys),
        lookups=base.lookups,
    )
    _order(select.args.get("order"), checked, reader)
    if not checked.aggregates:
        raise refuse(say("声明须至少有一个计数、合计或平均"))
    _no_identifiers(checked, scope)
    return checked


def _parse(sql: str) -> exp.Select:
    """Return the one SELECT of the text, without comments and within the size limits."""
    try:
        statements = sqlglot.parse(sql, dialect="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        raise refuse(say("不是一条可读的 SELECT 语句")) from error
    if len(statements) != 1 or type(statements[0]) is not exp.Select:
        raise refuse(say("只接受一条 SELECT 语句"))
    select = statements[0]
    _no_comments(select)
    for nodes, node in enumerate(select.walk()):
        if nodes > MAX_NODES or node.depth > MAX_DEPTH:
            raise refuse(say("语句过于复杂，请拆分或简化"))
    if "--" in _outside_quotes(sql) or "/*" in _outside_quotes(sql) or "#" in _outside_quotes(sql):
        raise refuse(say("SQL 中不能有注释"))
    extra = {name for name, value in select.args.items() if value} - _SELECT_PARTS
    if extra or any(select.args.get(name) for name in _FORBIDDEN):
        raise refuse(say("只能用 JOIN、WHERE、GROUP BY、HAVING 和 ORDER BY，不能用窗口、抽样或 DISTINCT"))
    _limit(select.args.get("limit"), ordered=select.args.get("order") is not None)
    return select


def _no_comments(select: exp.Select) -> None:
    if any(node.comments for node in select.walk()):
        raise refuse(say("SQL 中不能有注释"))


def _limit(node: exp.Expression | None, *, ordered: bool) -> None:
    """Accept ORDER BY … LIMIT with a number; it is not kept: a product may always show fewer rows.

    The rows left out are judged as a remainder, like those that an author suppresses.
    """
    if node is None:
        return
    if not ordered:
        raise refuse(say("没有 ORDER BY 时 LIMIT 的结果取决于行的次序，请去掉"))
    only(node, "expression")
    count = node.args.get("expression")
    if not isinstance(count, exp.Literal) or not re.fullmatch(r"[0-9]{1,9}", str(count.this)):
        raise refuse(say("LIMIT 后只能是一个整数"))


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


def _output(node: exp.Expression, reader: Reader) -> _Output:
    """Return one item of the select list: its name, whether it was given, its expression."""
    name = ""
    named = isinstance(node, exp.Alias)
    if isinstance(node, exp.Alias):
        only(node, "this", "alias")
        name, node = node.alias, node.this
    reader.allow_aggregates = True
    expression = expression_of(node, reader)
    reader.allow_aggregates = False
    if not name:
        named = isinstance(node, exp.Column)
        name = shown_name(node, reader) if named else node.sql(dialect="duckdb")
    if len(name) > MAX_LABEL_CHARACTERS * 2 or not name.isprintable():
        raise refuse(say("输出列名过长或有不可见字符"))
    return name, named, expression


def _remember(reader: Reader, name: str, expression: Expression) -> None:
    """Make a select alias known; where a column has the same name, that name means the column."""
    known = {column.casefold() for relation in reader.relations for column in relation.columns}
    if name.casefold() not in known:
        reader.aliases.setdefault(name.casefold(), expression)


def _keys(group: exp.Group | None, outputs: list[_Output], reader: Reader) -> tuple[Expression, ...]:
    plain = [expression for _, _, expression in outputs if not summarises(expression)]
    if group is None:
        if plain:
            raise refuse(say("没有 GROUP BY 时只能输出汇总值"))
        return ()
    only(group, "expressions", "all")
    keys = plain if group.args.get("all") else [_key(node, outputs, reader) for node in group.expressions]
    unique = tuple(dict.fromkeys(keys))
    if any(summarises(key) for key in unique):
        raise refuse(say("GROUP BY 中不能有汇总值"))
    if set(unique) != set(plain):
        raise refuse(say("GROUP BY 的每一项都要输出，输出的每个分组列都要在 GROUP BY 中"))
    return unique


def _key(node: exp.Expression, outputs: list[_Output], reader: Reader) -> Expression:
    if isinstance(node, exp.Literal) and not node.is_string:
        position = int(node.this) if re.fullmatch(r"[0-9]{1,3}", node.this) else 0
        if not 1 <= position <= len(outputs):
            raise refuse(say("GROUP BY 的序号超出输出列"))
        return outputs[position - 1][2]
    return expression_of(node, reader)


def _item(name: str, named: bool, expression: Expression, keys: tuple[Expression, ...]) -> Item:
    if isinstance(expression, Aggregate):
        return Item(name=name, named=named, key=None, aggregate=expression)
    if summarises(expression):
        return Item(name=name, named=named, key=None, aggregate=None, figure=check_figure(expression))
    if expression not in keys:
        raise refuse(say("输出列须是分组列或单个汇总值"))
    return Item(name=name, named=named, key=keys.index(expression), aggregate=None)


def _condition(node: exp.Where | None, reader: Reader, inner: Expression | None) -> Expression | None:
    own = None if node is None else expression_of(node.this, reader)
    if own is None or inner is None:
        return own or inner
    return Call("and", (inner, own))


def _having(node: exp.Having | None, reader: Reader) -> Expression | None:
    if node is None:
        return None
    reader.allow_aggregates = True
    expression = expression_of(node.this, reader)
    reader.allow_aggregates = False
    outside = [part for part in _without_aggregates(expression) if isinstance(part, Column)]
    if outside:
        raise refuse(say("HAVING 只能比较汇总值"))
    aggregates = [part for part in walk(expression) if isinstance(part, Aggregate)]
    if any(one.function in POSITIONS | SPREADS for one in aggregates):
        raise refuse(say("HAVING 不能比较最小、最大、分位数或标准差"))
    return expression


def _order(node: exp.Order | None, claim: CheckedClaim, reader: Reader) -> None:
    """Accept an order by what is shown; it is not kept, since every rewriting is sorted by its keys."""
    shown = {*claim.keys, *claim.figures, *(item.aggregate for item in claim.items)}
    for part in node.expressions if node is not None else ():
        if not isinstance(part, exp.Ordered):
            raise refuse(say("ORDER BY 只能按输出列"))
        plain = part.this
        if isinstance(plain, exp.Literal) or (isinstance(plain, exp.Var) and plain.name.upper() == "ALL"):
            continue
        reader.allow_aggregates = True
        expression = expression_of(plain, reader)
        reader.allow_aggregates = False
        if expression not in shown:
            raise refuse(say("ORDER BY 只能按输出列"))


def _without_aggregates(expression: Expression) -> list[Expression]:
    if isinstance(expression, Aggregate):
        return []
    return [expression, *(part for child in children(expression) for part in _without_aggregates(child))]


def _subject(claim: Claim, reader: Reader) -> str:
    """Return the column of the claim's subjects, by the name in sight or by the table's own.

    Where tables that are looked up have a column of that name too, the first table's is meant.
    """
    in_sight = [(name, part) for one in reader.relations for name, part in one.columns.items()]
    pairs = [*in_sight, *((name, Column(name)) for name in reader.scope.columns)]
    exact = {part for name, part in pairs if name == claim.subject}
    folded = {part for name, part in pairs if name.casefold() == claim.subject.casefold()}
    found = [part for part in exact or folded if isinstance(part, Column)]
    first = set(reader.relations[0].columns.values())
    found = [part for part in found if part in first] if len(found) > 1 else found
    if len(found) != 1:
        raise refuse(say("subject 不是该表的列"))
    return found[0].name


def _labels(items: tuple[Item, ...], keys: tuple[Expression, ...]) -> tuple[str, ...]:
    """Return every text the author wrote that shows in the output: column names and new labels.

    Words are words: long runs of letters and digits, or very many labels, could carry something else.
    """
    written = [item.name for item in items]
    written += [text for key in keys for text in _shown_texts(key)]
    labels = tuple(dict.fromkeys(written))
    if len(labels) > MAX_LABELS or any(_CODE.search(label) for label in labels):
        raise refuse(say("标签和列名须是简短的词语，不能是成串的字母数字"))
    return labels


def _shown_texts(expression: Expression) -> list[str]:
    """Return the text constants that an expression can yield, not those it only compares with."""
    if isinstance(expression, Literal):
        return [expression.text] if expression.kind is Kind.TEXT and expression.text else []
    if isinstance(expression, Case):
        values = [value for _, value in expression.branches]
        values += [expression.otherwise] if expression.otherwise is not None else []
        return [text for value in values for text in _shown_texts(value)]
    if isinstance(expression, Call) and FUNCTIONS[expression.function].gives is not Kind.TRUTH:
        return [text for part in expression.arguments for text in _shown_texts(part)]
    return []


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
            raise refuse(say("标识个人或企业的列只能放在 COUNT(DISTINCT …) 中"))
