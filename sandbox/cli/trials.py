"""`sandbox agree replay`: a changed policy tried on the past submissions of an agreement, in the terminal.

Each answer is kept when it is there: the same command goes on after a stop, and the console shows the same
trial. What is judged `oversight.replay` says, what is kept `oversight.trials`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sandbox.cli.frame import Session, verdict_name
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say
from sandbox.locale.words import state_of

if TYPE_CHECKING:
    from sandbox.kernel.actors import Actor
    from sandbox.kernel.policy import AccessPolicy
    from sandbox.oversight.replay import Replayed
    from sandbox.oversight.trials import Trial, Trials


def replay(
    session: Session,
    agreement: Annotated[str, typer.Argument(help="授权服务协议 · service agreement")],
    change: Annotated[
        list[str] | None,
        typer.Option("--set", help="键=值，可重复，如 datasets.thresholds.smallest=20 · change"),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option("--policy", help="改写过的访问策略（JSON）· a changed policy")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="等到全部判完；或只登记，在控制台继续 · or go on later")
    ] = True,
) -> None:
    """试算：改动后的策略对以往的出域申请会怎样判；中断后再执行即继续 · try a changed policy."""
    from sandbox.access import reading
    from sandbox.access.policy import policy_of
    from sandbox.access.trial import changed, read
    from sandbox.oversight.trials import Trials

    access, actor = session.platform.access, session.actor()
    standing = policy_of(access.directory, reading.agreement(access, actor, agreement))
    other = standing if policy is None else read(_policy_text(policy), standing)
    other = changed(other, change or ())
    trials = Trials(session.platform.layout.root / "trials", session.platform.clock)
    trial = _begun(session, trials, actor, agreement, other, standing=standing.digest)
    if wait:
        _pursued(session, trials, actor, trial, other)
    done = trials.done(trial)
    data = {
        "agreement": trial.agreement,
        "policy": trial.standing,
        "trial": other.digest,
        "differing": sum(one.differs for one in done),
        "waiting": len(trials.waiting(trial)),
        "submissions": [_shown(one) for one in done],
    }
    session.show(data, lambda console: _view(session, console, done, len(trials.waiting(trial))))


def _begun(
    session: Session, trials: Trials, actor: Actor, agreement: str, other: AccessPolicy, *, standing: str
) -> Trial:
    """Return a new trial, or the person's own that stopped half way on the same policy and submissions."""
    from sandbox.oversight import replay as replays

    gate = session.platform.gate
    held = replays.begun(gate, actor, agreement, other)
    submissions = tuple(one.stored.record.id for one in replays.past_of(gate, held))
    same = (standing, other.text, submissions)
    for one in trials.of(actor.account, held.id):
        if (one.standing, one.policy, one.submissions) == same and trials.waiting(one):
            return one
    return trials.begin(
        actor.account, agreement=held.id, standing=standing, policy=other.text, submissions=submissions
    )


def _pursued(session: Session, trials: Trials, actor: Actor, trial: Trial, other: AccessPolicy) -> None:
    from sandbox.oversight.trials import pursue

    whole = len(trial.submissions)
    before = len(trials.waiting(trial))
    if before < whole:
        session.say(say("接着上次的试算：{done} 项已判完，还有 {left} 项", done=whole - before, left=before))
    with session.progress(say("试算"), whole) as advance:
        advance(whole - before)
        for left in pursue(trials, session.platform.gate, actor, trial=trial, policy=other):
            advance(before - left)
            before = left


def _shown(one: Replayed) -> Mapping[str, object]:
    """Return one submission as JSON tells it."""
    return {
        "submission": one.submission,
        "state": one.state,
        "at": one.at.isoformat(),
        "policy": one.policy,
        "refused": one.refused,
        "votes": one.votes,
        "votes_needed": one.votes_needed,
        "differs": one.differs,
        "files": one.files,
    }


def _view(session: Session, console: Console, done: Sequence[Replayed], left: int) -> None:
    rows = [
        (
            one.submission,
            state_of("submission", one.state)[0],
            file.name,
            verdict_name(file.before),
            verdict_name(file.after) if file.after else file.why or "—",
            "、".join(file.rules),
            "；".join(session.text(why) for why in one.refused),
            f"{one.votes}/{one.votes_needed}",
            one.differs,
        )
        for one in done
        for file in one.files
    ]
    columns = (
        say("出域申请"), say("状态"), say("文件"), say("原结论"), say("试算"), say("新触发的规则"),
        say("不予受理"), say("审查"), say("有变化"),
    )  # fmt: skip
    if done or not left:
        session.table(say("试算结果"), columns, rows)
    sentence = say("共 {all} 项申请，{n} 项会有变化", all=len(done), n=sum(one.differs for one in done))
    console.print(session.text(sentence), markup=False)
    if left:
        told = say("还有 {left} 项没有判：再执行同一命令，或在控制台的试算页继续", left=left)
        console.print(session.text(told), markup=False)


def _policy_text(path: Path) -> str:
    """Return the policy in a file: as `agree policy --json` prints it, or the policy alone."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(
            say("读不懂 {path}：应为 sandbox agree policy --json 的输出", path=str(path))
        ) from None
    inner = document.get("policy", document) if isinstance(document, dict) else document
    return json.dumps(inner)
