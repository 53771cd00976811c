"""`account`, `grant`, `organisation` as a terminal sees them: credentials, refusals, exit statuses."""

import json

import pytest

from sandbox.municipality.numbers import uscc
from tests.cli.calling import Terminal
from tests.people.homes import PASSWORD, copy_home, identity


@pytest.fixture
def terminal(tmp_path, capsys, monkeypatch) -> Terminal:
    home, totp, tokens = copy_home(tmp_path)
    return Terminal(home, capsys, monkeypatch, totp=totp, tokens=tokens)


def signed(terminal, name, **given):
    return {"SANDBOX_PASSWORD": PASSWORD, "SANDBOX_CODE": terminal.code(name)} | given


def hire(terminal, *, by="liu", body="某市卫健委", name="nurse", number=12):
    words = ("--organisation", body, "--login", name, "--name", "某人", "--identity", identity(number))
    made = terminal.json("account", "invite", *words, by=by)
    terminal.enrol(made["code"], name)
    return made["account"]


def state(terminal, name):
    found = terminal.json("account", "list")["accounts"]
    return next(one["state"] for one in found if one["login"] == name)


def test_the_files_of_the_home_are_no_identity(terminal):
    for words in (
        ("account", "token"),
        ("account", "reset", "luo"),
        ("grant", "propose", "luo", "steward"),
        ("grant", "countersign", "grant-000001"),
        ("organisation", "suspend", "某市卫健委"),
    ):
        status, said = terminal.refused(*words)
        assert status == 5
        assert "本人凭证" in said


def test_wrong_password_and_wrong_code_are_counted_and_lock(terminal):
    wrong = ({"SANDBOX_PASSWORD": "wrong"}, {"SANDBOX_CODE": "000000"})
    for attempt in range(5):
        env = signed(terminal, "luo", **wrong[attempt % 2])
        status, said = terminal.refused("account", "token", "--as", "luo", **env)
        assert status == 5
        assert "不正确" in said
    status, said = terminal.refused("account", "token", "--as", "luo", **signed(terminal, "luo"))
    assert status == 5
    assert "已锁定" in said
    assert terminal.refused("account", "tokens", by="luo")[0] == 5
    assert state(terminal, "luo") == "locked"
    assert terminal("account", "unlock", "luo", by="zhang")[0] == 3
    assert terminal.json("account", "unlock", "luo", by="chen")["state"] == "active"
    assert terminal("account", "tokens", by="luo")[0] == 0


def test_a_code_is_not_taken_twice(terminal):
    env = signed(terminal, "chen")
    assert terminal("account", "token", "--as", "chen", **env)[0] == 0
    status, said = terminal.refused("account", "token", "--as", "chen", **env)
    assert status == 5
    assert "动态码" in said


def test_enrolment_codes_and_weak_passwords(terminal):
    words = ("--organisation", "某市卫健委", "--login", "nurse", "--name", "护士", "--identity", identity(12))
    code = terminal.json("account", "invite", *words, by="liu")["code"]
    status, said = terminal.refused("account", "enrol", code, SANDBOX_PASSWORD="weak")
    assert status == 2
    assert "口令太弱" in said
    status, said = terminal.refused("account", "enrol", code + "x", SANDBOX_PASSWORD=PASSWORD)
    assert status == 5
    made = terminal.json("account", "enrol", code, SANDBOX_PASSWORD=PASSWORD)
    assert made["totp_address"].startswith("otpauth://totp/")
    status, said = terminal.refused("account", "enrol", code, SANDBOX_PASSWORD=PASSWORD)
    assert status == 5
    assert "已经用过" in said
    assert terminal.refused("account", "invite", *words, by="liu")[0] == 2  # the name is taken
    assert terminal.refused("account", "invite", *words, by="zhang")[0] in (2, 3)


def test_a_token_from_a_file_works_until_it_is_revoked(terminal, tmp_path):
    assert "令牌不能签发令牌" in terminal.refused("account", "token", by="chen")[1]
    given = {"SANDBOX_PASSWORD": PASSWORD, "SANDBOX_CODE": terminal.code("chen", ahead=1)}
    words = ("account", "token", "--as", "chen", "--label", "laptop", "--days", "3")
    made = terminal.json(*words, **given)
    file = tmp_path / "token"
    file.write_text(made["token"] + "\n")
    found = terminal.json("account", "tokens", "--token-file", file)["tokens"]
    assert ("laptop", False) in {(one["label"], one["revoked"]) for one in found}
    assert made["token"] not in json.dumps(found)
    assert terminal.json("account", "revoke-token", made["name"], "--token-file", file)["revoked"]
    assert terminal.refused("account", "tokens", "--token-file", file)[0] == 5
    assert terminal.refused("account", "tokens", "--token-file", tmp_path / "none")[0] == 2
    assert terminal.refused("account", "token", "--days", "9999", by="chen")[0] == 2
    assert terminal.refused("account", "revoke-token", "nosuch", by="chen")[0] == 2


