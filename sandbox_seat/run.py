"""Runs a notebook's code cells in order, as a job would: `python -m sandbox_seat.run NOTEBOOK`.

No kernel and no magics: what runs here runs the same in a job without a person. The value of a
cell's last expression is shown, as a notebook shows it. Stops at the first cell that fails.
"""

from __future__ import annotations

import ast
import json
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sandbox.kernel.errors import InputError, SandboxError
from sandbox.kernel.message import say

FAILED, WRONG_CALL = 1, 2


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell: its number among the code cells, from 1, and its parsed text."""

    number: int
    body: ast.Module

    def run(self, namespace: dict[str, object]) -> object:
        """Run the cell; return the value of its last expression, or None."""
        name = f"<第 {self.number} 格>"
        last = self.body.body[-1] if self.body.body else None
        if not isinstance(last, ast.Expr):
            exec(compile(self.body, name, "exec"), namespace)  # noqa: S102  the author's own code, in the seat
            return None
        head = ast.Module(body=self.body.body[:-1], type_ignores=[])
        exec(compile(head, name, "exec"), namespace)  # noqa: S102
        return eval(compile(ast.Expression(last.value), name, "eval"), namespace)  # noqa: S307


def main(arguments: list[str]) -> int:
    """Run the notebook named in `arguments`; return 0, 1 for a failing cell, 2 for a wrong call."""
    try:
        if len(arguments) != 1:
            raise InputError(say("用法：python -m sandbox_seat.run 笔记本.ipynb"))
        cells = tuple(read(Path(arguments[0])))
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_CALL
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    return _run_all(cells, module.__dict__)


def read(path: Path) -> Iterator[Cell]:
    """Yield the code cells of a notebook; InputError for what is none, and for magics and bad syntax."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = [_source(cell) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(say("{path} 读不出来，它不是笔记本文件", path=str(path))) from error
    for number, source in enumerate(sources, start=1):
        try:
            yield Cell(number, ast.parse(source))
        except (SyntaxError, ValueError, RecursionError) as error:
            if any(_magic(line) for line in source.splitlines()):
                sentence = say(
                    "第 {number} 格用了 IPython 的命令（% 或 ! 开头），请改写成 Python", number=number
                )
                raise InputError(sentence) from error
            raise InputError(
                say("第 {number} 格有语法错误：{reason}", number=number, reason=str(error))
            ) from error


def _magic(line: str) -> bool:
    return line.lstrip().startswith(("%", "!")) or line.rstrip().endswith("?")


def _source(cell: dict[str, object]) -> str:
    source = cell["source"]
    return "".join(source) if isinstance(source, list) else str(source)


def _run_all(cells: tuple[Cell, ...], namespace: dict[str, object]) -> int:
    for cell in cells:
        try:
            value = cell.run(namespace)
            if value is not None:
                sys.stdout.write(f"{value!r}\n")
        except SandboxError as error:
            sys.stderr.write(f"第 {cell.number} 格：{error}\n")
            return FAILED
        except Exception:  # noqa: BLE001  the author's code may raise anything; the job ends here, failed
            sys.stderr.write(f"第 {cell.number} 格出错：\n{traceback.format_exc(limit=-5)}")
            return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
