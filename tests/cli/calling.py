"""Calls the command line in this process and returns what a terminal would see."""

import json
import time
from pathlib import Path

import pytest

from sandbox.cli.main import main
from sandbox.people.secrets import totp_code
from tests.people.homes import PASSWORD


class Terminal:
    """One terminal: a home, and the credentials laid into the environment for a call."""

    def __init__(self, home: Path, capsys, monkeypatch, *, tokens=(), totp=()) -> None:
        self.home, self._capsys, self._env = home, capsys, monkeypatch
        self.tokens, self.totp = dict(tokens), dict(totp)
        for name in ("SANDBOX_HOME", "SANDBOX_TOKEN", "SANDBOX_PASSWORD", "SANDBOX_CODE"):
            monkeypatch.delenv(name, raising=False)

    def __call__(self, *words: object, by: str | None = None, **env: str) -> tuple[int, str, str]:
        """Run a command, by token of `by`; return status, stdout, stderr."""
        if by is not None:
            env["SANDBOX_TOKEN"] = self.tokens[by]
        with pytest.MonkeyPatch.context() as patch:
            for name, value in env.items():
                patch.setenv(name, value)
            self._capsys.readouterr()
            status = main([*(str(word) for word in words), "--home", str(self.home)])
        seen = self._capsys.readouterr()
        assert "Traceback" not in seen.err
        return status, seen.out, seen.err

    def json(self, *words: object, by: str | None = None, **env: str):
        """Run a command that must succeed with --json; return its one document."""
        status, out, err = self(*words, "--json", by=by, **env)
        assert status == 0, err
        return json.loads(out)

    def refused(self, *words: object, by: str | None = None, **env: str) -> tuple[int, str]:
        """Run a command that must fail; return its status and what it said; stdout stays empty."""
        status, out, err = self(*words, by=by, **env)
        assert status != 0
        assert out == ""
        return status, err

    def code(self, name: str, *, ahead: int = 0) -> str:
        """Return the code that the person's device shows, `ahead` steps from now."""
        return totp_code(self.totp[name], moment=int(time.time()) + 30 * ahead)

    def enrol(self, code: str, name: str) -> None:
        """Enrol with the usual password and keep device and token."""
        made = self.json("account", "enrol", code, SANDBOX_PASSWORD=PASSWORD)
        self.totp[name] = made["totp_secret"]
        given = {"SANDBOX_PASSWORD": PASSWORD, "SANDBOX_CODE": self.code(name)}
        self.tokens[name] = self.json("account", "token", "--as", name, **given)["token"]
