"""`audit` as a terminal sees it: whole, tampered, searched, exported, proven offline."""

import subprocess
import sys

import pytest

from tests.cli.calling import Terminal
from tests.database import image, owned
from tests.people.homes import copy_home


@pytest.fixture
def terminal(tmp_path, capsys, monkeypatch) -> Terminal:
    home, totp, tokens = copy_home(tmp_path)
    return Terminal(home, capsys, monkeypatch, totp=totp, tokens=tokens)


def damage(home, statement):
    """Change the database as its owner could: triggers away first."""
    with owned(home) as connection:
        connection.execute(statement)


def test_a_whole_log_exits_0_against_every_witness(terminal):
    found = terminal.json("audit", "verify")
    assert (found["ok"], found["whole"], found["problems"], found["losses"]) == (True, True, [], [])
    assert found["facts"] > 10
    assert [one["checkpoints"] > 0 for one in found["witnesses"]] == [True]
    status, out, _ = terminal("audit", "verify", "--witness", terminal.home / "witness")
    assert status == 0
    assert "核对通过" in out


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fact SET actor = 'account-000002' WHERE seq = 9",
        "UPDATE record SET body = replace(body, 'chen', 'chan') WHERE id = 'account-000001'",
        "UPDATE record SET body = '{' WHERE id = 'home-000001'",
        "DELETE FROM fact WHERE seq = (SELECT max(seq) FROM fact)",
        "UPDATE secret SET value = x'00' WHERE record_id = 'account-000001' AND name = 'misses'",
        "UPDATE record SET state = 'locked' WHERE id = 'account-000002'",
    ],
)
def test_a_change_by_the_owner_of_the_database_exits_6(terminal, statement):
    damage(terminal.home, statement)
    before = image(terminal.home)
    status, out, err = terminal("audit", "verify")
    assert status == 6, (out, err)
    assert "核对未通过" in out
    assert image(terminal.home) == before  # an audit writes nothing
    status, out, err = terminal("audit", "verify", "--json")
    assert status == 6
    assert '"ok": false' in out


def test_a_witness_that_is_not_there_is_no_proof(terminal, tmp_path):
    status, said = terminal.refused("audit", "verify", "--witness", tmp_path / "none")
    assert status == 2
    assert "见证目录" in said


def test_facts_are_found_by_record_actor_verb_and_time(terminal):
    every = terminal.json("audit", "facts", "--limit", "1000", by="chen")["facts"]
    assert [one["seq"] for one in every] == list(range(len(every)))
    assert [one["seq"] for one in terminal.json("audit", "facts", "--limit", "2", by="chen")["facts"]] == [
        len(every) - 2,
        len(every) - 1,
    ]
    for words, field, value in (
        (("--record", "account-000001"), "record", "account-000001"),
        (("--actor", "chen"), "login", "chen"),
        (("--verb", "account:enrol"), "verb", "account:enrol"),
    ):
        found = terminal.json("audit", "facts", *words, by="chen")["facts"]
        assert found
        assert {one[field] for one in found} == {value}
    assert terminal.json("audit", "facts", "--since", "2999-03-03", by="chen")["facts"] == []
    moment = every[5]["at"]
    later = terminal.json("audit", "facts", "--since", moment, by="chen")["facts"]
    assert later
    assert all(one["at"] >= moment for one in later)
    for words in (("--since", "gestern"), ("--limit", "0")):
        assert terminal.refused("audit", "facts", *words, by="chen")[0] == 2
    _, out, _ = terminal("audit", "facts", "--actor", "chen", by="chen")
    assert "账户：" in out
    assert "account:" not in out


def test_the_log_is_read_by_the_authority_and_supervisors_alone(terminal, tmp_path):
    for words in (("facts",), ("show", 1), ("export", tmp_path / "log.jsonl")):
        assert terminal.refused("audit", *words)[0] == 5
        status, said = terminal.refused("audit", *words, by="zhang")
        assert status == 3, said
    assert not (tmp_path / "log.jsonl").exists()


def test_one_fact_is_shown_in_full(terminal):
    shown = terminal.json("audit", "show", 1, by="chen")
    assert shown["fact"]["verb"] == "home:found"
    assert shown["payload"]["record"]["name"] == "zunyi-test"
    assert terminal.refused("audit", "show", 9999, by="chen")[0] == 2


def test_a_checkpoint_reaches_the_witness_at_once(terminal):
    terminal("account", "reset", "liu", by="zhang")
    made = terminal.json("audit", "checkpoint")
    kept = {path.stem for path in (terminal.home / "witness").glob("*/*.checkpoint")}
    assert str(made["size"]) in kept
    assert made["verifier"].startswith("zunyi-test+")


@pytest.mark.parametrize("payloads", [(), ("--no-payloads",)])
def test_an_exported_log_is_proven_offline(terminal, tmp_path, payloads):
    log = tmp_path / "log.jsonl"
    made = terminal.json("audit", "export", log, *payloads, by="chen")
    assert ("chen" in log.read_text("utf-8")) is not bool(payloads)
    assert terminal.refused("audit", "export", log, by="chen")[0] == 4
    offline = [sys.executable, "-m", "sandbox.store.verifier", str(log), str(terminal.home / "witness")]
    run = lambda: subprocess.run([*offline, made["verifier"]], capture_output=True, check=False).returncode  # noqa: E731
    assert run() == 0
    if not payloads:
        log.write_text(log.read_text("utf-8").replace('"organisation:register"', '"organisation:suspend"', 1))
        assert run() == 20


def test_the_help_says_how_to_verify_offline(terminal, capsys):
    from sandbox.cli.main import main

    main(["audit", "verify", "--help"])
    assert "python -m sandbox.store.verifier" in " ".join(capsys.readouterr().out.split())


def test_without_the_master_key_the_log_is_verified_and_the_ledger_is_said_not_to_be(terminal):
    assert terminal.json("audit", "verify")["ledger_checked"] is True
    for key in terminal.home.rglob("kek"):
        key.unlink()
    found = terminal.json("audit", "verify")
    assert (found["ok"], found["ledger_checked"]) == (True, False)
    assert "放行台账没有核对" in terminal("audit", "verify")[1]
