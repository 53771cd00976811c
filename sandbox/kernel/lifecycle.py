"""What may happen next: every record kind, verb and state of the platform as one table.

One row is the permission asked of `may`, the tag of the audit fact, the command, the route
and the edge in the state diagram. A creation has no source state. Steps with a judging
role need the person's own credential. Nothing here knows who asks; see `permits`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.kernel.actors import JUDGING_ROLES, Role

_OFFICER = Role.AUTHORITY_OFFICER
_SECURITY = Role.SECURITY_REVIEWER
_PROVIDER = Role.PROVIDER_REVIEWER
_STEWARD = Role.STEWARD
_OPERATOR = Role.OPERATOR
_DEVELOPER = Role.DEVELOPER
_ACCOUNTS = Role.ORGANISATION_OFFICER
_HANDS_OUT = frozenset(
    {"account:invite", "account:reset", "account:issue-token", "grant:propose", "grant:confirm"}
)
"""Steps that make credentials or roles: a session left open must not become an account."""
_BINDS = frozenset(
    {
        "undertaking:sign",
        "consent:give",
        "operating-agreement:draft",
        "operating-agreement:sign",
        "service-agreement:accept",
        "service-agreement:sign",
        "template:propose",
    }
)
"""Steps by which a person binds himself: they bear his own signature."""


@dataclass(frozen=True, slots=True)
class Step:
    """One row: of this kind, this verb leads from one of `sources` to `target`.

    `roles` is who may take it; empty means the platform itself. `article` is the article of
    """

    kind: str
    verb: str
    sources: frozenset[str]
    target: str
    roles: frozenset[Role]
    article: str

    @property
    def name(self) -> str:
        """Return `kind:verb`: permission, audit tag, route and command in one."""
        return f"{self.kind}:{self.verb}"

    @property
    def creates(self) -> bool:
        """Return whether the step makes the record."""
        return not self.sources

    @property
    def by_anyone(self) -> bool:
        """Return whether no particular role is asked: a step on the own account."""
        return self.roles == frozenset(Role)

    @property
    def judging(self) -> bool:
        """Return whether the step decides on others: only judging roles may take it."""
        return bool(self.roles) and self.roles <= JUDGING_ROLES

    @property
    def signed(self) -> bool:
        """Return whether the step needs the person's own credential at hand, and so bears his signature."""
        return self.judging or self.name in _HANDS_OUT | _BINDS

    @property
    def by_system(self) -> bool:
        """Return whether only the platform itself may take the step."""
        return not self.roles


def _step(kind: str, verb: str, sources: str, target: str, *roles: Role, article: str) -> Step:
    return Step(kind, verb, frozenset(sources.split()), target, frozenset(roles), article)


