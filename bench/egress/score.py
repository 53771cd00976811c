# ruff: noqa: E501 - a figure reads best on one line
"""Asks the gate and the baselines about every file of a corpus, and tells the figures and the misses."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.egress.baselines import BASELINES
from bench.egress.clean import Clean
from bench.egress.corpus import Leak
from bench.egress.room import Answer, ask
from sandbox.kernel.findings import Verdict


@dataclass(frozen=True, slots=True)
class Scored:
    """One case with the gate's answer, the baselines that hold it back, and the seconds it took."""

    name: str
    group: str
    recoverable: bool
    answer: Answer
    held: frozenset[str]
    seconds: float


def score(cases: Iterable[Leak | Clean], *, isolated: bool) -> list[Scored]:
    """Return every case scored, in order."""
    found = []
    for case in cases:
        started = time.perf_counter()
        answer = ask(case.files, isolated=isolated)
        spent = time.perf_counter() - started
        held = {
            name for name, holds in BASELINES.items()
            if any(holds(file, data) for file, data in case.files.items())
        }  # fmt: skip
        if isinstance(case, Leak):
            one = Scored(
                f"{case.technique}/{case.number}", case.half, case.recoverable, answer, frozenset(held), spent
            )
        else:
            one = Scored(case.name, case.kind, False, answer, frozenset(held), spent)
        found.append(one)
    return found


def share(part: int, whole: int) -> str:
    """Return a share as it is printed."""
    return f"{part}/{whole} ({100 * part / whole:.1f} %)" if whole else "-"


def tell_leaks(half: str, scored: Sequence[Scored]) -> None:
    """Print what became of the leaks of one half."""
    kept = [one for one in scored if one.answer.verdict is not Verdict.RELEASE]
    refused = [one for one in scored if one.answer.verdict is Verdict.REFUSE]
    open_ = [one for one in scored if one.recoverable]
    seen = [one for one in open_ if one.answer.recognised]
    print(
        f"leaks, {half}: {len(scored)} files of {len({o.name.rsplit('/', 1)[0] for o in scored})} techniques"
    )
    print(
        f"  not released            {share(len(kept), len(scored))}; refused {share(len(refused), len(scored))}"
    )
    print(f"  recoverable, recognised {share(len(seen), len(open_))}")
    for name in BASELINES:
        print(f"  held by {name:22}{share(sum(name in one.held for one in scored), len(scored))}")
    for one in scored:
        if one.answer.verdict is Verdict.RELEASE or (one.recoverable and not one.answer.recognised):
            print(f"  missed {one.name:46}{one.answer.verdict.value:8} {' '.join(sorted(one.answer.kinds))}")


def tell_clean(scored: Sequence[Scored]) -> None:
    """Print what became of the honest products."""
    print(f"honest products: {len(scored)}")
    print(f"  records found           {sum(one.answer.says_records for one in scored)}")
    for name in BASELINES:
        print(f"  held by {name:22}{share(sum(name in one.held for one in scored), len(scored))}")
    for kind in sorted({one.group for one in scored}):
        verdicts = Counter(one.answer.verdict.value for one in scored if one.group == kind)
        print(f"  {kind:12}" + "  ".join(f"{name} {count}" for name, count in sorted(verdicts.items())))
    for one in scored:
        if one.answer.recognised or one.answer.verdict is Verdict.REFUSE:
            print(f"  refused {one.name:46}{' '.join(sorted(one.answer.kinds))} {one.answer.where}")


def tell_time(scored: Sequence[Scored]) -> None:
    """Print the seconds a case takes."""
    spent = sorted(one.seconds for one in scored)
    print(
        f"seconds a case: median {spent[len(spent) // 2]:.2f}, p95 {spent[int(len(spent) * 0.95)]:.2f}, most {spent[-1]:.2f}"
    )
