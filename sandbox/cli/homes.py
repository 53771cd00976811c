"""`sandbox init`, `upgrade`, `backup`, `backup-keys`, `restore`: making and keeping a home.

These act for whoever runs the machine; none of them makes anybody a person of the platform.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.founding import Officer


_DATABASE = "空的 PostgreSQL 库 postgresql://用户@主机/库；不写则用主目录里的 SQLite · an empty database"


class Hash(StrEnum):
    """The digests that a log can be built with."""

    SHA256 = "sha256"
    SM3 = "sm3"


def register(root: typer.Typer) -> None:
    """Add the commands."""
    command(root, "init")(init)
    command(root, "upgrade")(upgrade)
    command(root, "backup")(backup)
    command(root, "backup-keys")(backup_keys)
    command(root, "restore")(restore)
    command(root, "move")(move)


def init(
    session: Session,
    name: Annotated[
        str, typer.Option(help="平台名称，写在检查点和回执里 · name in checkpoints and receipts")
    ],
    authority: Annotated[str, typer.Option(help="大数据主管部门全称 · the data authority")],
    authority_uscc: Annotated[str, typer.Option(help="主管部门的统一社会信用代码 · its code")],
    officer: Annotated[
        list[str], typer.Option(help="首任经办人 登录名:姓名[:身份证号]，写两次 · login:name[:ID], twice")
    ],
    keys: Annotated[
        Path, typer.Option(help="密钥目录，须在主目录之外 · folder of the keys, outside the home")
    ],
    witness: Annotated[
        list[Path] | None, typer.Option(help="见证目录，可写多次 · folder of a witness, repeatable")
    ] = None,
    hash: Annotated[Hash, typer.Option(help="摘要算法，建立后不变 · digest, for good")] = Hash.SHA256,
    region: Annotated[str, typer.Option(help="行政区划代码 · region code")] = "520300",
    database: Annotated[str, typer.Option(help=_DATABASE)] = "",
) -> None:
    """建立正式主目录：没有演示账户，没有口令，密钥另放 · a production home: no account, no password."""
    from sandbox.founding import Founding, found

    if len(officer) != 2:
        raise InputError(say("首任经办人须正好两名：--officer 写两次，形如 登录名:姓名:身份证号"))
    officers = _officer(session, officer[0]), _officer(session, officer[1])
    founding = Founding(
        name=name,
        authority=authority,
        authority_uscc=authority_uscc,
        region=region,
        officers=officers,
        keys=keys,
        witnesses=tuple(witness or ()),
        hash=hash.value,
        database=database,
    )
    home = session.home_path
    platform, codes = found(home, founding)
    platform.close()
    verifier = platform.signer.verifier
    enrolments = [
        {"login": one.name, "name": one.display_name, "code": code}
        for one, code in zip(officers, codes, strict=True)
    ]
    after = _after(keys, witnessed=bool(witness))
    data = {"home": str(home.resolve()), "enrolment": enrolments, "verifier": verifier, "next": after}

    def view(console: Console) -> None:
        rows = [(one["login"], one["name"], one["code"]) for one in enrolments]
        _tell(session, console, rows, [say("检查点公钥：{line}", line=verifier), *after])

    session.show(data, view)


def _tell(
    session: Session, console: Console, rows: Sequence[tuple[str, str, str]], after: Sequence[Message]
) -> None:
    """Print the officers' codes, the key that checkpoints are verified by, and what to do next."""
    names = (say("登录名"), say("姓名"), say("启用码"))
    session.table(say("首任经办人的一次性启用码（七天内有效）"), names, rows)
    for number, line in enumerate(after):
        console.print(("· " if number else "") + session.text(line), markup=False)


def _officer(session: Session, text: str) -> Officer:
    from sandbox.founding import Officer

    parts = [part.strip() for part in text.replace("：", ":").split(":")]
    if len(parts) == 2 and all(parts):  # left out, so that it stands in no list of processes
        parts.append(typer.prompt(session.text(say("{name}的身份证号", name=parts[1])), err=True).strip())
    if len(parts) != 3 or not all(parts):
        raise InputError(say("首任经办人要写成 登录名:姓名:身份证号；身份证号可以不写，随后输入"))
    return Officer(parts[0], parts[1], parts[2])


