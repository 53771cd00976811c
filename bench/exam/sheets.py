"""Records in sheets: more places of a sheet that carry them."""

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
from bench.exam.tables import _core, _turned


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
