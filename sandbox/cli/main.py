"""The command line: one group for each desk, put together from the files beside this one.

Names are a contract with the scripts of the city's staff; they are only ever added to.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import typer

from sandbox.kernel.message import Message, say
from sandbox.locale.translate import render

WrongCall: type[Exception] = typer.BadParameter.__mro__[2]
"""The parent of every complaint about how a command was called."""


PARTS = (
    "rules",
    "regimes",
    "data",
    "inspect",
    "homes",
    "accounts",
    "land",
    "catalogue",
    "access",
    "seats",
    "egress",
    "audit",
    "oversight",
    "notices",
    "incidents",
    "demo",
    "serve",
)
"""The modules that register commands, in the order of the help."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A command or group as the overview shows it, and the part that registers it."""

    name: str
    part: str
    help: str


LISTED = (
    Listed(
        "eligibility",
        "rules",
        "单位能否担任某一角色、依据哪一条 · may this organisation hold that role, and by which article.",
    ),
    Listed("clock", "rules", "期限 · clocks"),
    Listed("regime", "regimes", "制度版本 · regimes"),
    Listed(
        "discover",
        "data",
        "哪些列（或文字中的哪些片段）是敏感的 · which columns, or spans of texts, are sensitive.",
    ),
    Listed(
        "mask",
        "data",
        "脱敏成 Parquet 和清单，每一行都有交代 · mask into Parquet, with every row accounted for.",
    ),
    Listed("inspect", "inspect", "出域闸口单独检查文件 · the egress gate on its own."),
    Listed(
        "init",
        "homes",
        "建立正式主目录：没有演示账户，没有口令，密钥另放 · a production home: no account, no password.",
    ),
    Listed(
        "upgrade",
        "homes",
        "把旧格式的主目录升到本程序的格式（请先备份）· bring a home of an earlier format up to date.",
    ),
    Listed(
        "backup", "homes", "运行中备份数据，不含任何密钥 · back the data up while running, without any key."
    ),
    Listed(
        "backup-keys",
        "homes",
        "备份主密钥、检查点私钥和数据密钥，与数据分开保管 · back the keys up, apart from the data.",
    ),
    Listed(
        "restore",
        "homes",
        "只恢复到空的主目录，并在日志里写明见证过的最后检查点 · restore into an empty home, on record.",
    ),
    Listed(
        "move",
        "homes",
        "把记录迁到另一个数据库（SQLite 与 PostgreSQL 互迁），先停止服务 · move the records elsewhere.",
    ),
    Listed("account", "accounts", "账户、口令与令牌 · accounts, passwords, tokens"),
    Listed("grant", "accounts", "角色的提名与会签 · roles, proposed and countersigned"),
    Listed("organisation", "accounts", "单位登记 · the registry of organisations"),
    Listed("land", "land", "编目、交付与落地 · catalogue, delivery, landing"),
    Listed("dataset", "catalogue", "数据目录 · the catalogue"),
    Listed("apply", "access", "数据需求申请 · applications for data"),
    Listed("review", "access", "初审与部门审核 · preliminary and provider review"),
    Listed("agree", "access", "协议与环境 · agreements and environments"),
    Listed("transfer", "access", "跨环境转移 · transfers between environments"),
    Listed("seat", "seats", "开发席位 · seats"),
    Listed("egress", "egress", "出域闸口、审查与放行 · egress gate, review, release"),
    Listed("audit", "audit", "日志核验 · the log and its proof"),
    Listed("oversight", "oversight", "监督：责任、承诺、使用计量 · duties, undertakings, use"),
    Listed("notice", "notices", "通知 · notices"),
    Listed("incident", "incidents", "安全事件：即时停止、召回、冻结证据、报告 · incidents"),
    Listed("serve", "serve", "在浏览器里使用平台，按 Ctrl-C 停下 · the platform in a browser, until Ctrl-C."),
    Listed(
        "demo-code", "serve", "演示账户此刻的动态码（正式环境没有这些账户）· the code of a demo account, now."
    ),
    Listed(
        "demo", "demo", "从空目录到放行的全过程演示 · the whole journey, from an empty home to a release."
    ),
)
"""A call loads only the part of the command that it names; a test holds this against the parts."""


def application(parts: Sequence[str] = PARTS) -> typer.Typer:
    """Return the command line of these parts; of all of them unless told otherwise."""
    root = _empty()
    for part in parts:
        importlib.import_module(f"sandbox.cli.{part}").register(root)
    return root


def _empty() -> typer.Typer:
    root = typer.Typer(
        name="sandbox",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    root.callback(help="数据沙箱与脱敏平台 · data sandbox and desensitization platform")(_nothing)
    return root


def _nothing() -> None:
    """Stand in for a command that is only listed."""


def _overview() -> typer.Typer:
    """Return the command line as its help lists it, with nothing loaded."""
    root = _empty()
    for one in LISTED:
        root.command(one.name, help=one.help)(_nothing)
    return root


def _application_for(arguments: Sequence[str]) -> typer.Typer:
    """Return no more of the command line than this call needs."""
    name = next((one for one in arguments if not one.startswith("-")), None)
    if name is None:
        return _overview()
    return application([one.part for one in LISTED if one.name == name] or PARTS)


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status; a wrong call is one sentence and status 2."""
    given = sys.argv[1:] if arguments is None else arguments
    command = typer.main.get_command(_application_for(given))
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
