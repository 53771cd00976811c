"""`sandbox egress fix`: the table of a claim without what would disclose somebody, written beside its claim.

Reads the claim and the sources, never the product; what it writes is handed in like any product. The rules
are the gate's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

if TYPE_CHECKING:
    from sandbox.egress.fixing import Fixed


NOT_COMPARED = "not-compared"
"""What is known of earlier releases where there is no platform: nothing, and so it is said."""


def join(group: typer.Typer) -> None:
    """Add the command to the gate's desk."""
    command(group, "fix")(fix)


def fix(
    session: Session,
    product: Annotated[Path, typer.Argument(help="产品文件，旁边有声明 · product beside its claim")],
    source: Annotated[list[Path], typer.Option(help="数据来源，可重复 · source file, repeatable")],
    out: Annotated[Path, typer.Option(help="写到这个目录 · folder to write to")],
    base: Annotated[
        int | None,
        typer.Option("--round", min=2, help="改为取整到这个基数的倍数 · round to multiples instead"),
    ] = None,
) -> None:
    """由声明重写产品，隐去或取整会暴露个别对象的数值 · write the product anew, suppressed or rounded."""
    from sandbox.egress import fixing
    from sandbox.egress.inspect import CLAIM_SUFFIX, MAX_CLAIM
    from sandbox.egress.sources import build_sources, read_source
    from sandbox.files.opening import open_regular

    with open_regular(product.with_name(product.name + CLAIM_SUFFIX), max_bytes=MAX_CLAIM) as stream:
        claim = stream.read()
    with session.progress(say("重算声明并隐去不安全的行")):
        sources = build_sources([read_source(one) for one in source], [], key=bytes(16))
        rounded = fixing.fix_by_rounding(claim, sources, base=base) if base is not None else None
        fixed = fixing.fix(claim, sources) if rounded is None else None
    target = out / f"{product.stem}.csv"
    if rounded is not None:
        beside = json.dumps({**json.loads(claim), "rounded": base}, ensure_ascii=False).encode()
        _write(target, {target: rounded.data, out / f"{target.name}{CLAIM_SUFFIX}": beside})
        line = say(
            "{path}：{rows} 行，取整到 {base} 的倍数，合计仍相加；附声明，由人审查；未与此前放行的核对",
            path=str(target), rows=rounded.rows, base=base or 0,
        )  # fmt: skip
        data = {"path": str(target), "rows": rounded.rows, "base": base, "hidden": rounded.hidden}
        data["ledger"] = NOT_COMPARED
        session.show(data, lambda console: console.print(session.text(line), markup=False))
    if fixed is not None:
        _write(target, {target: fixed.data, out / f"{target.name}{CLAIM_SUFFIX}": claim})
        _shown(session, target, fixed)


def _write(target: Path, contents: Mapping[Path, bytes]) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for path, data in contents.items():
            with path.open("xb") as written:
                written.write(data)
    except OSError:
        raise InputError(say("写不了 {path}：已有同名文件或目录不可写", path=str(target))) from None


def _shown(session: Session, target: Path, fixed: Fixed) -> None:
    def view(console: Console) -> None:
        line = say(
            "{path}：{rows} 行，隐去 {left} 行；声明在旁边。没有与此前放行的产品核对：提交后由平台核对",
            path=str(target), rows=fixed.rows, left=fixed.left_out,
        )  # fmt: skip
        console.print(session.text(line), markup=False)

    data = {"path": str(target), "rows": fixed.rows, "left_out": fixed.left_out, "ledger": NOT_COMPARED}
    session.show(data, view)
