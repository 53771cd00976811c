"""A file of 2 GiB sent to a served demo home as a browser sends it: what it takes, what is held.

    .venv/bin/sandbox serve --home var/demo &
    SANDBOX_HOME=var/demo .venv/bin/python bench/serving/upload.py http://127.0.0.1:8000 2048

The rows are those of a small made-up delivery, again and again. Half-way the line breaks in the middle of
a part; the sender asks how much is there and goes on. Prints seconds, rows, the console's peak memory.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pyotp

from sandbox.municipality.deliveries import Size, deliver

HOME = Path(os.environ.get("SANDBOX_HOME", "var/demo"))
STEWARD, DATASET, MIB = "zhao.qinghe", "dataset-000001", 1 << 20
NAMES = ("csrf", "key", "who", "seen")


def main(host: str, mebibytes: int) -> None:
    """Send, break, go on, finish, and print what it took."""
    account = json.loads((HOME / "demo-accounts.json").read_text(encoding="utf-8"))["accounts"][STEWARD]
    browser = httpx.Client(base_url=host, timeout=600, follow_redirects=True)
    browser.headers.update({"Origin": host, "Sec-Fetch-Site": "same-origin"})
    _sign_in(browser, account)
    secret = _hidden(browser, "/console/deliveries/new")["csrf"]
    with tempfile.TemporaryDirectory() as folder:
        data = _data(Path(folder))
        size = mebibytes * MIB // len(data.rows) * len(data.rows) + len(data.head)
        form = {"csrf": secret, "dataset": DATASET, "rows": "", "name": "大文件.csv", "size": str(size)}
        headers = {"Accept": "application/json"}
        place = browser.post("/console/deliveries/uploads", data=form, headers=headers).json()
        began = time.perf_counter()
        _send(browser, place, data, size, secret, breaks_at=size // 2)
        _send(browser, place, data, size, secret)
        print(
            f"sent {size / MIB:.0f} MiB in {time.perf_counter() - began:.1f} s, once broken and gone on with"
        )
        began = time.perf_counter()
        browser.post(f"{place['url']}/finish", data={"csrf": secret})
        with browser.stream("GET", f"{place['url']}/stream") as events:
            told = [line for line in events.iter_lines() if line]
        page = browser.get(place["url"])
        seconds = time.perf_counter() - began
        print(f"sealed and read in {seconds:.1f} s, {len(told)} lines of progress: {told[-1][:100]}")
        print(re.sub(r"\s+", " ", "".join(re.findall("已收进隔离区[^<]*", page.text))) or page.status_code)
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        if b"sandbox.web.service" in status.read_bytes():
            peak = re.search(r"VmHWM:\s+(\d+)", status.with_name("status").read_text())
            print(f"console's peak {int(peak.group(1)) / 1024:.0f} MiB" if peak else "")


class _Data:
    """A CSV of any length: a head, and rows that repeat."""

    def __init__(self, text: bytes) -> None:
        self.head, _, self.rows = text.partition(b"\n")
        self.head += b"\n"

    def part(self, offset: int, length: int) -> bytes:
        """Return the bytes from an offset."""
        whole = b"" if offset >= len(self.head) else self.head[offset : offset + length]
        while len(whole) < length:
            at = (offset + len(whole) - len(self.head)) % len(self.rows)
            whole += self.rows[at : at + length - len(whole)]
        return whole


def _data(folder: Path) -> _Data:
    made = deliver(folder, seed=5, size=Size(firms=20_000, visits=900, persons=300))["companies"]
    text = made.path.read_bytes()
    return _Data(text if text.endswith(b"\n") else text + b"\n")


def _send(
    browser: httpx.Client, place: dict[str, str], data: _Data, size: int, secret: str, *, breaks_at: int = 0
) -> None:
    headers = {"X-Form-Secret": secret, "Accept": "application/json"}
    at = browser.get(f"{place['url']}/offset", headers=headers).json()["offset"]
    while at < size:
        whole = data.part(at, min(int(place["part"]), size - at))
        breaking = 0 < breaks_at <= at
        body = _broken(whole) if breaking else whole
        try:
            answer = browser.patch(place["url"], content=body, headers=headers | {"Upload-Offset": str(at)})
        except (ConnectionResetError, httpx.TransportError):
            if breaking:
                return
            raise
        if answer.status_code == httpx.codes.CONFLICT:  # what came before the break is only now all there
            answer = browser.get(f"{place['url']}/offset", headers=headers)
        at = answer.json()["offset"]


def _broken(whole: bytes) -> Iterator[bytes]:
    yield whole[: len(whole) // 2]
    raise ConnectionResetError


def _sign_in(browser: httpx.Client, account: dict[str, str]) -> None:
    page = browser.get("/console/")
    token = re.search(r'name="_xsrf" value="([^"]+)"', page.text)
    code = pyotp.TOTP(account["totp_secret"]).at(datetime.now(UTC))
    fields = {"username": STEWARD, "password": account["password"], "code": code}
    browser.post(page.url, data=fields | {"_xsrf": token.group(1) if token else ""})
    time.sleep(31 - time.time() % 30)  # a code works once; the credential wants the next
    code = pyotp.TOTP(account["totp_secret"]).at(datetime.now(UTC))
    given = _hidden(browser, "/console/step-up") | {"password": account["password"], "code": code}
    browser.post("/console/step-up", data=given)


def _hidden(browser: httpx.Client, path: str) -> dict[str, str]:
    page = browser.get(path).text
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in NAMES}
    return {name: match.group(1) for name, match in found.items() if match}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
