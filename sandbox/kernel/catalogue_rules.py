"""The single rules on catalogue entries, consents, bodies and who may use what they delivered.

Same form as `rules`: None, or the sentence that refuses. Which steps ask them is in `permits`.
"""

from __future__ import annotations

from sandbox.kernel.actors import Actor
from sandbox.kernel.dataset_records import Consent, Dataset
from sandbox.kernel.eligibility import Standing, eligibility
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import joined
from sandbox.kernel.message import Message, say
from sandbox.kernel.metadata import Exclusion, Media, Opening, Origin
from sandbox.kernel.records import Organisation, OrganisationRole
from sandbox.kernel.rules import MISSING, Rule
from sandbox.kernel.situation import Situation

_STATE_BODIES = frozenset({"11"})
"""Registers of government departments: what they hold is no social data."""
_PRIVATE_BODIES = frozenset({"51", "52", "53", "91", "92", "93"})
"""Registers of bodies that cannot hold government data as their own."""
_EXCLUDED = {
    Exclusion.STATE_SECRET: say("涉及国家秘密的数据不得进入开发利用"),
    Exclusion.PUBLIC_SECURITY: say("涉及公共安全的数据不得进入开发利用"),
    Exclusion.TRADE_SECRET: say("涉及商业秘密的数据不得以这种形态进入开发利用：请先去除商业秘密后另行编目"),
    Exclusion.OTHER_LAW: say("法律法规另有规定的数据不得进入开发利用"),
}


def _own_body(actor: Actor, now: Situation) -> Message | None:
    """Papers are handed in by the body itself or by the authority."""
    if not isinstance(now.record, Organisation) or now.own is None:
        return MISSING
    if now.record.id == actor.organisation or OrganisationRole.AUTHORITY in now.own.roles:
        return None
    return say("证明材料由本单位或主管部门提交")


def _left_open(actor: Actor, now: Situation) -> Message | None:
    """A person decides only what 第三条 leaves open, on papers that lie at hand, with a reason."""
    body, ruling = now.record, now.ruling
    if not isinstance(body, Organisation) or ruling is None:
        return MISSING
    if ruling.decided_by != actor.account or body.id == actor.organisation:
        return say("资格由主管部门的具名人员认定，不得认定本单位")
    if not ruling.reason.strip() or not ruling.evidence:
        return say("认定资格须写明理由，并列出所依据的证明材料")
    if not set(ruling.evidence) <= {one.digest for one in body.evidence}:
        return say("所依据的证明材料没有提交：请先提交材料")
    return _settled_by_law(body, ruling.role)


def _settled_by_law(body: Organisation, role: str) -> Message | None:
    try:
        found = eligibility(role, body.uscc, kind=body.kind, fiscally_funded=body.fiscally_funded)
    except InputError as error:
        return error.message
    if found.outcome is Standing.MANUAL:
        return None
    return say("办法对该单位的资格已有明确规定，不能另行认定")


def _origin_fits(_: Actor, now: Situation) -> Message | None:
    if now.dataset is None or now.own is None:
        return MISSING
    register, origin = now.own.uscc[:2], now.dataset.origin
    if origin is Origin.SOCIAL and register in _STATE_BODIES:
        return say("政务部门的数据不能登记为社会数据")
    if origin is Origin.GOVERNMENT and register in _PRIVATE_BODIES:
        return say("企业和社会组织的数据不能登记为政府数据：请登记为社会数据或公用企事业单位数据")
    return None


def _inherits(_: Actor, now: Situation) -> Message | None:
    """What is joined is graded at least as high as its highest input, and keeps every exclusion."""
    one = now.dataset
    if one is None:
        return MISSING
    if not one.derived_from:
        return None
    if {source.id for source in now.inputs} != set(one.derived_from):
        return MISSING
    if not one.grading.covers(joined([source.grading for source in now.inputs])):
        return say("汇聚融合形成的数据集，其级别不得低于来源数据的最高级别")
    kept = {flag for source in now.inputs for flag in source.exclusions}
    if not kept <= set(one.exclusions):
        return say("汇聚融合形成的数据集须保留来源数据的限制标识")
    return None


