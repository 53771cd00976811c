"""Trials of changed policies under way: what was judged stays when the console stops, and goes on from there.

Each lies in a private folder: what is tried, on which submissions, and one file a submission when its
answer is there. Of one person, for one agreement; swept when old. The console and the terminal go on with
the same ones. What is judged, and for whom, `replay` says.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.egress.desk import GateDesk
from sandbox.egress.wire import message_in, message_out
from sandbox.kernel.actors import Actor
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.errors import NotFoundError
from sandbox.kernel.findings import Verdict
from sandbox.kernel.message import Message, say
from sandbox.kernel.policy import AccessPolicy
from sandbox.oversight import replay
from sandbox.oversight.replay import Replayed, ReplayedFile

KEPT = timedelta(days=7)
"""How long a trial is kept; it shows rules and reasons, never data."""
MOST_OF_ONE_PERSON = 12
_NAME = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One trial: whose, of what; `standing` is the policy in force by digest, `policy` the other as text."""

    id: str
    account: str
    agreement: str
    standing: str
    policy: str
    begun: str
    submissions: tuple[str, ...]
    folder: str

    @property
    def began(self) -> datetime:
        """Return when it was begun."""
        return datetime.fromisoformat(self.begun)


class Trials:
    """Every trial that is kept in one folder."""

    def __init__(self, root: Path, clock: Callable[[], datetime]) -> None:
        self._root, self._clock = root, clock

    def begin(
        self, account: str, *, agreement: str, standing: str, policy: str, submissions: tuple[str, ...]
    ) -> Trial:
        """Return a new trial; the oldest of a person with too many goes."""
        self.sweep()
        for old in self.of(account)[MOST_OF_ONE_PERSON - 1 :]:
            self.remove(old)
        name = secrets.token_urlsafe(18)
        made = Trial(
            id=name,
            account=account,
            agreement=agreement,
            standing=standing,
            policy=policy,
            begun=self._clock().isoformat(),
            submissions=submissions,
            folder=str(self._root / name),
        )
        Path(made.folder).mkdir(mode=0o700, parents=True)
        note = {key: value for key, value in asdict(made).items() if key != "folder"}
        _write(Path(made.folder) / "trial.json", note)
        return made

    def one(self, identifier: str, account: str, agreement: str) -> Trial:
        """Return the person's trial on that agreement; `NotFoundError` for anything else."""
        found = _read(self._root / identifier) if _NAME.fullmatch(identifier) else None
        if found is None or (found.account, found.agreement) != (account, agreement):
            raise NotFoundError(say("没有这次试算：可能已删除，或超过七天；请重新试算"))
        return found

    def of(self, account: str, agreement: str = "") -> tuple[Trial, ...]:
        """Return a person's trials, on one agreement or all, the newest first."""
        folders = list(self._root.iterdir()) if self._root.is_dir() else []
        every = (_read(folder) for folder in folders)
        mine = (one for one in every if one is not None and one.account == account)
        found = (one for one in mine if agreement in ("", one.agreement))
        return tuple(sorted(found, key=lambda one: one.begun, reverse=True))

    def kept(self, trial: Trial) -> bool:
        """Return whether the trial is still there; it may be removed while it runs."""
        return Path(trial.folder).is_dir()

    def add(self, trial: Trial, answer: Replayed) -> None:
        """Keep the answer for one submission."""
        place = Path(trial.folder) / f"{trial.submissions.index(answer.submission):06d}.json"
        _write(place, _out(answer))

    def done(self, trial: Trial) -> tuple[Replayed, ...]:
        """Return the answers that are there, in the order of the submissions."""
        found = sorted(Path(trial.folder).glob("[0-9]*.json"))
        return tuple(_in(json.loads(one.read_text(encoding="utf-8"))) for one in found)

    def waiting(self, trial: Trial) -> tuple[str, ...]:
        """Return the submissions that have no answer yet."""
        there = {one.stem for one in Path(trial.folder).glob("[0-9]*.json")}
        return tuple(one for place, one in enumerate(trial.submissions) if f"{place:06d}" not in there)

    def remove(self, trial: Trial) -> None:
        """Remove a trial with its answers."""
        shutil.rmtree(trial.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what is too old."""
        oldest = (self._clock() - KEPT).isoformat()
        for folder in list(self._root.iterdir()) if self._root.is_dir() else []:
            found = _read(folder)
            if found is not None and found.begun < oldest:
                self.remove(found)


def pursue(
    trials: Trials, desk: GateDesk, actor: Actor, *, trial: Trial, policy: AccessPolicy
) -> Iterator[int]:
    """Judge what has no answer yet, oldest first; yield how many are left, at first and after each.

    The right to look is asked anew before each, with the roles of the moment; ends early when the trial is
    removed. Raises `RefusedError` and what `replay.again` raises.
    """
    agreement = desk.directory.store.load(ServiceAgreement, trial.agreement).record
    waiting = set(trials.waiting(trial))
    yield len(waiting)
    for one in replay.past_of(desk, agreement):
        if one.stored.record.id not in waiting:
            continue
        now = replace(actor, roles=desk.directory.roles_of(actor.account))
        replay.require_looker(desk, now, agreement)
        answer = replay.again(desk, one, policy)
        if not trials.kept(trial):
            return
        trials.add(trial, answer)
        waiting.discard(one.stored.record.id)
        yield len(waiting)


def _write(path: Path, value: Mapping[str, Any]) -> None:
    """Write a file whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def _read(folder: Path) -> Trial | None:
    try:
        note = json.loads((folder / "trial.json").read_text(encoding="utf-8"))
        return Trial(**{**note, "submissions": tuple(note["submissions"]), "folder": str(folder)})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _out(answer: Replayed) -> dict[str, Any]:
    files = [
        {
            "name": one.name,
            "before": one.before and one.before.value,
            "after": one.after and one.after.value,
            "rules": one.rules,
            "why": message_out(one.why),
            "reasons": [message_out(each) for each in one.reasons],
            "lifted": [message_out(each) for each in one.lifted],
        }
        for one in answer.files
    ]
    return {
        "submission": answer.submission,
        "state": answer.state,
        "at": answer.at.isoformat(),
        "policy": answer.policy,
        "refused": [message_out(each) for each in answer.refused],
        "files": files,
        "votes": answer.votes,
        "votes_needed": answer.votes_needed,
    }


def _in(value: Mapping[str, Any]) -> Replayed:
    return Replayed(
        submission=value["submission"],
        state=value["state"],
        at=datetime.fromisoformat(value["at"]),
        policy=value["policy"],
        refused=_said(value["refused"]),
        files=tuple(map(_file, value["files"])),
        votes=value["votes"],
        votes_needed=value["votes_needed"],
    )


def _file(value: Mapping[str, Any]) -> ReplayedFile:
    before, after = value["before"], value["after"]
    return ReplayedFile(
        value["name"],
        Verdict(before) if before else None,
        Verdict(after) if after else None,
        tuple(value["rules"]),
        why=message_in(value["why"]),
        reasons=_said(value["reasons"]),
        lifted=_said(value["lifted"]),
    )


def _said(values: list[Any]) -> tuple[Message, ...]:
    return tuple(one for one in map(message_in, values) if one is not None)
