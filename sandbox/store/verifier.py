"""The offline verifier: an exported log, a witness folder and a public key; no home, no database.

    python -m sandbox.store.verifier LOG WITNESS PUBKEY

PUBKEY is the line name+hint+key, or a file that holds it. Exits 0 if the log is what the
witness saw, 20 if not, 2 on a wrong call. Needs only the standard library and
`cryptography` besides this package's pure modules.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sandbox.kernel.errors import InputError, SandboxError
from sandbox.kernel.message import say
from sandbox.store.auditor import Auditor
from sandbox.store.facts import Header
from sandbox.store.report import Noted, Report
from sandbox.store.witness import read_folder
from sandbox.vault.digests import HashName, digest
from sandbox.vault.signer import PublicKey

FORM = "sandbox-log-1"
PROVEN, BROKEN, WRONG_CALL = 0, 20, 2


def verify_export(log: Path, *, key: PublicKey, witness: Path | None) -> Report:
    """Return what an audit of an exported log finds; `InputError` if the file is no such log."""
    lines = _lines(log)
    head = next(lines, {})
    if head.get("form") != FORM or head.get("hash") not in set(HashName):
        raise InputError(say("{path} 不是导出的日志：请用 sandbox audit export 导出", path=str(log)))
    first, noted = _checkpoints(lines)
    auditor = Auditor(
        digest=partial(digest, HashName(head["hash"])),
        key=key,
        noted=noted,
        witnessed=None if witness is None else read_folder(witness, key),
    )
    if first is not None:
        _feed(auditor, first)
    for line in lines:
        _feed(auditor, line)
    if head.get("origin") != auditor.origin:
        auditor.problem("origin", "head", say("导出文件上的日志名称与日志不符"))
    return auditor.finish()


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    value = json.loads(line)
                except ValueError:
                    value = None
                yield value if isinstance(value, dict) else {}
    except OSError as error:
        raise InputError(say("读不到文件 {path}", path=str(path))) from error


def _checkpoints(lines: Iterator[dict[str, Any]]) -> tuple[dict[str, Any] | None, tuple[Noted, ...]]:
    """Return the first line that is no checkpoint, and the checkpoints before it."""
    noted: list[Noted] = []
    for line in lines:
        body = line.get("checkpoint")
        if not isinstance(body, dict):
            return line, tuple(noted)
        noted.append(_noted(body))
    return None, tuple(noted)


def _noted(body: dict[str, Any]) -> Noted:
    try:
        return Noted(
            size=int(body["size"]),
            root=bytes.fromhex(body["root"]),
            at=str(body["at"]),
            note=str(body["note"]),
        )
    except (KeyError, TypeError, ValueError):
        return Noted(size=-1, root=b"", at="", note="")  # no signature fits it: reported


def _feed(auditor: Auditor, line: dict[str, Any]) -> None:
    try:
        header, leaf = Header.of_json(line["fact"]), bytes.fromhex(line["leaf"])
        body = line["payload"]
        payload = None if body is None else (bytes.fromhex(body["salt"]), str(body["text"]))
    except (KeyError, TypeError, ValueError):
        auditor.unreadable(auditor.tree.size)
        return
    auditor.feed(header, leaf, payload, withheld=line.get("withheld") is True)


def main(arguments: Sequence[str]) -> int:
    """Run from a terminal and return the exit status."""
    if len(arguments) != 3:
        sys.stderr.write("python -m sandbox.store.verifier LOG WITNESS PUBKEY\n")
        return WRONG_CALL
    log, witness, pubkey = arguments
    try:
        text = Path(pubkey).read_text(encoding="utf-8") if Path(pubkey).is_file() else pubkey
        report = verify_export(Path(log), key=PublicKey.parse(text), witness=Path(witness))
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_CALL
    for line in describe(report):
        sys.stdout.write(f"{line}\n")
    return PROVEN if report.whole else BROKEN


def describe(report: Report) -> list[str]:
    """Return the report as lines for a person."""
    lines = [
        str(
            say(
                "日志 {origin}：{facts} 条，根 {root}",
                origin=report.origin,
                facts=report.facts,
                root=report.root,
            )
        ),
        str(say("核对检查点 {own} 个，见证 {seen} 个", own=report.checkpoints, seen=report.witnessed or 0)),
    ]
    lines += [str(loss.message) for loss in report.losses]
    lines += [f"{problem.where}: {problem.message}" for problem in report.problems]
    if report.problem_count > len(report.problems):
        lines.append(str(say("另有 {count} 处", count=report.problem_count - len(report.problems))))
    lines.append(str(say("核对通过") if report.whole else say("核对未通过")))
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
