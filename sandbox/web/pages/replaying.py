"""A changed policy tried on the past submissions of an agreement: a form, then before and after (试算).

The form can only change conditions; what the change comes to `oversight.replay` judges in the background,
in the gate's own isolation (`web.trying`). Nothing that stands is changed; that somebody looked is on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from sandbox.access import reading
from sandbox.access.policy import policy_of
from sandbox.access.terms import join_named
from sandbox.access.trial import read
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.errors import InputError, SandboxError
from sandbox.kernel.policy import AccessPolicy, DatasetTerms
from sandbox.kernel.review_records import Submission
from sandbox.kernel.terms import LEAST_REVIEWERS, MOST_REVIEWERS, Hours, Join
from sandbox.locale import words
from sandbox.oversight import replay as replays
from sandbox.oversight.trials import Trial
from sandbox.web.actions import Faults, Form, Misfilled
from sandbox.web.language import word
from sandbox.web.pages import policies, stipulating
from sandbox.web.problems import status_of, told
from sandbox.web.visitor import Visitor

Typed = Mapping[str, tuple[str, ...]]
_PERCENT = {
    "largest_share": (1, 100),
    "two_largest_share": (1, 100),
    "p_percent": (0, 99),
    "advantage": (0, 49),
    "near_excess": (0, 99),
    "coverage_gap": (0, 99),
}
_SHARES = tuple(_PERCENT)


def page(visitor: Visitor, identifier: str) -> Response:
    """Return the form, filled in as the policy stands, and the person's trials so far."""
    _, policy = standing(visitor, identifier)
    return shown(visitor, identifier, policy, typed_of(policy))


def standing(visitor: Visitor, identifier: str) -> tuple[ServiceAgreement, AccessPolicy]:
    """Return the agreement and its policy for somebody who may try another one on it."""
    platform = visitor.platform
    agreement = reading.agreement(platform.access, visitor.actor, identifier)
    replays.require_looker(platform.gate, visitor.actor, agreement)
    return agreement, policy_of(platform.directory, agreement)


def shown(
    visitor: Visitor,
    identifier: str,
    policy: AccessPolicy,
    typed: Typed,
    *,
    error: SandboxError | None = None,
) -> Response:
    """Return the form with what is filled in, and what is wrong with it."""
    trials = visitor.console.trials.of(visitor.actor.account, identifier)
    context: dict[str, Any] = {
        "id": identifier,
        "policy": policy,
        "typed": typed,
        "parts": [(one, visitor.title_of(one.dataset)) for one in policy.datasets],
        "pairs": stipulating.pairs_of(policy),
        "forms": tuple((one.value, words.term(f"output-{one.value}")) for one in OutputForm),
        "days": tuple((str(number), name) for number, name in stipulating.DAYS.items()),
        "shares": _SHARES,
        "trials": [(one, len(visitor.console.trials.waiting(one))) for one in trials],
        "error": told(error, visitor.language) if error is not None else {},
        "wrong": error.wrong if isinstance(error, Misfilled) else {},
    }
    return visitor.page("replay.html", status=200 if error is None else status_of(error), **context)


def answers(visitor: Visitor, trial: Trial, *, running: bool, problem: Mapping[str, Any]) -> Response:
    """Return the page of one trial: how far it is, and what has been judged so far."""
    _, policy = standing(visitor, trial.agreement)
    done = visitor.console.trials.done(trial)
    store = visitor.platform.store
    tried = read(trial.policy, policy)
    context: dict[str, Any] = {
        "id": trial.agreement,
        "trial": trial,
        "policy": policy,
        "changes": policies.changes_of(visitor, policy, tried),
        "moved": trial.standing != policy.digest,
        "done": done,
        "titles": {one.submission: store.load(Submission, one.submission).record.title for one in done},
        "differing": sum(one.differs for one in done),
        "running": running,
        "problem": problem,
        "place": f"/console/service-agreements/{trial.agreement}/replay/{trial.id}",
    }
    return visitor.page("trial.html", **context)


