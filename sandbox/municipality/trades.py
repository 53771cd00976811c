"""The words firms are made of: trades with their scopes, fancy names, and kinds of enterprise.

Kinds are skewed as in a real register: a few hold almost all firms, and some hold one,
three or seven, so that a count by kind has cells that must not leave as they are.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of business: the words a firm's name may carry, its scope, its weight."""

    words: tuple[str, ...]
    scope: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class FirmKind:
    """A kind of enterprise: USCC register, ending of the name, weight, or a fixed number of firms."""

    name: str
    register: str
    endings: tuple[str, ...]
    weight: float = 0.0
    exactly: int = 0
    capital: float = 100.0


TRADES = (
    Trade(
        ("商贸", "贸易", "百货"),
        ("日用百货销售", "五金交电销售", "建筑材料批发零售", "劳保用品销售", "办公用品销售"),
        20,
    ),
    Trade(("茶业", "茶叶", "生态茶业"), ("茶叶种植", "茶叶加工及销售", "茶具销售", "茶园观光服务"), 8),
    Trade(
        ("酒业", "酿酒", "酒类销售"), ("白酒生产及销售", "预包装食品销售", "酒类包装材料销售", "窖池租赁"), 12
    ),
    Trade(
        ("建筑工程", "建筑劳务", "装饰工程"),
        ("房屋建筑工程施工", "室内外装饰装修", "建筑劳务分包", "市政工程施工"),
        12,
    ),
    Trade(
        ("农业开发", "种养殖", "生态农业"),
        ("蔬菜种植及销售", "生猪养殖", "中药材种植", "辣椒种植、加工及销售", "农业技术推广"),
        14,
    ),
    Trade(("餐饮", "餐饮管理", "酒店管理"), ("餐饮服务", "住宿服务", "会议服务", "羊肉粉制售"), 8),
    Trade(
        ("科技", "信息技术", "网络科技"),
        ("软件开发", "信息系统集成服务", "计算机及配件销售", "大数据技术咨询"),
        7,
    ),
    Trade(("运输", "物流", "汽车服务"), ("普通货物道路运输", "仓储服务", "汽车维修", "装卸搬运服务"), 7),
    Trade(("矿业", "建材", "砂石"), ("砂石开采及销售", "煤炭销售", "水泥制品生产", "石材加工"), 4),
    Trade(("医药", "大药房", "医疗器械"), ("药品零售", "医疗器械销售", "保健食品销售", "中药饮片销售"), 4),
    Trade(
        ("文化传媒", "广告", "旅游开发"),
        ("广告设计、制作、发布", "文化艺术交流活动策划", "旅游资源开发", "会展服务"),
        4,
    ),
    Trade(("教育咨询", "家政服务", "人力资源"), ("教育信息咨询", "家政服务", "劳务派遣", "母婴护理服务"), 3),
    Trade(("竹木制品", "家具", "林业"), ("竹制品加工及销售", "家具制造", "苗木种植及销售"), 2),
)

KINDS = (
    FirmKind("有限责任公司(自然人投资或控股)", "91", ("有限公司", "有限责任公司"), 44, capital=200),
    FirmKind("有限责任公司(自然人独资)", "91", ("有限公司", "有限责任公司"), 26, capital=100),
    FirmKind("个人独资企业", "91", ("经营部", "中心", "厂"), 10, capital=20),
    FirmKind("农民专业合作社", "93", ("农民专业合作社",), 9, capital=120),
    FirmKind("有限责任公司分公司(自然人投资或控股)", "91", ("有限公司分公司",), 5, capital=0),
    FirmKind("有限合伙企业", "91", ("合伙企业（有限合伙）",), 2.4, capital=800),
    FirmKind("有限责任公司(国有独资)", "91", ("有限责任公司",), 1.4, capital=10_000),
    FirmKind("其他股份有限公司(非上市)", "91", ("股份有限公司",), 0.9, capital=2_000),
    FirmKind("普通合伙企业", "91", ("事务所（普通合伙）", "经营部（普通合伙）"), 0.7, capital=50),
    FirmKind("集体所有制", "91", ("供销社", "公司"), 0.6, capital=60),
    FirmKind("全民所有制", "91", ("总公司", "公司"), exactly=17, capital=500),
    FirmKind("有限责任公司(台港澳与境内合资)", "91", ("有限公司",), exactly=7, capital=3_000),
    FirmKind("有限责任公司(外国法人独资)", "91", ("有限公司",), exactly=3, capital=8_000),
    FirmKind("股份有限公司(上市、自然人投资或控股)", "91", ("股份有限公司",), exactly=1, capital=900_000),
    FirmKind("中外合作经营企业", "91", ("有限公司",), exactly=1, capital=6_000),
)

FANCY = (
    "鑫泰瑞恒宏盛达隆兴源丰和顺永安康嘉华美佳诚信德聚汇融通远航博文金玉龙凤祥云山水林森茂"
    "荣昌福禄旺腾飞翔宇天地星辰阳光明亮黔遵湄赤播娄乌江茗春秋雨露青绿蓝白朗润泽浩瀚"
)

LEGAL_TEXT = (
    "法律、法规、国务院决定规定禁止的不得经营；法律、法规、国务院决定规定应当许可（审批）的，"
    "经审批机关批准后凭许可（审批）文件经营；法律、法规、国务院决定规定无需许可（审批）的，市场主体自主选择经营。"
)
