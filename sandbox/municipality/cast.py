"""Who takes part in the demonstration: organisations, people with their roles, environments, datasets.

All invented: codes and IDs are well formed and belong to nobody (IDs carry the city's own
region code, which no person has). Pure values; the demo registers them through the
ordinary verbs and gives nobody a right by this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sandbox.kernel.actors import Role
from sandbox.kernel.grades import Grade, Grading, NationalLevel, ProvincialLevel
from sandbox.kernel.identifiers import resident_id_check_digit
from sandbox.kernel.metadata import UNSTATED, Core, Cycle, Opening, Origin, Sharing
from sandbox.kernel.records import OrganisationRole
from sandbox.municipality.numbers import uscc
from sandbox.municipality.places import CITY_REGION

COUNTY_REGION = "520328"


@dataclass(frozen=True, slots=True)
class CastOrganisation:
    """A body of the cast; `kind` is a kind of the eligibility rule."""

    key: str
    name: str
    uscc: str
    kind: str
    roles: tuple[OrganisationRole, ...]
    region: str = CITY_REGION
    qualified_until: date | None = None


@dataclass(frozen=True, slots=True)
class CastPerson:
    """A person: the account's name, the natural person's ID, the organisation's key, the roles."""

    account: str
    name: str
    resident_id: str
    organisation: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class CastEnvironment:
    """A development environment of the city or a county."""

    code: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class CastDataset:
    """A dataset of the catalogue: whose, where, of what grade."""

    key: str
    title: str
    code: str
    provider: str
    environment: str
    grading: Grading
    special_regime: str = ""
    origin: Origin = Origin.GOVERNMENT
    core: Core = UNSTATED


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody and everything of the demonstration."""

    organisations: tuple[CastOrganisation, ...]
    people: tuple[CastPerson, ...]
    environments: tuple[CastEnvironment, ...]
    datasets: tuple[CastDataset, ...]

    def organisation(self, key: str) -> CastOrganisation:
        """Return the organisation of that key; KeyError if there is none."""
        return {organisation.key: organisation for organisation in self.organisations}[key]

    def person(self, account: str) -> CastPerson:
        """Return the person of that account name; KeyError if there is none."""
        return {person.account: person for person in self.people}[account]

    def dataset(self, key: str) -> CastDataset:
        """Return the dataset of that key; KeyError if there is none."""
        return {dataset.key: dataset for dataset in self.datasets}[key]

    def with_role(self, organisation: str, role: Role) -> tuple[CastPerson, ...]:
        """Return the organisation's people who hold the role, in the order of the cast."""
        return tuple(one for one in self.people if one.organisation == organisation and role in one.roles)


_AUTHORITY, _PROVIDER = OrganisationRole.AUTHORITY, OrganisationRole.PROVIDER
_SUPERVISOR, _REVIEWER = OrganisationRole.SUPERVISOR, OrganisationRole.THIRD_PARTY_REVIEWER
_OPERATOR, _DEVELOPER = OrganisationRole.OPERATOR, OrganisationRole.DEVELOPER
_ORGANISATIONS = (
    ("bigdata", "遵义市大数据局", "11", "00718520", "机关", (_AUTHORITY,), CITY_REGION),
    ("market", "遵义市市场监督管理局", "11", "MB0T4101", "机关", (_PROVIDER,), CITY_REGION),
    ("health", "遵义市卫生健康局", "11", "00942613", "机关", (_PROVIDER,), CITY_REGION),
    ("insurance", "遵义市医疗保障局", "11", "MB1C7702", "机关", (_PROVIDER,), CITY_REGION),
    ("meitan-health", "湄潭县卫生健康局", "11", "00935208", "机关", (_PROVIDER,), COUNTY_REGION),
    ("civil", "遵义市民政局", "11", "00942728", "机关", (_PROVIDER,), CITY_REGION),
    ("meitan-water", "湄潭县水务局", "11", "00935319", "机关", (_PROVIDER,), COUNTY_REGION),
    ("tongda", "黔北通达快递有限公司", "91", "MA6Y5T89", "企业", (_PROVIDER,), CITY_REGION),
    ("cyberspace", "遵义市互联网信息办公室", "11", "MB0P3306", "机关", (_SUPERVISOR,), CITY_REGION),
    ("operator", "遵义数据运营有限公司", "91", "MA6Y7K01", "企业", (_OPERATOR,), CITY_REGION),
    ("qianshu", "黔数云图科技有限公司", "91", "MA6Y8M23", "企业", (_DEVELOPER,), "520303"),
    ("meijiang", "湄江智谷数据服务有限公司", "91", "MA6Y9P45", "企业", (_DEVELOPER,), COUNTY_REGION),
    ("hengzhun", "贵州衡准信息安全测评有限公司", "91", "MA6Y2Q67", "企业", (_REVIEWER,), "520302"),
)  # fmt: skip

