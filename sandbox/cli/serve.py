"""`sandbox serve`: the platform in the browser, until it is told to stop.

Checks the home with everything loaded, then becomes the small supervisor. A demonstration is
served on this machine alone, and its accounts are shown.
"""

from __future__ import annotations

import ipaddress
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sandbox.cli.frame import Session, command, exit_of, report
from sandbox.kernel.errors import InputError, NotFoundError, SandboxError
from sandbox.kernel.message import say
from sandbox.serving.places import Places, Plan

PORT = 8000
ACCOUNTS_FILE = "demo-accounts.json"


def register(root: typer.Typer) -> None:
    """Add the commands."""
    command(root, "serve")(serve)
    command(root, "demo-code")(demo_code)


def serve(
    session: Session,
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口 · port")] = PORT,
    host: Annotated[str, typer.Option(help="监听地址 · address to listen on")] = "127.0.0.1",
    origin: Annotated[
        list[str] | None, typer.Option(help="人们使用的网址，可写多次 · public address, repeatable")
    ] = None,
    tls_certificate: Annotated[Path | None, typer.Option(help="证书链（PEM）· certificate chain")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="证书私钥（PEM）· its key")] = None,
) -> None:
    """在浏览器里使用平台，按 Ctrl-C 停下 · the platform in a browser, until Ctrl-C."""
    from sandbox.serving.supervisor import check_port, free_ports, node

    home = session.home_path.absolute()
    demo = session.platform.settings.demo
    _check_address(host, demo=demo, tls=tls_certificate is not None and tls_key is not None)
    node()
    check_port(host, port)
    api, hub, console, health = free_ports(4)
    plan = Plan(
        host=host,
        port=port,
        origins=tuple(origin or _origins(host, port, tls=tls_certificate is not None)),
        proxy_api=api,
        hub=hub,
        console=console,
        health=health,
        tls_certificate=str(tls_certificate.absolute()) if tls_certificate else "",
        tls_key=str(tls_key.absolute()) if tls_key else "",
    )
    session.close()
    arguments = [
        sys.executable,
        "-m",
        "sandbox.cli.serve",
        str(home),
        session.language,
        json.dumps(asdict(plan)),
    ]
    sys.stdout.flush()
    os.execv(sys.executable, arguments)  # noqa: S606  what was loaded for the check is not kept


def _check_address(host: str, *, demo: bool, tls: bool) -> None:
    try:
        loopback = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host).is_loopback
    except ValueError:
        raise InputError(say("监听地址 {host} 不是 IP 地址", host=host)) from None
    if not loopback and demo:
        raise InputError(say("演示环境只在本机提供服务：请用 127.0.0.1"))
    if not loopback and not tls:
        raise InputError(
            say("对外提供服务必须用 TLS：请给出 --tls-certificate 和 --tls-key，或在本机前面放一个 TLS 前端")
        )


def _origins(host: str, port: int, *, tls: bool) -> list[str]:
    scheme, usual = ("https", 443) if tls else ("http", 80)
    names = ["127.0.0.1", "localhost"] if host in ("127.0.0.1", "localhost") else [host]
    return [f"{scheme}://{name}" if port == usual else f"{scheme}://{name}:{port}" for name in names]


def demo_code(
    session: Session, name: Annotated[str, typer.Argument(help="演示账户的登录名 · a demo account")]
) -> None:
    """演示账户此刻的动态码（正式环境没有这些账户）· the code of a demo account, now."""
    from sandbox.people.secrets import totp_code

    accounts = demo_accounts(session.home_path)
    if name not in accounts:
        raise NotFoundError(say("没有演示账户 {name}：请看 {path}", name=name, path=ACCOUNTS_FILE))
    moment = int(session.platform.clock().timestamp())
    code = totp_code(accounts[name]["totp_secret"], moment=moment)
    session.show({"code": code}, lambda console: console.print(code, markup=False))


def demo_accounts(home: Path) -> dict[str, dict[str, str]]:
    """Return the accounts that a demo home keeps for its readers; none of any other home."""
    path = home / ACCOUNTS_FILE
    if not path.is_file():
        return {}
    found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))["accounts"]
    return found


def main(arguments: list[str]) -> int:
    """Be the supervisor of the home and plan given."""
    from sandbox.serving.supervisor import Supervisor, alone

    home, language, plan = Path(arguments[0]), arguments[1], json.loads(arguments[2])
    session = Session(home=home, as_json=False, language=language)
    places, plan = Places(home), Plan(**(plan | {"origins": tuple(plan["origins"])}))
    session.say(say("平台正在启动，通常需要十几秒；按 Ctrl-C 停下"))
    try:
        places.lay_out()
        with alone(places):
            places.write_plan(plan)
            Supervisor(places, plan).run(lambda: _ready(session, plan))
    except SandboxError as error:
        report(session, error)
        return exit_of(error)
    session.say(say("平台已停下，席位都已关闭"))
    return 0


def _ready(session: Session, plan: Plan) -> None:
    accounts = demo_accounts(session.home_path)
    console: Console = session.out
    if accounts:
        columns = (say("登录名"), say("姓名"), say("单位"), say("角色"), say("口令"), say("动态码密钥"))
        keys = ("name", "organisation", "roles", "password", "totp_secret")
        rows = [(login, *(one[key] for key in keys)) for login, one in accounts.items()]
        session.table(say("演示账户"), columns, rows)
        line = say(
            "动态码：把密钥录入身份验证器，或执行 sandbox demo-code 登录名 --home {home}",
            home=str(session.home),
        )
        console.print(session.text(line), markup=False)
    console.print(
        session.text(say("平台已就绪：{address}", address=plan.address)), markup=False, style="bold"
    )
    console.file.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
