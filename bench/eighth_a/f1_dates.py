"""Cells rewritten: days in other calendars and layouts, taken apart, or counted from another day."""

from __future__ import annotations

import datetime
import random
import re

from bench.eighth_a.honest import log_line, pipe_table, report, section, stamp, summary
from bench.eighth_a.numerals import (
    HAN,
    MONTHS,
    amount,
    any_layout,
    any_layout_back,
    cents,
    iso,
    number,
    serial,
    small_back,
    small_han,
    unserial,
)
from bench.eighth_a.tables import blocks, csv_rows, csv_text, pipe_rows, transposed
from bench.sixth.core import AMT, BIRTH, CARE, DIST, NAME, VISIT, WEAK, Files, Row, Values, grid, technique


@technique("F1", "persons", *WEAK)
def roc_years(rows: list[Row], rng: random.Random) -> Files:
    """Years of the Republic, one column in words and one with strokes, sums with commas and a unit."""
    lines = ["區別|生日|日期|費用"]
    era = rng.choice(("民國", "民国", "ROC "))
    for row in rows:
        (by, bm, bd), (vy, vm, vd) = (row[column].split("-") for column in (BIRTH, VISIT))
        born = f"{era}{int(by) - 1911}年{int(bm)}月{int(bd)}日"
        cost = f"{cents(row[AMT]) / 100:,.2f}元"
        lines.append("|".join((row[DIST][:-1], born, f"{int(vy) - 1911:03d}/{vm}/{vd}", cost)))
    return [("txt", "\n".join(lines).encode())]


def roc_years_back(files: list[bytes]) -> Values:
    """Add 1911 to the years and tidy the sums."""
    values: Values = []
    for line in files[0].decode().splitlines()[1:]:
        _, born, visit, cost = line.split("|")
        days = [[int(part) for part in re.findall(r"\d+", text)] for text in (born, visit)]
        first, second = (f"{y + 1911}-{m:02d}-{d:02d}" for y, m, d in days)
        values.append((first, second, re.sub("[,元]", "", cost)))
    return values


@technique("F1", "persons", *CARE)
def mixed_layouts_report(rows: list[Row], rng: random.Random) -> Files:
    """A report's table of examples, in which each day has a layout of its own."""
    table = [["案例", "对象", "生日", "发生时间", "费用"]]
    for index, (name, born, visit, cost) in enumerate(grid(rows, *CARE), 1):
        table.append([f"例{index}", name, any_layout(born, rng), any_layout(visit, rng), f"￥{cost}"])
    return [("md", report("care", rng, "典型案例", pipe_table(table)).encode())]


def mixed_layouts_report_back(files: list[bytes]) -> Values:
    """Read each day in whatever layout it has."""
    table = pipe_rows(section(files[0].decode(), "典型案例"))
    return [(r[1], any_layout_back(r[2]), any_layout_back(r[3]), r[4].removeprefix("￥")) for r in table]


@technique("F1", "persons", *WEAK)
def ordinal_and_week(rows: list[Row], rng: random.Random) -> Files:
    """Births as year and day of the year, visits as ISO weeks, sums in jiao."""
    lines = ["code,week,jiao"]
    dash = rng.choice(("", "-"))
    for row in rows:
        born, visit = (datetime.date.fromisoformat(row[column]) for column in (BIRTH, VISIT))
        year, week, day = visit.isocalendar()
        whole, tenth = divmod(cents(row[AMT]), 10)
        lines.append(f"{born.year}{dash}{born:%j},{year}{dash}W{week:02d}{dash}{day},{whole}.{tenth}")
    return [("csv", "\n".join(lines).encode())]


def ordinal_and_week_back(files: list[bytes]) -> Values:
    """Count the days from the start of year and week."""
    values: Values = []
    for line in files[0].decode().splitlines()[1:]:
        born, visit, jiao = line.replace("-", "").split(",")
        first = datetime.datetime.strptime(born, "%Y%j").date()  # noqa: DTZ007 - a day has no zone
        second = datetime.date.fromisocalendar(int(visit[:4]), int(visit[5:7]), int(visit[7]))
        values.append((first.isoformat(), second.isoformat(), amount(cents(jiao))))
    return values


@technique("F1+F2", "persons", *WEAK)
def serials_in_batch_codes(rows: list[Row], rng: random.Random) -> Files:
    """A service's log, whose batch codes are two spreadsheet serials and the cents glued together."""
    second, lines = rng.randint(0, 9000), []
    for born, visit, cost in grid(rows, *WEAK):
        for _ in range(rng.randint(0, 2)):
            second += rng.randint(1, 40)
            lines.append(log_line(rng, second))
        second += rng.randint(1, 40)
        code = f"{serial(born):05d}{serial(visit):05d}{cents(cost):09d}"
        lines.append(f"{stamp(second)} INFO etl commit batch={code} rows={rng.randint(900, 9000)} ok")
    return [("log", "\n".join(lines).encode())]


