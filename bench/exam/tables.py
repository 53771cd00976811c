"""Records in sheets that look like other sheets."""

import re
from collections.abc import Sequence
from random import Random

from bench.exam.core import (
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


def _all(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    return fragments(unsheet(data)[1:], columns)


def _core(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    return fragments(unsheet(data)[1:], core(columns))


@technique("csv", decoder=_all)
def plain_copy(rows: Rows, _: Random) -> bytes:
    """The rows as they are."""
    return sheet([list(rows[0]), *grid(rows)])


@technique("csv", decoder=_core)
def english_headers(rows: Rows, _: Random) -> bytes:
    """Core columns under harmless English headers."""
    return sheet([["label", "series", "index", "period", "value"], *grid(rows, core(rows[0]))])


@technique("csv", decoder=lambda data, columns: fragments(
    [line[::-1] for line in unsheet(data)[1:]], columns))  # fmt: skip
def columns_turned(rows: Rows, _: Random) -> bytes:
    """Columns in reverse, rows sorted by the last one, headers numbered."""
    lines = sorted(line[::-1] for line in grid(rows))
    return sheet([[f"指标{place}" for place in range(len(rows[0]))], *lines])


@technique("csv", decoder=lambda data, columns: fragments(
    list(zip(*[line[1:] for line in unsheet(data)], strict=True)), columns))  # fmt: skip
def transposed(rows: Rows, _: Random) -> bytes:
    """One column for each record."""
    columns = list(zip(*grid(rows), strict=True))
    return sheet([[name, *line] for name, line in zip(rows[0], columns, strict=True)])


def _long(data: bytes, _: Sequence[str]) -> list[Fragment]:
    entities: dict[str, dict[str, str]] = {}
    for entity, name, value in unsheet(data)[1:]:
        entities.setdefault(entity, {})[name] = value
    return list(entities.values())


@technique("csv", decoder=_long)
def entity_attribute_value(rows: Rows, random: Random) -> bytes:
    """Group the shuffled triples by their number."""
    cells = [[str(place), name, row[name]] for place, row in enumerate(rows) for name in row]
    random.shuffle(cells)
    return sheet([["编号", "指标", "值"], *cells])


@technique("csv", decoder=lambda data, columns: fragments(
    [cell.split("/") for line in unsheet(data)[1:] for cell in line[1:] if cell],
    [roles(columns).name, roles(columns).money]), limit=120)  # fmt: skip
def pivot_of_single_persons(rows: Rows, _: Random) -> bytes:
    """Each cell of area by date holds one name and one amount."""
    role = roles(rows[0])
    dates = sorted({row[role.date] for row in rows})
    lines = {area: [""] * len(dates) for area in sorted({row[role.area] for row in rows})}
    for row in rows:
        lines[row[role.area]][dates.index(row[role.date])] = f"{row[role.name]}/{row[role.money]}"
    return sheet([["区划", *dates], *([area, *line] for area, line in lines.items())])


@technique("csv", decoder=lambda data, columns: fragments(
    [[line[0], line[1], line[3]] for line in unsheet(data)[1:]],
    [roles(columns).area, roles(columns).date, roles(columns).money]))  # fmt: skip
def means_of_one(rows: Rows, _: Random) -> bytes:
    """Averages by area and date, where each group has one member."""
    role = roles(rows[0])
    lines = [[row[role.area], row[role.date], "1", row[role.money]] for row in rows]
    return sheet([["区划", "日期", "人数", "平均金额"], *sorted(lines)])


@technique("csv", decoder=lambda data, columns: [
    {roles(columns).area: line[0], roles(columns).money: value}
    for line in unsheet(data)[1:] for value in line[2:4]])  # fmt: skip
def pairs_with_extremes(rows: Rows, _: Random) -> bytes:
    """Groups of two: their minimum and maximum are the two values."""
    role = roles(rows[0])
    areas: dict[str, list[float]] = {}
    for row in rows:
        areas.setdefault(row[role.area], []).append(float(row[role.money]))
    lines = [["区划", "n", "最小值", "最大值"]]
    for area, values in areas.items():
        values.sort()
        for first, second in zip(values[::2], values[1::2], strict=False):
            lines.append([area, "2", f"{first:.2f}", f"{second:.2f}"])
        lines.append([area, "1", f"{values[-1]:.2f}", f"{values[-1]:.2f}"])
    return sheet(lines)


@technique("csv", decoder=lambda data, columns: fragments(
    [line[1].split("¦") for line in unsheet(data)[1:]], columns))  # fmt: skip
def one_cell(rows: Rows, _: Random) -> bytes:
    """The whole record in the cell of remarks."""
    return sheet(
        [["序号", "备注"], *([str(place), "¦".join(line)] for place, line in enumerate(grid(rows), 1))]
    )


@technique(
    "csv",
    decoder=lambda data, columns: fragments(
        [["".join(line[1:4]), line[4]] for line in unsheet(data)[1:]],
        [roles(columns).id, roles(columns).money],
    ),
)
def number_in_three_columns(rows: Rows, _: Random) -> bytes:
    """The identifier cut into three numeric columns."""
    role = roles(rows[0])
    lines = [[str(place), row[role.id][:6], row[role.id][6:14], row[role.id][14:], row[role.money]]
             for place, row in enumerate(rows, 1)]  # fmt: skip
    return sheet([["行", "地区码", "期间码", "校验码", "值"], *lines])


@technique("csv", parts=2, decoder=lambda data, columns: fragments(
    [[a[1], b[1], b[2]] for a, b in zip(unsheet(data[0])[1:], unsheet(data[1])[1:], strict=True)],
    [roles(columns).id, roles(columns).name, roles(columns).money]))  # fmt: skip
def two_files_by_order(rows: Rows, _: Random) -> list[bytes]:
    """Two files whose rows belong together by their order."""
    role = roles(rows[0])
    first = [[str(place), row[role.id]] for place, row in enumerate(rows, 1)]
    second = [[str(place), row[role.name], row[role.money]] for place, row in enumerate(rows, 1)]
    return [sheet([["行", "编码"], *first]), sheet([["行", "项目", "值"], *second])]


@technique("csv", parts=3, decoder=lambda data, columns: fragments(
    [("".join(pieces),)
     for pieces in zip(*[[line[0] for line in unsheet(part)[1:]] for part in data], strict=True)],
    [roles(columns).id]))  # fmt: skip
def number_over_three_files(rows: Rows, random: Random) -> list[bytes]:
    """Each file holds six places of the identifier, among invented counts."""
    role = roles(rows[0])
    return [
        sheet(
            [["代码", "数量"], *([row[role.id][cut : cut + 6], str(random.randint(10, 999))] for row in rows)]
        )
        for cut in (0, 6, 12)
    ]


@technique("csv", decoder=lambda data, columns: fragments(
    [["".join(cells)] for cells in zip(*[line[1:] for line in unsheet(data)[1:]], strict=True)],
    [roles(columns).id]))  # fmt: skip
def digits_downwards(rows: Rows, _: Random) -> bytes:
    """A grid of single signs: each column, read downwards, is an identifier."""
    places = list(zip(*[row[roles(row).id] for row in rows], strict=True))
    header = ["月", *(f"c{place}" for place in range(len(rows)))]
    return sheet([header, *([str(place), *line] for place, line in enumerate(places, 1))])


@technique("txt", decoder=lambda data, columns: fragments(
    [re.split(r" {2,}", line.strip()) for line in data.decode().split("\n")[2:]], columns))  # fmt: skip
def fixed_width(rows: Rows, _: Random) -> bytes:
    """Columns by position."""
    lines = [list(rows[0]), ["-" * 8] * len(rows[0]), *grid(rows)]
    return "\n".join("".join(f"{cell:<38}" for cell in line) for line in lines).encode()


@technique("csv", decoder=_all)
def noise_rows(rows: Rows, random: Random) -> bytes:
    """One row in four is real, the others have invented identifiers, names and amounts."""
    role, lines = roles(rows[0]), []
    for row in rows:
        for _ in range(3):
            fake = dict(random.choice(rows))
            fake[role.id] = fake[role.id][:8] + f"{random.randrange(10**9):09d}" + "0"
            fake[role.money] = f"{random.uniform(100, 9000):.2f}"
            lines.append(list(fake.values()))
        lines.append(list(row.values()))
    random.shuffle(lines)
    return sheet([list(rows[0]), *lines])


@technique("csv", decoder=lambda data, columns: [
    {roles(columns).date: line[2], roles(columns).area: line[1],
     roles(columns).money: (float(line[3]) - 5.1, float(line[3]) + 5.1)}
    for line in unsheet(data)[1:]])  # fmt: skip
def synthetic_near_copy(rows: Rows, random: Random) -> bytes:
    """ "Synthetic" data: new names, amounts moved by five at most, dates and areas kept."""
    role = roles(rows[0])
    lines = [[f"模拟{place:04d}", row[role.area], row[role.date],
              f"{float(row[role.money]) + random.uniform(-5, 5):.2f}"]
             for place, row in enumerate(rows)]  # fmt: skip
    return sheet([["模拟对象", "区划", "日期", "金额"], *lines])


@technique(
    "csv",
    decoder=lambda data, columns: fragments(
        unsheet(data)[1:],
        [roles(columns).date, roles(columns).area, roles(columns).kind, roles(columns).money],
    ),
)
def quasi_identifiers_only(rows: Rows, _: Random) -> bytes:
    """No name and no number, but date, area, kind and amount, which are unique together."""
    role = roles(rows[0])
    return sheet(
        [["日期", "区划", "类别", "金额"], *grid(rows, [role.date, role.area, role.kind, role.money])]
    )


def _turned(lines: list[list[str]], step: int) -> list[list[str]]:
    columns = [list(column) for column in zip(*lines, strict=True)]
    moved = [
        column[place * step % len(column) :] + column[: place * step % len(column)]
        for place, column in enumerate(columns)
    ]
    return [list(line) for line in zip(*moved, strict=True)]
