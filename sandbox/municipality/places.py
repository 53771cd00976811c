"""The counties of Zunyi and their towns, streets and villages, with population weights.

Geography is public and real; streets, villages, estates and house numbers are combined
at random, so that an address reads true and belongs to nobody. Decides nothing else.
Called by the generators of firms and of visits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CITY_REGION = "520300"


@dataclass(frozen=True, slots=True)
class County:
    """A county-level division: GB/T 2260 code, name, people in ten thousands, share of minorities."""

    code: str
    name: str
    people: float
    minority: float
    towns: tuple[str, ...]
    urban: float = 0.4


COUNTIES = (
    County(
        "520302", "红花岗区", 95, 0.04, ("老城街道", "中华路街道", "南门关街道", "延安路街道", "深溪镇"), 0.85
    ),
    County(
        "520303", "汇川区", 72, 0.04, ("上海路街道", "洗马路街道", "高坪街道", "董公寺街道", "团泽镇"), 0.8
    ),
    County("520304", "播州区", 83, 0.03, ("南白街道", "龙坑街道", "三合镇", "鸭溪镇", "尚嵇镇"), 0.5),
    County("520322", "桐梓县", 53, 0.05, ("海校街道", "娄山关街道", "楚米镇", "夜郎镇", "花秋镇")),
    County("520323", "绥阳县", 38, 0.02, ("洋川街道", "郑场镇", "旺草镇", "风华镇", "宽阔镇")),
    County("520324", "正安县", 39, 0.08, ("凤仪街道", "瑞溪镇", "安场镇", "流渡镇", "谢坝仡佬族苗族乡")),
    County("520325", "道真仡佬族苗族自治县", 24, 0.8, ("尹珍街道", "玉溪镇", "隆兴镇", "旧城镇", "大磏镇")),
    County("520326", "务川仡佬族苗族自治县", 32, 0.9, ("大坪街道", "都濡街道", "丰乐镇", "镇南镇", "石朝乡")),
    County("520327", "凤冈县", 31, 0.12, ("龙泉街道", "进化镇", "永安镇", "绥阳镇", "琊川镇")),
    County("520328", "湄潭县", 38, 0.04, ("湄江街道", "黄家坝街道", "永兴镇", "复兴镇", "马山镇", "兴隆镇")),
    County("520329", "余庆县", 23, 0.13, ("子营街道", "白泥镇", "龙溪镇", "构皮滩镇", "敖溪镇")),
    County("520330", "习水县", 58, 0.03, ("东皇街道", "九龙街道", "土城镇", "温水镇", "良村镇")),
    County("520381", "赤水市", 25, 0.02, ("文华街道", "市中街道", "官渡镇", "复兴镇", "大同镇")),
    County("520382", "仁怀市", 66, 0.03, ("中枢街道", "盐津街道", "茅台镇", "鲁班街道", "坛厂街道"), 0.55),
)

BY_CODE = {county.code: county for county in COUNTIES}

_STREETS = (
    "人民路", "解放路", "长征大道", "新华路", "北京路", "湘江路", "茶城大道", "文化路", "迎宾大道", "凤凰路",
    "朝阳路", "建设路", "滨河路", "学府路", "民主路", "环城北路", "环城南路", "中兴路", "桂花街", "书院街",
)  # fmt: skip
_ESTATES = (
    "锦绣家园", "滨江花园", "天鹅湾", "金域华府", "阳光新城",
    "桂苑小区", "书香苑", "翠湖名邸", "茶乡春天", "万里新苑",
)  # fmt: skip
_VILLAGES = (
    "龙井", "金桥", "红星", "团结", "大坝", "梨树", "桃花", "石门", "双山", "落花屯",
    "核桃", "田坝", "沙坝", "黄泥", "清江", "新场", "马鞍", "观音", "凉水", "杨柳",
)  # fmt: skip
_GROUPS = ("一组", "二组", "三组", "四组", "五组", "六组", "七组", "八组")


def draw_counties(rng: np.random.Generator, count: int, *, even: float = 0.0) -> np.ndarray:
    """Return `count` county positions, weighted by people; `even` in 0..1 flattens the weights."""
    weights = np.array([county.people for county in COUNTIES])
    weights = (1 - even) * weights / weights.sum() + even / len(COUNTIES)
    return rng.choice(len(COUNTIES), size=count, p=weights)


def draw_addresses(rng: np.random.Generator, counties: np.ndarray, *, business: bool = False) -> list[str]:
    """Return one full address for each county position, ending in a house or door number with 号."""
    count = len(counties)
    urban = np.array([county.urban for county in COUNTIES])[counties]
    in_town = rng.random(count) < (np.minimum(1.0, urban + 0.4) if business else urban)
    towns = rng.random(count)
    street, estate = rng.integers(len(_STREETS), size=count), rng.integers(len(_ESTATES), size=count)
    village, group = rng.integers(len(_VILLAGES), size=count), rng.integers(len(_GROUPS), size=count)
    number = 1 + rng.geometric(0.012, size=count)
    block, floor, door = (rng.integers(1, top, size=count) for top in (19, 31, 5))
    flats = rng.random(count) < 0.5

    def one(row: int) -> str:
        county = COUNTIES[counties[row]]
        town = county.towns[int(towns[row] * len(county.towns))]
        head = f"贵州省遵义市{county.name}{town}"
        if not in_town[row]:
            return f"{head}{_VILLAGES[village[row]]}村{_GROUPS[group[row]]}{number[row]}号"
        head = f"{head}{_STREETS[street[row]]}{number[row]}号"
        if not flats[row]:
            return head
        return f"{head}{_ESTATES[estate[row]]}{block[row]}栋{floor[row]}-{door[row]}"

    return [one(row) for row in range(count)]
