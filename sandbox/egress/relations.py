"""What stands after FROM: one table, a projection of it under a name, or tables looked up by a key.

WITH and subqueries may pick columns and rows, nothing else: they are written out into the claim, so that
every rule sees the columns themselves and the subjects stay those of the table. A join must be an
equality of columns with one row of the other table at most (`joining` checks that on the data), so
that it adds columns and never rows. Called by `grammar`; everything else raises InputError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlglot
from sqlglot import exp

from sandbox.egress.claims import Lookup, TableScope
from sandbox.egress.expressions import Call, Column, Expression, summarises, walk
from sandbox.egress.syntax import Reader, Relation, expression_of, only, refuse
from sandbox.kernel.message import say

MAX_LEVELS = 4
MAX_LOOKUPS = 3
MAX_DERIVED_NODES = 300
_INNER_PARTS = frozenset({"expressions", "from_", "where", "joins", "with_"})


@dataclass(frozen=True, slots=True)
class Base:
    """What a claim is computed on: its table, the tables looked up, the conditions of inner queries."""

    scope: TableScope
    relations: tuple[Relation, ...]
    lookups: tuple[Lookup, ...] = ()
    where: Expression | None = None


@dataclass(slots=True)
class Known:
    """The tables and the WITH names in reach, each WITH name with whether it was used."""

    tables: Mapping[str, TableScope]
    named: dict[str, Base]
    used: set[str]


Check = Callable[[exp.Select], None]


def base_of(select: exp.Select, tables: Mapping[str, TableScope], check: Check) -> Base:
    """Return what the statement is computed on; `check` refuses an inner SELECT with forbidden parts."""
    known = Known(tables, {}, set())
    base = _from(select, known, check, level=0)
    if set(known.named) - known.used:
        raise refuse(say("WITH 中有没有用到的查询，请删去"))
    return base


def tables_named(sql: str) -> tuple[str, ...]:
    """Return the tables that a text reads, WITH names aside; none where it is no SQL at all."""
    try:
        parsed = [one for one in sqlglot.parse(sql, dialect="duckdb") if one is not None]
    except (sqlglot.errors.SqlglotError, RecursionError):
        return ()
    within = {part.alias.casefold() for one in parsed for part in one.find_all(exp.CTE)}
    found = (part.name for one in parsed for part in one.find_all(exp.Table))
    return tuple(dict.fromkeys(name for name in found if name and name.casefold() not in within))


def _from(select: exp.Select, known: Known, check: Check, *, level: int) -> Base:
    if level > MAX_LEVELS:
        raise refuse(say("子查询嵌套过深"))
    _named(select.args.get("with_"), known, check, level=level)
    source = select.args.get("from_")
    if not isinstance(source, exp.From):
        raise refuse(say("FROM 后只能是一张已知的表"))
    only(source, "this")
    base = _one(source.this, known, check, level=level)
    for join in select.args.get("joins") or ():
        base = _looked_up(base, join, known)
    return base


def _named(node: exp.Expression | None, known: Known, check: Check, *, level: int) -> None:
    """Read WITH: each query may use the ones before it, and may not take the name of a table."""
    if node is None:
        return
    if level:
        raise refuse(say("WITH 只能写在最外层"))
    only(node, "expressions")
    for part in node.expressions:
        only(part, "this", "alias")
        name = _alias(part).casefold()
        taken = name in known.named or any(name == other.casefold() for other in known.tables)
        if not name or taken or not isinstance(part.this, exp.Select):
            raise refuse(say("WITH 中的每个查询须是一条 SELECT，并有自己的名字"))
        known.named[name] = _projected(part.this, name, known, check, level=level + 1)


def _alias(node: exp.Expression) -> str:
    alias = node.args.get("alias")
    if alias is None:
        return ""
    only(alias, "this")
    return str(node.alias)


def _one(node: exp.Expression, known: Known, check: Check, *, level: int) -> Base:
    """Return what one item after FROM stands for."""
    if isinstance(node, exp.Subquery):
        only(node, "this", "alias")
        if not isinstance(node.this, exp.Select):
            raise refuse(say("子查询须是一条 SELECT"))
        return _projected(node.this, _alias(node).casefold(), known, check, level=level + 1)
    if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
        raise refuse(say("FROM 后只能是一张已知的表"))
    only(node, "this", "alias", "joins")
    name, alias = node.name.casefold(), _alias(node).casefold()
    if name in known.named:
        known.used.add(name)
        base = known.named[name]
        relation = replace(base.relations[0], name=alias or name)
        return replace(base, relations=(relation,))
    scope = table_of(node, known.tables)
    return Base(scope, (plain(scope, alias or name),))


def plain(scope: TableScope, name: str) -> Relation:
    """Return a table's own columns under a name."""
    return Relation(name, {column: Column(column) for column in scope.columns})


def table_of(node: exp.Table, tables: Mapping[str, TableScope]) -> TableScope:
    """Return the one table of that name."""
    found = [scope for name, scope in tables.items() if name.casefold() == node.name.casefold()]
    if len({scope.name for scope in found}) != 1:
        raise refuse(say("FROM 后的表不在数据来源之中"))
    return found[0]


