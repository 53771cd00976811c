"""What the door answers itself, from the platform's own copy: files, words, small facts.

The seat is not asked, so it cannot change these answers, and they are not counted. Called by `door`.
"""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path

from tornado.web import StaticFileHandler
from tornado.websocket import WebSocketHandler

from sandbox.hub.passage import Guarded

FACTS: dict[str, object] = {
    "lab/api/build": {"status": "stable", "message": ""},
    "lab/api/translations": {
        "data": {
            "en": {"displayName": "英语", "nativeName": "English"},
            "zh_CN": {"displayName": "中文 (简体, 中国)", "nativeName": "中文 (简体, 中国)"},
        },
        "message": "",
    },
    "lab/api/translations/en": {"data": {}, "message": ""},
    "lsp/status": {"version": 2, "sessions": {}, "specs": {}},
    "api/nbconvert": {},
}
"""Questions of JupyterLab with one answer for every seat: nothing to build, to export or to speak with."""
WORDS = "lab/api/translations/zh_CN"


class Files(Guarded, StaticFileHandler):
    """JupyterLab's own files."""

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002
        """Let the browser keep files for the day: their names hold their digests."""
        self.set_header("Cache-Control", "private, max-age=86400")


class Fact(Guarded):
    """One of the fixed answers."""

    def initialize(self, answer: object) -> None:
        """Keep the answer."""
        self._answer = answer

    def get(self) -> None:
        """Answer."""
        self.finish(json.dumps(self._answer, ensure_ascii=False))


class Words(Guarded):
    """JupyterLab's words in Chinese."""

    def get(self) -> None:
        """Answer with every word there is."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(words())


class Silence(Guarded, WebSocketHandler):
    """The channel of the server's events: open, for JupyterLab asks again and again otherwise, and silent."""

    def check_origin(self, origin: str) -> bool:
        """Return whether the page is one of the platform's own."""
        return origin in self.door.order.origins

    def on_message(self, message: str | bytes) -> None:
        """Hear nothing."""


@cache
def words() -> bytes:
    """Return the Chinese words of JupyterLab and its parts, as JupyterLab asks for them."""
    folder = _package("jupyterlab_language_pack_zh_CN") / "locale" / "zh_CN" / "LC_MESSAGES"
    data = {"jupyterlab": json.loads((folder / "jupyterlab.json").read_text(encoding="utf-8"))}
    return json.dumps({"data": data, "message": ""}, ensure_ascii=False).encode()


def server_static() -> Path:
    """Return the folder of the notebook server's own pictures and styles."""
    return _package("jupyter_server") / "static"


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ImportError(name)
    return Path(spec.origin).parent
