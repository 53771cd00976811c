"""Layouts of statistics and of public administration in which a cell or a line is a person."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from bench.exam.core import (
    AREAS,
    Fragment,
    Rows,
    core,
    fragments,
    grid,
    roles,
    sheet,
    technique,
    unsheet,
)


@technique(
    "csv",
    decoder=lambda data, columns: fragments(
        unsheet(data)[2:], [roles(columns).name, roles(columns).id, roles(columns).phone, roles(columns).area]
    ),
)
def public_notice_masked(rows: Rows, _: Random) -> bytes:
    """公示名单: middles starred, which the table's holder fills in."""
    role = roles(rows[0])
    lines = [[f"{row[role.name][0]}*{row[role.name][-1]}", row[role.id][:10] + "****" + row[role.id][-4:],
              row[role.phone][:3] + "****" + row[role.phone][-4:], row[role.area]]
             for row in rows]  # fmt: skip
    return sheet([["拟补助对象公示名单"], ["对象", "证件", "联系方式", "区划"], *lines])


@technique(
    "csv",
    decoder=lambda data, columns: [
        {roles(columns).id: "*" + line[0], roles(columns).phone: "*" + line[1]} for line in unsheet(data)[1:]
    ],
)
def tails(rows: Rows, _: Random) -> bytes:
    """The last six places of two numbers."""
    role = roles(rows[0])
    return sheet([["尾号一", "尾号二"], *([row[role.id][-6:], row[role.phone][-6:]] for row in rows)])


@technique("csv", decoder=lambda data, columns: [
    {roles(columns).id: line[0] + "*", roles(columns).money: (float(line[1]), float(line[1]) + 1)}
    for line in unsheet(data)[1:]])  # fmt: skip
def heads_and_floor(rows: Rows, _: Random) -> bytes:
    """The first fourteen places of the identifier and the amount without its decimals."""
    role = roles(rows[0])
    return sheet([["组码", "整值"], *([row[role.id][:14], str(int(float(row[role.money])))] for row in rows)])


@technique("csv", decoder=lambda data, columns: [
    {roles(columns).area: line[0], roles(columns).name: line[1] + "*", roles(columns).date: line[2] + "*",
     roles(columns).kind: line[3], roles(columns).money: line[4]} for line in unsheet(data)[1:]])  # fmt: skip
def initials_and_years(rows: Rows, _: Random) -> bytes:
    """First sign of the name, year and month of the date, and three exact cells."""
    role = roles(rows[0])
    lines = [[row[role.area], row[role.name][0], row[role.date][:7], row[role.kind], row[role.money]]
             for row in rows]  # fmt: skip
    return sheet([["区划", "代号", "期间", "类别", "值"], *lines])


