"""Who may be a developer, a purchaser or the operator: the definitions of 第三条 as a pure rule.

Reads the register in a unified social credit code (GB 32100-2015) and the kind of body as
evidenced. What the measure does not name is put to a person, never waved through; a code
that does not check is refused. Whether the authority then accepts is not decided here.
Called by the access room and the command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sandbox.kernel.errors import InputError
from sandbox.kernel.identifiers import compact, is_resident_id, is_uscc
from sandbox.kernel.message import Message, say

ARTICLE = "第三条"


class Applicant(StrEnum):
    """The roles whose holders 第三条 defines."""

    DEVELOPER = "developer"  # 数据开发利用者
    PURCHASER = "purchaser"  # 数据产品和服务购买方
    OPERATOR = "operator"  # 数据运营商


class Kind(StrEnum):
    """What a body is, as its papers say."""

    ENTERPRISE = "企业"
    SOCIAL_GROUP = "社会团体"
    PRIVATE_NON_ENTERPRISE = "民办非企业"
    FOUNDATION = "基金会"
    STATUTORY_BODY = "法定机构"
    MASS_ORGANISATION = "群团组织"
    ORGAN = "机关"
    SOLE_TRADER = "个体工商户"
    COOPERATIVE = "农民专业合作社"
    PUBLIC_INSTITUTION_1 = "公益一类"
    PUBLIC_INSTITUTION_2 = "公益二类"
    PRODUCING_INSTITUTION = "生产经营"
    ADMINISTRATIVE_INSTITUTION = "行政职能"
    OTHER = "其他"


class Standing(StrEnum):
    """The answer: yes, no, or a person must decide."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code, the article, a sentence."""

    code: str
    article: str
    message: Message


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The outcome with at least one reason; only `ELIGIBLE` is true."""

    outcome: Standing
    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError("an eligibility says why")

    def __bool__(self) -> bool:
        return self.outcome is Standing.ELIGIBLE


_SOCIAL = frozenset({Kind.SOCIAL_GROUP, Kind.PRIVATE_NON_ENTERPRISE, Kind.FOUNDATION})
_INSTITUTIONS = frozenset(
    {
        Kind.PUBLIC_INSTITUTION_1,
        Kind.PUBLIC_INSTITUTION_2,
        Kind.PRODUCING_INSTITUTION,
        Kind.ADMINISTRATIVE_INSTITUTION,
    }
)
_KINDS_OF_REGISTER: dict[str, tuple[Kind, ...]] = {
    "11": (Kind.ORGAN,),
    "12": (*sorted(_INSTITUTIONS), Kind.STATUTORY_BODY),
    "13": (Kind.MASS_ORGANISATION,),
    "51": (Kind.SOCIAL_GROUP, Kind.MASS_ORGANISATION),
    "52": (Kind.PRIVATE_NON_ENTERPRISE,),
    "53": (Kind.FOUNDATION,),
    "81": (Kind.MASS_ORGANISATION,),
    "91": (Kind.ENTERPRISE,),
    "92": (Kind.SOLE_TRADER,),
    "93": (Kind.COOPERATIVE,),
}
"""What a body of a register may be, the usual kind first; other registers hold `法定机构` and `其他`."""

_UNDETERMINED = frozenset({"12"})
"""Registers that do not tell the kind: an institution's category needs evidence."""

_FUNDED_REGISTERS = frozenset({"13"})
"""Mass organisations whose posts the establishment office keeps: public funds secure them."""

_INSTITUTION = say("事业单位")
_NOUNS = {
    Kind.ENTERPRISE: say("企业"),
    Kind.SOCIAL_GROUP: say("社会团体"),
    Kind.PRIVATE_NON_ENTERPRISE: say("民办非企业单位"),
    Kind.FOUNDATION: say("基金会"),
    Kind.STATUTORY_BODY: say("法定机构"),
    Kind.MASS_ORGANISATION: say("群团组织"),
    Kind.ORGAN: say("政务部门"),
    Kind.SOLE_TRADER: say("个体工商户"),
    Kind.COOPERATIVE: say("农民专业合作社"),
    Kind.PUBLIC_INSTITUTION_1: say("公益一类事业单位"),
    Kind.PUBLIC_INSTITUTION_2: say("公益二类事业单位"),
    Kind.PRODUCING_INSTITUTION: say("从事生产经营活动的事业单位"),
    Kind.ADMINISTRATIVE_INSTITUTION: say("承担行政职能的事业单位"),
    Kind.OTHER: say("其他类型的单位"),
}

_DEVELOPERS = frozenset(
    {Kind.ENTERPRISE, Kind.STATUTORY_BODY, Kind.PUBLIC_INSTITUTION_2, Kind.PRODUCING_INSTITUTION} | _SOCIAL
)
_NO_DEVELOPERS = frozenset({Kind.ORGAN, Kind.PUBLIC_INSTITUTION_1, Kind.ADMINISTRATIVE_INSTITUTION})
_UNNAMED = frozenset({Kind.SOLE_TRADER, Kind.COOPERATIVE, Kind.OTHER})