STEPS: tuple[Step, ...] = (
    _step("home", "found", "", "in-service", article="第九条"),
    _step("home", "upgrade", "in-service", "in-service", article="第九条"),
    _step("home", "backup", "in-service", "in-service", article="第十六条"),
    _step("home", "restore", "in-service", "in-service", article="第十六条"),
    _step("home", "move", "in-service", "in-service", article="第十六条"),
    _step("home", "purge", "in-service", "in-service", _OFFICER, article="第十六条"),
    _step("refused-attempt", "record", "", "recorded", article="第十六条"),
    _step("examination", "record", "", "recorded", article="第十六条"),
    _step("organisation", "register", "", "registered", _OFFICER, article="第三条"),
    _step("organisation", "suspend", "registered", "suspended", _OFFICER, article="第三条"),
    _step("organisation", "reinstate", "suspended", "registered", _OFFICER, article="第三条"),
    _step("organisation", "attach", "registered", "registered", _ACCOUNTS, _OFFICER, article="第三条"),
    _step("organisation", "decide", "registered", "registered", _OFFICER, article="第三条"),
    _step("account", "invite", "", "invited", _ACCOUNTS, _OFFICER, article="第四条"),
    _step("account", "enrol", "invited", "active", article="第四条"),
    _step("account", "reset", "active locked invited", "invited", _ACCOUNTS, article="第四条"),
    _step("account", "miss", "active", "active", article="第十六条"),
    _step("account", "sign-in", "active", "active", article="第十六条"),
    _step("account", "sign-out", "active", "active", article="第十六条"),
    _step("account", "lock", "active", "locked", article="第十六条"),
    _step("account", "unlock", "locked", "active", _ACCOUNTS, article="第十六条"),
    _step(
        "account", "suspend", "active locked invited", "suspended", _ACCOUNTS, _OFFICER, article="第十六条"
    ),
    _step("account", "issue-token", "active", "active", *Role, article="第十六条"),
    _step("account", "revoke-token", "active", "active", *Role, article="第十六条"),
    _step("grant", "propose", "", "proposed", _ACCOUNTS, article="第四条"),
    _step("grant", "found", "", "in-force", article="第四条"),
    _step("grant", "appoint", "", "in-force", _OFFICER, article="第四条"),
    _step("grant", "confirm", "proposed", "in-force", _ACCOUNTS, article="第四条"),
    _step("grant", "countersign", "proposed", "in-force", _OFFICER, article="第四条"),
    _step("grant", "decline", "proposed", "declined", _OFFICER, article="第四条"),
    _step("grant", "revoke", "proposed in-force", "revoked", _ACCOUNTS, _OFFICER, article="第四条"),
    _step("operating-agreement", "draft", "", "drafted", _OPERATOR, article="第十一条"),
    _step("operating-agreement", "sign", "drafted", "active", _OFFICER, article="第十一条"),
    _step("operating-agreement", "terminate", "active", "terminated", _OFFICER, article="第十一条"),
    _step("environment", "establish", "", "established", _OFFICER, article="第十一条"),
    _step("environment", "close", "established", "closed", _OFFICER, article="第十一条"),
    _step("dataset", "register", "", "registered", _STEWARD, article="第六条"),
    _step("dataset", "classify", "registered classified", "classified", _STEWARD, article="第五条"),
    _step("dataset", "describe", "registered", "registered", _STEWARD, article="第六条"),
    _step("dataset", "amend", "classified", "classified", _STEWARD, article="第六条"),
    _step("consent", "give", "", "in-force", _ACCOUNTS, article="第五条"),
    _step("consent", "withdraw", "in-force", "withdrawn", _ACCOUNTS, article="第五条"),
    _step("dataset", "withdraw", "registered classified", "withdrawn", _STEWARD, article="第六条"),
    _step("dataset", "suspend", "classified", "suspended", _OFFICER, article="第十七条"),
    _step("dataset", "reinstate", "suspended", "classified", _OFFICER, article="第十七条"),
    _step("delivery", "receive", "", "quarantined", _STEWARD, article="第九条"),
    _step("delivery", "read", "quarantined", "read", article="第九条"),
    _step("delivery", "fail", "quarantined", "failed", article="第九条"),
    _step("delivery", "accept", "read", "accepted", _STEWARD, article="第九条"),
    _step("delivery", "refuse", "read quarantined", "refused", _STEWARD, article="第九条"),
    _step("masking-policy", "draft", "", "drafted", _STEWARD, article="第六条"),
    _step("masking-policy", "confirm", "drafted", "confirmed", _STEWARD, article="第六条"),
    _step("masking-policy", "supersede", "confirmed", "superseded", _STEWARD, article="第六条"),
    _step("application", "draft", "", "draft", _DEVELOPER, article="第七条"),
    _step("application", "revise", "draft", "draft", _DEVELOPER, article="第七条"),
    _step("application", "hand-in", "draft", "submitted", _DEVELOPER, article="第七条"),
    _step("application", "submit", "", "submitted", _DEVELOPER, article="第七条"),
    _step("application", "import", "", "submitted", _OFFICER, article="第七条"),
    _step("application", "supplement", "submitted", "returned", _OFFICER, article="第七条"),
    _step("application", "answer", "returned", "submitted", _DEVELOPER, article="第七条"),
    _step("application", "accept", "submitted", "accepted", _OFFICER, article="第八条"),
    _step("application", "reject", "submitted returned", "rejected", _OFFICER, article="第八条"),
    _step(
        "application",
        "withdraw",
        "draft submitted returned accepted",
        "withdrawn",
        _DEVELOPER,
        article="第七条",
    ),
    _step("application", "remind", "submitted", "submitted", article="第八条"),
    _step("application", "escalate", "submitted", "submitted", article="第八条"),
    _step("application", "recount", "submitted", "submitted", article="第八条"),
    _step("application", "recount-answer", "returned", "returned", article="第七条"),
    _step("item", "push", "", "pushed", _OFFICER, article="第八条"),
    _step("item", "approve", "pushed", "approved", _PROVIDER, _OFFICER, article="第八条"),
    _step("item", "refuse", "pushed", "refused", _PROVIDER, _OFFICER, article="第八条"),
    _step("item", "extend", "pushed", "pushed", _PROVIDER, _OFFICER, article="第八条"),
    _step("item", "reopen", "refused", "pushed", _OFFICER, article="第八条"),
    _step("item", "close", "refused", "closed", _OFFICER, article="第八条"),
    _step("item", "withdraw", "pushed refused approved", "withdrawn", _DEVELOPER, article="第七条"),
    _step("item", "remind", "pushed", "pushed", article="第八条"),
    _step("item", "escalate", "pushed", "pushed", article="第八条"),
    _step("item", "recount", "pushed", "pushed", article="第八条"),
    _step("consultation", "ask", "", "asked", _PROVIDER, _OFFICER, article="第八条"),
    _step("consultation", "answer", "asked", "answered", _PROVIDER, _OFFICER, article="第八条"),
    _step("consultation", "withdraw", "asked", "withdrawn", _PROVIDER, _OFFICER, article="第八条"),
    _step("consultation", "remind", "asked", "asked", article="第八条"),
    _step("consultation", "escalate", "asked", "asked", article="第八条"),
    _step("consultation", "recount", "asked", "asked", article="第八条"),
    _step("coordination", "open", "", "open", _PROVIDER, _OFFICER, article="第八条"),
    _step("coordination", "return", "open", "returned", _OFFICER, article="第八条"),
    _step("coordination", "uphold", "open", "upheld", _OFFICER, article="第八条"),
    _step("coordination", "drop", "open", "dropped", _DEVELOPER, article="第七条"),
    _step("coordination", "remind", "open", "open", article="第八条"),
    _step("coordination", "escalate", "open", "open", article="第八条"),
    _step("coordination", "recount", "open", "open", article="第八条"),
    _step("calendar-notice", "record", "", "in-force", _OFFICER, article="第八条"),
    _step("calendar-notice", "revoke", "in-force", "revoked", _OFFICER, article="第八条"),
    _step("dataset", "bound", "classified", "classified", _STEWARD, _PROVIDER, article="第八条"),
    _step("impact-assessment", "file", "", "filed", _STEWARD, _PROVIDER, article="第十八条"),
    _step("impact-assessment", "withdraw", "filed", "withdrawn", _STEWARD, _PROVIDER, article="第十八条"),
    _step("service-agreement", "draft", "", "drafted", _OPERATOR, article="第十二条"),
    _step("service-agreement", "amend", "", "drafted", _OPERATOR, article="第十七条"),
    _step("service-agreement", "accept", "drafted", "accepted", _DEVELOPER, article="第十二条"),
    _step("service-agreement", "sign", "accepted", "active", _OPERATOR, article="第十二条"),
    _step("service-agreement", "supersede", "active", "superseded", _OPERATOR, article="第十七条"),
    _step("service-agreement", "suspend", "active", "suspended", _OPERATOR, _OFFICER, article="第十七条"),
    _step("service-agreement", "resume", "suspended", "active", _OFFICER, article="第十七条"),
    _step(
        "service-agreement",
        "terminate",
        "drafted accepted active suspended",
        "terminated",
        _OPERATOR,
        _OFFICER,
        article="第十七条",
    ),
    _step("service-agreement", "expire", "active suspended", "expired", article="第十七条"),
    _step("access-policy", "record", "", "in-force", article="第十七条"),
    _step("agreement-text", "record", "", "in-force", article="第十七条"),
    _step("transfer", "propose", "", "proposed", _OPERATOR, article="第十一条"),
    _step("transfer", "release", "proposed", "released", _OPERATOR, article="第十一条"),
    _step("transfer", "consent", "released", "consented", _PROVIDER, article="第十一条"),
    _step("transfer", "confirm", "consented", "in-force", _OFFICER, article="第十一条"),
    _step(
        "transfer",
        "decline",
        "proposed released consented",
        "declined",
        _OPERATOR,
        _PROVIDER,
        _OFFICER,
        article="第十一条",
    ),
    _step("transfer", "revoke", "in-force", "revoked", _PROVIDER, _OFFICER, article="第十七条"),
    _step("transfer", "expire", "in-force", "expired", article="第十七条"),
    _step("landing-order", "order", "", "ordered", _STEWARD, article="第九条"),
    _step("landing-order", "land", "ordered", "landed", article="第九条"),
    _step("landing-order", "stop", "ordered", "stopped", article="第九条"),
    _step("landing-order", "resume", "stopped", "ordered", _STEWARD, article="第九条"),
    _step("snapshot", "publish", "", "published", article="第九条"),
    _step("snapshot", "withdraw", "published", "withdrawn", _STEWARD, _OFFICER, article="第九条"),
    _step("seat", "provision", "", "provisioned", _OPERATOR, article="第十二条"),
    _step("seat", "open", "provisioned closed", "open", _DEVELOPER, article="第十二条"),
    _step("seat", "run", "open", "open", _DEVELOPER, article="第十三条"),
    _step("seat", "finish", "open", "open", article="第十三条"),
    _step("seat", "close", "open", "closed", _DEVELOPER, _OPERATOR, article="第十二条"),
    _step("seat", "suspend", "provisioned open closed", "suspended", _OPERATOR, _OFFICER, article="第十七条"),
    _step("seat", "reinstate", "suspended", "closed", _OFFICER, article="第十七条"),
    _step("seat", "expire", "provisioned open closed suspended", "expired", article="第十七条"),
    _step("submission", "submit", "", "frozen", _DEVELOPER, article="第十九条"),
    _step("submission", "judge", "frozen", "in-review", article="第十九条"),
    _step("submission", "refuse", "frozen", "refused", article="第十七条"),
    _step("submission", "withdraw", "frozen in-review returned", "withdrawn", _DEVELOPER, article="第十九条"),
    _step("submission", "commission", "in-review", "in-review", _OFFICER, article="第十九条"),
    _step("submission", "consolidate", "in-review", "in-review", article="第十九条"),
    _step("submission", "conclude", "in-review", "in-review", _SECURITY, article="第十九条"),
    _step("submission", "return", "in-review", "returned", _SECURITY, _PROVIDER, article="第十九条"),
    _step("submission", "resubmit", "returned refused", "frozen", _DEVELOPER, article="第十九条"),
    _step("submission", "plant", "", "frozen", _OFFICER, article="第十九条"),
    _step("submission", "expose", "in-review returned", "exposed", article="第十九条"),
    _step("submission", "approve", "in-review", "approved", article="第十九条"),
    _step("submission", "reject", "in-review", "rejected", article="第十九条"),
    _step("submission", "remind", "in-review", "in-review", article="第十九条"),
    _step("submission", "escalate", "in-review", "in-review", article="第十九条"),
    _step("submission", "recount", "in-review", "in-review", article="第十九条"),
    _step("submission", "reopen", "approved", "in-review", article="第十九条"),
    _step("submission", "release", "approved", "released", _SECURITY, _OFFICER, article="第十九条"),
    _step("submission", "instantiate", "in-review", "released", article="第十九条"),
    _step("review", "cast", "", "cast", _SECURITY, _PROVIDER, article="第十九条"),
    _step("review", "revise", "cast", "cast", _SECURITY, _PROVIDER, article="第十九条"),
    _step("comment", "post", "", "posted", _SECURITY, _PROVIDER, _DEVELOPER, article="第十九条"),
    _step("comment", "withdraw", "posted", "withdrawn", _SECURITY, _PROVIDER, _DEVELOPER, article="第十九条"),
    _step("custody", "take", "", "held", _SECURITY, _PROVIDER, article="第十九条"),
    _step("custody", "give-back", "held", "given-back", _SECURITY, _PROVIDER, article="第十九条"),
    _step("custody", "lapse", "held", "lapsed", article="第十九条"),
    _step("stoppage", "impose", "", "in-force", article="第十七条"),
    _step("stoppage", "lift", "in-force", "lifted", _SECURITY, article="第十七条"),
    _step("assessment", "file", "", "filed", _DEVELOPER, _OPERATOR, article="第十八条"),
    _step("assessment", "withdraw", "filed", "withdrawn", _DEVELOPER, _OPERATOR, article="第十八条"),
    _step("assessment", "exempt", "", "exempt", article="第十八条"),
    _step("template", "draft", "", "drafted", _DEVELOPER, article="第十九条"),
    _step("template", "propose", "drafted", "signing", _DEVELOPER, article="第十八条"),
    _step("template", "withdraw", "drafted signing", "withdrawn", _DEVELOPER, article="第十九条"),
    _step("template", "commission", "signing", "signing", _OFFICER, article="第十九条"),
    _step("template", "refuse", "signing", "refused", _SECURITY, _PROVIDER, article="第十九条"),
    _step("template", "enact", "signing", "in-force", article="第十九条"),
    _step("template", "use", "in-force", "in-force", article="第十九条"),
    _step("template", "use-up", "in-force", "used-up", article="第十九条"),
    _step("template", "suspend", "in-force", "suspended", _SECURITY, _PROVIDER, article="第十九条"),
    _step("template", "revoke", "in-force suspended", "revoked", _SECURITY, _PROVIDER, article="第十九条"),
    _step("template", "expire", "drafted signing in-force suspended", "expired", article="第十九条"),
    _step("template-signature", "give", "", "given", _SECURITY, _PROVIDER, article="第十九条"),
    _step("template-look", "draw", "", "due", article="第十九条"),
    _step("template-look", "escalate", "due", "due", article="第十九条"),
    _step("template-look", "pass", "due", "passed", _SECURITY, _PROVIDER, article="第十九条"),
    _step("template-look", "fail", "due", "failed", _SECURITY, _PROVIDER, article="第十九条"),
    _step("release", "issue", "", "issued", _SECURITY, _OFFICER, article="第十九条"),
    _step("release", "instantiate", "", "issued", article="第十九条"),
    _step("release", "collect", "issued", "issued", _DEVELOPER, article="第十三条"),
    _step("release", "recall", "issued", "recalled", _SECURITY, _OFFICER, article="第十七条"),
    _step("responsibility", "assign", "", "in-force", _STEWARD, _OFFICER, article="第十六条"),
    _step("responsibility", "relieve", "in-force", "relieved", _STEWARD, _OFFICER, article="第十六条"),
    _step("undertaking", "sign", "", "signed", _DEVELOPER, article="第十六条"),
    _step("incident", "open", "", "open", _OFFICER, article="第十七条"),
    _step("incident", "freeze", "open reported", "open", _OFFICER, article="第十六条"),
    _step("incident", "report", "open reported", "reported", _OFFICER, article="第十六条"),
    _step("incident", "close", "reported", "closed", _OFFICER, article="第十六条"),
    _step("trace", "report", "", "reported", _SECURITY, _OFFICER, article="第十七条"),
    _step("notice", "post", "", "posted", article="第十六条"),
    _step("notice", "read", "posted", "read", *Role, article="第十六条"),
    _step("subscription", "add", "", "active", *Role, article="第十六条"),
    _step("subscription", "cancel", "active", "cancelled", *Role, article="第十六条"),
)
"""The whole table, in the order of the journey."""

_BY_NAME = {step.name: step for step in STEPS}


def step(name: str) -> Step:
    """Return the row of `kind:verb`; an unknown name is a `KeyError`, never a permission."""
    return _BY_NAME[name]


def steps_of(kind: str) -> tuple[Step, ...]:
    """Return the rows of one record kind in table order."""
    return tuple(row for row in STEPS if row.kind == kind)


def states_of(kind: str) -> frozenset[str]:
    """Return every state that a record of the kind can be in."""
    return frozenset(row.target for row in steps_of(kind))
