"""`sandbox egress fix`: the table of a claim without what would disclose somebody, written beside its claim.

Reads the claim and the sources, never the product; what it writes is handed in like any product. The rules
are the gate's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say


def join(group: typer.Typer) -> None:
    """Add the command to the gate's desk."""
    command(group, "fix")(fix)


def fix(
    session: Session,
    product: Annotated[Path, typer.Argument(help="产品文件，旁边有声明 · product beside its claim")],
    source: Annotated[list[Path], typer.Option(help="数据来源，可重复 · source file, repeatable")],
    out: Annotated[Path, typer.Option(help="写到这个目录 · folder to write to")],
) -> None:
    """由声明重写产品，隐去会暴露个别对象的行 · write the product anew without rows that disclose somebody."""
    from sandbox.egress import fixing
    from sandbox.egress.inspect import CLAIM_SUFFIX, MAX_CLAIM
    from sandbox.egress.sources import build_sources, read_source
    from sandbox.files.opening import open_regular

    with open_regular(product.with_name(product.name + CLAIM_SUFFIX), max_bytes=MAX_CLAIM) as stream:
        claim = stream.read()
    with session.progress(say("重算声明并隐去不安全的行")):
        sources = build_sources([read_source(one) for one in source], [], key=bytes(16))
        fixed = fixing.fix(claim, sources)
    target = out / f"{product.stem}.csv"
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path, data in ((target, fixed.data), (out / f"{target.name}{CLAIM_SUFFIX}", claim)):
            with path.open("xb") as written:
                written.write(data)
    except OSError:
        raise InputError(say("写不了 {path}：已有同名文件或目录不可写", path=str(target))) from None

    def view(console: Console) -> None:
        line = say(
            "{path}：{rows} 行，隐去 {left} 行；声明在旁边，可直接提交",
            path=str(target), rows=fixed.rows, left=fixed.left_out,
        )  # fmt: skip
        console.print(session.text(line), markup=False)

    session.show({"path": str(target), "rows": fixed.rows, "left_out": fixed.left_out}, view)