def eligibility(
    role: str, uscc: str, *, kind: str | None = None, fiscally_funded: bool = False
) -> Eligibility:
    """Return whether the body with this code may hold the role, and why (第三条 of the 2022 measure).

    `kind` is one of `Kind` or None where the code says enough; `fiscally_funded` says that it
    is a mass organisation kept by public funds. Raises InputError for an unknown role or kind.
    """
    applicant, given = _applicant(role), _kind(kind)
    code = compact(uscc)
    if not is_uscc(code, inner=False):
        return _bad_code(code)
    register = code[:2]
    allowed = _KINDS_OF_REGISTER.get(register, (Kind.STATUTORY_BODY, Kind.OTHER))
    if given is not None and given not in allowed:
        return _answer(
            Standing.MANUAL,
            "kind-conflict",
            say("所称类型“{kind}”与统一社会信用代码的登记类别不符，请核实后由人工决定", kind=_NOUNS[given]),
        )
    if given is None and (register in _UNDETERMINED or register not in _KINDS_OF_REGISTER):
        return _no_kind(applicant, register)
    return _JUDGES[applicant](given or allowed[0], fiscally_funded or register in _FUNDED_REGISTERS)


def _applicant(role: str) -> Applicant:
    try:
        return Applicant(role)
    except ValueError:
        names = "、".join(Applicant)
        raise InputError(say("没有角色“{role}”，请使用 {names} 之一", role=role, names=names)) from None


def _kind(kind: str | None) -> Kind | None:
    if kind is None or not kind.strip():
        return None
    try:
        return Kind(kind.strip())
    except ValueError:
        names = "、".join(Kind)
        raise InputError(say("没有类型“{kind}”，请使用 {names} 之一", kind=kind, names=names)) from None


def _answer(outcome: Standing, code: str, message: Message) -> Eligibility:
    return Eligibility(outcome, (Reason(code, ARTICLE, message),))


def _bad_code(code: str) -> Eligibility:
    if is_resident_id(code):
        message = say("自然人不能担任这一角色，请以依法登记的单位申请")
        return _answer(Standing.INELIGIBLE, "natural-person", message)
    message = say("统一社会信用代码校验不通过，请核对 18 位代码后重新提交")
    return _answer(Standing.INELIGIBLE, "uscc-invalid", message)


def _no_kind(applicant: Applicant, register: str) -> Eligibility:
    """Answer for a code that leaves the kind open; what every kind would get is said at once."""
    if register == "12":
        if applicant is Applicant.PURCHASER:
            return _answer(Standing.ELIGIBLE, "purchaser-named", _may_buy(_INSTITUTION))
        if applicant is Applicant.OPERATOR:
            return _answer(Standing.INELIGIBLE, "operator-not-company", _no_company(_INSTITUTION))
        message = say("事业单位须提交分类证明：只有公益二类和从事生产经营活动的可以申请")
        return _answer(Standing.MANUAL, "institution-category-missing", message)
    message = say("登记类别 {register} 未列入办法，须提交单位类型证明并由人工决定", register=register)
    return _answer(Standing.MANUAL, "register-not-named", message)


def _developer(kind: Kind, fiscally_funded: bool) -> Eligibility:
    if kind is Kind.MASS_ORGANISATION or (kind in _SOCIAL and fiscally_funded):
        return _mass_organisation(kind, fiscally_funded)
    if kind in _DEVELOPERS:
        return _answer(
            Standing.ELIGIBLE, "developer-named", say("依法成立的{kind}属于数据开发利用者", kind=_NOUNS[kind])
        )
    if kind in _NO_DEVELOPERS:
        message = say("{kind}不属于数据开发利用者，政务部门之间用数请走共享渠道", kind=_NOUNS[kind])
        return _answer(Standing.INELIGIBLE, "developer-excluded", message)
    return _unnamed(kind)


def _mass_organisation(kind: Kind, fiscally_funded: bool) -> Eligibility:
    """Answer for a mass organisation: out if public funds keep it; otherwise its funding must be seen."""
    if fiscally_funded:
        message = say("由财政拨款保障的群团组织不属于数据开发利用者")
        return _answer(Standing.INELIGIBLE, "mass-organisation-funded", message)
    message = say("{kind}是否由财政拨款保障须提交证明，并由人工决定", kind=_NOUNS[kind])
    return _answer(Standing.MANUAL, "mass-organisation-funding-unknown", message)


def _purchaser(kind: Kind, _: bool) -> Eligibility:
    if kind in _UNNAMED:
        return _unnamed(kind)
    return _answer(Standing.ELIGIBLE, "purchaser-named", _may_buy(_NOUNS[kind]))


def _operator(kind: Kind, _: bool) -> Eligibility:
    if kind is Kind.ENTERPRISE:
        message = say("企业可以担任数据运营商，仍须由市大数据主管部门依法选择")
        return _answer(Standing.ELIGIBLE, "operator-company", message)
    return _answer(Standing.INELIGIBLE, "operator-not-company", _no_company(_NOUNS[kind]))


def _may_buy(noun: Message) -> Message:
    return say("{kind}可以购买数据产品和服务", kind=noun)


def _no_company(noun: Message) -> Message:
    return say("{kind}不是专业数据公司，不能担任数据运营商", kind=noun)


def _unnamed(kind: Kind) -> Eligibility:
    message = say("{kind}未列入办法，须由人工决定", kind=_NOUNS[kind])
    return _answer(Standing.MANUAL, "kind-not-named", message)


_JUDGES = {
    Applicant.DEVELOPER: _developer,
    Applicant.PURCHASER: _purchaser,
    Applicant.OPERATOR: _operator,
}