_OFFICER = Role.ORGANISATION_OFFICER
_PEOPLE = (
    ("chen.guanglan", "陈观澜", "bigdata", (Role.AUTHORITY_OFFICER, _OFFICER)),
    ("luo.zhengyan", "罗正言", "bigdata", (Role.AUTHORITY_OFFICER, _OFFICER)),
    ("zhou.minxing", "周敏行", "bigdata", (Role.SECURITY_REVIEWER,)),
    ("wu.siqi", "吴思齐", "bigdata", (Role.SECURITY_REVIEWER,)),
    ("tian.yufang", "田玉芳", "market", (_OFFICER,)),
    ("zhao.qinghe", "赵清和", "market", (Role.STEWARD,)),
    ("yang.lizhi", "杨立之", "market", (Role.PROVIDER_REVIEWER,)),
    ("ran.guanghui", "冉光辉", "health", (_OFFICER,)),
    ("he.anran", "何安然", "health", (Role.STEWARD,)),
    ("tang.shouyi", "唐守一", "health", (Role.PROVIDER_REVIEWER,)),
    ("deng.wenyuan", "邓文渊", "insurance", (_OFFICER,)),
    ("liu.jingshu", "刘静姝", "insurance", (Role.STEWARD,)),
    ("shen.zhiyuan", "申致远", "insurance", (Role.PROVIDER_REVIEWER,)),
    ("feng.chaming", "冯茶茗", "meitan-health", (_OFFICER,)),
    ("ouyang.lan", "欧阳岚", "meitan-health", (Role.STEWARD,)),
    ("linghu.ping", "令狐平", "meitan-health", (Role.PROVIDER_REVIEWER,)),
    ("xie.mingjian", "谢明鉴", "cyberspace", (Role.SUPERVISOR,)),
    ("shi.mingcha", "史明察", "cyberspace", (_OFFICER,)),
    ("li.yuncheng", "李运成", "operator", (Role.OPERATOR, _OFFICER)),
    ("zhang.kai", "张凯", "operator", (Role.OPERATOR,)),
    ("peng.qian", "彭黔", "qianshu", (_OFFICER,)),
    ("lin.xiaoyu", "林晓雨", "qianshu", (Role.DEVELOPER,)),
    ("xu.zhizhong", "徐执中", "qianshu", (Role.DEVELOPER,)),
    ("jiang.hui", "蒋慧", "meijiang", (_OFFICER,)),
    ("song.keyi", "宋可宜", "meijiang", (Role.DEVELOPER,)),
    ("gao.heng", "高衡", "hengzhun", (Role.SECURITY_REVIEWER,)),
    ("cai.zhun", "蔡准", "hengzhun", (_OFFICER,)),
    ("mei.ruosong", "梅若松", "civil", (_OFFICER,)),
    ("bai.ruxue", "白如雪", "civil", (Role.STEWARD,)),
    ("fang.siyuan", "方思源", "civil", (Role.PROVIDER_REVIEWER,)),
    ("shui.changqing", "水长清", "meitan-water", (_OFFICER,)),
    ("jiang.hanbo", "江寒波", "meitan-water", (Role.STEWARD,)),
    ("qu.yuanliu", "渠源流", "meitan-water", (Role.PROVIDER_REVIEWER,)),
    ("tong.daren", "童达仁", "tongda", (_OFFICER,)),
    ("ma.shunfeng", "马顺风", "tongda", (Role.STEWARD,)),
    ("lu.pingan", "路平安", "tongda", (Role.PROVIDER_REVIEWER,)),
)

