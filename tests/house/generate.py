"""Pages that must agree with the code, made from the code.

`python -m tests.house.generate` writes them, `--check` fails on the first difference and
also when a sentence has no English. `make check` runs the check.
"""

from __future__ import annotations

import ast
import configparser
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from babel.messages.pofile import read_po

from sandbox.egress.checks import CHECKS
from sandbox.kernel.kinds import RECORDS
from sandbox.kernel.lifecycle import STEPS, steps_of
from sandbox.kernel.permits import RULES
from sandbox.oversight.controls import Control, controls
from sandbox.settings import Settings
from tests.house import foundations

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
HEADER = "<!-- Made by `make docs` from the code; do not edit. -->\n\n"


def states() -> str:
    """Return one state diagram for every record kind."""
    parts = [HEADER, "# 状态图 · States\n\nEvery edge is a row of `sandbox/kernel/lifecycle.py`.\n"]
    for record in RECORDS:
        lines = [f"\n## {record.KIND}\n", "```mermaid", "stateDiagram-v2"]
        for row in steps_of(record.KIND):
            for source in sorted(row.sources) or ["[*]"]:
                lines.append(f"    {_state(source)} --> {_state(row.target)}: {row.verb}")
        parts.append("\n".join([*lines, "```\n"]))
    return "\n".join(parts)


def _state(name: str) -> str:
    return name if name == "[*]" else name.replace("-", "_")


def permissions() -> str:
    """Return the table of steps: who may, under which rules, by which article."""
    lines = [
        HEADER + "# 权限表 · Permissions",
        "",
        "| step 步骤 | from 由 | to 到 | roles 角色 | article 条款 | rules 规则 |",
        "|---|---|---|---|---|---|",
    ]
    for row in STEPS:
        named = "anyone 本人" if row.by_anyone else "、".join(sorted(role.value for role in row.roles))
        roles = named or "platform 平台"
        rules = "、".join(f"{rule.code}（{rule.article}）" for rule in RULES[row.name])
        sources = "、".join(sorted(row.sources)) or "—"
        lines.append(f"| `{row.name}` | {sources} | {row.target} | {roles} | {row.article} | {rules} |")
    return "\n".join(lines) + "\n"


