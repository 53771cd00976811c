"""One request: the platform, who asks, in which language; and the page that answers.

The person's state and roles are read anew for every request, so that a removed role is felt at once. With
a fresh credential he acts by it, else by his session. Decides no permission: the use cases do.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sandbox.app import Platform
from sandbox.catalog.search import Finder
from sandbox.kernel.actors import Actor, Proof, Role
from sandbox.kernel.agreement_records import ServiceAgreement
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import CredentialError, NotFoundError
from sandbox.kernel.message import Message
from sandbox.kernel.records import Account, Organisation, OrganisationRole
from sandbox.locale import words
from sandbox.oversight import notices, use
from sandbox.oversight.trials import Trials
from sandbox.store.changes import R
from sandbox.store.lists import Sieve, Words
from sandbox.store.moments import Moment
from sandbox.web import charts, shown
from sandbox.web.arrivals import Arrivals
from sandbox.web.language import text, word
from sandbox.web.live import Jobs
from sandbox.web.options import PREFIX, Options
from sandbox.web.session import Session, Sessions
from sandbox.web.signin import SignIn

MOST_NAMED = 500
"""People or organisations of one name that a search looks for, the newest."""
COOKIE, BROWSER, LANGUAGE = "console-session", "console-browser", "console-language"
PLACES = (
    ("/", word("首页"), "home"),
    ("/notices", word("我的通知"), "bell"),
    ("/submissions", word("出域申请"), "submission"),
    ("/templates", word("审定模板"), "signed"),
    ("/catalogue", word("数据目录"), "catalogue"),
    ("/applications", word("需求与审核"), "application"),
    ("/agreements", word("协议与席位"), "agreement"),
    ("/deliveries", word("交付批次"), "delivery"),
    ("/landing-orders", word("落地与快照"), "landing"),
    ("/audit", word("审计日志"), "audit"),
    ("/accounts", word("单位与账户"), "accounts"),
    ("/oversight", word("监督与责任"), "shield"),
)
_PAGES = Environment(
    loader=PackageLoader("sandbox.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    auto_reload=False,
)


@dataclass(frozen=True, slots=True)
class Console:
    """What all requests share."""

    platform: Platform
    options: Options
    sign_in: SignIn
    sessions: Sessions
    arrivals: Arrivals
    trials: Trials
    jobs: Jobs
    finder: Finder
    version: str
    used: use.Kept = field(default_factory=use.Kept)


@dataclass
class Visitor:
    """Somebody at a browser, signed in or not."""

    console: Console
    request: Request
    language: str
    session: Session | None = None
    person: Actor | None = None
    moment: Moment | None = None
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def platform(self) -> Platform:
        """Return the platform."""
        return self.console.platform

    @property
    def actor(self) -> Actor:
        """Return the person who acts; `CredentialError` for nobody."""
        if self.person is None:
            raise CredentialError(word("请先登录"))
        return self.person

    @property
    def signed_in(self) -> Session:
        """Return the session; `CredentialError` where there is none."""
        if self.session is None:
            raise CredentialError(word("请先登录"))
        return self.session

    @property
    def now(self) -> datetime:
        """Return the moment."""
        return self.platform.clock()

    @cached_property
    def today(self) -> date:
        """Return today's date in China."""
        return self.platform.directory.today()

    @cached_property
    def accounts(self) -> Mapping[str, Account]:
        """Return every account by id, read once for a page: for choosing from, not for a name."""
        return {one.record.id: one.record for one in self.platform.store.find(Account)}

    @cached_property
    def organisations(self) -> Mapping[str, Organisation]:
        """Return every organisation by id, read once for a page: for choosing from, not for a name."""
        return {one.record.id: one.record for one in self.platform.store.find(Organisation)}

    @cached_property
    def places(self) -> tuple[tuple[str, Message, str], ...]:
        """Return the first page and the lists that the person has something in: path, name, icon."""
        own = self.platform.directory.organisation(self.actor.organisation).roles
        giving = bool({OrganisationRole.PROVIDER, OrganisationRole.AUTHORITY} & set(own))
        reads = self.actor.has(Role.SUPERVISOR, Role.AUTHORITY_OFFICER)
        signs = self.actor.has(Role.SECURITY_REVIEWER, Role.PROVIDER_REVIEWER, Role.DEVELOPER) or reads
        shown = {"/deliveries": giving, "/landing-orders": giving, "/audit": reads, "/templates": signs}
        return tuple(one for one in PLACES if shown.get(one[0], True))

    @cached_property
    def unread(self) -> int:
        """Return how many notices the person has not read; a hundred stands for more."""
        return notices.unread(self.platform.oversight, self.actor)

    @property
    def origin(self) -> str:
        """Return the public address by which this browser found the platform."""
        host = self.request.headers.get("host", "")
        return next(one for one in self.console.options.origins if one.endswith(f"//{host}"))

    @property
    def key(self) -> str:
        """Return a fresh key for a form, by which a second click is known."""
        return secrets.token_urlsafe(12)

    @property
    def browser(self) -> str:
        """Return the secret that this browser's drafts are kept under."""
        return self.request.cookies.get(BROWSER, "")

    def say(self, message: Message) -> str:
        """Return a sentence in the visitor's language."""
        return text(words.humane(message), self.language)

    def t(self, template: str, **values: Any) -> str:
        """Return one of the console's sentences; the pages' own function."""
        return text(word(template, **values), self.language)

    def page(self, name: str, status: int = 200, **context: Any) -> Response:
        """Return the page of that name."""
        told = list(self.session.told) if self.session is not None else []
        if self.session is not None:
            self.session.told.clear()
        shared = {**_filters(self), **context, "told": told, "me": self}
        body = _PAGES.get_template(name).render(shared)
        return self.dressed(HTMLResponse(body, status_code=status))

    def dressed(self, response: Response) -> Response:
        """Return the response with the cookies that this visit sets."""
        set_cookie = partial(self.set_cookie, response)
        if not self.browser:
            set_cookie(BROWSER, secrets.token_urlsafe(16))
        if self.request.query_params.get("lang") in ("zh", "en"):
            set_cookie(LANGUAGE, self.language)
        return response

    def set_cookie(self, response: Response, name: str, value: str) -> None:
        """Set a cookie that no script reads and no other site sends."""
        secure = self.console.options.secure
        response.set_cookie(name, value, path=PREFIX, httponly=True, samesite="lax", secure=secure)

    def person_name(self, account: str) -> str:
        """Return the name of the person behind an account id."""
        if account == "system":
            return self.t("平台")
        found = self._known(Account, account)
        return found.display_name if found else account

    def title_of(self, identifier: str) -> str:
        """Return what people call a dataset or an agreement; of anything else its number."""
        kinds: dict[str, type[Dataset | ServiceAgreement]] = {
            "dataset": Dataset,
            "service-agreement": ServiceAgreement,
        }
        kind = kinds.get(identifier.rpartition("-")[0])
        if kind is None:
            return identifier
        found = self.platform.store.load(kind, identifier).record
        return found.title if isinstance(found, Dataset) else found.scenario

    def body_name(self, organisation: str) -> str:
        """Return the name of an organisation."""
        if organisation == "platform":
            return self.t("平台")
        found = self._known(Organisation, organisation)
        return found.name if found else organisation

    def _known(self, cls: type[R], identifier: str) -> R | None:
        try:
            return self.platform.store.load(cls, identifier).record
        except NotFoundError:
            return None

    def named(self, cls: type[Account] | type[Organisation], text: str) -> tuple[str, ...]:
        """Return the ids of the people or organisations whose name has the text in it."""
        found = self.platform.store.lists.cut(cls, Sieve(words=Words(text)), limit=MOST_NAMED)
        return tuple(one.id for one in found)


