"""What every command shares: the home, the person, the language, JSON or tables, errors to exits.

A command is a function whose first argument is a `Session`; `command` adds the options that
all of them take after their verb. Holds no rule; says nothing on stdout but the result.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Protocol, TypeVar

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from sandbox.kernel.decision import Decision
from sandbox.kernel.errors import (
    ConflictError,
    CredentialError,
    InputError,
    IsolationError,
    RefusedError,
    SandboxError,
    StateError,
    StorageError,
    TamperedError,
)
from sandbox.kernel.message import Message, say
from sandbox.locale.translate import LANGUAGES, render
from sandbox.locale.words import humane, state_of, term

if TYPE_CHECKING:
    from sandbox.app import Platform
    from sandbox.kernel.actors import Actor

EXITS: dict[type[SandboxError], int] = {
    InputError: 2,
    StateError: 2,
    RefusedError: 3,
    ConflictError: 4,
    CredentialError: 5,
    TamperedError: 6,
    IsolationError: 7,
    StorageError: 8,
}
"""The one place where errors become exit statuses; subclasses take their nearest ancestor's."""

PIPED = 160
"""Columns of a table that no terminal shows: wide enough for ids and sentences to stay whole."""


class Stated(Protocol):
    """A record, of whichever kind: what it is called and how it stands."""

    KIND: ClassVar[str]

    @property
    def state(self) -> str:
        """The code of the state."""


F = TypeVar("F", bound=Callable[..., Any])

_HomeOption = Annotated[Path | None, typer.Option("--home", help="主目录 · the home (or SANDBOX_HOME)")]
_JsonOption = Annotated[bool, typer.Option("--json", help="只输出一个 JSON 文档 · one JSON document")]
_LangOption = Annotated[str, typer.Option("--lang", help="zh 或 en · language")]
_NameOption = Annotated[
    str | None,
    typer.Option("--as", help="登录名，随后输入口令和动态码 · login name, asks for password and code"),
]
_TokenOption = Annotated[
    Path | None,
    typer.Option("--token-file", help="存放个人令牌的文件（或 SANDBOX_TOKEN）· file with a personal token"),
]