def typed_of(policy: AccessPolicy) -> dict[str, tuple[str, ...]]:
    """Return the form as the policy fills it."""
    found = {
        "reviewers": (str(policy.reviewers),),
        "term_from": (policy.term_from.isoformat(),),
        "term_to": (policy.term_to.isoformat(),),
        "day_submissions": (str(policy.quotas.day_submissions or ""),),
        "hours": ("\n".join(map(str, policy.hours)),),
        "outputs": tuple(one.value for one in policy.outputs or OutputForm),
        "joins": tuple(f"{one.first}+{one.second}" for one in policy.joins),
        "users": policy.users,
        "listed": tuple(one.dataset for one in policy.datasets),
    }
    for one in policy.datasets:
        found |= {f"columns:{one.dataset}": one.columns, f"smallest:{one.dataset}": (_text(one, "smallest"),)}
        found |= {f"{name}:{one.dataset}": (_text(one, name),) for name in _SHARES}
    return found


def _text(part: DatasetTerms, name: str) -> str:
    value = getattr(part.thresholds, name)
    return str(round(value * 100)) if name in _SHARES else str(value)


def trial_of(policy: AccessPolicy, form: Form) -> AccessPolicy:
    """Return the policy that a form changes another to; `Misfilled` with everything that is wrong."""
    faults, typed = Faults(), form.values
    no_hours: tuple[Hours, ...] = ()
    no_joins: tuple[Join, ...] = ()
    forms = tuple(one for one in OutputForm if one.value in form.many("outputs"))
    daily = faults.tried("day_submissions", stipulating.figure_in, form, "day_submissions", absent=0)
    listed = set(form.many("listed"))
    made = replace(
        policy,
        reviewers=faults.tried("reviewers", _between, form, "reviewers", absent=policy.reviewers),
        term_from=faults.tried("term_from", form.day, "term_from", absent=policy.term_from),
        term_to=faults.tried("term_to", form.day, "term_to", absent=policy.term_to),
        hours=faults.tried("hours", stipulating.hours_in, form, absent=no_hours),
        quotas=replace(policy.quotas, day_submissions=daily),
        outputs=() if set(forms) == set(OutputForm) and not policy.outputs else forms,
        joins=faults.tried("joins", _joins, form, policy, absent=no_joins),
        users=tuple(one for one in policy.users if one in typed.get("users", ())),
        datasets=tuple(_part(form, one, faults) for one in policy.datasets if one.dataset in listed),
    )
    if not forms:
        faults.found["outputs"] = word("至少留一种产出形式")
    if not made.datasets:
        faults.found["listed"] = word("至少留一个数据集")
    faults.settle()
    return read(made.text, policy)


def _between(form: Form, name: str) -> int:
    value = form.number(name, LEAST_REVIEWERS) or 0
    if not LEAST_REVIEWERS <= value <= MOST_REVIEWERS:
        raise InputError(word("审查人数为 {least} 到 {most} 人", least=LEAST_REVIEWERS, most=MOST_REVIEWERS))
    return value


def _joins(form: Form, policy: AccessPolicy) -> tuple[Join, ...]:
    ids = {one.dataset: one.dataset for one in policy.datasets}
    return tuple(dict.fromkeys(join_named(one, ids) for one in form.many("joins")))


def _part(form: Form, part: DatasetTerms, faults: Faults) -> DatasetTerms:
    name = f"columns:{part.dataset}"
    columns = tuple(one for one in part.columns if one in form.many(name))
    if not columns:
        faults.found[name] = word("至少留一个信息项")
    smallest = faults.tried(
        f"smallest:{part.dataset}", _smallest, form, part, absent=part.thresholds.smallest
    )
    shares = {
        share: faults.tried(
            f"{share}:{part.dataset}", _share, form, share, part, absent=getattr(part.thresholds, share)
        )
        for share in _SHARES
    }
    limits = replace(part.thresholds, smallest=smallest, **shares)
    return replace(part, columns=columns or part.columns, thresholds=limits)


def _smallest(form: Form, part: DatasetTerms) -> int:
    value = form.number(f"smallest:{part.dataset}", 0) or 0
    if value < 2:
        raise InputError(word("每格至少 2 个统计单位"))
    return value


def _share(form: Form, name: str, part: DatasetTerms) -> float:
    least, most = _PERCENT[name]
    value = form.number(f"{name}:{part.dataset}", -1)
    if value is None or not least <= value <= most:
        raise InputError(word("应是 {least} 到 {most} 的整数", least=least, most=most))
    kept = getattr(part.thresholds, name)
    return float(kept) if round(kept * 100) == value else value / 100