def recognise(visitor: Visitor) -> bool:
    """Find out anew who is at the browser, by his cookie, the Hub's word and the records."""
    console, name = visitor.console, visitor.request.cookies.get(COOKIE, "")
    visitor.person = visitor.session = None
    session = console.sessions.get(name)
    if session is None:
        return False
    known = console.sign_in.known(session.token)
    account = console.platform.store.load(Account, session.account).record
    if known is None or known.name != account.name or known.session in account.signed_out:
        console.sessions.close(name)
        return False
    try:
        person = person_of(console, session)
    except CredentialError:
        console.sessions.close(name)
        return False
    visitor.session, visitor.person = session, person
    return True


def person_of(console: Console, session: Session) -> Actor:
    """Return the account's person as he stands at this moment; `CredentialError` if he may not act.

    A fresh credential counts only while it opens the key that the account has now.
    """
    directory = console.platform.directory
    try:
        account = directory.store.load(Account, session.account).record
    except NotFoundError:
        raise CredentialError(word("账户不存在")) from None
    if account.state != "active":
        raise CredentialError(word("账户未启用、已锁定或已停用：请联系本单位账户管理员"))
    roles = directory.roles_of(account.id)
    strong = session.fresh(console.platform.clock())
    if strong is not None and strong.account == account.id:
        return replace(strong, roles=roles)
    return Actor(account.id, account.person, account.organisation, roles, proof=Proof.SESSION)


def _filters(visitor: Visitor) -> dict[str, Any]:
    language = visitor.language

    def told(message: Message | str | None) -> str:
        return visitor.say(message) if isinstance(message, Message) else (message or "")

    def badge(kind: str, state: str) -> Markup:
        name, tone = words.state_of(kind, state)
        return _PAGES.get_template("badge.html").module.badge(told(name), tone, visitor.console.version)  # type: ignore[attr-defined, no-any-return]

    return {
        "t": visitor.t,
        "say": told,
        "badge": badge,
        "term": lambda value: told(words.term(str(value))),
        "verb": lambda name: told(words.step_name(name)),
        "deed": lambda name: told(words.verb_name(name)),
        "kind_name": lambda kind: told(words.kind_name(kind)),
        "moment": lambda value: shown.moment(value, language),
        "day": lambda value: shown.day(value, language),
        "count": shown.count,
        "size": shown.size,
        "place": lambda where: told(shown.place(where)),
        "brief": shown.brief,
        "digest": shown.digest,
        "days_left": lambda due: shown.days_left(due, visitor.today),
        "chart": charts,
        "prefix": PREFIX,
    }


Page = Callable[[Visitor], Response]