@dataclass
class Session:
    """One call of one command."""

    home: Path | None
    as_json: bool
    language: str
    login: str | None = None
    token_file: Path | None = None

    def __post_init__(self) -> None:
        tty = sys.stdout.isatty()
        self.out = Console(highlight=False, soft_wrap=not tty, width=None if tty else PIPED)
        self.err = Console(stderr=True, highlight=False, soft_wrap=True)
        self._platform: Platform | None = None

    @property
    def home_path(self) -> Path:
        """Return the home; `StateError` when none was named."""
        if self.named_home is None:
            raise StateError(say("请用 --home 指明主目录，或设置 SANDBOX_HOME"))
        return self.named_home

    @property
    def named_home(self) -> Path | None:
        """Return the home that was named by option or environment, for commands that can do without."""
        given = os.environ.get("SANDBOX_HOME")
        return self.home or (Path(given) if given else None)

    @property
    def platform(self) -> Platform:
        """Return the opened home; a demo home says so on stderr."""
        if self._platform is None:
            from sandbox.app import open_platform  # loads every room: only when a home is opened

            self._platform = open_platform(self.home_path)
            if self._platform.settings.demo and not self.as_json:
                self.say(say("【演示环境】仅供试用，不得放入真实数据"))
        return self._platform

    def actor(self) -> Actor:
        """Return the person who presents a credential; access to the home is none."""
        token = os.environ.get("SANDBOX_TOKEN", "")
        if self.token_file is not None:
            try:
                token = self.token_file.read_text(encoding="utf-8").strip()
            except OSError:
                raise InputError(say("读不到令牌文件 {path}", path=str(self.token_file))) from None
        if token and self.login is None:
            return self.platform.by_token(token)
        if self.login is None:
            raise CredentialError(
                say("这一步需要本人凭证：用 --as 登录，或用 --token-file、SANDBOX_TOKEN 出示个人令牌")
            )
        password = os.environ.get("SANDBOX_PASSWORD") or typer.prompt(
            self.text(say("口令")), hide_input=True, err=True
        )
        code = os.environ.get("SANDBOX_CODE") or typer.prompt(self.text(say("动态码")), err=True)
        return self.platform.sign_in(self.login, password=password, code=code)

    def text(self, message: Message) -> str:
        """Return the sentence in the session's language, with states and steps as people call them."""
        return render(humane(message), self.language)

    def say(self, message: Message) -> None:
        """Print a sentence on stderr."""
        self.err.print(self.text(message), markup=False)

    def show(self, data: object, view: Callable[[Console], None] | None = None) -> None:
        """Print the result: one JSON document, or the view for people."""
        if self.as_json or view is None:
            print(
                json.dumps(plain(data, self.language), ensure_ascii=False, indent=None if self.as_json else 2)
            )
        else:
            view(self.out)

    def table(self, title: Message, columns: Sequence[Message], rows: Sequence[Sequence[object]]) -> None:
        """Print a table for people, or a clear sentence when it is empty."""
        if not rows:
            self.out.print(self.text(title) + "：" + self.text(say("还没有任何记录")), markup=False)
            return
        table = Table(title=self.text(title), title_justify="left", header_style="bold", show_edge=False)
        for place, column in enumerate(columns):
            numeric = all(isinstance(row[place], int | float) for row in rows)
            table.add_column(self.text(column), justify="right" if numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*(cell_text(cell, self.language) for cell in row))
        self.out.print(table)

    @contextmanager
    def progress(self, title: Message, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Yield a function that takes how many units were just done; drawn on stderr."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        quiet = self.as_json or not self.err.is_terminal
        with Progress(*columns, console=self.err, transient=True, disable=quiet) as bar:
            task = bar.add_task(self.text(title), total=total)
            yield lambda done: bar.advance(task, done)

    def note_refusal(self, error: RefusedError) -> None:
        """Put a refused attempt on record if a home is open."""
        if self._platform is not None:
            self._platform.note_refusal(error)

    def close(self) -> None:
        """Write the checkpoint that is due and close the home."""
        if self._platform is not None:
            self._platform.close()


def stated(record: Stated) -> Message:
    """Return how a record stands, in words; JSON output keeps the code."""
    return state_of(record.KIND, record.state)[0]


def verdict_name(verdict: Enum | None) -> Message | str:
    """Return what the gate found, in words; a dash for nothing yet."""
    return state_of("verdict", verdict.value)[0] if verdict is not None else "—"


def called(*codes: str, prefix: str = "") -> Message:
    """Return roles, types and other terms in words, one after the other."""
    names = {f"v{place}": term(f"{prefix}{one}") for place, one in enumerate(codes)}
    return Message("、".join(f"{{{name}}}" for name in names) or " ", tuple(names.items()))


def cell_text(cell: object, language: str) -> str:
    """Return a cell of a table as text."""
    if isinstance(cell, Message):
        return render(humane(cell), language)
    if isinstance(cell, bool):
        return ("否", "是")[cell] if language == "zh" else ("no", "yes")[cell]
    if isinstance(cell, int):
        return f"{cell:,}"
    return "" if cell is None else str(cell)


def plain(data: object, language: str) -> Any:
    """Return data as JSON values: messages rendered, enums and dates as text, tuples as lists."""
    if data is None or isinstance(data, bool | int | float):
        return data.value if isinstance(data, Enum) else data
    if isinstance(data, Message):
        return render(data, language)
    if isinstance(data, Mapping):
        return {str(name): plain(value, language) for name, value in data.items()}
    if isinstance(data, list | tuple | frozenset | set):
        return [
            plain(value, language) for value in (data if isinstance(data, list | tuple) else sorted(data))
        ]
    if hasattr(data, "__dataclass_fields__"):
        return {name: plain(getattr(data, name), language) for name in data.__dataclass_fields__}
    return str(data.value if isinstance(data, Enum) else data)


def decision_text(decision: Decision, language: str) -> list[str]:
    """Return one line for every refusal, with its article."""
    return [f"{render(one.message, language)}（{one.article}）" for one in decision.refusals]


def command(group: typer.Typer, name: str, *, person: bool = False) -> Callable[[F], F]:
    """Register a function `f(session, …)` as a command with the options that all commands take.

    `person` adds the ways to present a credential.
    """

    def register(function: F) -> F:
        extra: dict[str, Any] = {"home": _HomeOption, "as_json": _JsonOption, "lang": _LangOption}
        defaults: dict[str, Any] = {"home": None, "as_json": False, "lang": "zh"}
        if person:
            extra |= {"login": _NameOption, "token_file": _TokenOption}
            defaults |= {"login": None, "token_file": None}

        @functools.wraps(function)
        def wrapper(**given: Any) -> None:
            shared = {key: given.pop(key) for key in extra}
            _run(function, shared, given)

        own = inspect.signature(function, eval_str=True)
        own_parameters = [p for p in own.parameters.values() if p.name != "session"]
        added = [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=defaults[key], annotation=kind)
            for key, kind in extra.items()
        ]
        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own_parameters] + added
        wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
        group.command(name)(wrapper)
        return function

    return register


def _run(function: Callable[..., Any], shared: dict[str, Any], given: dict[str, Any]) -> None:
    if shared["lang"] not in LANGUAGES:
        raise typer.BadParameter("zh | en", param_hint="--lang")
    session = Session(
        home=shared["home"],
        as_json=shared["as_json"],
        language=shared["lang"],
        login=shared.get("login"),
        token_file=shared.get("token_file"),
    )
    try:
        status = function(session, **given)
    except SandboxError as error:
        if isinstance(error, RefusedError):
            session.note_refusal(error)
        report(session, error)
        status = exit_of(error)
    try:
        session.close()
    except SandboxError as error:
        report(session, error)
        status = status or exit_of(error)
    if status:
        raise typer.Exit(int(status))


def exit_of(error: SandboxError) -> int:
    """Return the exit status of an error."""
    return next((EXITS[kind] for kind in type(error).__mro__ if kind in EXITS), 1)


def report(session: Session, error: SandboxError) -> None:
    """Print an error's sentence on stderr; of a refusal, every reason with its article."""
    if isinstance(error, RefusedError):
        lines = decision_text(error.decision, session.language) or [session.text(error.decision.summary())]
        for line in lines:
            session.err.print(session.text(say("拒绝：")) + line, markup=False)
        return
    session.say(error.message)
    if error.hint is not None:
        session.say(error.hint)
