"""Audits a home's database: log, checkpoints, records, links and secrets, byte by byte.

Reads everything and believes nothing; changes nothing. Also writes the log out as a file
for auditors who have no database (`verifier`). Called by `sandbox audit` and the tests.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, event, inspect, select

from sandbox.kernel.errors import ConflictError, StateError, StorageError
from sandbox.kernel.message import say
from sandbox.store import tables
from sandbox.store.auditor import Auditor
from sandbox.store.canonical import Json, canonical
from sandbox.store.db import open_engine, reading
from sandbox.store.derived import COLUMNS, derived, earlier
from sandbox.store.facts import TELLING, Header, attached, record_digest
from sandbox.store.home import read_meta
from sandbox.store.log import hasher
from sandbox.store.merkle import Frontier
from sandbox.store.opener import Store
from sandbox.store.report import Noted, Report
from sandbox.store.witness import read_folder
from sandbox.vault.digests import HashName
from sandbox.vault.signer import PublicKey

_AT_ONCE = 2000
Deriving = Callable[[str, str, Mapping[str, Any]], dict[str, str | None]]
_FORM = "sandbox-log-1"


def verify(home: Store | Path | str, *, key: PublicKey, witness: Path | None = None) -> Report:
    """Return what an audit of the home's database finds; `home` may be the database file.

    With a witness folder the log must agree with every checkpoint kept there that `key`
    signed; without one only a change made without the checkpoint key is found.
    Raises `StateError` if there is no database, `InputError` if there is no such folder.
    """
    engine = _lenient(home)
    meta = read_meta(engine)
    digest = hasher(HashName(meta["hash"]))
    kept = None if witness is None else read_folder(witness, key)
    try:
        with reading(engine) as connection:
            auditor = Auditor(digest=digest, key=key, noted=_noted(connection), witnessed=kept)
            _feed(connection, auditor)
            _check_tree(connection, auditor, meta["origin"])
            _check_frontiers(connection, auditor)
            _check_records(connection, auditor)
            _check_outbox(connection, auditor)
    finally:
        engine.dispose()
    return auditor.finish()


def export(store: Store, path: Path, *, payloads: bool = True, withheld: frozenset[str] = frozenset()) -> int:
    """Write the log as JSON lines (head, checkpoints, facts) and return how many facts.

    Without payloads it holds no names and still proves the tree; `withheld` are records whose
    payloads stay back all the same. Refuses an existing file.
    """
    count = 0
    try:
        with reading(store.engine) as connection, path.open("x", encoding="utf-8") as file:
            for line in _export(connection, store, payloads=payloads, withheld=withheld):
                file.write(canonical(line) + "\n")
                count += "fact" in line
    except FileExistsError:
        raise ConflictError(say("文件 {path} 已存在：不会覆盖，请换一个名字", path=str(path))) from None
    except OSError as error:
        raise StorageError(say("写不了文件 {path}：请检查磁盘空间和权限", path=str(path))) from error
    return count


def _export(
    connection: Connection, store: Store, *, payloads: bool, withheld: frozenset[str]
) -> Iterator[dict[str, Json]]:
    yield {"form": _FORM, "hash": store.settings.hash.value, "origin": store.settings.origin}
    for row in _noted(connection):
        yield {"checkpoint": {"size": row.size, "root": row.root.hex(), "at": row.at, "note": row.note}}
    for values in _rows(connection):
        header = Header.of_row(values)
        open_to_all = payloads and header.record_id not in withheld
        yield _line(header, values, shown=open_to_all or header.verb in TELLING)


def _line(header: Header, row: Mapping[str, Any], *, shown: bool) -> dict[str, Json]:
    leaf = bytes(row["leaf"]).hex()
    line: dict[str, Json] = {"fact": header.to_json(), "leaf": leaf, "payload": None}
    if row["payload"] is None:
        return line
    if not shown:
        return {**line, "withheld": True}
    payload: dict[str, Json] = {"salt": bytes(row["salt"]).hex(), "text": str(row["payload"])}
    return {**line, "payload": payload}


def _lenient(home: Store | Path | str) -> Engine:
    """Return an engine of its own that reads damaged text too, so that it is reported, not raised."""
    if isinstance(home, str):
        return open_engine(home)
    if isinstance(home, Store):
        if home.engine.dialect.name != "sqlite":
            return open_engine(home.engine.url.render_as_string(hide_password=False))
        home = Path(cast("str", home.engine.url.database))
    if not home.is_file():
        raise StateError(say("没有数据库文件 {path}：请核对路径", path=str(home)))
    engine = open_engine(home)
    event.listen(engine, "connect", _read_leniently)
    return engine


def _read_leniently(connection: sqlite3.Connection, _: Any) -> None:
    connection.text_factory = lambda data: data.decode("utf-8", "replace")


def _noted(connection: Connection) -> tuple[Noted, ...]:
    table = tables.checkpoint
    query = select(table.c.size, table.c.root, table.c.at, table.c.note).order_by(table.c.size)
    return tuple(
        Noted(size=row.size, root=_bytes(row.root), at=str(row.at), note=str(row.note))
        for row in connection.execute(query)
    )


def _bytes(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(cast("bytes", value))


def _rows(connection: Connection) -> Iterator[Mapping[str, Any]]:
    fact, payload = tables.fact, tables.fact_payload
    query = (
        select(fact, payload.c.salt, payload.c.payload, payload.c.keep_until.label("payload_keep_until"))
        .join(payload, payload.c.seq == fact.c.seq, isouter=True)
        .order_by(fact.c.seq)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row in connection.execute(query).mappings():
        yield cast("Mapping[str, Any]", row)


def _feed(connection: Connection, auditor: Auditor) -> None:
    table = tables.record
    query = select(table.c.id, table.c.body).where(table.c.kind == "account")
    for id, body in connection.execute(query):
        _remember_key(auditor, id, body)
    for row in _rows(connection):
        place = auditor.tree.size
        try:
            header, leaf = Header.of_row(row), _bytes(row["leaf"])
            payload = None if row["payload"] is None else (_bytes(row["salt"]), str(row["payload"]))
        except (TypeError, ValueError):
            auditor.unreadable(place)
            continue
        auditor.feed(header, leaf, payload)
        if payload is not None and row["payload_keep_until"] != header.keep_until:
            auditor.problem("payload", f"fact {place}", say("第 {seq} 条日志内容的保存期被改动", seq=place))


def _remember_key(auditor: Auditor, id: str, body: str) -> None:
    """Know the keys of accounts whose facts' payloads may have been purged."""
    try:
        key = json.loads(body).get("public_key")
    except (ValueError, AttributeError, RecursionError):
        return  # a damaged body is found by its digest
    if key:
        auditor.keys.setdefault(id, set()).add(str(key))


