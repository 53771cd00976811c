"""`sandbox review template …`: reviewed templates, drafted, signed, used, looked at and ended.

Holds no rule: reads what was written down, calls the gate's room, shows what came of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command, stated
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say
from sandbox.kernel.review_records import Capacity
from sandbox.kernel.template_records import Template, TemplateLook

if TYPE_CHECKING:
    from sandbox.egress.template_sheet import Line

template = typer.Typer(help="审定模板 · reviewed templates", no_args_is_help=True)

_Template = Annotated[str, typer.Argument(help="审定模板 · reviewed template")]
_Look = Annotated[str, typer.Argument(help="抽查 · look")]
_Reason = Annotated[str, typer.Option(help="理由 · reason")]


def register(review: typer.Typer) -> None:
    """Add the group."""
    review.add_typer(template, name="template")


def _done(session: Session, made: Template) -> None:
    from sandbox.egress.template_sheet import state_in_words

    state = state_in_words(made.state)
    done = say("审定模板 {id}：{state}；条款摘要 {digest}", id=made.id, state=state, digest=made.digest)
    session.show(made, lambda console: console.print(session.text(done), markup=False))


@command(template, "draft", person=True)
def draft(
    session: Session,
    agreement: Annotated[str, typer.Argument(help="授权服务协议 · service agreement")],
    file: Annotated[Path, typer.Argument(help="模板（TOML 或 JSON）· the template")],
    risks: Annotated[Path, typer.Option(help="五类风险评估（JSON）· the five risks")],
) -> None:
    """拟定模板，连同风险评估一并提交签署 · draft a template, with its assessment, for signature."""
    from sandbox.access.form import read_file
    from sandbox.cli.reviews import risks_in
    from sandbox.egress import template_form, templates

    gate, actor = session.platform.gate, session.actor()
    wanted, five = template_form.wanted_of(read_file(file)), risks_in(risks)
    made = templates.draft(gate, actor, agreement, wanted)
    templates.assess(gate, actor, made.id, five)
    _done(session, templates.propose(gate, actor, made.id))


@command(template, "list", person=True)
def listed(session: Session) -> None:
    """看得到的审定模板 · the templates that one may see."""
    from sandbox.egress import template_form

    found = template_form.visible(session.platform.gate, session.actor())

    def view(_: Console) -> None:
        from sandbox.egress.template_sheet import state_in_words

        rows = [
            (one.id, one.title, f"{one.used}/{one.number}", str(one.term_to), state_in_words(one.state))
            for one in found
        ]
        columns = (say("编号"), say("名称"), say("次数"), say("期限"), say("状态"))
        session.table(say("审定模板"), columns, rows)

    session.show({"templates": found}, view)


@command(template, "show", person=True)
def show(session: Session, identifier: _Template) -> None:
    """签署的全部条款、签名、实例与抽查 · exactly what is signed, signatures, instances, looks."""
    from sandbox.egress import template_form, template_sheet, templates

    gate, actor = session.platform.gate, session.actor()
    data = template_form.shown(gate, actor, identifier)
    lines = template_sheet.sheet(gate, templates.found(gate, identifier).record)
    session.show(data, lambda console: _paper(session, console, data, lines))


def _paper(session: Session, console: Console, data: dict[str, Any], lines: Sequence[Line]) -> None:
    """Print the terms that are signed, their digest, and what has become of them since."""
    from sandbox.egress.template_sheet import CAPACITIES, state_in_words

    def told(label: Message, *values: Message | str) -> None:
        said = [one if isinstance(one, str) else session.text(one) for one in values]
        body = said[0] if len(said) == 1 and "\n" not in said[0] else "\n  " + "\n  ".join(said)
        console.print(f"{session.text(label)}：{body}", markup=False, soft_wrap=True)

    told(say("审定模板"), data["id"])
    told(say("状态"), state_in_words(data["state"]))
    if data["reason"]:
        told(say("理由"), data["reason"])
    told(say("条款摘要（签署的就是它）"), data["digest"])
    for line in lines:
        told(line.label, *line.values)
    told(say("已放行"), say("{used} 次", used=data["used"]))
    signed: list[Message | str] = [
        say(
            "{organisation}，{capacity}",
            organisation=one["organisation"],
            capacity=CAPACITIES[one["capacity"]],
        )
        for one in data["signatures"]
    ]
    told(say("签署人"), *(signed or [say("还没有人签署")]))
    left: list[Message | str] = [
        f"{one['id']} {_said(session, state_in_words(one['state']))}" for one in data["releases"]
    ]
    told(say("按模板放行的"), *(left or [say("还没有")]))
    for one in data.get("looks", ()):
        state = _said(session, state_in_words(one["state"]))
        told(say("抽查"), f"{one['id']} {one['submission']} {state} {one['due']}")


def _said(session: Session, value: Message | str) -> str:
    return value if isinstance(value, str) else session.text(value)


@command(template, "sign", person=True)
def sign(
    session: Session,
    identifier: _Template,
    digest: Annotated[str, typer.Option(help="所看条款的摘要 · the digest of the terms that were read")],
    capacity: Annotated[
        str, typer.Option(help="authority | provider | third-party；空为自动 · as what")
    ] = "",
) -> None:
    """签署模板的条款摘要 · sign the digest of the terms."""
    from sandbox.egress import templates

    try:
        chosen = Capacity(capacity) if capacity else None
    except ValueError:
        raise InputError(say("投票身份只能是 authority、provider 或 third-party")) from None
    gate, actor = session.platform.gate, session.actor()
    _done(session, templates.sign(gate, actor, identifier, digest=digest, capacity=chosen))


@command(template, "refuse", person=True)
def refuse(session: Session, identifier: _Template, reason: _Reason) -> None:
    """不同意模板 · refuse to sign."""
    from sandbox.egress import templates

    _done(session, templates.refuse(session.platform.gate, session.actor(), identifier, reason=reason))


@command(template, "commission", person=True)
def commission(
    session: Session,
    identifier: _Template,
    body: Annotated[str, typer.Argument(help="第三方机构：编号、名称或信用代码 · third party")],
) -> None:
    """委托第三方审查模板 · commission a third party."""
    from sandbox.egress import templates

    _done(session, templates.commission(session.platform.gate, session.actor(), identifier, body))


@command(template, "withdraw", person=True)
def withdraw(session: Session, identifier: _Template) -> None:
    """开发利用者撤回未生效的模板 · take a template back before it is in force."""
    from sandbox.egress import templates

    _done(session, templates.withdraw(session.platform.gate, session.actor(), identifier))


@command(template, "suspend", person=True)
def suspend(session: Session, identifier: _Template, reason: _Reason) -> None:
    """停用模板，立即生效 · suspend at once."""
    from sandbox.egress import templates

    _done(session, templates.suspend(session.platform.gate, session.actor(), identifier, reason=reason))


@command(template, "revoke", person=True)
def revoke(session: Session, identifier: _Template, reason: _Reason) -> None:
    """撤销模板，立即生效 · revoke for good, at once."""
    from sandbox.egress import templates

    _done(session, templates.revoke(session.platform.gate, session.actor(), identifier, reason=reason))


@command(template, "use", person=True)
def use(
    session: Session,
    identifier: _Template,
    value: Annotated[list[str] | None, typer.Option(help="参数=取值，可重复 · parameter=value")] = None,
) -> None:
    """按模板取一份产品：闸口写出，合格即放行 · an instance that the gate writes."""
    from sandbox.egress import template_orders

    values = dict(_pair(one) for one in value or ())
    made = template_orders.ask(session.platform.gate, session.actor(), identifier, values)
    done = say("申请 {id}：{state}", id=made.id, state=stated(made))
    data = {"submission": made.id, "state": made.state, "template": made.template}
    session.show(data, lambda console: console.print(session.text(done), markup=False))


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise InputError(say("取值写成 参数=取值"))
    return name, value


@command(template, "look", person=True)
def look(
    session: Session,
    identifier: _Look,
    bad: Annotated[
        bool, typer.Option("--bad", help="不合格：立即停用模板 · bad: suspends the template")
    ] = False,
    recall: Annotated[
        bool, typer.Option("--recall", help="不合格时召回已放行的实例 · recall instances")
    ] = False,
    reason: _Reason = "",
) -> None:
    """填写抽查结果 · end a look at an instance that left."""
    from sandbox.egress import looks

    gate, actor = session.platform.gate, session.actor()
    if not bad:
        _looked(session, looks.passed(gate, actor, identifier, reason=reason), {})
        return
    made = looks.failed(gate, actor, identifier, reason=reason, recall=recall)
    _looked(session, made.look, {"recalled": [one.id for one in made.recalled]})


@command(template, "recall", person=True)
def recall_all(session: Session, identifier: _Template, reason: _Reason = "") -> None:
    """召回按模板放行的全部产品 · recall everything that left by a template."""
    from sandbox.egress import looks

    taken = looks.recall_instances(session.platform.gate, session.actor(), identifier, reason=reason)
    done = say("已召回 {count} 份产品", count=len(taken))
    data = {"template": identifier, "recalled": [one.id for one in taken]}
    session.show(data, lambda console: console.print(session.text(done), markup=False))


def _looked(session: Session, made: TemplateLook, more: dict[str, list[str]]) -> None:
    from sandbox.egress.template_sheet import state_in_words

    taken = "、".join(more.get("recalled", ()))
    done = say("抽查 {id}：{state}", id=made.id, state=state_in_words(made.state))
    if taken:
        done = say("{done}；已召回 {releases}", done=done, releases=taken)
    data = {"look": made, **more} if more else made
    session.show(data, lambda console: console.print(session.text(done), markup=False))
