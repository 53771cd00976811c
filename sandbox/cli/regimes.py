"""`sandbox regime …`: the measures, what is law in them and what a setting, and the transition.

Holds no rule; `list` and `show` need no home.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command
from sandbox.kernel.message import Message, say
from sandbox.locale.words import state_of
from sandbox.regulation.loader import regime as regime_of
from sandbox.regulation.loader import regimes

if TYPE_CHECKING:
    from sandbox.access.transition import Transition

regime = typer.Typer(help="制度版本 · regimes", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the group."""
    root.add_typer(regime, name="regime")


def _basis(value: str) -> Message:
    return {"law": say("办法或法律"), "standard": say("标准")}.get(value, say("本平台设置"))


@command(regime, "list")
def list_regimes(session: Session) -> None:
    """制度版本与起止日期 · the regimes with their days in force."""
    known = session.platform.access.regimes if session.named_home else {one.id: one for one in regimes()}
    found = sorted(known.values(), key=lambda one: one.effective_from)

    def view(_: Console) -> None:
        rows = [
            (one.id, one.title, str(one.effective_from), str(one.valid_to), one.successor, len(one.rules))
            for one in found
        ]
        columns = (say("编号"), say("名称"), say("施行"), say("末日"), say("后续"), say("规则数"))
        session.table(say("制度版本"), columns, rows)

    shown = ("id", "title", "issuer", "effective_from", "valid_to", "successor", "digest")
    session.show({"regimes": [{name: getattr(one, name) for name in shown} for one in found]}, view)


@command(regime, "show")
def show(session: Session, name: Annotated[str, typer.Argument(help="制度版本 · regime")]) -> None:
    """一个制度版本的全部规则，写明条款，分清规定与设置 · every rule with its article and basis."""
    found = session.platform.access.regime(name) if session.named_home else regime_of(name)

    def view(_: Console) -> None:
        rows = [
            (one.code, one.value, one.unit, one.article, _basis(one.basis.value), one.text)
            for one in found.rules
        ]
        columns = (say("规则"), say("值"), say("单位"), say("条款"), say("依据"), say("说明"))
        session.table(say("制度规则"), columns, rows)

    session.show(found, view)


@command(regime, "transition", person=True)
def transition(session: Session) -> None:
    """新旧制度衔接：哪些协议和申请仍按旧办法运行 · what still runs under which regime."""
    from sandbox.access import transition as report

    found = report.transition(session.platform.access, session.actor())

    data = {
        "day": found.day,
        "regimes": [
            {"id": one.id, "valid_to": one.valid_to, "in_force": one.in_force(found.day)}
            for one in found.regimes
        ],
        "agreements": found.agreements,
        "applications": found.applications,
        "operating": [one.id for one in found.operating],
    }
    session.show(data, lambda _: _tables(session, found))


def _tables(session: Session, found: Transition) -> None:
    """Print the agreements and the applications, each with the regime it runs under."""
    held = say("协议"), say("开发利用者"), say("场景"), say("制度"), say("已失效"), say("开启理由")
    rows = [
        (one.id, one.developer, one.scenario, one.regime, one.lapsed, one.override, str(one.term_to),
         state_of("service-agreement", one.state)[0])
        for one in found.agreements
    ]  # fmt: skip
    session.table(say("运行中的协议"), (*held, say("期限至"), say("状态")), rows)
    asked = [
        (one.id, one.regime, one.lapsed, one.changed, one.open_items, state_of("application", one.state)[0])
        for one in found.applications
    ]
    names = (say("申请"), say("制度"), say("已失效"), say("制度文件有变"), say("未结需求"), say("状态"))
    session.table(say("在办的申请"), names, asked)
