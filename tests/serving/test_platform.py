"""The whole platform over HTTP: sign-in, seats that may and may not open, the door's refusals and budgets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.serving.kernel import execute, start_kernel
from tests.serving.started import DEVELOPER, OTHER, Started

pytestmark = pytest.mark.timeout(240)

UNLISTED = (
    "files/01-开始.ipynb",
    "files/summary.csv",
    "nbconvert/html/01-开始.ipynb",
    "api/terminals",
    "terminals/websocket/1",
    "lsp/ws/pylsp",
    "proxy/8080/",
    "view/x",
    "edit/x",
    "tree",
    "metrics",
    "api/metrics/v1",
    "api/spec.yaml",
    "api/security/csp-report",
    "api/shutdown",
    "login",
    "logout",
    "lab/api/extensions",
    "lab/api/licenses/",
    "api/contents/rows.parquet",
    "api/contents/rows.csv.gz",
    "api/contents/x.txt?format=base64&content=1",
    "api/contents/%2e%2e/secret",
    "api/contents/a%2Fb",
    "custom/custom.css",
    "nbextensions/x.js",
)


def test_a_stranger_is_told_one_sentence_and_no_more(started: Started) -> None:
    client = started.fresh()
    answer = started.try_sign_in(client, "nobody", "Wrong-password-1", "000000")
    assert answer.status_code == 403
    assert "账户、口令或动态码不正确" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "<script" not in answer.text
    assert "http://" not in answer.text.replace("http://www.w3.org", "")


def test_five_misses_lock_the_account_and_say_so(started: Started) -> None:
    name, client = "wei.guohua", started.fresh()
    name = next(one for one in started.accounts if one not in (DEVELOPER, OTHER, "zhang.kai"))
    for _ in range(5):
        started.try_sign_in(client, name, "Wrong-password-1", "000000")
    answer = started.try_sign_in(client, name, started.accounts[name]["password"], started.code(name))
    assert answer.status_code == 403
    assert "已锁定" in answer.text


def test_health_and_readiness_answer_without_a_person(started: Started) -> None:
    assert started.get("/healthz").json()["status"] == "ok"
    assert started.parts()["hub"]
    assert started.get("/hub/metrics").status_code == 403
    token = (started.home / "hub" / "metrics-token").read_text()
    answer = started.get("/hub/metrics", headers={"Authorization": f"token {token}"})
    assert "jupyterhub_running_servers" in answer.text
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        assert started.get("/metrics", headers=headers).status_code == 403
    told = started.get("/metrics", headers={"Authorization": f"Bearer {token}"}).text
    assert 'sandbox_part_up{part="hub"} 1' in told
    assert 'sandbox_part_restarts_total{part="proxy"} 0' in told
    assert "console" in told.partition("sandbox_part_restarts_total")[2]
    assert started.get("/console/metrics").status_code == 404


def test_what_lies_in_the_home_is_for_the_platform_alone(started: Started) -> None:
    folder = started.home / "hub"
    assert folder.stat().st_mode & 0o777 == 0o700
    for name in ("proxy-token", "console-token", "cookie-secret"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600


def test_a_seat_of_health_data_is_refused_with_its_article(started: Started) -> None:
    client = started.sign_in(DEVELOPER)
    answer = client.get(f"/hub/spawn/{DEVELOPER}/{started.seats['demo-health']}")
    assert answer.status_code == 403
    assert "第 4 级数据只落地" in answer.text
    assert "第六条" in answer.text


def test_nobody_opens_a_seat_that_is_none_or_another_person_s(started: Started) -> None:
    client = started.sign_in(DEVELOPER)
    for path in (f"/hub/spawn/{DEVELOPER}", f"/hub/spawn/{DEVELOPER}/seat-000099"):
        assert client.get(path).status_code in (403, 500)
    other = started.sign_in(OTHER)
    seat = started.seats["demo"]
    assert other.get(f"/hub/spawn/{DEVELOPER}/{seat}").status_code in (403, 404)
    assert other.get(f"/hub/spawn/{OTHER}/{seat}").status_code == 403


def test_no_person_has_tokens_or_looks_at_others_in_the_hub(started: Started) -> None:
    client = started.sign_in(DEVELOPER)
    headers = {"Referer": f"{started.base}/hub/home", "Origin": started.base}
    assert client.post(f"/hub/api/users/{DEVELOPER}/tokens", headers=headers).status_code in (403, 404)
    assert client.get("/hub/api/users", headers=headers).status_code == 403
    assert client.get(f"/hub/api/users/{OTHER}", headers=headers).status_code in (403, 404)
    assert client.get("/hub/admin").status_code == 403


def test_a_seat_opens_runs_cells_and_lets_nothing_else_through(started: Started) -> None:
    client, prefix = started.open_seat(), started.prefix()
    page = client.get(f"{prefix}lab/tree/01-%E5%BC%80%E5%A7%8B.ipynb")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    for path in UNLISTED:
        answer = client.get(prefix + path)
        assert answer.status_code == 403, path
        assert "出域申请" in answer.json()["message"]
    _refuses_other_sites(started)
    _refuses_other_people(started)
    kernel = start_kernel(client, prefix)
    two, flood, drip, inside = execute(
        client,
        prefix,
        kernel,
        "1 + 1",
        "print('x' * 5_000_000)",
        "for _ in range(400):\n    print('y' * 4096, flush=True)",
        "import os, json\nprint(json.dumps(dict(os.environ)), os.listdir('/proc/self/fd'))",
    )
    assert "2" in two.text
    assert flood.bytes < 300_000
    assert "没有显示" in flood.text
    assert drip.bytes < 400_000
    assert "出域申请" in drip.text
    assert "JUPYTERHUB" not in inside.text
    assert "TOKEN" not in inside.text
    lines = (started.home / "hub" / "cells" / f"{started.seats['demo']}.jsonl").read_text().splitlines()
    recorded = [json.loads(line) for line in lines]
    assert any(one["kind"] == "code" and one["source"] == "1 + 1" for one in recorded)
    assert any(one["kind"] == "stream" and one["withheld"] for one in recorded)


def test_plots_in_a_seat_have_chinese_letters(started: Started) -> None:
    pytest.importorskip("matplotlib")
    if not list(Path("/usr/share/fonts").rglob("*CJK*")):
        pytest.skip("no Chinese font on this machine")
    client, prefix = started.open_seat(), started.prefix()
    drawn = """
import warnings
warnings.simplefilter("error")
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.bar(["红花岗区", "余庆县"], [3, -1])
axes.set_title("企业数")
figure.savefig("plot.png")
print("drawn", plt.rcParams["axes.unicode_minus"])
"""
    (heard,) = execute(client, prefix, start_kernel(client, prefix), drawn)
    assert "drawn False" in heard.text, heard.text


def _refuses_other_sites(started: Started) -> None:
    client, prefix = started.sign_in(DEVELOPER), started.prefix()
    for headers in (
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": started.base, "Sec-Fetch-Site": "cross-site"},
        {"Origin": started.base, "Host": "evil.example"},
    ):
        answer = client.post(f"{prefix}api/kernels", json={"name": "python3"}, headers=headers)
        assert answer.status_code == 403, headers
    answer = client.get(f"{prefix}api/status", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def _refuses_other_people(started: Started) -> None:
    other, prefix = started.sign_in(OTHER), started.prefix()
    assert other.get(f"{prefix}api/status").status_code in (403, 404)
    headers = {"Sec-Fetch-Mode": "cors"}
    assert started.fresh().get(f"{prefix}api/status", headers=headers).status_code == 403
