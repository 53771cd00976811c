"""Registers, ledgers and lists of public administration, and the margins of harmless tables."""

import re
from random import Random

from bench.exam.core import (
    Rows,
    found,
    fragments,
    roles,
    sheet,
    summary,
    technique,
    unsheet,
)


@technique("txt", source="persons", decoder=found(
    r"姓　名　(\S+)　性别　(\S)\n　　公民身份号码　(\S+)\n　　出生日期　(\S+)\n　　民　族　(\S+)",
    "name", "性别", "id", "date", "民族"))  # fmt: skip
def household_register(rows: Rows, _: Random) -> bytes:
    """常住人口登记卡, one card each."""
    return "\n\n".join(
        f"常住人口登记卡\n　　户号　{row['户号']}　与户主关系　{row['与户主关系']}\n"
        f"　　姓　名　{row['姓名']}　性别　{row['性别']}\n　　公民身份号码　{row['身份证号']}\n"
        f"　　出生日期　{row['出生日期']}\n　　民　族　{row['民族']}\n　　住　址　{row['住址']}"
        for row in rows
    ).encode()


@technique(
    "md",
    source="persons",
    decoder=lambda data, _: [
        dict(re.findall(r"^- (\S+)：(\S+)$", block, re.M)) for block in data.decode().split("## ")[1:]
    ],
)
def one_person_one_file(rows: Rows, _: Random) -> bytes:
    """一人一档: a fiche with a line for each field."""
    return "\n".join(
        f"## 档案{place:04d}\n" + "\n".join(f"- {name}：{value}" for name, value in row.items())
        for place, row in enumerate(rows, 1)
    ).encode()


@technique("csv", source="persons", decoder=lambda data, _: fragments(
    [person.rstrip(")").split("(")
     for line in unsheet(data)[1:] for person in line[1].split("、")], ["姓名", "出生日期"]))  # fmt: skip
def household_ledger(rows: Rows, _: Random) -> bytes:
    """台账: one line for each household, its members strung together."""
    homes: dict[str, list[str]] = {}
    for row in rows:
        homes.setdefault(row["户号"], []).append(f"{row['姓名']}({row['出生日期']})")
    return sheet(
        [
            ["户", "成员", "人数"],
            *([home, "、".join(people), str(len(people))] for home, people in homes.items()),
        ]
    )


@technique("csv", decoder=lambda data, columns: fragments(
    [cell.rsplit(" ", 1) for line in unsheet(data)[1:] for cell in line[3].split("；")],
    [roles(columns).name, roles(columns).money]))  # fmt: skip
def list_aggregation(rows: Rows, _: Random) -> bytes:
    """A summary whose column of examples names all members of the group."""
    role, groups = roles(rows[0]), {}  # type: ignore[var-annotated]
    for row in rows:
        groups.setdefault(row[role.kind], []).append(row)
    lines = [[kind, str(len(members)), f"{sum(float(row[role.money]) for row in members):.2f}",
              "；".join(f"{row[role.name]} {row[role.money]}" for row in members)]
             for kind, members in groups.items()]  # fmt: skip
    return sheet([["类别", "数量", "合计", "典型"], *lines])


@technique(
    "csv",
    decoder=lambda data, columns: fragments(
        [(line[4], line[5]) for line in unsheet(data)[1:] if len(line) > 5],
        [roles(columns).name, roles(columns).id],
    ),
)
def margin_columns(rows: Rows, random: Random) -> bytes:
    """A harmless summary, repeated by quarter, with records in two unnamed columns at the margin."""
    lines, left = [], list(rows)
    while left:
        for line in summary(random)[1:]:
            more = [left[0][roles(left[0]).name], left.pop(0)[roles(rows[0]).id]] if left else []
            lines.append([*line, *more])
    return sheet([[*summary(random)[0], "", ""], *lines])


@technique("csv", decoder=lambda data, columns: fragments(
    [(f"{float(line[2]) * float(line[1].rstrip('%')) / 100:.2f}",) for line in unsheet(data)[1:]],
    [roles(columns).money]))  # fmt: skip
def share_of_total(rows: Rows, _: Random) -> bytes:
    """Share times total is the amount of a single unit."""
    total = sum(float(row[roles(row).money]) for row in rows)
    lines = [[f"单位{place}", f"{100 * float(row[roles(row).money]) / total:.12f}%", f"{total:.2f}"]
             for place, row in enumerate(rows)]  # fmt: skip
    return sheet([["单位", "占比", "全市合计"], *lines])
