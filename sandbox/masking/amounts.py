"""Reads numbers and amounts of money as registers spell them, into bands or rounded values.

`101.2000(万元人民币)`, `1,000元`, `50万` and plain numbers are read; a foreign currency is
not converted and a cell with two numbers is not guessed at: both are unreadable, become
null and are reported. Interval labels are half open: the lower cut belongs to the band.
"""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.masking.techniques import Band, Round

_SCALE = {
    "元": 1.0, "圆": 1.0, "千元": 1e3, "万": 1e4, "万元": 1e4, "百万": 1e6, "百万元": 1e6,
    "千万": 1e7, "千万元": 1e7, "亿": 1e8, "亿元": 1e8,
}  # fmt: skip
_MONEY_UNITS = frozenset({"元", "千元", "万元", "百万元", "千万元", "亿元"})
_NUMBER = r"^(?P<p>[^0-9.\-]*)(?P<n>-?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?P<s>[^0-9]*)$"
_YUAN = re.compile(r"人民币|rmb|cny|[¥￥]")
_BRACKETS = re.compile(r"[()\[\]【】 ]")


def numbers(cells: pa.Array, *, unit: str, source_unit: str) -> np.ndarray:
    """Return the cells' values in `unit` as float64; nan where a cell cannot be read.

    `source_unit` is the unit of cells that name none (`unit` itself when empty).
    """
    text = pc.utf8_lower(pc.utf8_normalize(cells, "NFKC"))
    text = pc.replace_substring_regex(text, pattern=r"[,\s\x00-\x1f]", replacement="")
    fields = pc.extract_regex(text, pattern=_NUMBER)
    value = pc.struct_field(fields, "n").cast(pa.float64()).fill_null(float("nan"))
    around = pc.binary_join_element_wise(pc.struct_field(fields, "p"), pc.struct_field(fields, "s"), "\x1f")
    coded = pc.dictionary_encode(around)
    factors = [
        scale(*name.split("\x1f"), unit=unit, source_unit=source_unit)
        for name in coded.dictionary.to_pylist()
    ]
    scales = np.array([*factors, float("nan")])
    codes = coded.indices.fill_null(len(factors)).to_numpy(zero_copy_only=False)
    found: np.ndarray = value.to_numpy(zero_copy_only=False) * scales[codes]
    return found


def scale(prefix: str, suffix: str, *, unit: str, source_unit: str = "") -> float:
    """Return what to multiply a number between those words by to get `unit`; nan if unknown."""
    words = _BRACKETS.sub("", prefix), _BRACKETS.sub("", suffix)
    if words[0] and not _YUAN.fullmatch(words[0]):
        return float("nan")
    if unit not in _MONEY_UNITS:
        return 1.0 if not words[0] and words[1] in ("", unit) else float("nan")
    bare = _YUAN.sub("", words[1]).replace("元元", "元")
    # A currency sign alone says yuan; a bare number is in the column's own unit.
    given = _SCALE.get(bare or ("元" if words[0] in ("¥", "￥") else source_unit or unit))
    return float("nan") if given is None else given / _SCALE[unit]


def band(cells: pa.Array, technique: Band) -> pa.Array:
    """Return the label of the interval each cell's value lies in; null where it cannot be read."""
    values = numbers(cells, unit=technique.unit, source_unit=technique.source_unit)
    readable = np.isfinite(values)
    slot = np.searchsorted(np.array(technique.cuts), np.where(readable, values, 0.0), side="right")
    return pa.array(labels(technique), pa.string()).take(pa.array(slot, pa.int32(), mask=~readable))


def labels(technique: Band) -> list[str]:
    """Return the labels of all intervals, lowest first."""
    cuts = [f"{cut:.15g}" for cut in technique.cuts]
    middle = [f"{low}-{high}{technique.unit}" for low, high in pairwise(cuts)]
    return [f"{cuts[0]}{technique.unit}以下", *middle, f"{cuts[-1]}{technique.unit}及以上"]


def rounded(cells: pa.Array, technique: Round) -> pa.Array:
    """Return each value to `digits` significant digits, in the unit, as plain decimal text."""
    values = numbers(cells, unit=technique.unit, source_unit=technique.source_unit)
    readable = np.isfinite(values)
    size = np.floor(np.log10(np.abs(np.where(readable & (values != 0), values, 1.0))))
    step = technique.digits - 1 - size
    # Dividing by a power of ten is exact for the integers left; multiplying by 0.01 is not.
    up, down = 10.0 ** np.maximum(step, 0), 10.0 ** np.maximum(-step, 0)
    result = np.rint(np.where(readable, values, 0.0) * up / down) * down / up
    distinct, slot = np.unique(result, return_inverse=True)
    names = [np.format_float_positional(value, trim="-") if value else "0" for value in distinct]
    return pa.array(names, pa.string()).take(pa.array(slot, pa.int32(), mask=~readable))