def serials_in_batch_codes_back(files: list[bytes]) -> Values:
    """Cut the batch codes and read the serials."""
    codes = re.findall(r"batch=(\d{5})(\d{5})(\d{9})", files[0].decode())
    return [(unserial(int(a)), unserial(int(b)), amount(int(c))) for a, b, c in codes]


@technique("F1+F2", "persons", *CARE)
def decade_parts_transposed(rows: list[Row], rng: random.Random) -> Files:
    """Births as decade, year, month and day in words; visits as quarter and day; the table on its side."""
    head = ["组", "出生年代", "年内序", "月", "日", "就诊季度", "季内第几天", "百元档", "零头", "医保"]
    table = [head]
    for name, born, visit, cost in grid(rows, *CARE):
        year, month, day = (int(part) for part in born.split("-"))
        seen = datetime.date.fromisoformat(visit)
        quarter = (seen.month - 1) // 3
        start = datetime.date(seen.year, quarter * 3 + 1, 1)
        line = [name, f"{year // 10 * 10}年代", HAN[year % 10], MONTHS[month - 1], small_han(day)]
        line += [f"{seen.year}Q{quarter + 1}", str((seen - start).days + 1), f"{cents(cost) // 10000}"]
        table.append([*line, amount(cents(cost) % 10000), rng.choice(("职工", "居民"))])
    return [("csv", csv_text(transposed(table)).encode())]


def decade_parts_transposed_back(files: list[bytes]) -> Values:
    """Turn the table and put the parts together."""
    values: Values = []
    for line in transposed(csv_rows(files[0].decode()))[1:]:
        name, decade, year, month, day, quarter, nth, hundreds, rest, _ = line
        born = f"{decade[:3]}{HAN.index(year)}-{MONTHS.index(month) + 1:02d}-{small_back(day):02d}"
        start = datetime.date(int(quarter[:4]), int(quarter[5]) * 3 - 2, 1).toordinal()
        values.append((name, born, iso(start + int(nth) - 1), amount(int(hundreds) * 10000 + cents(rest))))
    return values


@technique("F1+F2", "persons", *WEAK)
def month_and_day_apart(rows: list[Row], rng: random.Random) -> Files:
    """Months and rounded sums under a summary; days and remainders, shuffled, in another file."""
    keys = rng.sample(range(1000, 9999), len(rows))
    coarse, fine = [["序", "出生月份", "就诊月份", "费用(百元)"]], [["序", "校正甲", "校正乙", "尾差"]]
    for key, (born, visit, cost) in zip(keys, grid(rows, *WEAK), strict=True):
        whole, rest = divmod(cents(cost), 10000)
        coarse.append([str(key), born[:7].replace("-", "年") + "月", visit[:7], str(whole)])
        fine.append([str(key), born[8:], visit[8:], amount(rest)])
    other = [fine[0], *rng.sample(fine[1:], len(rows))]
    first = f"{csv_text(summary('care', rng))}\n{csv_text(coarse)}"
    return [("csv", first.encode()), ("csv", csv_text(other).encode())]


def month_and_day_apart_back(files: list[bytes]) -> Values:
    """Join the two files by their key."""
    fine = {row[0]: row[1:] for row in csv_rows(files[1].decode())[1:]}
    values: Values = []
    for key, born, visit, whole in csv_rows(blocks(files[0].decode())[-1])[1:]:
        first, second, rest = fine[key]
        month = born.rstrip("月").replace("年", "-")
        values.append((f"{month}-{first}", f"{visit}-{second}", amount(int(whole) * 10000 + cents(rest))))
    return values


@technique("F1", "persons", *CARE)
def age_in_days(rows: list[Row], rng: random.Random) -> Files:
    """Births coarsened to the decade, yet with the age at the visit in days, and visits as days of a year."""
    table = [["称呼", "年代", "区划", "入院日龄", "年度第几天", "实付"]]
    for row in rows:
        visit = datetime.date.fromisoformat(row[VISIT])
        age = number(row[VISIT]) - number(row[BIRTH])
        decade = f"{row[BIRTH][2]}0后"
        nth = f"{visit.year}年第{visit.timetuple().tm_yday}天"
        table.append(
            [row[NAME], decade, row[DIST], str(age), nth, f"¥{row[AMT]}{rng.choice(('', '0', '00'))}"]
        )
    return [("csv", csv_text(table).encode("utf-8-sig"))]


def age_in_days_back(files: list[bytes]) -> Values:
    """Subtract the age from the day of the visit."""
    values: Values = []
    for name, _, _, age, nth, cost in csv_rows(files[0].decode("utf-8-sig"))[1:]:
        year, day = (int(part) for part in re.findall(r"\d+", nth))
        visit = datetime.date(year, 1, 1).toordinal() + day - 1
        whole, _, rest = cost.removeprefix("¥").partition(".")
        values.append((name, iso(visit - int(age)), iso(visit), f"{whole}.{rest[:2]}"))
    return values
