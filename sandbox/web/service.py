"""`python -m sandbox.web.service`: the console as a process of its own behind the Hub's proxy.

Reads its addresses from options and the Hub's from the environment that a Hub's service is given
(JUPYTERHUB_…). Ends by SIGTERM after the requests that are under way.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import threading
from datetime import timedelta
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from sandbox.app import Platform, open_platform
from sandbox.web.console import build
from sandbox.web.options import Options
from sandbox.web.signin import HubSignIn, SignIn, UnsafeSessionAuth


def main(arguments: list[str] | None = None) -> None:
    """Open the home and serve until stopped."""
    given = _parser().parse_args(arguments)
    platform = open_platform(given.home)
    platform.spare_gates(at_once=False)
    for left in (platform.layout.root / "arriving").glob(".upload-*"):  # nobody goes on with these
        shutil.rmtree(left, ignore_errors=True)
    options = Options(
        origins=tuple(given.origin),
        assets=given.assets,
        step_up=timedelta(minutes=given.step_up_minutes),
        upload_bytes=given.upload_bytes,
    )
    sign_in: SignIn = UnsafeSessionAuth() if given.unsafe_sign_in else HubSignIn()
    try:
        serve(platform, options, sign_in, port=given.port)
    finally:
        platform.close()


def serve(platform: Platform, options: Options, sign_in: SignIn, *, port: int) -> None:
    """Serve on loopback; the proxy is the only way in from outside."""
    app = build(platform, options, sign_in)
    threading.Thread(target=warm, args=(app, platform), name="account of use", daemon=True).start()
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        server_header=False,
        proxy_headers=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )


def warm(app: Starlette, platform: Platform) -> None:
    """Read what is large and stays, and take it out of the garbage collector's rounds.

    Else the first who looks at the account of use waits for it, and now and then somebody's page waits for a
    round over all of it: 0.2 to 0.4 s in a home of a million facts.
    """
    app.state.console.used.now(platform.oversight)
    gc.collect()
    gc.freeze()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sandbox-console")
    home = os.environ.get("SANDBOX_HOME")
    parser.add_argument("--home", type=Path, default=Path(home) if home else None, required=home is None)
    parser.add_argument("--port", type=int, default=8600)
    parser.add_argument("--origin", action="append", required=True, help="http://127.0.0.1:8000")
    parser.add_argument("--assets", type=Path, default=Path("node_modules"))
    parser.add_argument("--step-up-minutes", type=int, default=15)
    parser.add_argument("--upload-bytes", type=int, default=4 << 30)
    parser.add_argument("--unsafe-sign-in", action="store_true", help="demo homes only: no password asked")
    return parser


if __name__ == "__main__":
    main()
