"""The door to isolation: can this machine isolate, how strongly, and run a command isolated.

Seats and the egress gate's own process start here and nowhere else. There is no unisolated
mode: what cannot be isolated raises IsolationError and nothing is run. Knows nothing of
agreements, data or files; `launch` does the work, `spec` holds the values.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

from sandbox.kernel.decision import Answer, Decision, Refusal, decide
from sandbox.kernel.errors import IsolationError
from sandbox.kernel.message import Message, say
from sandbox.seats import cgroups, seccomp
from sandbox.seats.interpreter import python_mounts, python_path
from sandbox.seats.launch import HOST_UID_BASE, run
from sandbox.seats.rootfs import PYTHON
from sandbox.seats.spec import Completed, Kill, Limits, Mount, Sandbox

__all__ = [
    "HOST_UID_BASE",
    "PYTHON",
    "Completed",
    "Kill",
    "Limits",
    "Mount",
    "Sandbox",
    "probe",
    "python_mounts",
    "python_path",
    "run",
    "weaker",
]

ARTICLE = "第十七条"
TRIAL = Path(__file__).with_name("trial.py")
TRIAL_SECONDS = 60.0
LACKS = {
    "network": say("隔离环境里还能看到主机的网络接口"),
    "processes": say("隔离环境里还能看到主机的进程"),
    "files": say("隔离环境里还能读到主机的文件"),
    "privileges": say("隔离环境里的进程还留有特权"),
    "filter": say("系统调用过滤没有生效"),
    "namespaces": say("隔离环境里还能再建命名空间"),
    "families": say("隔离环境里还能打开不受网络隔离约束的套接字"),
    "identity": say("隔离环境里的用户号不是预定的用户号"),
    "environment": say("隔离环境里还能看到平台的环境变量"),
}
"""What the trial looks at, and the sentence when it is not so."""
MACHINE = say("这台机器的系统或处理器不受支持，席位只能开在 x86_64 或 aarch64 的 Linux 上")
START = say("这台机器不允许建立隔离环境，请让管理员放开用户命名空间（user.max_user_namespaces）后再开席位")
INTERPRETER = say("隔离环境里的 Python 没能运行，请检查解释器所在目录是否允许其他用户读取")


@cache
def probe() -> Decision:
    """Return whether this machine can isolate: one real trial a process, every lack its own refusal."""
    machine = os.uname()
    if machine.sysname != "Linux" or not seccomp.supported(machine.machine):
        return decide([_answer("isolation-machine", MACHINE)])
    command = [PYTHON, "-I", "-S", "-c", TRIAL.read_text(encoding="utf-8")]
    try:
        trial = run(Sandbox(mounts=python_mounts()), command, timeout=TRIAL_SECONDS)
    except IsolationError:
        return decide([_answer("isolation-start", START)])
    return judge(trial.stdout)


def judge(report: bytes) -> Decision:
    """Return the decision on what a trial printed; a report that cannot be read refuses."""
    try:
        seen = json.loads(report)
        lacks = {name: lack for name, lack in LACKS.items() if seen[name] is not True}
    except (ValueError, KeyError, TypeError):
        return decide([_answer("isolation-python", INTERPRETER)])
    rules = [Answer(f"isolation-{name}") for name in LACKS if name not in lacks]
    return decide([*rules, *(_answer(f"isolation-{name}", lack) for name, lack in lacks.items())])


def weaker() -> tuple[Message, ...]:
    """Return which controls are weaker here than under root with control groups; empty is full strength."""
    found: list[Message] = []
    if os.geteuid() != 0:
        found.append(say("平台以普通用户运行，席位在主机上没有各自的用户号"))
        found.append(say("平台以普通用户运行，席位目录没有独立的属主，配额只按大小定时核对"))
    if not cgroups.usable():
        found.append(say("这里不能建立控制组，内存上限只按单个进程计算"))
    return tuple(found)


def _answer(rule: str, lack: Message) -> Answer:
    return Answer(rule, Refusal(rule, ARTICLE, lack))
