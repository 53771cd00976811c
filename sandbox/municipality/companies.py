"""The register of firms of an invented Zunyi: believable, skewed and dirty, from a seed alone.

One person stands behind several firms, capital has a heavy tail, a few scopes name their
own firm, and some codes are missing or wrong. Grade 2 or 3 data: the interactive set of
the demo. Makes no file; the writers do.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from sandbox.municipality.extract import Extract, Flaw, Spoiler, full_width
from sandbox.municipality.names import draw_names, draw_surnames
from sandbox.municipality.numbers import draw_landlines, draw_mobiles, draw_usccs, wrong_check_digit
from sandbox.municipality.places import COUNTIES, draw_addresses, draw_counties
from sandbox.municipality.trades import FANCY, KINDS, LEGAL_TEXT, TRADES, Trade

TITLE = "市场主体登记信息"
COMMENTS = {
    "企业名称": "营业执照上的名称",
    "统一社会信用代码": "18 位统一社会信用代码",
    "注册日期": "成立日期",
    "企业类型": "市场主体类型",
    "法定代表人": "法定代表人、负责人或经营者姓名",
    "注册资本(万元)": "认缴注册资本，万元人民币",
    "经营范围": "登记的经营范围",
    "行政区划": "登记机关所在县级行政区",
    "注册地址": "住所或经营场所",
    "联系电话": "企业联系电话",
}
_OUTSIDE = (("贵阳市南明区", 3), ("毕节市金沙县", 1), ("重庆市綦江区", 1))
_LAST_DAY = date(2024, 10, 31)
_COMMON_CAPITALS = np.array([10, 20, 30, 50, 100, 200, 300, 500, 1000, 2000, 5000])


def companies(seed: int, *, count: int = 10_000) -> Extract:
    """Return `count` firms (and about 0.3 % of them twice) in the order of their registration.

    The same seed gives the same table in every run; columns are the keys of `COMMENTS`.
    """
    rng = np.random.default_rng([seed, 0xC0])
    kinds = _draw_kinds(rng, count)
    days = np.sort((rng.beta(4.5, 1.3, size=count) * (_LAST_DAY - date(1981, 1, 1)).days).astype(int))
    founded = [date(1981, 1, 1) + timedelta(days=int(day)) for day in days]
    counties = draw_counties(rng, count, even=0.3)
    registers = [KINDS[kind].register for kind in kinds]
    regions = [COUNTIES[county].code for county in counties]
    trades = rng.choice(len(TRADES), size=count, p=_weights([trade.weight for trade in TRADES]))
    persons = _draw_owners(rng, count)
    columns = {
        "企业名称": _draw_firm_names(rng, kinds=kinds, trades=trades, counties=counties),
        "统一社会信用代码": draw_usccs(
            rng, registers=registers, regions=regions, years=np.array([day.year for day in founded])
        ),
        "注册日期": [day.isoformat() for day in founded],
        "企业类型": [KINDS[kind].name for kind in kinds],
        "法定代表人": _owner_names(rng, persons),
        "注册资本(万元)": _draw_capitals(rng, kinds),
        "经营范围": _draw_scopes(rng, trades),
        "行政区划": [COUNTIES[county].name for county in counties],
        "注册地址": draw_addresses(rng, counties, business=True),
        "联系电话": _draw_phones(rng, persons),
    }
    spoiler = Spoiler(rng, columns)
    _spoil(spoiler, columns)
    return _with_duplicates(rng, columns, spoiler)


def _weights(values: list[float]) -> np.ndarray:
    return np.array(values) / sum(values)


def _draw_kinds(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return positions in `KINDS`; rare kinds have exactly their number (if there is room)."""
    kinds = rng.choice(len(KINDS), size=count, p=_weights([kind.weight for kind in KINDS]))
    free = iter(rng.permutation(count).tolist())
    for position, kind in enumerate(KINDS):
        for _ in range(kind.exactly if count >= 1000 else 0):
            kinds[next(free)] = position
    return kinds


