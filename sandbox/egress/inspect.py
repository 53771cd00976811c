"""The gate on its own: files, the sources they were made from, and what it thinks of them.

No agreement, no catalogue: units and identifiers are proposed from the sources. A product that
cannot be read is a finding; a source that cannot be read raises InputError. The judging itself
happens in an isolated process (`worker`); `judge_here` is that process's own part.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from sandbox.egress.isolated import inspect_files
from sandbox.egress.options import Judged, Options
from sandbox.egress.process import GateLimits
from sandbox.egress.report import Product
from sandbox.files.opening import open_regular
from sandbox.kernel.errors import InputError, SandboxError
from sandbox.kernel.findings import Finding, Judgement, Verdict
from sandbox.kernel.message import Message, say

CLAIM_SUFFIX = ".claim.json"
MAX_CLAIM = 1 << 20
EXIT_STATUS = {Verdict.RELEASE: 0, Verdict.REVIEW: 10, Verdict.REFUSE: 20}


def read_product(path: Path, *, max_bytes: int) -> Product:
    """Return a product and the claim beside it; links, folders, devices and pipes become a problem.

    Looks before it opens, and never waits for a pipe or follows a link.
    """
    shown = str(path)
    try:
        kind = os.lstat(path)
    except OSError:
        return Product(shown, b"", problem=say("文件不存在或无法访问"))
    if not stat.S_ISREG(kind.st_mode):
        return Product(shown, b"", problem=say("不是普通文件（链接、目录、管道或设备），请提交文件本身"))
    if kind.st_size > max_bytes:
        return Product(shown, b"", problem=say("文件超过闸口能够检查的大小，请先汇总或拆分"))
    try:
        with open_regular(path, max_bytes=max_bytes) as source:
            data = source.read()
    except SandboxError as error:
        return Product(shown, b"", problem=error.message)
    claim, problem = _claim_beside(path)
    return Product(shown, data, claim=claim, problem=problem)


def _claim_beside(path: Path) -> tuple[bytes | None, Message | None]:
    claim = path.with_name(path.name + CLAIM_SUFFIX)
    if not os.path.lexists(claim):
        return None, None
    try:
        with open_regular(claim, max_bytes=MAX_CLAIM) as source:
            return source.read(), None
    except SandboxError as error:
        return None, error.message


def only_products(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the paths without the claim files that stand beside a product of the list."""
    names = {str(path) for path in paths}
    return tuple(
        path for path in paths
        if not (path.name.endswith(CLAIM_SUFFIX) and str(path).removesuffix(CLAIM_SUFFIX) in names)
    )  # fmt: skip


def to_json(judgement: Judgement, *, show: Callable[[Message], str] = str) -> dict[str, object]:
    """Return the judgement as the command line's contract lays it out; `show` renders messages."""
    return {
        "files": [
            {
                "path": file.path,
                "verdict": file.verdict.value,
                "findings": [_finding(found, show) for found in file.findings],
                "digest": file.digest,
                "rewritten": file.rewritten,
                "rewritten_digest": file.rewritten_digest,
                "receipts": [
                    {"check": receipt.check, "outcome": receipt.outcome.value} for receipt in file.receipts
                ],
            }
            for file in judgement.files
        ],
        "set_findings": [
            {**_finding(found, show), "paths": list(found.paths)} for found in judgement.set_findings
        ],
    }


def _finding(found: Finding, show: Callable[[Message], str]) -> dict[str, object]:
    return {
        "kind": found.kind.value,
        "records": found.records,
        "where": found.where,
        "message": show(found.message),
        "remedy": show(found.remedy),
        "verdict": found.verdict.value,
        "rule": found.rule,
        "article": found.article,
        "evidence": None if found.evidence is None else show(found.evidence),
    }


def exit_status(judgement: Judgement) -> int:
    """Return 0 when all may be released, 10 when some need review, 20 when some are refused."""
    return EXIT_STATUS[judgement.verdict]


def to_text(judgement: Judgement) -> str:
    """Return the judgement as one JSON text."""
    return json.dumps(to_json(judgement), ensure_ascii=False)


def inspect(
    paths: Sequence[Path],
    sources: Sequence[Path],
    masked: Sequence[Path] = (),
    *,
    options: Options | None = None,
    limits: GateLimits | None = None,
) -> Judged:
    """Return the judgement of the files at `paths`, made in isolation from these sources.

    `masked` are masked tables of the sources. Raises InputError for an unreadable source or no
    product at all, IsolationError when this machine cannot isolate.
    """
    if not paths or not sources:
        raise InputError(say("请给出至少一个产品文件和一个 --source 数据来源"))
    chosen = options or Options()
    products = [read_product(path, max_bytes=chosen.max_bytes) for path in only_products(paths)]
    return inspect_files(products, sources, masked, options=chosen, limits=limits)
