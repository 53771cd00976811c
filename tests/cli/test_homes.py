"""`init`, `upgrade`, `backup`, `backup-keys`, `restore` as a terminal sees them."""

import json
import os
import subprocess
import sys

import pytest

from sandbox.store.home import FORMAT
from tests.cli.calling import Terminal
from tests.database import image
from tests.people.homes import AUTHORITY_USCC, PASSWORD, copy_home, identity


@pytest.fixture
def terminal(tmp_path, capsys, monkeypatch) -> Terminal:
    return Terminal(tmp_path / "home", capsys, monkeypatch)


@pytest.fixture
def small(tmp_path, capsys, monkeypatch) -> Terminal:
    home, totp, _ = copy_home(tmp_path)
    return Terminal(home, capsys, monkeypatch, totp=totp)


OFFICERS = (f"chen:陈一:{identity(1)}", f"luo:罗二:{identity(2)}")


def order(folder, *more, officers=OFFICERS):
    named = [word for one in officers for word in ("--officer", one)]
    given = ["--authority", "某市大数据局", "--authority-uscc", AUTHORITY_USCC, "--keys", folder / "keys"]
    return ["init", "--name", "zunyi", *given, *named, *more]


def test_a_production_home_from_nothing_to_a_judging_role(terminal, tmp_path):
    made = terminal.json(*order(tmp_path, "--witness", tmp_path / "witness", "--hash", "sm3"))
    assert [one["login"] for one in made["enrolment"]] == ["chen", "luo"]
    assert made["verifier"].startswith("zunyi+")
    assert made["next"]
    assert terminal.json("account", "list")["accounts"][0]["state"] == "invited"
    for one in made["enrolment"]:
        terminal.enrol(one["code"], one["login"])
    proposed = terminal.json("grant", "propose", "chen", "security-reviewer", by="chen")
    assert proposed["state"] == "proposed"
    signed = terminal.json("grant", "propose", "luo", "security-reviewer", by="chen")
    status, said = terminal.refused("grant", "countersign", signed["id"], by="chen")
    assert status == 3
    assert "会签" in said
    report = terminal.json("audit", "verify", "--witness", tmp_path / "witness")
    assert report["whole"] is True


def test_the_view_for_people_names_codes_and_what_to_do_next(terminal, tmp_path):
    status, out, _ = terminal(*order(tmp_path))
    assert status == 0
    for word in ("chen", "account-000001.", "account-000002.", "sandbox account enrol", "见证"):
        assert word in out
    assert identity(1) not in out


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"officers": (f"chen:陈一:{identity(1)}",)}, "两名"),
        ({"officers": ("chen,陈一", f"luo:罗二:{identity(2)}")}, "登录名:姓名:身份证号"),
        ({"officers": ("chen:陈一:520300198001010129", f"luo:罗二:{identity(2)}")}, "身份证号"),
        ({"officers": (f"chen:陈一:{identity(1)}", f"luo:罗二:{identity(1)}")}, "不同的人"),
    ],
)
def test_wrong_officers_are_one_sentence_and_nothing_is_made(terminal, tmp_path, more, word):
    status, said = terminal.refused(*order(tmp_path, **more))
    assert status == 2
    assert word in said
    assert len(said.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_identities_may_be_asked_for_instead(terminal, tmp_path, monkeypatch):
    answers = iter((identity(1), f" {identity(2)} "))
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(answers))
    made = terminal.json(*order(tmp_path, officers=("chen:陈一", "luo：罗二")))
    assert len(made["enrolment"]) == 2


def test_keys_inside_and_a_full_folder_are_refused(terminal, tmp_path):
    words = order(tmp_path)
    words[words.index("--keys") + 1] = tmp_path / "home" / "keys"
    assert terminal.refused(*words)[0] == 2
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "mine").write_text("x")
    status, said = terminal.refused(*order(tmp_path))
    assert status == 2
    assert "空目录" in said
    assert not (tmp_path / "keys").exists()


def test_a_second_init_never_overwrites(small, tmp_path):
    before = image(small.home)
    assert small.refused(*order(tmp_path))[0] == 2
    assert image(small.home) == before


def test_missing_and_wrong_keys_are_one_sentence(small):
    kek = small.home / "keys-of-test" / "kek"
    data = kek.read_bytes()
    kek.write_bytes(bytes(32))
    status, said = small.refused("account", "list")
    assert status == 6
    assert "主密钥不对" in said
    kek.unlink()
    status, said = small.refused("account", "list")
    assert status == 2
    assert len(said.strip().splitlines()) == 1
    kek.write_bytes(data)
    kek.chmod(0o600)
    assert small("account", "list")[0] == 0


def test_no_home_is_one_sentence(terminal):
    for words in (("account", "list"), ("audit", "verify"), ("upgrade",), ("backup", "/tmp/x")):
        status, said = terminal.refused(*words)
        assert status == 2
        assert "sandbox init" in said


def test_backup_and_restore_report_what_was_lost(small, tmp_path):
    made = small.json("backup", tmp_path / "data")
    assert made["facts"] > 10
    assert small.json("backup-keys", tmp_path / "secret")["files"] == 3
    small.json("audit", "checkpoint")
    after = Terminal(tmp_path / "new", small._capsys, small._env, totp=small.totp)
    witness = ("--witness", small.home / "witness")
    status, said = after.refused("restore", tmp_path / "data", "--keys", tmp_path)
    assert status == 2
    assert "密钥备份" in said
    done = after.json("restore", tmp_path / "data", "--keys", tmp_path / "secret", *witness)
    assert done["lost"] >= 1
    assert done["origin"] == "zunyi-test/restored-1"
    report = after.json("audit", "verify")
    assert (report["ok"], report["whole"]) == (True, False)
    assert report["losses"][0]["first"] == done["facts"]
    given = {"SANDBOX_PASSWORD": PASSWORD, "SANDBOX_CODE": after.code("chen")}
    assert after.json("account", "token", "--as", "chen", **given)["token"]
    assert after.refused("restore", tmp_path / "data", "--keys", tmp_path / "secret", *witness)[0] == 4


def test_backup_into_the_home_or_a_full_folder_is_refused(small, tmp_path):
    assert small.refused("backup", small.home / "b")[0] == 2
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    assert small.refused("backup", tmp_path / "full")[0] == 4
    assert small.refused("restore", tmp_path / "full", "--keys", tmp_path)[0] == 2


def test_upgrade_says_when_there_is_nothing_to_do(small):
    assert small.json("upgrade") == {"found": FORMAT, "format": FORMAT}
    path = small.home / "home.toml"
    path.write_text(path.read_text("utf-8").replace(f"format = {FORMAT}", "format = 7"), encoding="utf-8")
    for words in (("upgrade",), ("account", "list")):
        status, said = small.refused(*words)
        assert status == 2
        assert "请升级程序" in said


def test_a_demo_home_says_so_everywhere(small):
    _, _, err = small("account", "list")
    assert "演示环境" in err
    status, out, err = small("account", "list", "--json")
    assert status == 0
    assert json.loads(out)


def test_the_console_script_itself(tmp_path, small):
    env = {**os.environ, "SANDBOX_HOME": str(small.home)}
    command = [sys.executable, "-m", "sandbox", "organisation", "list", "--json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["organisations"]) == 3
    wrong = subprocess.run([*command[:3], "account", "nonsense"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr
