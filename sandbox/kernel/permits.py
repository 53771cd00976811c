"""Who may do what: for every step the rules it asks, and the one question `may`.

All rules of a step are asked and all refusals reported at once. A step that is not in the
table is refused; so is a step whose record is in another state. The row's role and the
state are asked here, everything else by the named rules.
"""

from __future__ import annotations

from sandbox.kernel import application_rules as a
from sandbox.kernel import catalogue_rules as c
from sandbox.kernel import people_rules as p
from sandbox.kernel import review_rules as v
from sandbox.kernel import round_rules as o
from sandbox.kernel import rules as r
from sandbox.kernel import seat_rules as s
from sandbox.kernel import template_rules as m
from sandbox.kernel import transfer_rules as t
from sandbox.kernel.actors import STRONG_PROOFS, Actor, Proof
from sandbox.kernel.decision import Answer, Decision, Refusal, decide
from sandbox.kernel.errors import Attempt, RefusedError
from sandbox.kernel.lifecycle import Step
from sandbox.kernel.message import Message, say
from sandbox.kernel.situation import Situation

_HUMAN = (r.CREDENTIAL,)
_AUTHORITY = (r.CREDENTIAL, r.IS_AUTHORITY)
_STEWARD = (r.CREDENTIAL, r.IS_PROVIDER, r.OWN_RECORD)
_GRANT = (r.CREDENTIAL, p.GRANT_OWN, p.GRANT_FITS, a.DEPUTY_FITS)
_PLACE = (r.ENVIRONMENT_OPEN, r.OPERATING_IN_FORCE)
_SEAT = (
    r.CREDENTIAL,
    *_PLACE,
    s.AGREEMENT_IN_FORCE,
    s.WITHIN_HOURS,
    s.NAMED_USER,
    s.SEAT_OPEN,
    s.INTERACTIVE,
    s.ISOLATED,
    s.UNDERTAKEN,
    c.NO_REDEVELOPMENT,
)
_AGREEMENT = (
    r.CREDENTIAL,
    r.IS_OPERATOR,
    s.AGREEMENT_OPERATOR,
    r.OPERATING_IN_FORCE,
    r.ENVIRONMENT_OPEN,
    r.APPLICATION_ACCEPTED,
    r.ITEMS_APPROVED,
    r.TERM,
    a.CONDITIONS_KEPT,
)
_LANDING = (
    s.AGREEMENT_IN_FORCE,
    r.CLASSIFIED,
    r.LANDABLE,
    r.SECTOR_RULED,
    s.ORDER_FITS,
    s.EXTENT_HELD,
    c.NOT_EXCLUDED,
    c.CONSENTED,
    c.NO_REDEVELOPMENT,
    t.TRANSFERRED,
)
_RELEASE = (
    r.CREDENTIAL,
    r.IS_AUTHORITY,
    s.AGREEMENT_STANDS,
    s.SEAT_STANDS,
    v.NEVER_THE_AUTHOR,
    r.NOT_OPERATOR,
    v.EXACTLY_APPROVED,
    o.ASSESSED,
)
_INSTANCE = (
    r.SYSTEM_ONLY,
    s.AGREEMENT_IN_FORCE,
    s.SEAT_STANDS,
    o.SUBMISSIONS_OPEN,
    m.TEMPLATE_IN_FORCE,
    m.SIGNED_LAWFULLY,
    m.INSTANCE_FITS,
    m.INPUTS_STAND,
    m.NO_INCIDENT,
    o.ASSESSED,
)
_ENDS = (r.CREDENTIAL, m.NEVER_THE_PROPOSER, r.NOT_OPERATOR, m.MAY_END, m.REASONED)
_JUDGES = (r.CREDENTIAL, v.NEVER_THE_AUTHOR, r.NOT_OPERATOR, v.IN_REVIEW, o.MAY_JUDGE)

RULES: dict[str, tuple[r.Rule, ...]] = {
    "home:found": (r.SYSTEM_ONLY,),
    "home:upgrade": (r.SYSTEM_ONLY,),
    "home:backup": (r.SYSTEM_ONLY,),
    "home:restore": (r.SYSTEM_ONLY,),
    "home:move": (r.SYSTEM_ONLY,),
    "home:purge": (*_AUTHORITY, r.NO_OPEN_INCIDENT),
    "refused-attempt:record": (r.SYSTEM_ONLY,),
    "examination:record": (r.SYSTEM_ONLY,),
    "organisation:register": (*_AUTHORITY, p.NO_SECOND_AUTHORITY),
    "organisation:suspend": _AUTHORITY,
    "organisation:reinstate": _AUTHORITY,
    "organisation:attach": (r.CREDENTIAL, c.OWN_BODY),
    "organisation:decide": (*_AUTHORITY, c.LEFT_OPEN),
    "account:invite": (r.CREDENTIAL, p.ACCOUNT_IN_REACH, p.FIRST_ACCOUNT),
    "account:enrol": (p.ENROLMENT,),
    "account:reset": (r.CREDENTIAL, r.OWN_RECORD, p.RESET_OF_JUDGE),
    "account:miss": (r.SYSTEM_ONLY,),
    "account:sign-in": (r.SYSTEM_ONLY,),
    "account:sign-out": (r.SYSTEM_ONLY,),
    "account:lock": (r.SYSTEM_ONLY,),
    "account:unlock": (r.CREDENTIAL, r.OWN_RECORD),
    "account:suspend": (r.CREDENTIAL, p.ACCOUNT_IN_REACH),
    "account:issue-token": (r.PASSWORD, p.OWN_ACCOUNT),
    "account:revoke-token": (r.CREDENTIAL, p.OWN_ACCOUNT),
    "grant:propose": _GRANT,
    "grant:found": (r.SYSTEM_ONLY, p.FOUNDING),
    "grant:appoint": (*_AUTHORITY, p.FIRST_OFFICER),
    "grant:confirm": (*_GRANT, p.GRANT_PLAIN),
    "grant:countersign": (
        *_AUTHORITY,
        p.GRANT_JUDGING,
        p.NOT_SELF_GRANTED,
        r.DIFFERENT_PERSON,
        a.DEPUTY_FITS,
    ),
    "grant:decline": _AUTHORITY,
    "grant:revoke": (r.CREDENTIAL, p.GRANT_OWN),
    "operating-agreement:draft": (r.CREDENTIAL, r.IS_OPERATOR, r.OWN_RECORD, a.OPERATING_WHOLE),
    "operating-agreement:sign": (*_AUTHORITY, r.OWN_AUTHORITY, r.DIFFERENT_PERSON, a.OPERATING_WHOLE),
    "operating-agreement:terminate": _AUTHORITY,
    "environment:establish": (*_AUTHORITY, r.OPERATING_IN_FORCE),
    "environment:close": _AUTHORITY,
    "dataset:register": (
        *_STEWARD,
        r.ENVIRONMENT_OPEN,
        r.LANDABLE,
        r.SECTOR_RULED,
        c.ORIGIN_FITS,
        c.INHERITS,
    ),
    "dataset:describe": (*_STEWARD, r.LANDABLE, r.SECTOR_RULED, c.ORIGIN_FITS, c.INHERITS, c.PRIVACY_KEPT),
    "dataset:amend": (*_STEWARD, r.LANDABLE, r.SECTOR_RULED, c.ORIGIN_FITS, c.INHERITS, c.PRIVACY_KEPT),
    "consent:give": (r.CREDENTIAL, r.IS_PROVIDER, r.OWN_RECORD, c.CONSENT_FITS),
    "consent:withdraw": (r.CREDENTIAL, r.IS_PROVIDER, r.OWN_RECORD),
    "dataset:classify": _STEWARD,
    "dataset:withdraw": _STEWARD,
    "dataset:suspend": _AUTHORITY,
    "dataset:reinstate": _AUTHORITY,
    "delivery:receive": (*_STEWARD, r.LANDABLE, r.SECTOR_RULED, c.DELIVERABLE),
    "delivery:read": (r.SYSTEM_ONLY,),
    "delivery:fail": (r.SYSTEM_ONLY,),
    "delivery:accept": _STEWARD,
    "delivery:refuse": _STEWARD,
    "masking-policy:draft": (*_STEWARD, r.CLASSIFIED),
    "masking-policy:confirm": (*_STEWARD, r.CLASSIFIED),
    "masking-policy:supersede": _STEWARD,
    "application:draft": (r.CREDENTIAL, r.IS_DEVELOPER, r.OWN_RECORD, r.APPLICANT),
    "application:revise": (r.CREDENTIAL, r.IS_DEVELOPER, r.OWN_RECORD),
    "application:hand-in": (
        r.CREDENTIAL,
        r.IS_DEVELOPER,
        r.OWN_RECORD,
        r.ELIGIBLE,
        r.FIVE_ELEMENTS,
        r.TERM,
        r.REGIME,
    ),
    "application:import": (*_AUTHORITY, r.ELIGIBLE, r.FIVE_ELEMENTS, r.TERM, r.REGIME, a.FROM_PORTAL),
    "application:supplement": (*_AUTHORITY, r.DIFFERENT_PERSON, a.SUPPLEMENT_ONCE),
    "application:answer": (r.CREDENTIAL, r.IS_DEVELOPER, r.OWN_RECORD, r.ELIGIBLE, r.FIVE_ELEMENTS, r.TERM),
    "application:remind": (r.SYSTEM_ONLY,),
    "application:escalate": (r.SYSTEM_ONLY,),
    "application:recount": (r.SYSTEM_ONLY,),
    "application:recount-answer": (r.SYSTEM_ONLY,),
    "application:submit": (
        r.CREDENTIAL,
        r.IS_DEVELOPER,
        r.OWN_RECORD,
        r.APPLICANT,
        r.ELIGIBLE,
        r.FIVE_ELEMENTS,
        r.TERM,
        r.REGIME,
    ),
    "application:accept": (*_AUTHORITY, r.ELIGIBLE, r.DIFFERENT_PERSON, a.TWO_FINDINGS),
    "application:reject": (*_AUTHORITY, r.DIFFERENT_PERSON, a.ANSWER_OVERDUE),
    "application:withdraw": (r.CREDENTIAL, r.OWN_RECORD),
    "item:push": (
        *_AUTHORITY,
        r.APPLICATION_ACCEPTED,
        r.CLASSIFIED,
        r.LANDABLE,
        r.SECTOR_RULED,
        c.NOT_EXCLUDED,
        a.REVIEWERS_NAMED,
    ),
    "item:approve": (
        r.CREDENTIAL,
        r.ITEM_REVIEWER,
        r.DIFFERENT_PERSON,
        r.NOT_OPERATOR,
        a.CONSULTED,
        a.WITHIN_BOUNDARY,
    ),
    "item:refuse": (r.CREDENTIAL, r.ITEM_REVIEWER, r.NOT_OPERATOR, r.DIFFERENT_PERSON),
    "item:extend": (r.CREDENTIAL, r.ITEM_REVIEWER, r.NOT_OPERATOR, r.DIFFERENT_PERSON, a.EXTENSION),
    "item:reopen": (*_AUTHORITY, r.DIFFERENT_PERSON, a.COORDINATED, a.REVIEWERS_NAMED),
    "item:close": (*_AUTHORITY, r.DIFFERENT_PERSON, a.COORDINATED),
    "item:withdraw": (r.CREDENTIAL, r.OWN_RECORD),
    "item:remind": (r.SYSTEM_ONLY,),
    "item:escalate": (r.SYSTEM_ONLY,),
    "item:recount": (r.SYSTEM_ONLY,),
    "consultation:ask": (r.CREDENTIAL, r.NOT_OPERATOR, a.CONSULTS, a.ITEM_OPEN),
    "consultation:answer": (r.CREDENTIAL, r.NOT_OPERATOR, r.OWN_RECORD, r.DIFFERENT_PERSON, a.ITEM_OPEN),
    "consultation:withdraw": (r.CREDENTIAL, r.NOT_OPERATOR, a.CONSULTS),
    "consultation:remind": (r.SYSTEM_ONLY,),
    "consultation:escalate": (r.SYSTEM_ONLY,),
    "consultation:recount": (r.SYSTEM_ONLY,),
    "coordination:open": (r.CREDENTIAL, r.NOT_OPERATOR, a.CASE_REVIEWER),
    "coordination:return": (*_AUTHORITY, r.DIFFERENT_PERSON),
    "coordination:uphold": (*_AUTHORITY, r.DIFFERENT_PERSON),
    "coordination:drop": (r.CREDENTIAL, r.OWN_RECORD),
    "coordination:remind": (r.SYSTEM_ONLY,),
    "coordination:escalate": (r.SYSTEM_ONLY,),
    "coordination:recount": (r.SYSTEM_ONLY,),
    "calendar-notice:record": (*_AUTHORITY,),
    "calendar-notice:revoke": (*_AUTHORITY,),
    "dataset:bound": (r.CREDENTIAL, r.IS_PROVIDER, r.OWN_RECORD),
    "service-agreement:draft": (*_AGREEMENT, a.FIRST_VERSION),
    "service-agreement:amend": (*_AGREEMENT, a.LATER_VERSION, a.AMENDS),
    "service-agreement:accept": (r.CREDENTIAL, r.OWN_RECORD),
    "service-agreement:sign": (*_AGREEMENT, a.AMENDS),
    "service-agreement:supersede": (r.CREDENTIAL, r.IS_OPERATOR, s.AGREEMENT_OPERATOR),
    "service-agreement:suspend": (r.CREDENTIAL, s.AGREEMENT_PARTY),
    "service-agreement:resume": _AUTHORITY,
    "service-agreement:terminate": (r.CREDENTIAL, s.AGREEMENT_PARTY),
    "service-agreement:expire": (r.SYSTEM_ONLY,),
    "transfer:propose": (r.CREDENTIAL, r.IS_OPERATOR, t.TARGET_OPERATOR, t.TRANSFERABLE, c.NOT_EXCLUDED),
    "transfer:release": (r.CREDENTIAL, r.IS_OPERATOR, t.SOURCE_OPERATOR, r.DIFFERENT_PERSON, t.TRANSFERABLE),
    "transfer:consent": (r.CREDENTIAL, r.OWN_RECORD, r.DIFFERENT_PERSON, t.TRANSFERABLE),
    "transfer:confirm": (*_AUTHORITY, r.DIFFERENT_PERSON, t.TRANSFERABLE),
    "transfer:decline": (r.CREDENTIAL, t.TRANSFER_PARTY),
    "transfer:revoke": (r.CREDENTIAL, r.OWN_OR_AUTHORITY),
    "transfer:expire": (r.SYSTEM_ONLY,),
    "access-policy:record": (r.SYSTEM_ONLY,),
    "agreement-text:record": (r.SYSTEM_ONLY,),
    "impact-assessment:file": (r.CREDENTIAL, r.IS_PROVIDER, r.OWN_RECORD),
    "impact-assessment:withdraw": (r.CREDENTIAL, r.IS_PROVIDER, r.OWN_RECORD),
    "landing-order:order": (*_STEWARD, *_LANDING, c.IMPACT_ASSESSED),
    "landing-order:land": (r.SYSTEM_ONLY, *_LANDING),
    "landing-order:stop": (r.SYSTEM_ONLY,),
    "landing-order:resume": _STEWARD,
    "snapshot:publish": (r.SYSTEM_ONLY,),
    "snapshot:withdraw": (r.CREDENTIAL, r.OWN_OR_AUTHORITY, r.NOT_OPERATOR),
    "seat:provision": (
        r.CREDENTIAL,
        r.IS_OPERATOR,
        s.SEAT_OPERATOR,
        *_PLACE,
        s.AGREEMENT_IN_FORCE,
        s.SEAT_USER_LISTED,
    ),
    "seat:open": _SEAT,
    "seat:run": _SEAT,
    "seat:finish": (r.SYSTEM_ONLY,),
    "seat:close": (r.CREDENTIAL, s.SEAT_PARTY),
    "seat:suspend": (r.CREDENTIAL, s.SEAT_PARTY),
    "seat:reinstate": _AUTHORITY,
    "seat:expire": (r.SYSTEM_ONLY,),
    "submission:submit": (
        r.SEAT_OR_CREDENTIAL,
        s.AGREEMENT_IN_FORCE,
        s.NAMED_USER,
        s.SEAT_OPEN,
        o.SUBMISSIONS_OPEN,
    ),
    "submission:judge": (r.SYSTEM_ONLY,),
    "submission:refuse": (r.SYSTEM_ONLY,),
    "submission:withdraw": (r.CREDENTIAL, s.AUTHOR),
    "submission:commission": (*_AUTHORITY, v.NEVER_THE_AUTHOR, v.COMMISSIONABLE),
    "submission:consolidate": (r.SYSTEM_ONLY, o.DIFFERS),
    "submission:conclude": (*_JUDGES, r.IS_AUTHORITY, o.CONSOLIDATING),
    "submission:return": (*_JUDGES, o.EXPLAINED),
    "submission:resubmit": (
        r.SEAT_OR_CREDENTIAL,
        s.AUTHOR,
        s.AGREEMENT_IN_FORCE,
        s.NAMED_USER,
        s.SEAT_OPEN,
        o.SUBMISSIONS_OPEN,
        o.ANSWERED,
    ),
    "submission:plant": (*_AUTHORITY, o.SAMPLES_WANTED),
    "submission:expose": (r.SYSTEM_ONLY, v.DECIDED),
    "submission:approve": (r.SYSTEM_ONLY, v.DECIDED, v.SOME_APPROVED),
    "submission:reject": (r.SYSTEM_ONLY, v.DECIDED),
    "submission:remind": (r.SYSTEM_ONLY,),
    "submission:escalate": (r.SYSTEM_ONLY,),
    "submission:recount": (r.SYSTEM_ONLY,),
    "submission:reopen": (r.SYSTEM_ONLY,),
    "submission:release": _RELEASE,
    "submission:instantiate": _INSTANCE,
    "review:cast": (
        r.CREDENTIAL,
        v.NEVER_THE_AUTHOR,
        r.NOT_OPERATOR,
        v.IN_REVIEW,
        v.IN_CAPACITY,
        v.ONE_VOTE,
        v.VOTES_FIT,
        o.NOT_HELD,
    ),
    "review:revise": (
        r.CREDENTIAL,
        v.NEVER_THE_AUTHOR,
        r.NOT_OPERATOR,
        v.IN_REVIEW,
        v.IN_CAPACITY,
        o.CONSOLIDATING,
        o.OWN_VOTE,
        v.VOTES_FIT,
    ),
    "comment:post": (r.CREDENTIAL, r.NOT_OPERATOR, o.COMMENT_FITS),
    "comment:withdraw": (r.CREDENTIAL, o.OWN_COMMENT),
    "custody:take": (*_JUDGES, o.NOT_HELD, o.CUSTODY_FITS),
    "custody:give-back": (r.CREDENTIAL, o.OWN_CUSTODY),
    "custody:lapse": (r.SYSTEM_ONLY, o.CUSTODY_OVER),
    "stoppage:impose": (r.SYSTEM_ONLY,),
    "stoppage:lift": (*_AUTHORITY, r.NOT_OPERATOR, o.LIFTS),
    "assessment:file": (r.CREDENTIAL, o.ASSESSMENT_FITS),
    "assessment:withdraw": (r.CREDENTIAL, o.OWN_ASSESSMENT),
    "assessment:exempt": (r.SYSTEM_ONLY,),
    "template:draft": (r.CREDENTIAL, r.IS_DEVELOPER, r.OWN_RECORD, s.AGREEMENT_IN_FORCE, m.TERMS_WHOLE),
    "template:propose": (
        r.CREDENTIAL,
        r.IS_DEVELOPER,
        r.OWN_RECORD,
        s.AGREEMENT_IN_FORCE,
        m.TERMS_WHOLE,
        o.ASSESSED,
    ),
    "template:withdraw": (r.CREDENTIAL, r.OWN_RECORD),
    "template:commission": (*_AUTHORITY, m.NEVER_THE_PROPOSER, v.COMMISSIONABLE),
    "template:refuse": (r.CREDENTIAL, m.NEVER_THE_PROPOSER, r.NOT_OPERATOR, m.MAY_END, m.REASONED),
    "template:enact": (r.SYSTEM_ONLY, s.AGREEMENT_IN_FORCE, m.TERMS_WHOLE, m.SIGNED_LAWFULLY, o.ASSESSED),
    "template:use": _INSTANCE,
    "template:use-up": (*_INSTANCE,),
    "template:suspend": _ENDS,
    "template:revoke": _ENDS,
    "template:expire": (r.SYSTEM_ONLY, m.TEMPLATE_OVER),
    "template-signature:give": (
        r.CREDENTIAL,
        m.NEVER_THE_PROPOSER,
        r.NOT_OPERATOR,
        s.AGREEMENT_IN_FORCE,
        m.SIGNS_IN_CAPACITY,
        m.ONE_SIGNATURE,
        m.SIGNS_THESE_TERMS,
        o.ASSESSED,
    ),
    "template-look:draw": (r.SYSTEM_ONLY,),
    "template-look:escalate": (r.SYSTEM_ONLY,),
    "template-look:pass": (r.CREDENTIAL, m.NEVER_THE_PROPOSER, r.NOT_OPERATOR, m.MAY_LOOK),
    "template-look:fail": (r.CREDENTIAL, m.NEVER_THE_PROPOSER, r.NOT_OPERATOR, m.MAY_LOOK, m.TOLD_WHY),
    "release:issue": _RELEASE,
    "release:instantiate": _INSTANCE,
    "release:collect": (r.CREDENTIAL, r.OWN_RECORD),
    "release:recall": (r.CREDENTIAL, r.IS_AUTHORITY, r.NOT_OPERATOR),
    "responsibility:assign": (r.CREDENTIAL, r.OWN_OR_AUTHORITY, p.DUTY_FITS),
    "responsibility:relieve": (r.CREDENTIAL, r.OWN_OR_AUTHORITY),
    "undertaking:sign": (
        r.CREDENTIAL,
        r.IS_DEVELOPER,
        r.OWN_RECORD,
        s.AGREEMENT_IN_FORCE,
        s.OWN_UNDERTAKING,
    ),
    "incident:open": _AUTHORITY,
    "incident:freeze": _AUTHORITY,
    "incident:report": _AUTHORITY,
    "incident:close": (*_AUTHORITY, r.DIFFERENT_PERSON),
    "trace:report": _AUTHORITY,
    "notice:post": (r.SYSTEM_ONLY,),
    "notice:read": (r.CREDENTIAL, p.OWN_INBOX),
    "subscription:add": (r.CREDENTIAL, p.OWN_SUBSCRIPTION),
    "subscription:cancel": (r.CREDENTIAL, p.OWN_SUBSCRIPTION),
}
"""The rules of every step; the tests hold this table and the lifecycle against each other."""


def may(actor: Actor, step: Step, situation: Situation) -> Decision:
    """Return whether the actor may take the step, with every refusal and its article."""
    asked = RULES.get(step.name, ())
    if not asked:
        return Decision(rules=())
    answers = [
        Answer("state", _state(step, situation)),
        Answer("role", _role(actor, step)),
        Answer("organisation", _organisation(actor, step, situation)),
        Answer("fresh-credential", _fresh(actor, step)),
        Answer("token-scope", _scope(actor, step)),
    ]
    answers += [Answer(rule.code, _refusal(rule, actor, situation)) for rule in asked]
    return decide(answers)


def require(actor: Actor, step: Step, situation: Situation) -> None:
    """Raise `RefusedError` with the whole decision unless the actor may take the step."""
    decision = may(actor, step, situation)
    if not decision:
        subject = situation.record.id if situation.record is not None else ""
        raise RefusedError(decision, attempt=Attempt(step.name, subject, actor.account, actor.organisation))


def _refusal(rule: r.Rule, actor: Actor, situation: Situation) -> Refusal | None:
    sentence: Message | None = rule.check(actor, situation)
    return None if sentence is None else Refusal(rule.code, rule.article, sentence)


def _state(step: Step, situation: Situation) -> Refusal | None:
    state = situation.record.state if situation.record is not None else ""
    if situation.record is not None and state in (step.sources or {step.target}):
        return None
    sentence = say("“{state}”状态下不能办理“{verb}”", state=state or "—", verb=step.name)
    return Refusal("state", step.article, sentence)


def _fresh(actor: Actor, step: Step) -> Refusal | None:
    """Deciding on others, and handing out credentials or roles, needs more than a session once opened."""
    if not step.signed or actor.proof in STRONG_PROOFS:
        return None
    return Refusal(
        "fresh-credential", "第十六条", say("审查类操作须当场出示本人凭证（口令加动态码，或个人令牌）")
    )


def _scope(actor: Actor, step: Step) -> Refusal | None:
    if actor.within(step.name):
        return None
    sentence = say("这枚令牌不能办理“{verb}”：请改用范围更大的令牌，或在网页上办理", verb=step.name)
    return Refusal("token-scope", "第十六条", sentence)


def _organisation(actor: Actor, step: Step, situation: Situation) -> Refusal | None:
    """A person acts for a registered organisation; the platform's own steps have none."""
    if actor.proof is Proof.SYSTEM:
        return None
    own = situation.own
    if own is not None and own.id == actor.organisation and own.state == "registered":
        return None
    return Refusal("organisation", step.article, say("本单位没有登记或登记已暂停"))


def _role(actor: Actor, step: Step) -> Refusal | None:
    if step.by_system or step.by_anyone or actor.has(*step.roles):
        return None
    wanted = "、".join(sorted(role.value for role in step.roles))
    return Refusal("role", "第十六条", say("缺少办理这一步的角色（{roles}）", roles=wanted))
