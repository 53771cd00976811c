"""The second fence of a claim: what the engine has bound, not what was written, is held to a list.

The grammar accepts a text and writes its own; the engine then says what it understood: operators, calls,
functions of the system catalogue, one table handed over in memory. Anything else (a macro, a view, a file, a
window, a list) stops the claim, whoever wrote it and however it got there. Called by `recompute`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import duckdb

from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

OPERATORS = frozenset({"LOGICAL_PROJECTION", "LOGICAL_GET", "LOGICAL_ORDER_BY"})
EXPRESSIONS = frozenset({
    "BOUND_CAST", "BOUND_COMPARISON", "BOUND_CONJUNCTION", "BOUND_CONSTANT", "BOUND_FUNCTION",
    "BOUND_OPERATOR", "BOUND_REF", "BOUND_COLUMN_REF", "BOUND_CASE",
})  # fmt: skip
FUNCTIONS = frozenset({
    "+", "-", "*", "/", "%", "abs", "floor", "ceil", "round", "year", "month", "day", "quarter", "dayofweek",
    "date_trunc", "strftime", "try_strptime", "substr", "left", "right", "upper", "lower", "trim", "length",
    "||", "starts_with", "prefix", "contains", "~~", "~~*", "suffix", "like_escape", "ilike_escape",
})  # fmt: skip
TABLES = frozenset({"arrow_scan"})
_REFUSED = say("声明无法由闸口核算：引擎绑定的执行计划里有不允许的算子或函数")


def check_bound(engine: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise InputError unless everything the engine binds for `sql` is on the lists, over one table."""
    answer = engine.execute("SELECT json_serialize_plan(CAST(? AS VARCHAR))", [sql]).fetchall()
    document = json.loads(answer[0][0])
    plans = document.get("plans") or []
    if document.get("error") or len(plans) != 1:
        raise InputError(_REFUSED)
    tables = 0
    for node in _nodes(plans[0]):
        tables += node.get("type") == "LOGICAL_GET"
        if not _allowed(node):
            raise InputError(_REFUSED)
    if tables != 1:
        raise InputError(_REFUSED)


def _allowed(node: Mapping[str, object]) -> bool:
    kind, name = str(node.get("type", "")), node.get("name")
    if "expression_class" in node:
        known = node["expression_class"] in EXPRESSIONS
        call = node["expression_class"] == "BOUND_FUNCTION"
        return known and (not call or (_listed(node) and node.get("catalog_name") == "system"))
    if kind.startswith("LOGICAL_"):
        return kind in OPERATORS and (kind != "LOGICAL_GET" or name in TABLES)
    return True


def _listed(call: Mapping[str, object]) -> bool:
    """Return whether a function is on the list; a list may be made of constants alone: layouts of dates."""
    if call.get("name") != "list_value":
        return call.get("name") in FUNCTIONS
    inside = call.get("children")
    parts = inside if isinstance(inside, list) else [None]
    kinds = {one.get("expression_class") if isinstance(one, Mapping) else "" for one in parts}
    return kinds <= {"BOUND_CONSTANT"}


def _nodes(value: object) -> Iterator[Mapping[str, object]]:
    """Yield every object of a JSON document."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
