"""Supervisors read every fact and change nothing, over the whole table of steps (第四条, 第十六条)."""

from __future__ import annotations

import json

import pytest

from sandbox.cli.main import main
from sandbox.kernel.actors import Proof, Role
from sandbox.kernel.lifecycle import STEPS
from sandbox.kernel.permits import may
from sandbox.kernel.records import OrganisationRole
from tests.journeys.homes import Home, released, told
from tests.kernel.people import organisation
from tests.kernel.test_matrix import actor, lawful

__all__ = ["released", "told"]
SUPERVISOR = "xie.mingjian"
OWN_ACCOUNT = {
    "account:issue-token", "account:revoke-token", "notice:read", "subscription:add", "subscription:cancel",
}  # fmt: skip
"""Steps on nobody's affairs but the own account's."""


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row.name)
def test_a_supervisor_takes_no_step_on_anything_but_the_own_account(row) -> None:
    """Whatever the state of things, wherever the account stands, however it proves itself."""
    side, now = lawful(row)
    office = organisation("office", OrganisationRole.SUPERVISOR)
    for where, own in ((side, now.own), ("office", office)):
        for proof in (Proof.PASSWORD_TOTP, Proof.TOKEN, Proof.SESSION, Proof.SEAT, Proof.NONE):
            from dataclasses import replace

            who = actor(where, frozenset({Role.SUPERVISOR}), proof)
            decision = may(who, row, replace(now, own=own))
            assert not decision or row.name in OWN_ACCOUNT, (row.name, proof, where)


def test_what_a_supervisor_may_is_his_own_accounts_and_nothing_else() -> None:
    theirs = {row.name for row in STEPS if Role.SUPERVISOR in row.roles}
    assert theirs == {row.name for row in STEPS if row.by_anyone}
    assert theirs == OWN_ACCOUNT


def test_a_supervisor_reads_every_fact(released: Home, monkeypatch, capfd) -> None:
    monkeypatch.setenv("SANDBOX_HOME", str(released.path))
    monkeypatch.setenv("SANDBOX_TOKEN", released.token(SUPERVISOR))
    with released.open() as desk:
        facts = desk.platform.store.facts()
    capfd.readouterr()
    assert main(["audit", "facts", "--limit", "100000", "--json"]) == 0
    shown = json.loads(capfd.readouterr().out)
    rows = shown["facts"] if isinstance(shown, dict) else shown
    assert {one["seq"] for one in rows} >= {one.seq for one in facts}
    for verb in ("release:issue", "account:enrol", "refused-attempt:record", "incident:open", "seat:run"):
        for one in [fact for fact in facts if fact.verb == verb][:1]:
            assert main(["audit", "show", str(one.seq), "--json"]) == 0
            assert json.loads(capfd.readouterr().out)["payload"] is not None


def test_every_command_that_writes_refuses_a_supervisor(released: Home, monkeypatch, capfd) -> None:
    monkeypatch.setenv("SANDBOX_HOME", str(released.path))
    monkeypatch.setenv("SANDBOX_TOKEN", released.token(SUPERVISOR))
    with released.open() as desk:
        before = {(one.id, one.state) for kind in _kinds() for one in _all(desk, kind)}
    for words in (
        ["incident", "open", "service-agreement-000001", "--title", "x", "--reason", "y"],
        ["oversight", "assign", "dataset-000001", "supervise", SUPERVISOR],
        ["oversight", "sign", "service-agreement-000001"],
        ["audit", "purge"],
        ["agree", "suspend", "service-agreement-000001", "--reason", "x"],
        ["seat", "suspend", "demo", "--reason", "x"],
        ["egress", "recall", "release-000001", "--reason", "x"],
    ):
        assert main([*words, "--json"]) == 3, words
    capfd.readouterr()
    with released.open() as desk:
        after = {(one.id, one.state) for kind in _kinds() for one in _all(desk, kind)}
    assert after == before


def _kinds():
    from sandbox.kernel.kinds import RECORDS

    return [one for one in RECORDS if one.KIND not in ("refused-attempt", "account", "notice")]


def _all(desk, kind):
    return [one.record for one in desk.platform.store.find(kind)]