def _legend(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    body, _, legend = data.decode().partition("\n# 字典\n")
    words = dict(line.split("=", 1) for line in legend.split("\n"))
    return fragments(
        [[words[cell] for cell in line.split(",")] for line in body.split("\n")[1:]], core(columns)
    )


@technique("csv", decoder=_legend)
def codes_with_legend(rows: Rows, random: Random) -> bytes:
    """Each cell is a code; the dictionary is at the end of the file."""
    lines = grid(rows, core(rows[0]))
    words = sorted({cell for line in lines for cell in line})
    random.shuffle(words)
    codes = {word: f"C{place:05d}" for place, word in enumerate(words)}
    body = "\n".join(",".join(codes[cell] for cell in line) for line in lines)
    legend = "\n".join(f"{code}={word}" for word, code in codes.items())
    return f"a,b,c,d,e\n{body}\n# 字典\n{legend}".encode()


@technique(
    "csv",
    decoder=lambda data, columns: fragments(
        [line[0].split(" ") for line in unsheet(data)[1:]], [roles(columns).name, roles(columns).date]
    ),
)
def incidence_matrix(rows: Rows, _: Random) -> bytes:
    """A matrix of ones: rows are persons, columns are kinds."""
    role = roles(rows[0])
    kinds = sorted({row[role.kind] for row in rows})
    lines = [[f"{row[role.name]} {row[role.date]}", *(str(int(row[role.kind] == kind)) for kind in kinds)]
             for row in rows]  # fmt: skip
    return sheet([["单元", *kinds], *lines])


@technique(
    "csv",
    decoder=lambda data, columns: fragments(
        [[line[1]] for line in unsheet(data)[1:]], [roles(columns).money]
    ),
)
def percentile_dump(rows: Rows, _: Random) -> bytes:
    """So many percentiles of the amounts that they are the amounts."""
    values = sorted((row[roles(row).money] for row in rows), key=float)
    return sheet(
        [
            ["分位", "金额"],
            *([f"P{100 * place / len(values):.3f}", value] for place, value in enumerate(values)),
        ]
    )


@technique(
    "csv",
    decoder=lambda data, columns: fragments([[line[0]] for line in unsheet(data)[1:]], [roles(columns).id]),
)
def value_counts(rows: Rows, _: Random) -> bytes:
    """A frequency table of the identifiers; each occurs once."""
    lines = sorted([row[roles(row).id], "1", f"{100 / len(rows):.2f}%"] for row in rows)
    return sheet([["取值", "频数", "占比"], *lines])


@technique("csv", decoder=lambda data, columns: fragments(
    [(f"{sum(float(one[1]) for one in unsheet(data)[2:]) / (len(unsheet(data)) - 3) - float(line[1]):.2f}",)
     for line in unsheet(data)[2:]], [roles(columns).money]), limit=120)  # fmt: skip
def leave_one_out(rows: Rows, _: Random) -> bytes:
    """Totals without the i-th unit: the differences to the total are the amounts."""
    values = [float(row[roles(row).money]) for row in rows]
    total = sum(values)
    lines = [[f"不含第{place}户", f"{total - value:.2f}"] for place, value in enumerate(values, 1)]
    return sheet([["敏感性分析", "合计"], ["口径", "合计"], *lines])


@technique(
    "csv",
    parts=2,
    decoder=lambda data, columns: fragments(
        [
            (f"{float(a[1]) - float(b[1]):.2f}",)
            for a, b in zip(unsheet(data[0])[1:], unsheet(data[1])[1:], strict=True)
        ],
        [roles(columns).money],
    ),
)
def differencing_pair(rows: Rows, random: Random) -> list[bytes]:
    """Two tables of totals by grid cell; their difference is one person per cell."""
    first, second = [["网格", "合计"]], [["网格", "合计"]]
    for place, row in enumerate(rows):
        base = random.uniform(10**5, 10**6)
        first.append([f"G{place:03d}", f"{base + float(row[roles(row).money]):.4f}"])
        second.append([f"G{place:03d}", f"{base:.4f}"])
    return [sheet(first), sheet(second)]


@technique("csv", decoder=lambda data, columns: fragments(
    [(f"{float(b[1]) - float(a[1]):.2f}", b[0]) for a, b in pairwise(unsheet(data)[1:])],
    [roles(columns).money, roles(columns).date]))  # fmt: skip
def running_total(rows: Rows, _: Random) -> bytes:
    """A cumulative series by date; its steps are the amounts."""
    role, total, lines = roles(rows[0]), 0.0, [["0000-00-00", "0.00"]]
    for row in sorted(rows, key=lambda row: row[role.date]):
        total += float(row[role.money])
        lines.append([row[role.date], f"{total:.2f}"])
    return sheet([["日期", "累计"], *lines])


@technique("csv", narrow=True, decoder=lambda data, columns: fragments(
    [(_number([line.split(",")[0] for line in block.split("\n")[1:]]),)
     for block in data.decode().strip().split("\n\n")], [roles(columns).phone]))  # fmt: skip
def order_of_rows(rows: Rows, random: Random) -> bytes:
    """The order of the fourteen districts in each harmless table is a phone number (Lehmer code)."""
    tables = []
    for row in rows:
        number, left, lines = int(row[roles(row).phone]), sorted(AREAS.values()), ["区县,数量"]
        while left:
            number, place = divmod(number, len(left))
            lines.append(f"{left.pop(place)},{random.randint(100, 9999)}")
        tables.append("\n".join(lines))
    return "\n\n".join(tables).encode()


def _number(order: Sequence[str]) -> str:
    left, places = sorted(AREAS.values()), []
    for name in order:
        places.append((left.index(name), len(left)))
        left.remove(name)
    number = 0
    for place, base in reversed(places):
        number = number * base + place
    return str(number)


@technique("csv", decoder=lambda data, columns: fragments(
    [(line[1][-11:],) for line in unsheet(data)[1:]], [roles(columns).phone]))  # fmt: skip
def low_decimals(rows: Rows, random: Random) -> bytes:
    """Eleven decimals of an average are a phone number."""
    lines = [
        [f"片区{place}", f"{random.randint(100, 9999)}.{row[roles(row).phone]}"]
        for place, row in enumerate(rows)
    ]
    return sheet([["片区", "人均值"], *lines])


@technique("csv", decoder=lambda data, columns: fragments(
    [(line[2] + line[1].zfill(5),) for line in unsheet(data)[1:]], [roles(columns).phone]))  # fmt: skip
def counts_that_are_numbers(rows: Rows, _: Random) -> bytes:
    """Two columns of counts are the halves of a phone number."""
    lines = [[f"S{place:03d}", str(int(row[roles(row).phone][6:])), row[roles(row).phone][:6]]
             for place, row in enumerate(rows)]  # fmt: skip
    return sheet([["站点", "出场次数", "进场次数"], *lines])
