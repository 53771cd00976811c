"""Cuts addresses and division codes down to province, city or district.

Guizhou's divisions are a closed list (names and GB/T 2260 codes); elsewhere the province
is closed and city and district follow a narrow pattern directly behind it. What is not
recognised becomes null: no street, village or house number can come out of here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.masking.divisions import CITIES, DISTRICTS, FORMER_CODES, HOME_PROVINCE, PROVINCES
from sandbox.masking.techniques import RegionLevel

HEAD = 40
FEW = 256
"""Below this many heads Arrow's compiling of the pattern costs more than Python's matching."""
PREFIXES = (6, 9, 16, HEAD)
"""Code points of an address that are looked at; the longest name of a Guizhou district has 24."""
_OTHER = r"0-9省市区县盟旗镇乡村路街道号\x1f"
_PARTS = ("k", "p1", "c1", "d1", "p2", "c2", "p3", "c3", "d3", "p4", "c4")
_NOT_DISTRICT = re.compile(r"(?:小|社|园|校|厂|景|库|片|辖|住宅|工业|保税|商业|生活|宿舍|集中|[A-Za-z])区$")


def generalise(cells: pa.Array, level: RegionLevel) -> pa.Array:
    """Return the division's name for every cell; null where none is recognised.

    Most addresses begin with one of few spellings of a district, so growing prefixes are
    looked up once each; only what no prefix settles is matched as a whole.
    """
    rest = np.arange(len(cells))
    result = np.full(len(cells), -1, dtype=np.int32)
    names: list[str] = []
    for length in PREFIXES:
        heads = pc.utf8_slice_codeunits(cells.take(pa.array(rest)), 0, length)
        coded = pc.dictionary_encode(heads)
        settled = _recognised(coded.dictionary, level, districts_only=length < HEAD)
        found = settled.take(coded.indices).dictionary_encode()
        slots = pc.fill_null(found.indices, -1).to_numpy(zero_copy_only=False)
        result[rest] = np.where(slots >= 0, slots + len(names), -1)
        names += found.dictionary.to_pylist()
        rest = rest[slots < 0]
        if not len(rest):
            break
    return pa.array(names, pa.string()).take(pa.array(result, mask=result < 0))


def _recognised(heads: pa.Array, level: RegionLevel, *, districts_only: bool) -> pa.Array:
    """Return the division of every head; `districts_only`: only where a longer head says the same."""
    heads = pc.replace_substring_regex(
        pc.utf8_normalize(heads, "NFKC"), pattern=r"[\s\x00-\x1f,，、·\-]+", replacement=""
    )
    if len(heads) < FEW:
        matches = [_matcher().match(head) if head is not None else None for head in heads.to_pylist()]
        parts_of = [[part or "" for part in found.group(*_PARTS)] if found else None for found in matches]
        few = [_settled(found, level, districts_only) if found else None for found in parts_of]
        return pa.array(few, pa.string())
    fields = pc.extract_regex(heads, pattern=_layout())
    parts = [pc.struct_field(fields, name) for name in _PARTS]
    coded = pc.dictionary_encode(pc.binary_join_element_wise(*parts, "\x1f"))
    split = [joined.split("\x1f") for joined in coded.dictionary.to_pylist()]
    return pa.array([_settled(found, level, districts_only) for found in split], pa.string()).take(
        coded.indices
    )


def _settled(parts: list[str], level: RegionLevel, districts_only: bool) -> str | None:
    return None if districts_only and not parts[_PARTS.index("d1")] else _name(parts, level)


@cache
def _matcher() -> re.Pattern[str]:
    return re.compile(_layout())


@cache
def _layout() -> str:
    """Return the pattern: a code; or province, city, district; or less of it; or elsewhere in China."""
    province = _choice(name for names in PROVINCES.values() for name in names)
    city = _choice(name for names in CITIES.values() for name in names)
    full_city = _choice(names[0] for names in CITIES.values())
    district = _choice(name for names in DISTRICTS.values() for name in names)
    full_province = _choice(names[0] for names in PROVINCES.values())
    other_city = rf"[^{_OTHER}]{{2,10}}?(?:自治州|地区|盟|市)"
    other_district = rf"[^{_OTHER}]{{1,10}}?(?:自治县|自治旗|县|旗|区)"
    return (
        rf"^(?:(?P<k>[0-9]{{6}})(?:[0-9]{{6}})?$|(?:中国)?(?:"
        rf"(?P<p1>{province})?(?P<c1>{city})?(?:{city})?(?P<d1>{district})"
        rf"|(?P<p2>{province})?(?P<c2>{full_city})"
        rf"|(?P<p3>{full_province})(?P<c3>{other_city})?(?P<d3>{other_district})?"
        rf"|(?P<p4>{province})?(?P<c4>{city})?$))"
    )


def _choice(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(set(names), key=lambda name: (-len(name), name)))


def _name(parts: list[str], level: RegionLevel) -> str | None:
    """Return the division named by what the pattern found, or None."""
    found = dict(zip(_PARTS, parts, strict=True))
    if found["k"]:
        return _of_code(found["k"], level)
    code = _code_of(found)
    if code:
        return _of_code(code, level)
    return _elsewhere(found, level)


def _code_of(found: dict[str, str]) -> str:
    """Return the code of a division of Guizhou (6, 4 or 2 places), or "" for elsewhere and nowhere."""
    province = _key(PROVINCES, found["p1"] or found["p2"] or found["p3"] or found["p4"])
    city = _key(CITIES, found["c1"] or found["c2"] or found["c4"])
    district = _key(DISTRICTS, found["d1"])
    if province not in ("", HOME_PROVINCE):
        return ""
    if district and city and not district.startswith(city):
        return city  # the address contradicts itself: only what both agree on
    return district or city or province


def _key(divisions: dict[str, tuple[str, ...]], name: str) -> str:
    return next((code for code, names in divisions.items() if name and name in names), "")


def _of_code(code: str, level: RegionLevel) -> str | None:
    code = FORMER_CODES.get(code, code)
    if level is RegionLevel.PROVINCE:
        return _first(PROVINCES, code[:2])
    city = _first(CITIES, code[:4])
    if level is RegionLevel.CITY or city is None:
        return city
    district = _first(DISTRICTS, code)
    return city + district if district else None


def _first(divisions: dict[str, tuple[str, ...]], code: str) -> str | None:
    names = divisions.get(code)
    return names[0] if names else None


def _elsewhere(found: dict[str, str], level: RegionLevel) -> str | None:
    """Return a division outside Guizhou: a known province, and what stands directly behind it."""
    province = _first(PROVINCES, _key(PROVINCES, found["p1"] or found["p2"] or found["p3"] or found["p4"]))
    if province is None or level is RegionLevel.PROVINCE:
        return province
    city = found["c3"] or (province if province.endswith("市") else "")
    if level is RegionLevel.CITY or not city:
        return city or None
    district = found["d3"]
    return city + district if district and not _NOT_DISTRICT.search(district) else None
