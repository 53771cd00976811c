"""A ballot as a form: one radio for each votable file, read into votes. Holds no rule."""

from __future__ import annotations

from sandbox.egress import review
from sandbox.kernel.errors import InputError
from sandbox.kernel.review_records import FileVote
from sandbox.kernel.review_rules import votable_digests
from sandbox.web.actions import Call
from sandbox.web.language import word


def votes_on(call: Call) -> tuple[FileVote, ...]:
    """Return one vote for each digest that the form names; the rules say whether they are all and right."""
    approve, reject = set(call.form.many("approve")), set(call.form.many("reject"))
    for name in call.form.values:
        kind, _, digest = name.partition(":")
        if kind == "vote":
            {"approve": approve, "reject": reject}.get(call.form.one(name), set()).add(digest)
    if approve & reject:
        raise InputError(word("同一份文件不能既同意又不同意"))
    votable = set(votable_digests(review.found(call.platform.gate, call.id).record))
    if votable - approve - reject:
        raise InputError(word("还有文件没有表态：请对每一份文件选择同意或不同意"))
    comment = call.form.one("comment")
    return tuple(
        FileVote(
            digest=digest,
            approve=digest in approve,
            comment=call.form.one(f"comment:{digest}") or comment,
        )
        for digest in sorted(approve | reject)
    )