def _check_tree(connection: Connection, auditor: Auditor, origin: str) -> None:
    rows = connection.execute(select(tables.tree.c.level, tables.tree.c.hash))
    stored = {level: _bytes(node) for level, node in rows}
    if stored != auditor.tree.levels:
        auditor.problem("tree", "tree", say("库中的树与日志不符：请从备份中恢复"))
    if origin != auditor.origin:
        auditor.problem("origin", "meta", say("库中的日志名称与日志不符：日志被整体替换"))


def _check_frontiers(connection: Connection, auditor: Auditor) -> None:
    table = tables.checkpoint
    for size, root, text in connection.execute(select(table.c.size, table.c.root, table.c.frontier)):
        try:
            levels = {int(level): bytes.fromhex(node) for level, node in json.loads(text).items()}
            stands = Frontier(auditor.digest, size, levels).root() == _bytes(root)
        except (ValueError, KeyError, TypeError, AttributeError):
            stands = False
        if not stands:
            auditor.problem("tree", f"checkpoint {size}", say("第 {size} 条检查点旁的树被改动", size=size))


def _check_records(connection: Connection, auditor: Auditor) -> None:
    links: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in connection.execute(select(tables.link)):
        links[row.from_id].append((row.role, row.to_id))
    secrets: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
    for row in connection.execute(select(tables.secret)):
        secrets[row.record_id][row.name] = _bytes(row.value)
    seen = set()
    # A home of an earlier format is audited before it is upgraded: it has no derived columns yet.
    there = {one["name"] for one in inspect(connection).get_columns("record")}
    home = connection.execute(select(tables.meta.c.value).where(tables.meta.c.name == "format")).scalar()
    deriving = None if "due" not in there else (earlier if home == "3" else derived)
    columns = [one for one in tables.record.columns if one.name in there]
    query = select(*columns).execution_options(yield_per=_AT_ONCE)
    for values in connection.execute(query).mappings():
        id = values["id"]
        seen.add(id)
        one = cast("Mapping[str, Any]", values)
        stands = _record_stands(one, links[id], secrets[id], auditor)
        if not stands or (deriving is not None and not _derives(one, deriving)):
            auditor.problem("record", id, say("记录 {id} 或它的凭据、关联与日志不符：被改动或回退", id=id))
    for id in sorted(auditor.records.keys() - seen):
        auditor.problem("record", id, say("日志中的记录 {id} 不见了", id=id))
    for id in sorted((links.keys() | secrets.keys()) - seen):
        auditor.problem("record", id, say("有关联或凭据挂在不存在的记录 {id} 上", id=id))


def _check_outbox(connection: Connection, auditor: Auditor) -> None:
    """Every effect that a fact names must be in the outbox, and no other where all payloads are known."""
    table = tables.outbox
    rows = connection.execute(select(table.c.id, table.c.kind, table.c.record_id, table.c.payload))
    found = {row.id: (row.kind, row.record_id, row.payload) for row in rows}
    for id, effect in auditor.effects.items():
        if found.get(id) != effect:
            auditor.problem("outbox", f"outbox {id}", say("待办事项 {id} 不见了或被改动", id=id))
    for id in sorted(found.keys() - auditor.effects.keys()) if auditor.complete else ():
        auditor.problem("outbox", f"outbox {id}", say("待办事项 {id} 没有日志依据", id=id))


def _record_stands(
    row: Mapping[str, Any], links: list[tuple[str, str]], secrets: Mapping[str, bytes], auditor: Auditor
) -> bool:
    salt = _bytes(row["salt"])
    hung = attached(auditor.digest, salt, links, secrets)
    own = record_digest(auditor.digest, salt, row, hung)
    return own == _bytes(row["digest"]) and auditor.records.get(row["id"]) == (row["version"], own)


def _derives(row: Mapping[str, Any], deriving: Deriving) -> bool:
    """Return whether what lists are asked by is what the body says."""
    try:
        told = deriving(row["kind"], row["state"], json.loads(row["body"]))
    except (ValueError, AttributeError, RecursionError):
        return False
    return {name: row[name] for name in COLUMNS} == told