def _draw_owners(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return a person for each firm: most stand behind one, a few (by Zipf) behind dozens."""
    several = rng.random(count) < 0.28
    pool = max(1, count // 6)
    zipf = 1 / (np.arange(pool) + 12.0)
    return np.where(several, rng.choice(pool, size=count, p=zipf / zipf.sum()), pool + np.arange(count))


def _owner_names(rng: np.random.Generator, persons: np.ndarray) -> list[str]:
    known, inverse = np.unique(persons, return_inverse=True)
    peoples = np.zeros(len(known), dtype=int)
    male = rng.random(len(known)) < 0.68
    names = draw_names(
        rng,
        surnames=draw_surnames(rng, peoples),
        peoples=peoples,
        male=male,
        born=rng.integers(1950, 2003, size=len(known)),
    )
    return [names[person] for person in inverse]


def _draw_phones(rng: np.random.Generator, persons: np.ndarray) -> list[str]:
    """Return phones: the owner's mobile for most firms, a landline for the rest."""
    known, inverse = np.unique(persons, return_inverse=True)
    mobiles, landlines = draw_mobiles(rng, len(known)), draw_landlines(rng, len(persons))
    fixed = rng.random(len(persons)) < 0.12
    return [landlines[row] if fixed[row] else mobiles[person] for row, person in enumerate(inverse)]


def _draw_firm_names(
    rng: np.random.Generator, *, kinds: np.ndarray, trades: np.ndarray, counties: np.ndarray
) -> list[str]:
    count = len(kinds)
    parts = rng.random((count, 5))
    taken: set[str] = set()
    names = []
    for row in range(count):
        county, kind, trade = COUNTIES[counties[row]].name, KINDS[kinds[row]], TRADES[trades[row]]
        heads = (county, county, "遵义市", "遵义", "贵州")
        head, fancy_1, fancy_2, word, ending = parts[row]
        name = ""
        tries = 0
        while not name or name in taken:
            letters = _pick(FANCY, fancy_1) + _pick(FANCY, fancy_2, shift=tries)
            letters += _pick(FANCY, word, shift=tries) if tries else ""
            name = f"{_pick(heads, head)}{letters}{_pick(trade.words, word)}{_pick(kind.endings, ending)}"
            tries += 1
        taken.add(name)
        names.append(name)
    return names


def _pick(pool: str | tuple[str, ...], part: float, *, shift: int = 0) -> str:
    return pool[(int(part * len(pool)) + shift) % len(pool)]


def _draw_capitals(rng: np.random.Generator, kinds: np.ndarray) -> list[str]:
    """Return capital in 万元 as text: common round sums, a Pareto tail, nothing for branches."""
    base = np.array([kind.capital for kind in KINDS])[kinds]
    drawn = base * np.exp(rng.normal(0, 1.1, size=len(kinds)))
    tail = rng.random(len(kinds)) < 0.03
    drawn = np.where(tail, base * (1 + rng.pareto(0.75, size=len(kinds))), drawn)
    nearest = _COMMON_CAPITALS[
        np.abs(np.log(_COMMON_CAPITALS / np.maximum(drawn, 1)[:, None])).argmin(axis=1)
    ]
    is_round = (rng.random(len(kinds)) < 0.8) & (drawn < 8000)
    amounts = np.where(is_round, nearest, np.round(np.minimum(drawn, 3_000_000), 2))
    return ["" if base[row] == 0 else f"{amounts[row]:.10g}" for row in range(len(kinds))]


def _draw_scopes(rng: np.random.Generator, trades: np.ndarray) -> list[str]:
    legal, size, start = (
        rng.random(len(trades)),
        rng.integers(1, 5, size=len(trades)),
        rng.random(len(trades)),
    )
    other = rng.integers(len(TRADES), size=len(trades))

    def items(trade: Trade, row: int) -> list[str]:
        first = int(start[row] * len(trade.scope))
        return [
            trade.scope[(first + step) % len(trade.scope)] for step in range(min(size[row], len(trade.scope)))
        ]

    def one(row: int) -> str:
        words = items(TRADES[trades[row]], row) + items(TRADES[other[row]], row)[: size[row] // 2]
        own = "；".join(dict.fromkeys(words))
        return f"{LEGAL_TEXT}（{own}）" if legal[row] < 0.25 else f"{own}。"

    return [one(row) for row in range(len(trades))]


def _spoil(spoiler: Spoiler, columns: dict[str, list[str]]) -> None:
    """Put in the dirt of a real register, a share for each kind."""
    code, capital, scope = "统一社会信用代码", "注册资本(万元)", "经营范围"
    spoiler.sentinels(code, 0.003, ("", "N/A", "无"))
    for row in spoiler.rows(0.0008, column=code, least=3):
        spoiler.put(row, code, wrong_check_digit(columns[code][row]), Flaw.WRONG_CHECK_DIGIT)
    for row in spoiler.rows(0.002, column=code):
        spoiler.put(row, code, full_width(columns[code][row]), Flaw.FULL_WIDTH)
    spoiler.sentinels(capital, 0.06, ("N/A", "无", "", "-"))
    _spoil_amounts(spoiler, columns[capital])
    spoiler.sentinels("法定代表人", 0.01, ("N/A", "无", "不详"))
    spoiler.sentinels("联系电话", 0.05, ("无", "N/A", "", "/"))
    for row in spoiler.rows(0.004, column="联系电话"):
        spoiler.put(row, "联系电话", full_width(columns["联系电话"][row]), Flaw.FULL_WIDTH)
    for row in spoiler.rows(0.01, column="注册日期"):
        spoiler.put(row, "注册日期", columns["注册日期"][row].replace("-", "/"), Flaw.DATE_LAYOUT)
    for row in spoiler.rows(0.0003, column="注册日期", least=2):
        spoiler.put(row, "注册日期", "2042" + columns["注册日期"][row][4:], Flaw.FUTURE_DATE)
    told = ("企业名称", code, "法定代表人", "注册地址", "联系电话")
    for number, row in enumerate(spoiler.rows(0.005, column=scope, clean=told, least=6)):
        spoiler.put(row, scope, _own_identity(columns, row, form=number % 4), Flaw.OWN_IDENTITY)
    free = iter(spoiler.rows(0.01, column="行政区划", least=5))
    for place, number in _OUTSIDE:
        for row in [next(free) for _ in range(number)]:
            columns["行政区划"][row] = place


def _spoil_amounts(spoiler: Spoiler, capitals: list[str]) -> None:
    for number, row in enumerate(spoiler.rows(0.08, column="注册资本(万元)")):
        if not capitals[row]:
            continue
        amount = float(capitals[row])
        spelt = (f"{amount:.4f}(万元人民币)", f"{amount:,.10g}(万元)", f"{amount:.10g}万人民币")[number % 3]
        spoiler.put(row, "注册资本(万元)", spelt, Flaw.AMOUNT_WITH_UNIT)
    for row in spoiler.rows(0.01, column="注册资本(万元)"):
        if capitals[row]:
            spoiler.put(row, "注册资本(万元)", full_width(capitals[row]), Flaw.FULL_WIDTH)


def _own_identity(columns: dict[str, list[str]], row: int, *, form: int) -> str:
    """Return a scope that gives the row's own firm, person, phone or house number away."""
    name, person = columns["企业名称"][row], columns["法定代表人"][row]
    phone, scope = columns["联系电话"][row], columns["经营范围"][row].rstrip("。")
    address = columns["注册地址"][row]
    return (
        f"{name}生产的产品销售；{scope}。",
        f"{scope}。联系人：{person}，电话：{phone}",
        f"{scope}（{person}名下经营场所：{address}）",
        f"{scope}。（凭{columns['统一社会信用代码'][row]}号执照经营）",
    )[form]


def _with_duplicates(rng: np.random.Generator, columns: dict[str, list[str]], spoiler: Spoiler) -> Extract:
    """Return the extract with some rows delivered a second time at its end."""
    count = len(columns["企业名称"])
    again = np.sort(rng.permutation(count)[: max(1, count * 3 // 1000)])
    flaws = spoiler.flaws
    for row in again.tolist():
        position = len(columns["企业名称"])
        flaws.append(type(flaws[0])(position, "", Flaw.DUPLICATE))
        for values in columns.values():
            values.append(values[row])
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return Extract(title=TITLE, table=table, flaws=tuple(flaws), comments=COMMENTS)
