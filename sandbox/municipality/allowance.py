"""Living-allowance households (低保) of an invented Zunyi: one row a household, most of it sensitive.

Counties with fewer means have more of them; the amount follows the number of persons and the
category. Makes no file; the writers do.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from sandbox.municipality.extract import Extract, Flaw, Spoiler
from sandbox.municipality.numbers import wrong_check_digit
from sandbox.municipality.places import COUNTIES
from sandbox.municipality.population import draw_population

TITLE = "城乡低保家庭信息"
COMMENTS = {
    "家庭编号": "低保系统家庭编号，唯一",
    "户主姓名": "户主姓名",
    "户主身份证号": "户主 18 位公民身份号码",
    "联系电话": "户主登记手机号",
    "家庭住址": "家庭常住地址",
    "县区": "所在县区",
    "保障类别": "城市低保或农村低保",
    "保障人数": "家庭内享受低保的人数",
    "致困原因": "认定时的主要致困原因",
    "月保障金": "当月发放金额，元",
    "纳入日期": "首次纳入保障的日期",
}
_TODAY = date(2024, 10, 31)
_REASONS = ("因病", "因残", "缺少劳动力", "因学", "因灾", "失业", "其他")
_SHARES = (0.31, 0.24, 0.2, 0.08, 0.03, 0.09, 0.05)
_MONTHLY = {"城市低保": 735, "农村低保": 520}


def allowances(seed: int, *, count: int = 5_000) -> Extract:
    """Return `count` households; the same seed gives the same table; columns are the keys of `COMMENTS`."""
    rng = np.random.default_rng([seed, 0xA110])
    heads = draw_population(rng, count=count * 3 + 50, today=_TODAY)
    _, first = np.unique(heads.household, return_index=True)
    chosen = first[:count] if len(first) >= count else np.arange(count)
    urban = rng.random(count) < np.array([county.urban for county in COUNTIES])[heads.counties[chosen]]
    persons = rng.choice(np.arange(1, 6), size=count, p=(0.46, 0.27, 0.15, 0.08, 0.04))
    kinds = np.where(urban, "城市低保", "农村低保").tolist()
    topped = rng.choice((0, 0, 0, 35, 60), size=count)
    since = rng.integers(30, 3_600, size=count)
    columns = {
        "家庭编号": [f"DB{COUNTIES[heads.counties[at]].code}{n:06d}" for n, at in enumerate(chosen)],
        "户主姓名": [heads.names[at] for at in chosen],
        "户主身份证号": [heads.ids[at] for at in chosen],
        "联系电话": [heads.phones[at] for at in chosen],
        "家庭住址": [heads.addresses[at] for at in chosen],
        "县区": [COUNTIES[heads.counties[at]].name for at in chosen],
        "保障类别": kinds,
        "保障人数": [str(many) for many in persons],
        "致困原因": rng.choice(_REASONS, size=count, p=_SHARES).tolist(),
        "月保障金": [
            f"{_MONTHLY[kind] * int(many) + int(more)}.00"
            for kind, many, more in zip(kinds, persons, topped, strict=True)
        ],
        "纳入日期": [(_TODAY - timedelta(days=int(days))).isoformat() for days in since],
    }
    spoiler = Spoiler(rng, columns)
    spoiler.sentinels("联系电话", 0.04, ("无", "", "不详"))
    for row in spoiler.rows(0.001, column="户主身份证号", least=2):
        number = columns["户主身份证号"][row]
        spoiler.put(row, "户主身份证号", wrong_check_digit(number), Flaw.WRONG_CHECK_DIGIT)
    for row in spoiler.rows(0.005, column="纳入日期"):
        spoiler.put(row, "纳入日期", columns["纳入日期"][row].replace("-", "."), Flaw.DATE_LAYOUT)
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return Extract(title=TITLE, table=table, flaws=tuple(spoiler.flaws), comments=COMMENTS)
