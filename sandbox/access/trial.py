"""A policy changed for trial: from `key=value` or from a file, checked like any other.

What it would have decided `oversight.replay` says. Changes nothing that stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sandbox.access.terms import hours_of, join_named
from sandbox.kernel.errors import InputError, TamperedError
from sandbox.kernel.message import say
from sandbox.kernel.policy import AccessPolicy, plain
from sandbox.store.codec import decode, encode

ALL = "datasets"
_FIXED = frozenset({"format", "agreement", "lineage", "organisation", "operator", "environment"})


def changed(policy: AccessPolicy, settings: Iterable[str]) -> AccessPolicy:
    """Return the policy with every `key=value` applied; `InputError` for one that cannot be.

    A key is a field (`term_to`, `outputs`, `quotas.day_runs`), a dataset's code and a field of it
    (`firms.thresholds.smallest`), or `datasets.` and such a field for all of them. Values are JSON, or
    plain text; hours and joins may be written as on the command line.
    """
    body: dict[str, Any] = json.loads(policy.text)
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise InputError(say("变更 {text} 应写成 键=值", text=setting))
        _apply(body, policy, key.strip(), value.strip())
    return read(json.dumps(body), policy)


def read(text: str, policy: AccessPolicy) -> AccessPolicy:
    """Return the policy written as JSON, for the same agreement as `policy`; `InputError` if it is none."""
    try:
        made = decode(AccessPolicy, json.loads(text))
        encode(made)
    except (ValueError, TamperedError):
        raise InputError(say("这不是一份访问策略：请用 sandbox agree policy --json 的输出改写")) from None
    if any(getattr(made, name) != getattr(policy, name) for name in _FIXED):
        raise InputError(say("试算只能改动条件，不能换成另一份协议或另一方"))
    if {one.dataset for one in made.datasets} - {one.dataset for one in policy.datasets}:
        raise InputError(say("试算不能增加数据集：增加的部分须先申请和审核"))
    return made


def _apply(body: dict[str, Any], policy: AccessPolicy, key: str, value: str) -> None:
    head, _, rest = key.partition(".")
    parts = {one["code"]: one for one in body["datasets"]}
    if head == ALL and rest:
        for one in parts.values():
            _set(one, rest, _value(key, value, policy))
    elif head in parts and rest:
        _set(parts[head], rest, _value(key, value, policy))
    else:
        _set(body, key, _value(key, value, policy))


def _set(body: dict[str, Any], path: str, value: object) -> None:
    *above, last = path.split(".")
    for name in above:
        inner = body.get(name)
        if not isinstance(inner, dict):
            raise InputError(say("访问策略里没有 {key}：请用 sandbox agree policy 查看各项", key=path))
        body = inner
    if last not in body:
        raise InputError(say("访问策略里没有 {key}：请用 sandbox agree policy 查看各项", key=path))
    body[last] = value


def _value(key: str, text: str, policy: AccessPolicy) -> object:
    try:
        return json.loads(text)
    except ValueError:
        pass
    if key == "hours":
        return plain(tuple(hours_of(one) for one in text.split(";") if one.strip()))
    if key == "joins":
        ids = {one.code: one.dataset for one in policy.datasets}
        return plain(tuple(join_named(one, ids) for one in text.split(",") if one.strip()))
    if key in ("outputs", "regions", "users") or key.endswith(".columns"):
        return [one.strip() for one in text.split(",") if one.strip()]
    return text
