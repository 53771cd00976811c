"""Texts that a program would put together: constant expressions of Python, worked out and never run.

`chr(24464) + str(18718 * 10**6 + 135610)` holds a name and a telephone in no literal. Only constants and a
few pure functions of them are worked out; sizes are bounded, what is not understood is left. Called by
`disguises`.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

MAX_TEXT = 1 << 20
MAX_EXPRESSIONS = 20_000
MAX_LENGTH = 10_000
_BITS = 512
_BUILDS = re.compile(r"\b(?:chr|str|int|ord|hex|bytes|join|fromhex|replace)\s*\(|\*\*|\[::-1\]")
_NOT_CONSTANT = (
    TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError, MemoryError
)  # fmt: skip
_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.FloorDiv: operator.floordiv, ast.Div: operator.truediv,
    ast.Mod: operator.mod, ast.RShift: operator.rshift, ast.BitOr: operator.or_, ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}  # fmt: skip
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "chr": chr, "ord": ord, "str": str, "int": int, "hex": hex, "bytes": lambda one: bytes(list(one)),
    "reversed": lambda one: one[::-1],
}  # fmt: skip
_METHODS = frozenset({"join", "replace", "lower", "upper", "strip", "fromhex", "decode"})


def folded(text: str) -> str:
    """Return what the constant expressions of a program make, a line each, its parts beside."""
    if len(text) > MAX_TEXT or not _BUILDS.search(text):
        return ""
    try:
        tree = ast.parse(text)
    except (SyntaxError, *_NOT_CONSTANT):
        return ""
    return "\n".join(_lines(tree))


def _lines(tree: ast.AST) -> Iterator[str]:
    waiting, seen = [tree], 0
    while waiting and seen < MAX_EXPRESSIONS:
        one = waiting.pop()
        if isinstance(one, (ast.BinOp, ast.Call, ast.Subscript, ast.JoinedStr)):
            seen += 1
            try:
                value = _value(one)
            except _NOT_CONSTANT:
                value = None
            if value is not None:
                yield " ".join([_said(value), *(_said(part) for part in _parts(one))])
                continue
        waiting += reversed(list(ast.iter_child_nodes(one)))


def _parts(one: ast.AST) -> Iterator[Any]:
    """Yield the runs of a chain of sums: neighbours of one sign each are taken together, as letters are."""
    chain: list[Any] = []
    while isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add):
        chain.insert(0, _value(one.right))
        one = one.left
    chain.insert(0, _value(one))
    word = ""
    for value in chain if len(chain) > 1 else ():
        said = _said(value)
        if len(said) == 1:
            word += said
            continue
        yield word
        yield said
        word = ""
    yield word


def _said(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return " ".join(map(_said, value)) if isinstance(value, (list, tuple)) else str(value)


def _value(one: ast.AST) -> Any:
    """Return the value of a constant expression; one of `_NOT_CONSTANT` for any other."""
    value = _worked_out(one)
    if isinstance(value, int) and value.bit_length() > _BITS:
        raise ValueError
    if isinstance(value, (str, bytes, list, tuple)) and len(value) > MAX_LENGTH:
        raise ValueError
    return value


def _worked_out(one: Any) -> Any:
    """Return what one node is worth by its kind; TypeError for a kind that is no constant."""
    if type(one) not in _KINDS:
        raise TypeError
    return _KINDS[type(one)](one)


def _constant(one: ast.Constant) -> Any:
    if isinstance(one.value, (bool, complex)) or one.value is None or one.value is ...:
        raise TypeError
    return one.value


def _negated(one: ast.UnaryOp) -> Any:
    if not isinstance(one.op, ast.USub):
        raise TypeError
    return -_value(one.operand)


def _combined(one: ast.BinOp) -> Any:
    left, right = _value(one.left), _value(one.right)
    if isinstance(one.op, (ast.Pow, ast.LShift, ast.Mult)):
        return _grown(one.op, left, right)
    if isinstance(one.op, ast.Mod) and isinstance(left, (str, bytes)):
        raise TypeError  # a format may ask for any width
    return _OPERATORS[type(one.op)](left, right)


def _listed(one: ast.List | ast.Tuple) -> Any:
    return [_value(part) for part in one.elts[:MAX_LENGTH]]


def _filled(one: ast.JoinedStr) -> str:
    return "".join(_said(_value(part)) for part in one.values)


def _inserted(one: ast.FormattedValue) -> Any:
    if one.format_spec is not None:
        raise TypeError
    return _value(one.value)


def _turned(one: ast.Subscript) -> Any:
    part = one.slice
    if not isinstance(part, ast.Slice) or part.lower or part.upper or part.step is None:
        raise TypeError
    return _value(one.value)[:: _value(part.step)]


def _called(one: ast.Call) -> Any:
    if one.keywords:
        raise TypeError
    arguments = [_value(argument) for argument in one.args]
    if isinstance(one.func, ast.Name):
        return _FUNCTIONS[one.func.id](*arguments)
    if not isinstance(one.func, ast.Attribute) or one.func.attr not in _METHODS:
        raise TypeError
    owner = one.func.value
    if isinstance(owner, ast.Name) and owner.id == "bytes":
        return bytes.fromhex(*arguments)
    return getattr(_value(owner), one.func.attr)(*arguments)


_KINDS: Mapping[type[ast.AST], Callable[[Any], Any]] = {
    ast.Constant: _constant, ast.UnaryOp: _negated, ast.BinOp: _combined, ast.List: _listed,
    ast.Tuple: _listed, ast.JoinedStr: _filled, ast.FormattedValue: _inserted, ast.Subscript: _turned,
    ast.Call: _called,
}  # fmt: skip


def _grown(op: ast.operator, left: Any, right: Any) -> Any:
    """Return a power, a shift or a product whose size is bounded before it is made."""
    if not isinstance(right, int) or (not isinstance(op, ast.Mult) and not 0 <= right <= _BITS):
        raise ValueError
    if isinstance(left, (str, bytes, list)):
        if len(left) * right > MAX_LENGTH:
            raise ValueError
    elif isinstance(op, ast.Pow) and isinstance(left, int) and left.bit_length() * right > _BITS:
        raise ValueError
    growing = {ast.Pow: operator.pow, ast.LShift: operator.lshift, ast.Mult: operator.mul}
    return growing[type(op)](left, right)
