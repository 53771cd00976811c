"""The agreement as a document (协议文本): what both sides sign, made from the records and the policy alone.

The same records make the same text, byte for byte; its digest is signed and kept with the
agreement. Signatures stand under the text and are no part of it. How it looks is `printing`'s.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.agreement_records import AgreementText, ServiceAgreement
from sandbox.kernel.application_records import Application, Extent, Item
from sandbox.kernel.boundary import OutputForm
from sandbox.kernel.dataset_records import Dataset
from sandbox.kernel.errors import TamperedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.permits import require
from sandbox.kernel.policy import AccessPolicy, DatasetTerms, plain
from sandbox.kernel.records import Account, OperatingAgreement, Organisation
from sandbox.kernel.terms import Quotas, RowRange, Seal
from sandbox.people.directory import CHINA, Directory, with_record
from sandbox.regulation.clauses import Clause, clauses
from sandbox.store.canonical import moment_of
from sandbox.store.changes import Change, Link
from sandbox.store.codec import decode
from sandbox.store.facts import Header
from sandbox.vault.signer import verify
from sandbox.vault.signers import key_id, sealed

FORMAT = 1
_FORMS = {
    OutputForm.AGGREGATE: "汇总表",
    OutputForm.REPORT: "分析报告",
    OutputForm.CHART: "可视化图表",
    OutputForm.INDEX: "指数、评分",
    OutputForm.MODEL: "算法模型",
    OutputForm.VERIFICATION: "核验结果",
    OutputForm.SERVICE: "数据服务",
    OutputForm.SYNTHETIC: "合成数据",
}
_DAYS = "一二三四五六日"
_NUMBERS = (
    "一",
    "二",
    "三",
    "四",
    "五",
    "六",
    "七",
    "八",
    "九",
    "十",
    "十一",
    "十二",
    "十三",
    "十四",
    "十五",
    "十六",
)


@dataclass(frozen=True, slots=True)
class Section:
    """One section: paragraphs, then a table if it has columns."""

    title: str
    paragraphs: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one agreement."""

    title: str
    number: str
    sections: tuple[Section, ...]
    format: int = FORMAT

    @property
    def text(self) -> str:
        """Return the canonical form: JSON with sorted keys and no blanks."""
        return json.dumps(plain(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical form, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature as it is printed: which side, who, when, by which key."""

    side: str
    body: str
    name: str
    at: str
    algorithm: str
    key: str
    fact: int


def service_document(directory: Directory, agreement: ServiceAgreement, policy: AccessPolicy) -> Document:
    """Return the text of a service agreement under its policy."""
    store = directory.store
    application = store.load(Application, agreement.application).record
    operator, developer = (
        directory.organisation(agreement.operator),
        directory.organisation(agreement.organisation),
    )
    standing = clauses()
    regime = directory.regimes.get(policy.regime)
    if regime is None:
        raise TamperedError(say("找不到申请所依据的制度版本 {name}", name=policy.regime))
    sections = (
        _parties(
            (
                (f"甲方（{regime.role_name('operator')}）", operator),
                (f"乙方（{regime.role_name('developer')}）", developer),
            )
        ),
        _purpose(directory, agreement, application),
        Section("数据项", (_environment(policy),), *_data(directory, policy)),
        _term(directory, policy),
        Section("额度", tuple(_quotas(policy.quotas))),
        _leaving(policy),
        *map(_clause, standing.of("service")),
        Section("访问策略与文本", tuple(_machine(policy, standing.version))),
    )
    return Document("授权服务协议", agreement.id, _numbered(sections))


def operating_document(directory: Directory, agreement: OperatingAgreement) -> Document:
    """Return the text of an operating agreement."""
    authority, operator = (
        directory.organisation(agreement.authority),
        directory.organisation(agreement.organisation),
    )
    standing = clauses()
    sections = (
        _parties((("甲方（大数据主管部门）", authority), ("乙方（数据运营商）", operator))),
        Section(
            "运营范围与期限",
            (
                f"开发利用环境代码：{agreement.environment_code}。运营范围：{agreement.scope}。",
                f"期限：自 {agreement.term_from} 起至 {agreement.term_to} 止。",
            ),
        ),
        *map(_clause, standing.of("operating")),
        Section("文本", (f"固定条款为第 {standing.version} 版。本协议经双方签署后生效，签署后不得改动。",)),
    )
    return Document("开发利用协议", agreement.id, _numbered(sections))


def _numbered(sections: Iterable[Section]) -> tuple[Section, ...]:
    return tuple(
        Section(f"{_NUMBERS[place]}、{one.title}", one.paragraphs, one.columns, one.rows)
        for place, one in enumerate(sections)
    )


def _clause(one: Clause) -> Section:
    listed = tuple(f"（{_NUMBERS[place]}）{text}" for place, text in enumerate(one.paragraphs))
    return Section(f"{one.title}（{one.article}）", listed)


def _parties(sides: Iterable[tuple[str, Organisation]]) -> Section:
    rows = tuple((side, body.name, body.uscc or "—", body.region) for side, body in sides)
    return Section("当事方", (), ("当事方", "名称", "统一社会信用代码", "行政区划"), rows)


def _purpose(directory: Directory, agreement: ServiceAgreement, application: Application) -> Section:
    regime = directory.regimes.get(application.regime)
    earlier = f"本协议是协议 {agreement.lineage[-1]} 的变更，签署后取代之。" if agreement.lineage else ""
    title = regime.title if regime is not None else application.regime
    applications = "、".join((application.id, *agreement.amendments))
    texts = (
        f"依据：《{title}》；数据需求申请 {applications}。",
        f"应用场景：{agreement.scenario}。使用范围：{application.scope}。",
        f"乙方的安全管控：{application.security_controls}。",
        earlier,
    )
    return Section("依据与用途", tuple(one for one in texts if one))


def _environment(policy: AccessPolicy) -> str:
    regions = f"，地域限于 {'、'.join(policy.regions)}" if policy.regions else ""
    return (
        f"数据只在环境 {policy.environment_code} 内、以脱敏后的快照提供{regions}。甲方只提供下列信息项和行。"
    )


def _data(directory: Directory, policy: AccessPolicy) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    columns = ("数据集", "提供部门", "级别", "信息项", "行与时空范围", "审核条件")
    return columns, tuple(_datum(directory, one) for one in policy.datasets)


def _datum(directory: Directory, part: DatasetTerms) -> tuple[str, ...]:
    dataset = directory.store.load(Dataset, part.dataset).record
    items = [directory.store.load(Item, one).record for one in part.items]
    conditions = [
        *part.conditions,
        *(f"最长 {one.boundary.longest_term_days} 天" for one in items if one.boundary.longest_term_days),
    ]
    return (
        f"{dataset.title}（{part.code}）",
        directory.organisation(part.provider).name,
        f"{part.grade} 级",
        "、".join(part.columns),
        "；".join([*map(_range, part.rows), *filter(None, map(_extent, part.extents))]) or "不限",
        "；".join(conditions) or "无",
    )


def _range(one: RowRange) -> str:
    if one.values:
        return f"{one.column} 属于 {'、'.join(one.values)}"
    return f"{one.column} 自 {one.start or '—'} 至 {one.end or '—'}"


def _extent(one: Extent) -> str:
    days = f"{one.start or '—'} 至 {one.end or '—'}" if one.start or one.end else ""
    return "，".join(part for part in (days, "、".join(one.regions)) if part)


def _term(directory: Directory, policy: AccessPolicy) -> Section:
    people = [directory.store.load(Account, one).record for one in policy.users]
    hours = "；".join(
        f"周{'、'.join(_DAYS[day - 1] for day in one.days)} {one.start} 至 {one.end}" for one in policy.hours
    )
    texts = (
        f"使用期限：自 {policy.term_from} 起至 {policy.term_to} 止。席位 {policy.seats} 个，一人一席。",
        f"使用时段：{hours or '不限'}。",
    )
    rows = tuple((one.display_name, one.name) for one in people)
    return Section("期限、席位与用户", texts, ("用户", "登录名"), rows)


def _quotas(quotas: Quotas) -> Iterator[str]:
    named = (
        ("一次运行能显示的字节数", quotas.run_bytes),
        ("一天能显示的字节数", quotas.day_bytes),
        ("一次运行的秒数", quotas.run_seconds),
        ("一天运行的次数", quotas.day_runs),
        ("一天提交出域申请的次数", quotas.day_submissions),
    )
    limits = [f"{name}不超过 {figure}" for name, figure in named if figure]
    yield f"每个席位：{'；'.join(limits)}。" if limits else "不另定额度，按环境统一的上限执行。"


def _leaving(policy: AccessPolicy) -> Section:
    names = {one.dataset: one.code for one in policy.datasets}
    forms = "、".join(_FORMS[one] for one in policy.outputs) or "不限"
    joins = "、".join(f"{names[one.first]} 与 {names[one.second]}" for one in policy.joins) or "无"
    texts = (
        f"允许的产出形式：{forms}。许可关联的数据集：{joins}；未列明的不得关联。",
        f"每件产品由不少于 {policy.reviewers} 名审查人同意后放行。",
    )
    rows = tuple(
        (
            one.code,
            str(one.thresholds.smallest),
            f"{one.thresholds.largest_share:.0%}",
            f"{one.thresholds.two_largest_share:.0%}",
            f"{one.thresholds.p_percent:.0%}",
        )
        for one in policy.datasets
    )
    columns = ("数据集", "最小统计对象数", "最大一家占比低于", "最大两家合计低于", "p% 规则")
    return Section("产出与出域", texts, columns, rows)


def _machine(policy: AccessPolicy, version: int) -> Iterator[str]:
    yield "席位、落地、出域闸口和计量一律按由本协议编译的访问策略执行；策略与文本不一致的，从严。"
    yield f"访问策略摘要（SHA-256）：{policy.digest}"
    yield f"固定条款为第 {version} 版。本协议经双方签署后生效，签署后不得改动。"


_STEPS = {
    ServiceAgreement: (("乙方同意", "service-agreement:accept"), ("甲方签署", "service-agreement:sign")),
    OperatingAgreement: (("乙方拟订", "operating-agreement:draft"), ("甲方签署", "operating-agreement:sign")),
}


def signatures(directory: Directory, record: ServiceAgreement | OperatingAgreement) -> tuple[Signed, ...]:
    """Return who signed, from the facts: with the time in China and the key by which the signature verifies.

    A signature that no key of the person verifies is printed as none.
    """
    found: list[Signed] = []
    for side, verb in _STEPS[type(record)]:
        for fact in directory.store.facts(record=record.id, verb=verb)[-1:]:
            if fact.actor == SYSTEM.account:
                continue
            person = directory.store.load(Account, fact.actor).record
            body = directory.organisation(person.organisation)
            at = moment_of(fact.at).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
            key = _verified(directory, person, fact)
            own = ("Ed25519", key_id("Ed25519", key)) if key else ("—", "")
            found.append(Signed(side, body.name, person.display_name, at, *own, fact.seq))
    return tuple(found)


def _verified(directory: Directory, person: Account, fact: Header) -> bytes:
    """Return the person's key that verifies the fact's signature, one from before a reset included."""
    enrolled = directory.store.facts(record=person.id, verb="account:enrol")
    records = ((directory.store.payload(one.seq) or {}).get("record") for one in enrolled)
    earlier = [str(one.get("public_key", "")) for one in records if isinstance(one, dict)]
    for text in dict.fromkeys((person.public_key, *reversed(earlier))):
        key = bytes.fromhex(text) if text else b""
        if key and fact.signature is not None and verify(key, fact.signing_input(), fact.signature):
            return key
    return b""


def record_text(directory: Directory, organisation: str, document: Document) -> AgreementText:
    """Return the record of a text, written unless it already lies there."""
    store = directory.store
    for stored in store.find(AgreementText, linked=("agreement", document.number)):
        if stored.record.digest == document.digest:
            return stored.record
    made = AgreementText(
        state="in-force",
        organisation=organisation,
        agreement=document.number,
        digest=document.digest,
        text=document.text,
    )
    require(SYSTEM, step("agreement-text:record"), with_record(directory.situation(SYSTEM), record=made))
    links = (Link("agreement", document.number),)
    kept: AgreementText = store.write(SYSTEM, Change(step("agreement-text:record"), made, links=links))[
        0
    ].record
    return kept


def text_named(directory: Directory, agreement: str, digest: str) -> Document:
    """Return the text that was signed; `TamperedError` if it is not there or is another."""
    for stored in directory.store.find(AgreementText, linked=("agreement", agreement)):
        if stored.record.digest == digest:
            return _read(stored.record)
    raise TamperedError(say("协议 {id} 的文本不在记录里：按不允许处理", id=agreement))


def _read(record: AgreementText) -> Document:
    fault = TamperedError(say("协议 {id} 的文本与签署的摘要不符：按不允许处理", id=record.agreement))
    if hashlib.sha256(record.text.encode()).hexdigest() != record.digest:
        raise fault
    try:
        document = decode(Document, json.loads(record.text))
    except ValueError:
        raise fault from None
    if document.text != record.text or document.number != record.agreement:
        raise fault
    return document


def seal_text(number: str, document: str, policy: str) -> bytes:
    """Return the bytes that the platform seals: the agreement's number and both digests."""
    return f"zunyi/agreement/v1\n{number}\n{document}\n{policy}\n".encode()


def check_seals(record: ServiceAgreement | OperatingAgreement) -> tuple[Seal, ...]:
    """Return the seals of an agreement, each verified; `TamperedError` for one that does not hold."""
    policy = record.policy if isinstance(record, ServiceAgreement) else ""
    message = seal_text(record.id, record.document, policy)
    for one in record.seals:
        if not sealed(one, message):
            raise TamperedError(say("协议 {id} 的平台签章不成立：内容被改动", id=record.id))
    return record.seals