def _projected(inner: exp.Select, name: str, known: Known, check: Check, *, level: int) -> Base:
    """Return an inner SELECT as columns over its table: it may pick and rename, filter, and no more."""
    extra = {part for part, value in inner.args.items() if value} - _INNER_PARTS
    if extra:
        raise refuse(say("子查询只能挑选列和行，不能汇总、排序、去重或限制行数"))
    check(inner)
    base = _from(inner, known, check, level=level)
    reader = Reader(scope=base.scope, relations=base.relations)
    columns: dict[str, Expression] = {}
    for node in inner.expressions:
        for label, expression in _picked(node, reader):
            if summarises(expression) or sum(1 for _ in walk(expression)) > MAX_DERIVED_NODES:
                raise refuse(say("子查询只能挑选列和行，不能汇总、排序、去重或限制行数"))
            if label.casefold() in {other.casefold() for other in columns}:
                raise refuse(say("输出列有重名，请给每一列起不同的名字"))
            columns[label] = expression
    where = inner.args.get("where")
    condition = base.where
    if where is not None:
        own = expression_of(where.this, reader)
        condition = own if condition is None else Call("and", (condition, own))
    return replace(base, relations=(Relation(name, columns),), where=condition)


def _picked(node: exp.Expression, reader: Reader) -> Sequence[tuple[str, Expression]]:
    if isinstance(node, exp.Star):
        only(node)
        return [(name, part) for relation in reader.relations for name, part in relation.columns.items()]
    label = ""
    if isinstance(node, exp.Alias):
        only(node, "this", "alias")
        label, node = node.alias, node.this
    expression = expression_of(node, reader)
    if not label and not isinstance(node, exp.Column):
        raise refuse(say("子查询的每一列须是原列或有别名"))
    return [(label or node.name, expression)]


# --- lookups -------------------------------------------------------------------------------


def _looked_up(base: Base, join: exp.Join, known: Known) -> Base:
    """Return the base with one more table beside it, found by equal columns."""
    only(join, "this", "on", "using", "side", "kind")
    side, kind = str(join.args.get("side") or ""), str(join.args.get("kind") or "")
    if side not in ("", "LEFT") or kind not in ("", "INNER", "OUTER") or len(base.lookups) >= MAX_LOOKUPS:
        raise refuse(say("只能用 JOIN 或 LEFT JOIN 按相等的列关联"))
    if not isinstance(join.this, exp.Table) or join.this.name.casefold() in known.named:
        raise refuse(say("JOIN 后只能是一张已知的表"))
    only(join.this, "this", "alias")
    scope = table_of(join.this, known.tables)
    if scope.name in (base.scope.name, *(one.table for one in base.lookups)):
        raise refuse(say("一张表不能和自己关联"))
    inside = {name: Column(f"{scope.name}.{name}") for name in scope.columns}
    relation = Relation((_alias(join.this) or join.this.name).casefold(), inside)
    if {column.name for column in inside.values()} & set(base.scope.columns):
        raise refuse(say("列名不在表中，或不能唯一确定"))
    pairs = _pairs(join, base, relation)
    same = {one.name.casefold() for one in join.args.get("using") or ()}
    seen = {name: part for name, part in inside.items() if name.casefold() not in same}
    relation = replace(relation, columns=seen)
    lookup = Lookup(
        table=scope.name,
        left=tuple(one.name for one, _ in pairs),
        right=tuple(other.name.removeprefix(f"{scope.name}.") for _, other in pairs),
        optional=side == "LEFT",
    )
    merged = replace(
        base.scope,
        columns=(*base.scope.columns, *(column.name for column in inside.values())),
        identifiers=base.scope.identifiers | {f"{scope.name}.{name}" for name in scope.identifiers},
    )
    return replace(base, scope=merged, relations=(*base.relations, relation), lookups=(*base.lookups, lookup))


def _pairs(join: exp.Join, base: Base, relation: Relation) -> list[tuple[Column, Column]]:
    """Return the pairs of columns that must be equal, the one of the tables before first."""
    left = Reader(scope=base.scope, relations=base.relations)
    right = Reader(scope=base.scope, relations=(relation,))
    if join.args.get("using"):
        names = [exp.Column(this=part) for part in join.args["using"]]
        found = [(expression_of(one, left), expression_of(one, right)) for one in names]
    else:
        both = Reader(scope=base.scope, relations=(*base.relations, relation))
        found = [_equal(part, both, relation) for part in _conjuncts(join.args.get("on"))]
    pairs = [(one, other) for one, other in found if isinstance(one, Column) and isinstance(other, Column)]
    if not pairs or len(pairs) != len(found):
        raise refuse(say("只能用 JOIN 或 LEFT JOIN 按相等的列关联"))
    return pairs


def _conjuncts(node: exp.Expression | None) -> list[exp.Expression]:
    if isinstance(node, exp.Paren):
        return _conjuncts(node.this)
    if isinstance(node, exp.And):
        return [*_conjuncts(node.this), *_conjuncts(node.expression)]
    return [] if node is None else [node]


def _equal(node: exp.Expression, reader: Reader, relation: Relation) -> tuple[Expression, Expression]:
    if type(node) is not exp.EQ:
        raise refuse(say("只能用 JOIN 或 LEFT JOIN 按相等的列关联"))
    one, other = expression_of(node.this, reader), expression_of(node.expression, reader)
    inside = set(relation.columns.values())
    if (one in inside) == (other in inside):
        raise refuse(say("只能用 JOIN 或 LEFT JOIN 按相等的列关联"))
    return (other, one) if one in inside else (one, other)
