"""Carries out `sandbox mask`: the key of a home, a policy for every table, one new folder of results.

The folder appears whole or not at all: everything is written beside it and gets its name in
the last step. Holds no rule of masking; those are in the room of that name.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from sandbox.cli.frame import Session
from sandbox.cli.sources import Named
from sandbox.discovery.columns import ColumnProposal, propose, propose_units
from sandbox.fingerprint.sidecar import UnitColumns
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import Message, say
from sandbox.masking import keys
from sandbox.masking.policy import Policy
from sandbox.masking.propose import propose_policy
from sandbox.masking.run import MaskJob, mask_source
from sandbox.pool.disk import fsync_path, storage_errors

HOME_FILE = "home.toml"
"""What makes a folder a home; such a home is opened by the root, with its own keys."""
MANIFEST = "manifest.json"
FORMAT = 1
SAMPLE_ROWS = 200_000
"""Rows that a proposed policy looks at; masking itself checks every row."""
_COUNTS = ("in", "out", "quarantined", "suppressed")


def mask_key(session: Session) -> tuple[keys.MaskingKey, list[Message]]:
    """Return the masking key of the home, made on first use, and what the user must be told of it.

    Without a home it is a key that is thrown away.
    """
    home = session.named_home
    if home is None:
        note = say("没有给出 --home：这次用一把用完即弃的密钥，令牌以后无法重现")
        return keys.throw_away(), [note]
    notes: list[Message] = []
    if (home / HOME_FILE).is_file():
        vault = session.platform.vault
    else:
        vault, made = keys.of_folder(home)
        if made:
            place = f"{keys.KEYS_FOLDER}/{keys.KEK_FILE}"
            notes.append(
                say(
                    "{path} 还不是主目录：只在其中建了密钥文件 {key}（仅本人可读），请妥善保管",
                    path=str(home),
                    key=place,
                )
            )
    key, new = keys.of_vault(vault)
    if new:
        notes.append(say("主目录 {path} 里新建了脱敏密钥 {key}", path=str(home), key=keys.KEY))
    return key, notes


@dataclass(frozen=True, slots=True)
class Plan:
    """One table with the policy it will be masked by and the columns that hold its units."""

    named: Named
    policy: Policy
    units: tuple[UnitColumns, ...] | None


def planned(named: Named, policy: Policy | None) -> Plan:
    """Return the table with the given policy, or with one proposed from its rows."""
    if policy is not None:
        policy.table(named.name)
        return Plan(named, policy, None)
    sample = _sample(named)
    proposals: tuple[ColumnProposal, ...] = propose(sample)
    return Plan(
        named, propose_policy(proposals, table=named.name, sample=sample), tuple(propose_units(proposals))
    )


def _sample(named: Named) -> pa.Table:
    batches: list[pa.RecordBatch] = []
    rows = 0
    with named.open() as source:
        schema = pa.schema([(column, pa.string()) for column in source.shape.columns])
        for _, batch in source.batches():
            batches.append(batch)
            rows += batch.num_rows
            if rows >= SAMPLE_ROWS:
                break
    return pa.Table.from_batches(batches, schema=schema)


@contextlib.contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Yield a hidden folder that takes the name `out` when all went well, and is removed otherwise.

    InputError when `out` is there and is not an empty folder.
    """
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise InputError(say("{path} 已有内容，不会覆盖：请换一个新的或空的文件夹", path=str(out)))
    out = out.absolute()
    draft = out.parent / f".{out.name}.{os.getpid()}.partial"
    with storage_errors():
        out.parent.mkdir(parents=True, exist_ok=True)
        _sweep(out)
        draft.mkdir()
    try:
        yield draft
        with storage_errors():
            for folder, _, files in os.walk(draft):
                for name in files:
                    fsync_path(Path(folder) / name)
                fsync_path(Path(folder))
            draft.rename(out)
            fsync_path(out.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _sweep(out: Path) -> None:
    """Remove what killed runs for the same folder left behind."""
    for left in out.parent.glob(f".{glob.escape(out.name)}.*.partial"):
        pid = left.name.removesuffix(".partial").rpartition(".")[2]
        if pid.isdigit() and not Path("/proc", pid).exists():
            shutil.rmtree(left, ignore_errors=True)


def check_apart(out: Path, home: Path | None) -> None:
    """Raise InputError when the results would lie in the way of the home's keys."""
    if home is not None and out.resolve() in (home.resolve(), *home.resolve().parents):
        raise InputError(say("结果文件夹不能是主目录，也不能包含主目录：请换一个 --out"))


def mask_all(
    plans: Sequence[Plan], key: keys.MaskingKey, folder: Path, *, progress: Callable[[int], None]
) -> dict[str, object]:
    """Write the parts of every table and the manifest into the folder; return the manifest."""
    tables = []
    for plan in plans:
        target = folder / plan.named.name
        with storage_errors():
            target.mkdir()
        job = MaskJob(plan.policy, plan.named.name, key, target)
        result = mask_source(plan.named.open, job, units=plan.units or None, progress=progress)
        tables.append({"source": plan.named.shown, "path": plan.named.name, **result.manifest})
    manifest = {"format": FORMAT, "rows": _total(tables), "tables": tables}
    with storage_errors():
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return manifest


def _total(tables: Sequence[Mapping[str, object]]) -> dict[str, int]:
    total = dict.fromkeys(_COUNTS, 0)
    for table in tables:
        rows = table["rows"]
        if isinstance(rows, Mapping):
            for name in _COUNTS:
                total[name] += int(rows[name])
    return total
