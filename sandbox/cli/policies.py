"""`sandbox agree policy|print|replay|amend …`: what an agreement comes to, on paper and in the machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sandbox.cli import trials
from sandbox.cli.frame import Session, called, command
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say
from sandbox.kernel.policy import AccessPolicy, plain

_STAYS = "可重复，空为不变，none 为不限"
_Agreement = Annotated[str, typer.Argument(help="授权服务协议 · service agreement")]


def register(agree: typer.Typer) -> None:
    """Add the commands to the group."""
    command(agree, "policy", person=True)(policy)
    command(agree, "print", person=True)(print_agreement)
    command(agree, "replay", person=True)(trials.replay)
    command(agree, "amend-ask", person=True)(amend_ask)
    command(agree, "amend", person=True)(amend)


def policy(session: Session, agreement: _Agreement) -> None:
    """协议编译成的访问策略：席位、落地、闸口照此执行 · the access policy of an agreement."""
    from sandbox.access import reading
    from sandbox.access.policy import policy_of

    access = session.platform.access
    found = policy_of(access.directory, reading.agreement(access, session.actor(), agreement))

    def view(console: Console) -> None:
        _policy_table(session, found)
        console.print(session.text(say("摘要 {digest}", digest=found.digest)), markup=False)

    session.show({"digest": found.digest, "policy": plain(found)}, view)


def _policy_table(session: Session, found: AccessPolicy) -> None:
    rows = [
        (one.code, "、".join(one.columns), len(one.rows), one.thresholds.smallest, "、".join(one.items))
        for one in found.datasets
    ]
    columns = (say("数据集"), say("信息项"), say("行范围"), say("最小统计对象数"), say("需求"))
    session.table(say("数据项"), columns, rows)
    names = {one.dataset: one.code for one in found.datasets}
    joins = "、".join(f"{names[one.first]}+{names[one.second]}" for one in found.joins)
    quotas = plain(found.quotas)
    limits = "、".join(f"{key}={value}" for key, value in dict(quotas).items() if value)  # type: ignore[call-overload]
    facts: list[tuple[Message, object]] = [
        (say("使用期限"), f"{found.term_from} – {found.term_to}"),
        (say("使用时段"), "；".join(map(str, found.hours)) or session.text(say("不限"))),
        (say("席位"), found.seats),
        (say("用户"), "、".join(found.users)),
        (say("许可关联"), joins or session.text(say("无"))),
        (
            say("产出形式"),
            called(*(one.value for one in found.outputs), prefix="output-") if found.outputs else say("不限"),
        ),
        (say("额度"), limits or session.text(say("按环境上限"))),
        (say("审查人数"), found.reviewers),
        (say("环境"), found.environment_code),
        (say("制度"), found.regime),
    ]
    session.table(say("访问策略"), (say("项目"), say("内容")), facts)


def print_agreement(
    session: Session,
    agreement: Annotated[str, typer.Argument(help="协议 · agreement of either kind")],
    to: Annotated[Path, typer.Option(help="写到 .html 或 .pdf 文件 · file to write")],
) -> None:
    """可打印的协议文本：开发利用协议或授权服务协议 · the agreement as a printable document."""
    from sandbox.access import printed

    if to.suffix.lower() not in (".html", ".pdf"):
        raise InputError(say("打印的文件名应以 .html 或 .pdf 结尾"))
    found = printed.print_of(session.platform.access, session.actor(), agreement)
    data = printed.rendered(session.platform.access, found, to.suffix.lower())
    try:
        with to.open("xb") as stream:
            stream.write(data)
    except FileExistsError:
        raise InputError(say("{path} 已存在：不会覆盖，请换一个文件名", path=str(to))) from None
    except OSError:
        raise InputError(say("写不了 {path}：请换一个目录", path=str(to))) from None
    document = found.document
    shown = {
        "agreement": document.number,
        "file": str(to),
        "bytes": len(data),
        "document": document.digest,
        "signed": found.signed,
        "signatures": [plain(one) for one in found.signatures],
        "seals": [{"algorithm": one.algorithm, "name": one.name} for one in found.seals],
    }
    sentence = say("已写到 {path}，文本摘要 {digest}", path=str(to), digest=document.digest)
    session.show(shown, lambda console: console.print(session.text(sentence), markup=False))


def amend_ask(
    session: Session,
    agreement: _Agreement,
    reason: Annotated[str, typer.Option(help="理由 · why")],
    add: Annotated[
        list[str] | None, typer.Option(help="要增加的“数据集:信息项,信息项”，可重复 · columns to add")
    ] = None,
    end: Annotated[str, typer.Option("--to", help="延长到哪一天 · a later last day")] = "",
) -> None:
    """乙方提出变更：只就增加的部分提交申请 · the developer asks for what an amendment would add."""
    from sandbox.access import amendment
    from sandbox.access.versions import standing
    from sandbox.cli.rules import day

    access = session.platform.access
    wanted = amendment.Wanted(
        columns=_columns(session, add or ()), term_to=day(end) if end else None, justification=reason
    )
    held = standing(access.directory, agreement)
    made = amendment.ask(access, session.actor(), held.id, wanted)

    def view(console: Console) -> None:
        rows = [(one.dataset, "、".join(one.columns), f"{made.term_to}") for one in made.requests]
        session.table(say("需要审核的部分"), (say("数据集"), say("信息项"), say("期限至")), rows)
        console.print(session.text(say("已提交申请 {id}", id=made.id)), markup=False)

    session.show(made, view)


def amend(
    session: Session,
    agreement: _Agreement,
    application: Annotated[str, typer.Option(help="审核增加部分的申请 · application that adds")] = "",
    keep: Annotated[
        list[str] | None, typer.Option(help="只保留“数据集:信息项,信息项”，可重复 · columns that stay")
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option(help="不再使用的数据集，可重复 · datasets to drop")
    ] = None,
    end: Annotated[str, typer.Option("--to", help="新的最后一天 · last day")] = "",
    user: Annotated[list[str] | None, typer.Option(help="席位用户，可重复，空为不变 · named users")] = None,
    seats: Annotated[int, typer.Option(min=0, help="席位数，0 为不变 · seats")] = 0,
    hours: Annotated[list[str] | None, typer.Option(help=f"使用时段，{_STAYS} · hours")] = None,
    join: Annotated[list[str] | None, typer.Option(help=f"许可关联“甲+乙”，{_STAYS} · joins")] = None,
    output: Annotated[list[str] | None, typer.Option(help=f"产出形式，{_STAYS} · output forms")] = None,
    rows: Annotated[list[str] | None, typer.Option(help=f"行范围，{_STAYS} · ranges of rows")] = None,
    quota: Annotated[
        list[str] | None, typer.Option(help="额度，如 day_runs=20，0 为按环境上限，可重复 · quotas")
    ] = None,
    reviewers: Annotated[int, typer.Option(min=0, max=9, help="审查人数，0 为不变 · reviewers")] = 0,
) -> None:
    """运营商拟订协议的新的一版：双方签署后取代现行的一版 · draft a new version of an agreement."""
    from sandbox.access import amendment, revised
    from sandbox.access.versions import standing
    from sandbox.cli.rules import day

    access = session.platform.access
    left = _columns(session, keep or ())
    left |= {dataset: () for dataset in _columns(session, [f"{one}:" for one in drop or ()])}
    held = standing(access.directory, agreement)
    told = revised.Told(
        hours=tuple(hours or ()),
        joins=tuple(join or ()),
        outputs=tuple(output or ()),
        quotas=tuple(quota or ()),
        reviewers=reviewers,
    )
    names = revised.datasets_of(access, held, application)
    revision = amendment.Revision(
        application=application,
        keep=left,
        rows=revised.rows_of_all(rows or (), names),
        term_to=day(end) if end else None,
        users=tuple(access.directory.account_named(name).id for name in user) if user else None,
        seats=seats or None,
        terms=revised.terms_of(held.terms, told, names),
    )
    made = amendment.amend(access, session.actor(), held.id, revision)
    sentence = say("{id} 已拟订：乙方同意、甲方签署后取代 {old}", id=made.id, old=held.id)
    session.show(made, lambda console: console.print(session.text(sentence), markup=False))


def _columns(session: Session, texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the columns by dataset id of `code:column,column`."""
    from sandbox.catalog.entries import by_code

    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        code, colon, names = text.partition(":")
        if not colon:
            raise InputError(say("{text} 应写成“数据集:信息项,信息项”", text=text))
        dataset = by_code(session.platform.directory, code.strip()).record
        found[dataset.id] = tuple(one.strip() for one in names.split(",") if one.strip())
    return found
