"""Daily parcels of the branches of an invented delivery firm: social data (第五条), about no person.

What a firm contributes with its consent. Makes no file; the writers do.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from sandbox.municipality.extract import Extract
from sandbox.municipality.places import COUNTIES, draw_counties

TITLE = "快递网点日收派件量"
COMMENTS = {
    "网点编号": "网点编号",
    "县区": "网点所在县区",
    "日期": "统计日期",
    "收件量": "当日收件数，件",
    "派件量": "当日派件数，件",
}
_FIRST = date(2024, 6, 1)
DAYS = 50


def parcels(seed: int, *, count: int = 6_000) -> Extract:
    """Return `count` rows in order of branch and day; the same seed gives the same table."""
    rng = np.random.default_rng([seed, 0x9A2C])
    branches = -(-count // DAYS)
    branch = np.repeat(np.arange(branches), DAYS)[:count]
    turn = np.tile(np.arange(DAYS), branches)[:count]
    county = draw_counties(rng, branches)
    size = rng.gamma(2.0, 120.0, size=branches)[branch]
    columns = {
        "网点编号": [f"KD{one:04d}" for one in branch],
        "县区": [COUNTIES[at].name for at in county[branch]],
        "日期": [(_FIRST + timedelta(days=int(day))).isoformat() for day in turn],
        "收件量": [str(many) for many in rng.poisson(size * 0.4)],
        "派件量": [str(many) for many in rng.poisson(size)],
    }
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return Extract(title=TITLE, table=table, flaws=(), comments=COMMENTS)
