"""What all techniques share: the register, the payloads, and how a decoded piece is held against a table."""

import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

Rows = Sequence[Mapping[str, str]]
Value = str | tuple[float, float] | Callable[[str], bool]
Fragment = Mapping[str, Value]
Decoder = Callable[[Any, Sequence[str]], Iterable[Fragment]]
Builder = Callable[[Rows, Random], Any]
MANY = ""  # a fragment with this key may stand for more than one row (a filter over the whole table)
EPOCH = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Technique:
    name: str
    family: str
    extension: str
    recoverable: bool
    build: Builder
    decoder: Decoder | None
    source: str | None
    narrow: bool
    parts: int
    limit: int


TECHNIQUES: dict[str, Technique] = {}


def technique(
    extension: str,
    recoverable: bool = True,
    *,
    decoder: Decoder | None = None,
    source: str | None = None,
    narrow: bool = False,
    parts: int = 1,
    limit: int = 400,
) -> Callable[[Builder], Builder]:
    """Registers a way to carry records; without a decoder it does not count as recoverable."""

    def register(build: Builder) -> Builder:
        name, family = build.__name__, build.__module__.rpartition(".")[2]
        assert name not in TECHNIQUES, name
        assert recoverable == (decoder is not None), name
        assert build.__doc__, name
        most = 8 if narrow else limit
        TECHNIQUES[name] = Technique(
            name, family, extension, recoverable, build, decoder, source, narrow, parts, most
        )
        return build

    return register


class Roles(NamedTuple):
    name: str
    id: str
    phone: str
    date: str
    money: str
    place: str
    area: str
    kind: str


PERSON = Roles("姓名", "身份证号", "手机号", "出生日期", "金额", "住址", "行政区划", "病种")
FIRM = Roles("企业名称", "统一社会信用代码", "联系电话", "成立日期", "注册资本", "住所", "行政区划", "行业")


def roles(columns: Iterable[str]) -> Roles:
    return PERSON if PERSON.id in columns else FIRM


def core(columns: Iterable[str]) -> list[str]:
    """The five columns that most techniques carry."""
    return list(roles(columns)[:5])


def grid(rows: Rows, names: Sequence[str] | None = None) -> list[list[str]]:
    wanted = names or list(rows[0])
    return [[row[name] for name in wanted] for row in rows]


def payload(rows: Rows, names: Sequence[str] | None = None, separator: str = ",") -> bytes:
    """Lines of the core columns, without a header."""
    return "\n".join(separator.join(line) for line in grid(rows, names or core(rows[0]))).encode()


def fragments(lines: Iterable[Sequence[str]], names: Sequence[str]) -> list[Fragment]:
    return [dict(zip(names, line, strict=True)) for line in lines if len(line) == len(names)]


def unpack(data: bytes | str, columns: Sequence[str], names: Sequence[str] | None = None) -> list[Fragment]:
    """The reverse of `payload`, whatever its separator was."""
    text = data.decode() if isinstance(data, bytes) else data
    lines = [re.split(r"[,|;\t]", line.strip()) for line in text.split("\n") if line.strip()]
    if names:
        return fragments(lines, names)
    return fragments(lines, core(columns)) + fragments(lines, list(columns))


def carries(extract: Callable[[bytes], bytes | str]) -> Decoder:
    """A decoder for a file out of which `extract` takes a payload."""
    return lambda data, columns: unpack(extract(data), columns)


def found(pattern: str, *names: str, flags: int = 0) -> Decoder:
    """A decoder for a text in which each match of the pattern is a record; names are roles or columns."""

    def decode(data: bytes, columns: Sequence[str]) -> list[Fragment]:
        have = roles(columns)
        wanted = [getattr(have, name, name) for name in names] or core(columns)
        hits = re.findall(pattern, data.decode(), flags | re.M)
        return fragments([hit if isinstance(hit, tuple) else (hit,) for hit in hits], wanted)

    return decode