def _after(keys: Path, *, witnessed: bool) -> tuple[Message, ...]:
    lines = [
        say("把启用码分别当面交给本人，各自执行：sandbox account enrol 启用码"),
        say("把密钥目录 {path} 移到受控介质，并用 sandbox backup-keys 另存一份", path=str(keys)),
        say("两人启用后登记单位：sandbox organisation register --as 登录名 …"),
    ]
    if not witnessed:
        lines.append(say("还没有外部见证：请在 home.toml 的 witnesses 里写上另一单位的目录"))
    return tuple(lines)


def upgrade(session: Session) -> None:
    """把旧格式的主目录升到本程序的格式（请先备份）· bring a home of an earlier format up to date."""
    from sandbox.keeping import upgrade as bring_up

    done = bring_up(session.home_path)
    sentence = (
        say("主目录已是第 {format} 版格式，无须升级", format=done.format)
        if done.found == done.format
        else say("主目录已从第 {found} 版升到第 {format} 版格式", found=done.found, format=done.format)
    )
    session.show(done, lambda console: console.print(session.text(sentence), markup=False))


def backup(
    session: Session, target: Annotated[Path, typer.Argument(help="空目录 · an empty folder")]
) -> None:
    """运行中备份数据，不含任何密钥 · back the data up while running, without any key.

    密钥用 sandbox backup-keys 另行备份，与数据分开保管 · keys go apart, by backup-keys.
    """
    from sandbox.keeping import backup as save

    with session.progress(say("备份")):
        made = save(session.platform, target)
    sentence = say(
        "已备份 {files} 个文件、日志 {facts} 条到 {path}；密钥不在其中，请用 sandbox backup-keys 另存",
        files=made.files,
        facts=made.facts,
        path=str(target),
    )
    session.show(made, lambda console: console.print(session.text(sentence), markup=False))


def backup_keys(
    session: Session, target: Annotated[Path, typer.Argument(help="空目录，不在数据备份里 · an empty folder")]
) -> None:
    """备份主密钥、检查点私钥和数据密钥，与数据分开保管 · back the keys up, apart from the data."""
    from sandbox.keeping import backup_keys as save

    count = save(session.platform, target)
    sentence = say("已备份 {count} 个密钥文件到 {path}：请与数据备份分开保管", count=count, path=str(target))
    data = {"path": str(target), "files": count}
    session.show(data, lambda console: console.print(session.text(sentence), markup=False))


def restore(
    session: Session,
    source: Annotated[Path, typer.Argument(help="数据备份 · the backup of data")],
    keys: Annotated[Path, typer.Option(help="密钥备份，恢复后密钥就放在这里 · the backup of keys")],
    witness: Annotated[
        list[Path] | None, typer.Option(help="见证目录，可写多次 · folder of a witness, repeatable")
    ] = None,
    database: Annotated[str, typer.Option(help=_DATABASE)] = "",
) -> None:
    """只恢复到空的主目录，并在日志里写明见证过的最后检查点 · restore into an empty home, on record."""
    from sandbox.keeping import restore as bring_back

    done = bring_back(source, session.home_path, keys=keys, witnesses=tuple(witness or ()), database=database)
    sentence = say("已恢复 {facts} 条日志，日志此后名为 {origin}", facts=done.facts, origin=done.origin)
    if done.witnessed is None:
        loss = say("没有见证可查：丢失了多少无法判断")
    else:
        loss = say("见证方有到第 {last} 条的检查点，丢失 {lost} 条", last=done.witnessed, lost=done.lost)

    def view(console: Console) -> None:
        for line in (sentence, loss, say("请执行 sandbox audit verify 查看丢失了哪些")):
            console.print(session.text(line), markup=False)

    data = {"facts": done.facts, "witnessed": done.witnessed, "lost": done.lost, "origin": done.origin}
    session.show(data, view)


def move(
    session: Session,
    database: Annotated[str, typer.Option(help=_DATABASE)] = "",
) -> None:
    """把记录迁到另一个数据库（SQLite 与 PostgreSQL 互迁），先停止服务 · move the records elsewhere."""
    from sandbox.keeping import move as carry

    with session.progress(say("迁移")):
        done = carry(session.home_path, database)
    sentence = say("已迁移日志 {facts} 条；原来的数据库不再接受写入，核对后可自行删除", facts=done.facts)
    session.show(done, lambda console: console.print(session.text(sentence), markup=False))
