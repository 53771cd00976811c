"""The command line: one group for each desk, put together from the files beside this one.

Names are a contract with the scripts of the city's staff; they are only ever added to.
"""

from __future__ import annotations

import sys
from itertools import pairwise

import typer

from sandbox.cli import access, accounts, audit, data, demo, egress, homes, land, rules, seats
from sandbox.kernel.message import Message, say
from sandbox.locale.translate import render

WrongCall: type[Exception] = typer.BadParameter.__mro__[2]
"""The parent of every complaint about how a command was called."""


def application() -> typer.Typer:
    """Return the whole command line."""
    root = typer.Typer(
        name="sandbox",
        help="数据沙箱与脱敏平台 · data sandbox and desensitization platform",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for part in (rules, data, homes, accounts, land, access, seats, egress, audit, demo):
        part.register(root)
    return root


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status; a wrong call is one sentence and status 2."""
    command = typer.main.get_command(application())
    given = sys.argv[1:] if arguments is None else arguments
    try:
        status = command.main(given, prog_name="sandbox", standalone_mode=False)
    except WrongCall as error:
        shown = str(getattr(error, "message", ""))
        is_help = "\n" in shown
        print(shown if is_help else render(_usage(error), _language(given)), file=sys.stderr)
        return 2
    except (typer.Abort, KeyboardInterrupt):
        print(render(say("已中断"), _language(given)), file=sys.stderr)
        return 130
    return int(status or 0)


def _usage(error: Exception) -> Message:
    detail = str(getattr(error, "message", "") or error).strip().rstrip(".")
    if not detail:
        return say("请写明要执行的命令：加 --help 查看用法")
    return say("命令写法不对（{detail}）：加 --help 查看用法", detail=detail)


def _language(given: list[str]) -> str:
    english = "--lang=en" in given or ("--lang", "en") in pairwise(given)
    return "en" if english else "zh"