def sheet(lines: Iterable[Sequence[Any]], separator: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(lines)
    return out.getvalue().encode()


def unsheet(data: bytes, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode()), delimiter=separator))


AREAS = {
    "520302": "红花岗区",
    "520303": "汇川区",
    "520304": "播州区",
    "520322": "桐梓县",
    "520323": "绥阳县",
    "520324": "正安县",
    "520325": "道真县",
    "520326": "务川县",
    "520327": "凤冈县",
    "520328": "湄潭县",
    "520329": "余庆县",
    "520330": "习水县",
    "520381": "赤水市",
    "520382": "仁怀市",
}


def summary(random: Random) -> list[list[str]]:
    """A harmless table by district, invented: what the product pretends to be."""
    lines = [["区县", "数量", "同比", "占比"]]
    for area in AREAS.values():
        year, share = random.uniform(-9, 9), random.uniform(1, 20)
        lines.append([area, str(random.randint(120, 9000)), f"{year:.1f}%", f"{share:.1f}%"])
    return lines


OPENING = "本季度全市运行总体平稳，主要指标好于预期。现将有关情况分析如下。"
SENTENCES = [
    "从总量看，各区县均保持增长。",
    "从结构看，服务业占比继续提高。",
    "从区域看，中心城区贡献最大。",
    "从趋势看，下一季度有望延续当前走势。",
    "建议继续加强数据质量管理。",
    "需要关注个别指标波动较大的情况。",
    "各部门应当按月报送进展。",
    "同比口径已按最新区划调整。",
]


def prose(random: Random, count: int = 12) -> list[str]:
    return [random.choice(SENTENCES) for _ in range(count)]


def zipped(entries: Mapping[str, bytes], stored: bool = False) -> bytes:
    """A zip whose bytes depend on nothing but its entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = archive.compression
            archive.writestr(entry, content)
    return out.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def bits(data: bytes) -> list[int]:
    return [byte >> shift & 1 for byte in data for shift in range(7, -1, -1)]


def unbits(stream: Sequence[int]) -> bytes:
    whole = len(stream) // 8 * 8
    text = "".join(map(str, stream[:whole])) or "0"
    return int(text, 2).to_bytes(whole // 8, "big")


def framed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def unframed(data: bytes) -> bytes:
    return data[4 : 4 + int.from_bytes(data[:4], "big")]


class Table:
    """A source table that can be asked which rows a decoded fragment fits."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.index: dict[str, dict[str, list[int]]] = {}
        for name in rows[0]:
            places: dict[str, list[int]] = defaultdict(list)
            for place, row in enumerate(rows):
                places[row[name]].append(place)
            self.index[name] = places

    def fitting(self, fragment: Fragment) -> list[int]:
        exact = {
            name: value
            for name, value in fragment.items()
            if name != MANY and isinstance(value, str) and "*" not in value
        }
        others = {
            name: _test(value) for name, value in fragment.items() if name != MANY and name not in exact
        }
        lists = [self.index[name].get(value, []) for name, value in exact.items()]
        places: Sequence[int] = min(lists, key=len) if lists else range(len(self.rows))
        return [
            place
            for place in places
            if all(self.rows[place][name] == value for name, value in exact.items())
            and all(test(self.rows[place][name]) for name, test in others.items())
        ]

    def recognised(self, decoded: Iterable[Fragment]) -> set[int]:
        """The rows that decoded fragments single out."""
        seen: set[int] = set()
        for fragment in decoded:
            places = self.fitting(fragment)
            if len(places) == 1 or MANY in fragment:
                seen.update(places)
        return seen


def _test(value: Value) -> Callable[[str], bool]:
    if isinstance(value, str):
        pattern = re.compile(re.escape(value).replace(r"\*", ".*"))
        return lambda text: pattern.fullmatch(text) is not None
    if isinstance(value, tuple):
        low, high = value
        return lambda text: low <= float(text) <= high
    return value