def settings() -> str:
    """Return the reference of settings from their own descriptions."""
    lines = [
        HEADER + "# 设置 · Settings",
        "",
        "`home.toml` in the home, or the environment variable of the same row.",
        "",
        "| setting 设置 | environment 环境变量 | default 缺省 | meaning 含义 |",
        "|---|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "—" if field.default in ("", None, ()) else f"`{field.default}`"
        lines.append(f"| `{name}` | `SANDBOX_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Return the reference of the command line from the commands themselves."""
    from sandbox.cli.main import application

    root = typer.main.get_command(application())
    parts = [HEADER + "# 命令行 · Command line\n"]
    for path, command in _walk(root, ("sandbox",)):
        options = [f"| `{_spelled(p)}` | {_help(p)} |" for p in command.params if p.name != "help"]
        table = "\n".join(["", "| argument 参数 | meaning 含义 |", "|---|---|", *options]) if options else ""
        parts.append(f"\n## `{' '.join(path)}`\n\n{(command.help or '').strip()}\n{table}\n")
    return "".join(parts)


def _spelled(parameter: Any) -> str:
    names = (*parameter.opts, *parameter.secondary_opts)
    return " / ".join(names) if names[0].startswith("-") else str(parameter.name)


def _help(parameter: Any) -> str:
    return (getattr(parameter, "help", None) or "").replace("|", "\\|").replace("\n", " ")


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    commands = getattr(command, "commands", None)
    if commands is None:
        yield path, command
        return
    for name in sorted(commands):
        yield from _walk(commands[name], (*path, name))


def law() -> str:
    """Return the import contracts as a page."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    parts = [HEADER + "# 引用规则 · Import law\n\nChecked by `lint-imports` in `make check`.\n"]
    for section in parser.sections():
        if not section.startswith("importlinter:contract:"):
            continue
        contract = parser[section]
        body = contract.get("layers") or contract.get("forbidden_modules") or ""
        sources = contract.get("source_modules", "").split()
        lines = [f"\n## {contract['name']}\n", f"type: {contract['type']}\n"]
        if sources:
            lines.append("from: " + ", ".join(f"`{one}`" for one in sources) + "\n")
        lines += ["```", body.strip(), "```\n"]
        parts.append("\n".join(lines))
    return "".join(parts)


def bans() -> str:
    """Return the bans of article 17, each with its control and its tests."""
    lines = [
        HEADER + "# 第十七条的禁止 · Bans of article 17",
        "",
        "From `sandbox/oversight/controls.toml`. What is still to come names the issue that brings it.",
        "",
        "| 项 ban | 禁止 text | 控制 control | 规则与步骤 rules, steps | 测试 tests | 待补 to come |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_control(one, one.ban) for one in controls() if one.ban]
    return "\n".join(lines) + "\n"


def articles() -> str:
    """Return every article with what carries it and what proves it."""
    lines = [
        HEADER + "# 条款、控制、测试 · Articles, controls, tests",
        "",
        "From `sandbox/oversight/controls.toml`; the measure of 2022, article by article.",
        "",
        "| 条款 article | 要求 text | 控制 control | 规则与步骤 rules, steps | 测试 tests | 待补 to come |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_control(one, f"{one.article}{f' ({one.ban})' if one.ban else ''}") for one in controls()]
    return "\n".join(lines) + "\n"


def _control(row: Control, first: str) -> str:
    carried = "、".join([*row.rules, *(f"`{name}`" for name in row.steps)]) or "—"
    tests = "<br>".join(f"`{name}`" for name in row.tests) or "—"
    return f"| {first} | {row.text} | {row.control} | {carried} | {tests} | {row.pending or '—'} |"


def regimes() -> str:
    """Return every regime with its values, law kept apart from setting."""
    return HEADER + foundations.page()


def checks() -> str:
    """Return the catalogue of the gate's checks: what each catches, by which article, proved where."""
    lines = [
        HEADER + "# 出域闸口的检查 · Checks of the egress gate",
        "",
        "From `sandbox/egress/checks.py`. A check that could not run refuses. The example of each, with a",
        "near one that passes, is in `tests/egress/examples.py`.",
        "",
        "| 代码 | 名称 | 发现什么 catches | 结论 verdict | 参数 parameter | 条款 | 如何修改 remedy | 测试 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in sorted(CHECKS, key=lambda check: check.code):
        test = f"`tests/egress/test_catalogue.py::test_each_check_finds_what_it_is_for[{one.code}]`"
        parameter = f"`{one.parameter}`" if one.parameter else "—"
        name = f"`{one.name}`{'（跨文件 across files）' if one.across else ''}"
        lines.append(
            f"| {one.code} | {name} | {one.catches} | {one.verdict.value} | {parameter} | {one.article} "
            f"| {one.remedy} | {test} |"
        )
    return "\n".join(lines) + "\n"


PAGES = {
    "states.md": states,
    "permissions.md": permissions,
    "settings.md": settings,
    "commands.md": commands,
    "import-law.md": law,
    "regimes.md": regimes,
    "bans.md": bans,
    "articles.md": articles,
    "checks.md": checks,
}


def templates() -> dict[str, str]:
    """Return every sentence that `say` is called with, and where."""
    found: dict[str, str] = {}
    for package in ("sandbox", "sandbox_seat"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say" and node.args:
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    found.setdefault(_literal(node.args[0], where), where)
    return found


def _literal(node: ast.expr, where: str) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise SystemExit(f"{where}: say() takes a literal sentence")


def untranslated() -> list[str]:
    """Return the sentences without English, or whose English names other values."""
    with (ROOT / "sandbox" / "locale" / "en.po").open("rb") as stream:
        english = {str(one.id): str(one.string) for one in read_po(stream) if one.id}
    wrong = []
    for template, where in templates().items():
        translated = english.get(template, "")
        if not translated or _names(template) != _names(translated):
            wrong.append(f"{where}: {template}")
    return wrong


def _names(template: str) -> set[str]:
    from string import Formatter

    return {name for _, name, _, _ in Formatter().parse(template) if name}


def main() -> int:
    """Write the pages, or with `--check` say what differs."""
    check = "--check" in sys.argv[1:]
    REFERENCE.mkdir(parents=True, exist_ok=True)
    stale = []
    for name, make in PAGES.items():
        path, text = REFERENCE / name, make()
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(f"docs/reference/{name} differs from the code: run `make docs`")
    if check:
        stale += [f"no English for {one}" for one in untranslated()]
        stale += foundations.unfounded()
    print("\n".join(stale) or ("pages agree with the code" if check else "pages written"))
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