def test_a_judging_role_waits_for_the_authority(terminal):
    hire(terminal)
    made = terminal.json("grant", "propose", "nurse", "provider-reviewer", by="liu")
    listed = {one["login"]: one["roles"] for one in terminal.json("account", "list")["accounts"]}
    assert (made["state"], listed["nurse"]) == ("proposed", [])
    status, said = terminal.refused("grant", "countersign", made["id"], by="liu")
    assert status == 3
    assert "第" in said
    assert terminal.json("grant", "countersign", made["id"], by="luo")["state"] == "in-force"
    listed = {one["login"]: one["roles"] for one in terminal.json("account", "list")["accounts"]}
    assert listed["nurse"] == ["provider-reviewer"]
    assert terminal.json("grant", "list", "--account", "nurse")["grants"][0]["id"] == made["id"]
    assert terminal.json("grant", "revoke", made["id"], by="liu")["state"] == "revoked"


def test_every_reason_of_a_refusal_is_said_with_its_article_and_kept(terminal):
    hire(terminal, by="zhang", body="某市数据运营公司", name="worker", number=22)
    status, said = terminal.refused("grant", "propose", "worker", "security-reviewer", by="zhang")
    assert status == 3
    assert "数据运营商不得授予审查类角色（第十九条）" in said
    facts = terminal.json("audit", "facts", "--verb", "refused-attempt:record", by="chen")["facts"]
    shown = terminal.json("audit", "show", facts[-1]["seq"], by="chen")
    assert shown["payload"]["record"]["attempted"] == "grant:propose"
    assert shown["payload"]["record"]["rules"] == ["grant-fits"]


def test_a_first_officer_is_appointed_once(terminal):
    hire(terminal)
    status, said = terminal.refused("grant", "appoint", "nurse", by="chen")
    assert status == 3
    assert "已有账户管理员" in said
    assert terminal("account", "suspend", "liu", by="chen")[0] == 0
    assert terminal.json("grant", "appoint", "nurse", by="chen")["state"] == "in-force"


def test_a_reset_takes_judging_roles_along(terminal):
    hire(terminal)
    made = terminal.json("grant", "propose", "nurse", "steward", by="liu")
    terminal.json("grant", "countersign", made["id"], by="luo")
    assert terminal.refused("account", "reset", "nurse", by="zhang")[0] == 3
    code = terminal.json("account", "reset", "nurse", by="liu")["code"]
    assert terminal.refused("account", "tokens", by="nurse")[0] == 5
    terminal.enrol(code, "nurse")
    found = terminal.json("grant", "list", "--account", "nurse")["grants"]
    assert [one["state"] for one in found] == ["revoked"]


def test_organisations_are_registered_suspended_and_reinstated(terminal):
    code = uscc("91", "520300", "00718533")
    words = ("--name", "某科技公司", "--uscc", code, "--kind", "企业", "--role", "developer")
    assert terminal.refused("organisation", "register", *words, by="liu")[0] == 3
    made = terminal.json("organisation", "register", *words, by="chen")
    assert terminal.refused("organisation", "register", *words, by="chen")[0] == 2
    assert terminal.json("organisation", "suspend", code, by="chen")["state"] == "suspended"
    assert terminal.json("organisation", "reinstate", made["id"], by="chen")["state"] == "registered"
    assert terminal.refused("organisation", "suspend", "没有这家", by="chen")[0] == 2
    wrong = ("--name", "x", "--uscc", "123", "--kind", "企业", "--role", "developer")
    assert terminal.refused("organisation", "register", *wrong, by="chen")[0] == 2
    _, out, _ = terminal("organisation", "list")
    assert "某科技公司" in out


@pytest.mark.parametrize(
    "words",
    [
        ("grant", "propose", "chen", "emperor"),
        ("account", "reset"),
        ("account", "token", "--days", "many"),
        ("grant", "propose", "nobody", "steward"),
        ("grant", "countersign", "grant-999999"),
        ("account", "list", "--lang", "fr"),
    ],
)
def test_a_wrong_call_is_one_sentence(terminal, words):
    status, said = terminal.refused(*words, by="chen")
    assert status == 2
    assert len(said.replace("【演示环境】仅供试用，不得放入真实数据\n", "").splitlines()) == 1


def test_english_is_spoken_where_it_is_known_and_chinese_elsewhere(terminal):
    status, out, err = terminal("account", "list", "--lang", "en")
    assert status == 0, err
    assert "chen" in out
    assert terminal("account", "reset", "luo", "--lang", "en")[0] == 5
