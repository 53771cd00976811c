"""How judgements and the reports of single files cross a process boundary: JSON, Arrow, plain bytes.

Nothing is pickled: the other side has parsed hostile files. What arrives is checked for shape and
refused (ValueError) when anything is missing or of another type. Called by `worker` inside and by
`isolated` outside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sandbox.kernel.findings import (
    FileJudgement,
    Finding,
    FindingKind,
    Judgement,
    Outcome,
    Receipt,
    Verdict,
)
from sandbox.kernel.message import Message

Json = Mapping[str, object]


def message_out(message: Message | None) -> object:
    """Return a message as JSON."""
    if message is None:
        return None
    values = {
        name: message_out(value) if isinstance(value, Message) else value for name, value in message.values
    }
    return {"template": message.template, "values": values}


def message_in(value: object) -> Message | None:
    """Return the message of a JSON value; ValueError for another shape."""
    if value is None:
        return None
    document = mapping(value)
    values: list[tuple[str, str | int | Message]] = []
    for name, item in mapping(document["values"]).items():
        inner = message_in(item) if isinstance(item, Mapping) else item
        if not isinstance(inner, str | int | Message):
            raise ValueError("a value of a message")
        values.append((name, inner))
    return Message(text(document["template"]), tuple(values))


def finding_out(found: Finding) -> Json:
    """Return a finding as JSON."""
    return {
        "kind": found.kind.value,
        "verdict": found.verdict.value,
        "rule": found.rule,
        "article": found.article,
        "message": message_out(found.message),
        "remedy": message_out(found.remedy),
        "records": found.records,
        "where": found.where,
        "evidence": message_out(found.evidence),
        "paths": list(found.paths),
    }


def finding_in(value: object) -> Finding:
    """Return the finding of a JSON value; ValueError for another shape."""
    document = mapping(value)
    message, remedy = message_in(document["message"]), message_in(document["remedy"])
    if message is None or remedy is None:
        raise ValueError("a finding without words")
    return Finding(
        kind=FindingKind(text(document["kind"])),
        verdict=Verdict(text(document["verdict"])),
        rule=text(document["rule"]),
        article=text(document["article"]),
        message=message,
        remedy=remedy,
        records=number(document["records"]),
        where=text(document["where"]),
        evidence=message_in(document["evidence"]),
        paths=tuple(text(path) for path in sequence(document["paths"])),
    )


def judgement_out(judgement: Judgement) -> Json:
    """Return a judgement as JSON."""
    files = [
        {
            "path": file.path,
            "digest": file.digest,
            "verdict": file.verdict.value,
            "findings": [finding_out(found) for found in file.findings],
            "receipts": [_receipt_out(receipt) for receipt in file.receipts],
            "rewritten": file.rewritten,
            "rewritten_digest": file.rewritten_digest,
            "proof": file.proof,
        }
        for file in judgement.files
    ]
    return {"files": files, "set_findings": [finding_out(found) for found in judgement.set_findings]}


def judgement_in(value: object) -> Judgement:
    """Return the judgement of a JSON value; ValueError for another shape."""
    document = mapping(value)
    files = tuple(_file_in(mapping(file)) for file in sequence(document["files"]))
    return Judgement(files, tuple(finding_in(found) for found in sequence(document["set_findings"])))


def _file_in(document: Json) -> FileJudgement:
    return FileJudgement(
        path=text(document["path"]),
        digest=text(document["digest"]),
        verdict=Verdict(text(document["verdict"])),
        findings=tuple(finding_in(found) for found in sequence(document["findings"])),
        receipts=tuple(_receipt_in(receipt) for receipt in sequence(document["receipts"])),
        rewritten=_optional(document["rewritten"]),
        rewritten_digest=_optional(document["rewritten_digest"]),
        proof=_optional(document["proof"]),
    )


def _receipt_out(receipt: Receipt) -> list[str]:
    return [receipt.check, receipt.outcome.value, receipt.subject, receipt.detail]


def _receipt_in(value: object) -> Receipt:
    check, outcome, subject, detail = (text(part) for part in sequence(value))
    return Receipt(check, Outcome(outcome), subject, detail)


def _optional(value: object) -> str | None:
    return None if value is None else text(value)


def pack(header: Json, blobs: Sequence[bytes]) -> bytes:
    """Return a JSON header and byte strings as one frame."""
    head = json.dumps({**header, "lengths": [len(blob) for blob in blobs]}, ensure_ascii=False).encode()
    return len(head).to_bytes(8, "big") + head + b"".join(blobs)


def unpack(frame: bytes) -> tuple[Json, list[bytes]]:
    """Return the header and the byte strings of a frame; ValueError when it is not whole."""
    size = int.from_bytes(frame[:8], "big")
    header = mapping(json.loads(frame[8 : 8 + size]))
    blobs, place = [], 8 + size
    for length in sequence(header["lengths"]):
        if not isinstance(length, int) or length < 0:
            raise ValueError("a length")
        blobs.append(frame[place : place + length])
        place += length
    if place != len(frame):
        raise ValueError("a frame that is not whole")
    return header, blobs


def mapping(value: object) -> Json:
    """Return a JSON object; ValueError for anything else."""
    if not isinstance(value, Mapping):
        raise ValueError("an object is needed")
    return value


def sequence(value: object) -> Sequence[object]:
    """Return a JSON list; ValueError for anything else."""
    if not isinstance(value, list | tuple):
        raise ValueError("a list is needed")
    return value


def text(value: object) -> str:
    """Return a JSON text; ValueError for anything else."""
    if not isinstance(value, str):
        raise ValueError("a text is needed")
    return value


def number(value: object) -> int | None:
    """Return a JSON whole number or None; ValueError for anything else."""
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise ValueError("a number is needed")
    return value