_INTERNAL = ProvincialLevel.INTERNAL


def _core(abstract: str, form: str, cycle: Cycle, opening: Opening, rows: int) -> Core:
    return Core(
        abstract=abstract,
        formats=(form,),
        sharing=Sharing.CONDITIONAL,
        sharing_condition="履行职责需要",
        opening=opening,
        cycle=cycle,
        issued=date(2024, 11, 1),
        rows=rows,
    )


_DATASETS = (
    CastDataset(
        "companies", "市场主体登记信息", "307001/000001", "market", "520300",
        Grading(_INTERNAL, NationalLevel.GENERAL, Grade.L3),
        core=_core("全市企业和农民专业合作社登记信息", "csv", Cycle.MONTH, Opening.AFTER_MASKING, 10_000),
    ),
    CastDataset(
        "visits", "医疗保障就诊结算明细", "307015/000001", "insurance", "520300",
        Grading(_INTERNAL, NationalLevel.GENERAL, Grade.L4), "health",
        core=_core("参保人员就诊结算逐笔明细", "csv", Cycle.MONTH, Opening.AFTER_MASKING, 60_000),
    ),
    CastDataset(
        "meitan-visits", "湄潭县就诊结算明细", "307015/520328", "meitan-health", "520328",
        Grading(_INTERNAL, NationalLevel.GENERAL, Grade.L4), "health",
        core=_core("湄潭县定点医疗机构就诊结算逐笔明细", "xlsx", Cycle.MONTH, Opening.AFTER_MASKING, 3_000),
    ),
    CastDataset(
        "allowances", "城乡低保家庭信息", "307022/000001", "civil", "520300",
        Grading(_INTERNAL, NationalLevel.GENERAL, Grade.L4),
        core=_core("城市和农村低保在保家庭", "csv", Cycle.QUARTER, Opening.AFTER_MASKING, 5_000),
    ),
    CastDataset(
        "water", "供水分区计量水表抄表记录", "307031/520328", "meitan-water", "520328",
        Grading(ProvincialLevel.PUBLIC, NationalLevel.GENERAL, Grade.L1), "water", Origin.PUBLIC_UTILITY,
        _core("供水管网分区计量水表的抄表记录，不涉及用户", "parquet", Cycle.DAY, Opening.OPEN, 100_000),
    ),
    CastDataset(
        "parcels", "快递网点日收派件量", "307040/000001", "tongda", "520300",
        Grading(ProvincialLevel.INTERNAL, NationalLevel.GENERAL, Grade.L2), "", Origin.SOCIAL,
        _core("企业自愿提供的网点日收派件量", "csv", Cycle.DAY, Opening.AFTER_MASKING, 6_000),
    ),
)  # fmt: skip


def cast() -> Cast:
    """Return the cast; the same every time."""
    return Cast(
        organisations=tuple(_organisation(*row) for row in _ORGANISATIONS),
        people=tuple(
            CastPerson(account, name, _resident_id(number), organisation, roles)
            for number, (account, name, organisation, roles) in enumerate(_PEOPLE)
        ),
        environments=(
            CastEnvironment("520300", "遵义市安全可信开发利用环境", CITY_REGION),
            CastEnvironment("520328", "湄潭县安全可信开发利用环境", COUNTY_REGION),
        ),
        datasets=_DATASETS,
    )


def _organisation(
    key: str, name: str, register: str, body: str, kind: str, roles: tuple[OrganisationRole, ...], region: str
) -> CastOrganisation:
    return CastOrganisation(
        key=key,
        name=name,
        uscc=uscc(register, region, body),
        kind=kind,
        roles=roles,
        region=region,
        qualified_until=date(2029, 12, 31) if _REVIEWER in roles else None,
    )


def _resident_id(number: int) -> str:
    """Return a well-formed ID that nobody bears: its region is the city, never a county."""
    birth = date(1975 + number % 20, 1 + number % 12, 1 + number % 28)
    first17 = f"{CITY_REGION}{birth:%Y%m%d}{number + 1:03d}"
    return first17 + resident_id_check_digit(first17)
