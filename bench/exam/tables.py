"""Records in sheets that look like other sheets."""

import re
from collections.abc import Sequence
from random import Random

from bench.exam.core import (
    Fragment,
    Rows,
    core,
    found,
    fragments,
    grid,
    payload,
    roles,
    sheet,
    summary,
    technique,
    unpack,
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


@technique("csv", decoder=lambda data, columns: fragments(_turned(unsheet(data)[1:], -1), columns))
def columns_rotated(rows: Rows, _: Random) -> bytes:
    """Column i is rotated by i rows."""
    return sheet([list(rows[0]), *_turned(grid(rows), 1)])


def _ranked(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    pairs = list(zip(*unsheet(data)[1:], strict=True))
    out: list[dict[str, str]] = [{} for _ in pairs[0]]
    for place, name in enumerate(core(columns)):
        for value, rank in zip(pairs[2 * place], pairs[2 * place + 1], strict=True):
            out[int(rank)][name] = value
    return list(out)


@technique("csv", decoder=_ranked)
def sorted_columns_with_ranks(rows: Rows, _: Random) -> bytes:
    """Each column is sorted for itself; the rank beside a value says whose it is."""
    columns: list[list[str]] = []
    for name in core(rows[0]):
        order = sorted(range(len(rows)), key=lambda place: rows[place][name])
        columns += [[rows[place][name] for place in order], [str(place) for place in order]]
    header = [word for name in core(rows[0]) for word in (f"{name}分布", "秩")]
    return sheet([header, *zip(*columns, strict=True)])


@technique("csv", decoder=lambda data, columns: fragments(
    [[line[0], line[1], line[3]] for line in unsheet(data)[1:]],
    [roles(columns).area, roles(columns).kind, roles(columns).money]))  # fmt: skip
def top_list(rows: Rows, _: Random) -> bytes:
    """A list of the largest with their amounts, masked names beside."""
    role = roles(rows[0])
    order = sorted(rows, key=lambda row: -float(row[role.money]))
    lines = [[row[role.area], row[role.kind], row[role.name][0] + "**", row[role.money]] for row in order]
    return sheet([["区划", "类别", "对象", "金额"], *lines])


@technique("csv", decoder=_core)
def deep_in_the_sheet(rows: Rows, random: Random) -> bytes:
    """The records stand behind four thousand rows of invented figures."""
    filler = [
        [f"{random.randint(1, 9)}组", "x", "y", "2025", str(random.randint(1, 999))] for _ in range(4000)
    ]
    return sheet([["组", "a", "b", "期", "值"], *filler, *grid(rows, core(rows[0]))])


@technique("csv", decoder=lambda data, columns: unpack(
    "\n".join(re.findall("^# (.*)", data.decode(), re.M)), columns))  # fmt: skip
def comment_lines(rows: Rows, random: Random) -> bytes:
    """Records in the comment lines of a summary."""
    lines = [f"# {line}" for line in payload(rows, separator="|").decode().split("\n")]
    return "\n".join(lines).encode() + b"\n" + sheet(summary(random))


@technique(
    "csv",
    decoder=lambda data, columns: fragments(
        [name.split("_") for name in unsheet(data)[0][1:]], [roles(columns).name, roles(columns).id]
    ),
)
def header_names(rows: Rows, random: Random) -> bytes:
    """The records are the names of the columns."""
    role = roles(rows[0])
    header = ["区县", *(f"{row[role.name]}_{row[role.id]}" for row in rows)]
    return sheet([header, *([line[0], *("0" for _ in rows)] for line in summary(random)[1:])])


@technique("csv", decoder=lambda data, columns: unpack(
    unsheet(data)[1][-1], columns))  # fmt: skip
def cell_with_lines(rows: Rows, random: Random) -> bytes:
    """One quoted cell holds a whole table."""
    lines = summary(random)
    lines[1].append(payload(rows).decode())
    return sheet(lines)


@technique("csv", decoder=lambda data, columns: fragments(
    [tuple(line[place : place + 5]) for line in unsheet(data)[1:] for place in range(0, len(line), 5)],
    core(columns)))  # fmt: skip
def one_wide_row(rows: Rows, _: Random) -> bytes:
    """One row with five columns for each record."""
    line = [cell for record in grid(rows, core(rows[0])) for cell in record]
    return sheet([[f"v{place}" for place in range(len(line))], line])


@technique("csv", decoder=found(r"^(.*)\r", "name"))
def overwritten_lines(rows: Rows, random: Random) -> bytes:
    """A carriage return hides the name before it in a terminal."""
    names = [row[roles(row).name] for row in rows]
    return "\n".join(
        f"{name}\r第{random.randint(1, 4)}季度 {random.randint(100, 999)}" for name in names
    ).encode()