def _privacy_kept(_: Actor, now: Situation) -> Message | None:
    """The privacy flag is lifted from a landed version by its evidence, never by an editor."""
    before, after = now.record, now.dataset
    if not isinstance(before, Dataset) or after is None:
        return MISSING
    flag = Exclusion.PERSONAL_PRIVACY
    if flag in before.exclusions and flag not in after.exclusions:
        return say("个人隐私标识不能手工取消：只随脱敏落地的版本凭证据解除")
    return None


def excluded(dataset: Dataset) -> Message | None:
    """Return why the dataset is not developed, or None.

    第三条: only privacy may be cured, by masking; what is not opened at all is not developed.
    """
    found = next((_EXCLUDED[one] for one in dataset.exclusions if one in _EXCLUDED), None)
    if found is None and dataset.core.opening is Opening.NOT_OPEN:
        return say("不予开放的数据不得进入开发利用")
    return found


def _not_excluded(_: Actor, now: Situation) -> Message | None:
    return MISSING if now.dataset is None else excluded(now.dataset)


def _deliverable(_: Actor, now: Situation) -> Message | None:
    if now.dataset is None:
        return MISSING
    if now.dataset.media is Media.TABLE:
        return None
    return say("文本、图像、音频和视频目前只登记编目：只有表格可以交付和脱敏落地")


def _consent_fits(_: Actor, now: Situation) -> Message | None:
    one = now.record
    if not isinstance(one, Consent) or now.dataset is None:
        return MISSING
    if now.dataset.id != one.dataset or now.dataset.organisation != one.organisation:
        return say("授权书只能就本单位的数据集出具")
    if now.dataset.origin is not Origin.SOCIAL:
        return say("只有社会数据需要数据持有单位的授权书")
    if not one.document or not one.purposes or one.until < now.today:
        return say("授权书须附文件、写明用途，期限不得早于今天")
    return None


def _consented(_: Actor, now: Situation) -> Message | None:
    if now.dataset is None:
        return MISSING
    if now.dataset.origin is not Origin.SOCIAL:
        return None
    if now.consents is None:
        return MISSING
    if any(stands(one, now.dataset, now) for one in now.consents):
        return None
    return say("社会数据没有有效的授权书：请数据持有单位先出具授权书")


def stands(consent: Consent, dataset: Dataset, now: Situation) -> bool:
    """Return whether the consent holds for the dataset on the day."""
    fits = (consent.dataset, consent.organisation) == (dataset.id, dataset.organisation)
    return fits and consent.state == "in-force" and now.today <= consent.until


def _no_redevelopment(_: Actor, now: Situation) -> Message | None:
    """2025 norm, clause 6: an operator takes no part in developing further what it delivered."""
    if now.agreement is None:
        return MISSING
    delivered = {body for one in now.snapshots for body in one.delivered_by}
    delivered |= set(now.dataset.delivered_by) if now.dataset is not None else set()
    if now.agreement.organisation in delivered:
        return say("运营机构不得参与其已交付数据产品和服务的再开发")
    return None


OWN_BODY = Rule("own-body", "第三条", _own_body)
LEFT_OPEN = Rule("left-open", "第三条", _left_open)
ORIGIN_FITS = Rule("origin-fits", "第五条", _origin_fits)
INHERITS = Rule("inherits", "第五条", _inherits)
PRIVACY_KEPT = Rule("privacy-kept", "第三条", _privacy_kept)


def _impact_assessed(_: Actor, now: Situation) -> Message | None:
    """Personal data goes to a firm only with its impact assessment (PIPL 55); earlier items are exempt."""
    if not now.items:
        return MISSING
    item = now.items[0]
    if not item.impact_asked:
        return None
    if now.impacts is None:
        return MISSING
    if any(one.state == "filed" and one.item == item.id for one in now.impacts):
        return None
    return say("落地个人信息之前须提交个人信息保护影响评估（个人信息保护法第五十五条）：{item}", item=item.id)


IMPACT_ASSESSED = Rule("impact-assessed", "第十八条", _impact_assessed)
NOT_EXCLUDED = Rule("not-excluded", "第三条", _not_excluded)
DELIVERABLE = Rule("deliverable", "第九条", _deliverable)
CONSENT_FITS = Rule("consent-fits", "第五条", _consent_fits)
CONSENTED = Rule("consented", "第五条", _consented)
NO_REDEVELOPMENT = Rule("no-redevelopment", "第十五条", _no_redevelopment)
