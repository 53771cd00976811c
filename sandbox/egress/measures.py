"""What a sum or an average may be taken of: one column, perhaps scaled, perhaps over a condition.

Anything richer (products of columns, powers, texts turned into numbers, several CASE
branches) could pack single values into one sum and raises InputError. Used by `grammar` for
the form and by `recompute` for the condition that a CASE inside an aggregate means.
"""

from __future__ import annotations

from sandbox.egress.expressions import Aggregate, Call, Case, Column, Expression, Kind, Literal
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

_SCALING = frozenset({"add", "sub", "mul"})
_FIGURES = frozenset({"add", "sub", "mul", "div", "neg", "round", "to_number", "coalesce", "nullif"})
MAX_CONSTANTS = 4
MAX_CONSTANT_DIGITS = 4
_INDICATOR_VALUES = (0.0, 1.0, 100.0)


def split_condition(argument: Expression) -> tuple[Expression, Expression | None]:
    """Return what is counted and under which condition, for COUNT(CASE WHEN … THEN … END)."""
    if not isinstance(argument, Case):
        return argument, None
    if len(argument.branches) != 1 or not _nothing(argument.otherwise):
        raise InputError(say("声明无法由闸口核算：COUNT 中的 CASE 只能有一个条件，且没有 ELSE"))
    test, value = argument.branches[0]
    return value, test


def _nothing(expression: Expression | None) -> bool:
    return expression is None or (isinstance(expression, Literal) and expression.text is None)


def check_measure(argument: Expression) -> Expression:
    """Return the argument of sum or avg unchanged; raise InputError for a form not accepted."""
    if isinstance(argument, Case):
        _check_case(argument)
    elif not (isinstance(argument, Call) and argument.function == "truth_number"):
        _check_plain(argument)
    return argument


def _check_case(argument: Case) -> None:
    """Accept CASE WHEN … THEN column or 1 ELSE 0 or nothing END, with one condition."""
    if len(argument.branches) != 1:
        raise _refused()
    value = argument.branches[0][1]
    otherwise = argument.otherwise
    if isinstance(value, Literal):
        if value.text is not None and not _indicator(value):
            raise _refused()
    else:
        _check_plain(value)
    if not _nothing(otherwise) and not (isinstance(otherwise, Literal) and _indicator(otherwise)):
        raise _refused()


def _indicator(value: Literal) -> bool:
    return value.kind is Kind.NUMBER and value.text is not None and float(value.text) in _INDICATOR_VALUES


def _check_plain(argument: Expression) -> None:
    """Accept a column as it is or as a linear function of itself.

    Rounding, absolute values and quotients are bent lines: sums of |x - c| over many c draw the
    distribution value by value, so a measure may only be scaled and shifted.
    """
    if isinstance(argument, Column):
        return
    if not isinstance(argument, Call):
        raise _refused()
    parts = argument.arguments
    first, rest = parts[0], parts[1:]
    if argument.function in ("to_number", "neg") or (argument.function == "div" and _number(rest[0])):
        _check_plain(first)
    elif argument.function == "to_integer" and isinstance(first, Column):
        return
    elif argument.function == "coalesce" and len(rest) == 1 and _zero(rest[0]):
        _check_plain(first)
    elif argument.function in _SCALING and sum(_number(part) for part in parts) == 1:
        _check_plain(next(part for part in parts if not _number(part)))
    else:
        raise _refused()


def shift_of(argument: Expression | None) -> float:
    """Return what a measure is where its column is 0: a constant that is added to every row.

    Such a constant makes rows alike that are not, and a sum tell how many rows there are.
    """
    if isinstance(argument, Case):
        return shift_of(argument.branches[0][1])
    if not isinstance(argument, Call):
        return 0.0
    numbers = [
        float(part.text or 0) for part in argument.arguments if isinstance(part, Literal) and _number(part)
    ]
    inner = next((part for part in argument.arguments if not isinstance(part, Literal)), None)
    within = shift_of(inner)
    if argument.function == "neg":
        return -within
    if not numbers or argument.function not in (*_SCALING, "div"):
        return within
    number, leading = numbers[0], isinstance(argument.arguments[0], Literal)
    return {
        "add": within + number,
        "sub": number - within if leading else within - number,
        "mul": within * number,
        "div": within / number if number else within,
    }[argument.function]


def check_figure(figure: Expression) -> Expression:
    """Return arithmetic over aggregates unchanged; raise InputError for anything else in it.

    What is computed from published cells shows no more than they do, and every aggregate inside is
    judged as a published cell. Constants are factors and units, no message: few and short.
    """
    constants = [part for part in _arithmetic(figure) if isinstance(part, Literal)]
    if len(constants) > MAX_CONSTANTS or not all(_short(constant) for constant in constants):
        raise InputError(say("声明无法由闸口核算：汇总值之间的算式只能有少数简短的常数"))
    return figure


def _arithmetic(figure: Expression) -> list[Expression]:
    """Return the parts of a figure down to its aggregates."""
    if isinstance(figure, Aggregate):
        return [figure]
    if isinstance(figure, Call) and figure.function in _FIGURES:
        return [figure, *(inner for part in figure.arguments for inner in _arithmetic(part))]
    if _number(figure):
        return [figure]
    raise InputError(say("声明无法由闸口核算：输出列须是分组列、汇总值，或只由汇总值和常数组成的四则算式"))


def _short(constant: Literal) -> bool:
    digits = (constant.text or "").replace(".", "").strip("0")
    return digits.isdecimal() and len(digits) <= MAX_CONSTANT_DIGITS if digits else True


def _zero(part: Expression) -> bool:
    return isinstance(part, Literal) and part.text is not None and _number(part) and float(part.text) == 0


def _number(part: Expression) -> bool:
    return isinstance(part, Literal) and part.kind is Kind.NUMBER


def _refused() -> InputError:
    return InputError(say("声明无法由闸口核算：合计和平均只能取一列数值，至多带一个条件"))


def condition_of(argument: Expression | None) -> Expression | None:
    """Return the condition a measure carries inside itself, or None."""
    if isinstance(argument, Case):
        return argument.branches[0][0]
    if isinstance(argument, Call) and argument.function == "truth_number":
        return argument.arguments[0]
    return None


def is_indicator(argument: Expression | None) -> bool:
    """Return whether a measure only says for each row whether a condition holds."""
    if isinstance(argument, Case):
        return isinstance(argument.branches[0][1], Literal)
    return isinstance(argument, Call) and argument.function == "truth_number"
