"""Readings of the district meters of a county's water network: data about pipes, about nobody.

Every meter counts up; flow follows the season and the size of the pipe; a few stand still. The
department delivers typed Parquet. Makes no file; the writers do.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.municipality.extract import Extract
from sandbox.municipality.places import BY_CODE

TITLE = "供水分区计量水表抄表记录"
COMMENTS = {
    "表号": "分区计量水表编号",
    "计量分区": "供水管网计量分区",
    "乡镇": "分区所在乡镇街道",
    "口径": "水表口径，毫米",
    "抄表日期": "抄表日期",
    "表底数": "抄表时的读数，立方米",
    "用水量": "与上次抄表之间的用水量，立方米",
    "表况": "正常、停走或换表",
}
TYPES = {
    "口径": pa.int32(),
    "抄表日期": pa.date32(),
    "表底数": pa.int64(),
    "用水量": pa.int64(),
}
_COUNTY = "520328"
_FIRST = np.datetime64(date(2024, 1, 1))
_BORES = np.array([50, 80, 100, 150, 200, 300])
_STATES = np.array(["正常", "停走", "换表"])
ROUNDS = 100
"""Readings of each meter, one every third day."""


def readings(seed: int, *, count: int = 100_000) -> Extract:
    """Return `count` readings in order of meter and day; the same seed gives the same table."""
    rng = np.random.default_rng([seed, 0x3A7E])
    meters = -(-count // ROUNDS)
    meter = np.repeat(np.arange(meters), ROUNDS)[:count]
    turn = np.tile(np.arange(ROUNDS), meters)[:count]
    bore = _BORES[rng.integers(len(_BORES), size=meters)]
    state = rng.choice(3, size=count, p=(0.985, 0.01, 0.005))
    season = 1 + 0.25 * np.sin((turn * 3 - 90) / 365 * 2 * np.pi)
    used = rng.gamma(4.0, 1.0, size=count) * season * (bore[meter] / 50.0) ** 2 * 9
    used = np.where(state == 1, 0, used).astype(np.int64)
    running = np.cumsum(used)
    before = np.r_[0, running[ROUNDS - 1 :: ROUNDS]][:meters]
    base = rng.integers(1_000, 90_000, size=meters) - before
    towns = np.array(BY_CODE[_COUNTY].towns)
    zone = meter // 8
    columns = {
        "表号": [f"MT{_COUNTY}{one:05d}" for one in meter],
        "计量分区": [f"DMA-{one:03d}" for one in zone],
        "乡镇": towns[zone % len(towns)],
        "口径": bore[meter],
        "抄表日期": _FIRST + turn * 3,
        "表底数": running + base[meter],
        "用水量": used,
        "表况": _STATES[state],
    }
    arrays = {name: pa.array(values) for name, values in columns.items()}
    table = pa.table({name: pc.cast(array, pa.string()) for name, array in arrays.items()})
    return Extract(title=TITLE, table=table, flaws=(), comments=COMMENTS, types=TYPES)
