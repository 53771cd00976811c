"""Cells rewritten: numerals, widths, invisible characters, separators, layouts of days, coarse columns."""

from __future__ import annotations

import base64
import datetime
import random
import re

from bench.eighth_a.honest import paragraphs, pipe_table, report, section
from bench.eighth_a.tables import csv_rows, csv_text, pipe_rows
from bench.ninth_a.kit import (
    CAPITAL,
    HAN,
    amount,
    capital_back,
    capital_sum,
    cents,
    cut,
    digits_from,
    digits_in,
    iso,
    narrow,
    plain,
    serial,
    sprinkled,
    wide,
)
from bench.sixth.core import (
    AMT,
    BIRTH,
    BOOK,
    CARE,
    DIST,
    HOSP,
    ID,
    NAME,
    SEX,
    SICK,
    TEL,
    VISIT,
    WEAK,
    WHO,
    Files,
    Row,
    Values,
    grid,
    technique,
)


@technique("F1", "persons", *WHO)
def capital_groups_phones(rows: list[Row], rng: random.Random) -> Files:
    """Phones in capital numerals in groups, resident numbers in full width, names with blanks between."""
    gap, mark = rng.choice("\u3000 ·"), rng.choice("—-/ ")
    table = [["对象", "证号", "联系方式"]]
    for name, number, phone in grid(rows, *WHO):
        groups = mark.join((phone[:3], phone[3:7], phone[7:]))
        table.append([gap.join(name), wide(number.lower()), digits_in(groups, CAPITAL)])
    return [("csv", csv_text(table).encode("utf-8-sig"))]


def capital_groups_phones_back(files: list[bytes]) -> Values:
    """Take the blanks out and turn the numerals back."""
    values: Values = []
    for name, number, phone in csv_rows(files[0].decode("utf-8-sig"))[1:]:
        digits = re.sub(r"\D", "", digits_from(phone, CAPITAL))
        values.append((re.sub(r"[\s·]", "", name), narrow(number).upper(), digits))
    return values


@technique("F1", "firms", *BOOK)
def zero_width_directory(rows: list[Row], rng: random.Random) -> Files:
    """A briefing whose list of sampled firms has invisible characters in each name, code and phone."""
    table = [["序号", "样本企业", "登记编码", "回访电话"]]
    for index, row in enumerate(grid(rows, *BOOK), 1):
        table.append([str(index), *(sprinkled(value, rng) for value in row)])
    return [("md", report("firm", rng, "样本企业名录", pipe_table(table)).encode())]


def zero_width_directory_back(files: list[bytes]) -> Values:
    """Leave the invisible characters out."""
    table = pipe_rows(section(files[0].decode(), "样本企业名录"))
    return [(plain(row[1]), plain(row[2]), plain(row[3])) for row in table]


@technique("F1", "firms", *BOOK)
def dressed_codes(rows: list[Row], rng: random.Random) -> Files:
    """Codes in small letters and groups, phones in the international form, names bracketed in full width."""
    size, marks = rng.choice((3, 4, 6)), rng.sample(["·", "-", "_", "\u2009", "/", ":", "~"], 3)
    table = [["uscc_fmt", "phone_fmt", "entity"]]
    for name, code, phone in grid(rows, *BOOK):
        front = rng.choice(("+86 ", "0086-", "(86)", "＋８６ "))
        mark = rng.choice(marks)
        call = front + mark.join((phone[:3], phone[3:7], phone[7:]))
        shown = name.replace("有限", f"{rng.choice((' ', chr(0x3000)))}有限")
        table.append([rng.choice(marks).join(cut(code.lower(), size)), call, f"【{shown}】"])
    return [("csv", csv_text(table, ";").encode())]


def dressed_codes_back(files: list[bytes]) -> Values:
    """Take the dress off: letters, groups, prefixes and brackets."""
    values: Values = []
    for code, phone, name in csv_rows(files[0].decode(), ";")[1:]:
        bare = re.sub(r"[^0-9A-Z]", "", code.upper())
        values.append((re.sub(r"[【】\s]", "", name), bare, re.sub(r"\D", "", narrow(phone))[-11:]))
    return values


@technique("F1", "persons", *WEAK)
def han_and_roc_mix(rows: list[Row], rng: random.Random) -> Files:
    """Births in Chinese numerals, visits as seven digits of the Republic's calendar, sums in capitals."""
    lines = [rng.choice(("出生\t就诊(民國)\t金额大写", "甲\t乙\t丙"))]
    for born, visit, cost in grid(rows, *WEAK):
        year, month, day = born.split("-")
        first = f"{digits_in(year, HAN)}年{digits_in(month, HAN)}月{digits_in(day, HAN)}日"
        second = f"{int(visit[:4]) - 1911:03d}{visit[5:7]}{visit[8:]}"
        lines.append("\t".join((first, second, capital_sum(cents(cost)))))
    return [("tsv", "\n".join(lines).encode())]


def han_and_roc_mix_back(files: list[bytes]) -> Values:
    """Read the numerals, add 1911 and read the capitals."""
    values: Values = []
    for line in files[0].decode().splitlines()[1:]:
        born, visit, cost = line.split("\t")
        first = "-".join(re.findall(r"\d+", digits_from(born, HAN)))
        second = f"{int(visit[:3]) + 1911}-{visit[3:5]}-{visit[5:]}"
        values.append((first, second, capital_back(cost)))
    return values


def band(born: str, rng_width: int) -> str:
    """The age band of a birth in 2025."""
    low = (2025 - int(born[:4])) // rng_width * rng_width
    return f"{low}-{low + rng_width - 1}岁"


@technique("F1", "persons", VISIT, HOSP, AMT)
def nth_weekday_coarse(rows: list[Row], rng: random.Random) -> Files:
    """Age bands and districts beside the exact cost; the visit as the n-th such weekday of a month."""
    width = rng.choice((5, 10))
    table = [["年龄段", "性别", "区县", "机构", "月份", "月内周次", "病种", "次均费用(元)"]]
    for row in rows:
        day = datetime.date.fromisoformat(row[VISIT])
        nth = f"第{(day.day - 1) // 7 + 1}个星期{'一二三四五六日'[day.weekday()]}"
        month = f"{day.year}年{day.month}月"
        line = [band(row[BIRTH], width), row[SEX], row[DIST], row[HOSP], month, nth, row[SICK]]
        table.append([*line, f"{cents(row[AMT]) / 100:,.2f}"])
    return [("csv", csv_text(table).encode("gb18030"))]


def nth_weekday_coarse_back(files: list[bytes]) -> Values:
    """Find the n-th weekday of the month."""
    values: Values = []
    for line in csv_rows(files[0].decode("gb18030"))[1:]:
        year, month = (int(part) for part in re.findall(r"\d+", line[4]))
        first = datetime.date(year, month, 1)
        ahead = ("一二三四五六日".index(line[5][-1]) - first.weekday()) % 7
        day = iso(first.toordinal() + ahead + 7 * (int(line[5][1]) - 1))
        values.append((day, line[3], line[7].replace(",", "")))
    return values


def last_birthday(born: str, visit: str) -> int:
    """The last day up to the visit that has month and day of the birth."""
    for year in range(int(visit[:4]), 0, -1):
        text = f"{year}{born[4:]}"
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        if text <= visit and (leap or born[5:] != "02-29"):
            return serial(text)
    raise ValueError(born)


@technique("F1", "persons", *CARE)
def birthday_distance(rows: list[Row], rng: random.Random) -> Files:
    """Births as the age at the visit and the days since the last birthday; sums with needless zeros."""
    table = [["姓名", "就诊时间", "就诊年龄", "距上次生日天数", "费用(万元)"]]
    layout = rng.choice(("%m/%d/%Y 00:00:00", "%d.%m.%Y", "%Y%m%dT000000Z", "%d-%b-%Y"))
    for name, born, visit, cost in grid(rows, *CARE):
        last = last_birthday(born, visit)
        age = int(iso(last)[:4]) - int(born[:4])
        seen = datetime.date.fromisoformat(visit).strftime(layout)
        value = f"{cents(cost) / 10**6:.6f}" + "0" * rng.randint(0, 3)
        table.append([name, seen, f"{age}周岁", str(serial(visit) - last), value])
    return [("csv", csv_text(table).encode())]


def birthday_distance_back(files: list[bytes]) -> Values:
    """Go back from the visit to the last birthday and from there by the age."""
    values: Values = []
    layouts = ("%m/%d/%Y 00:00:00", "%d.%m.%Y", "%Y%m%dT000000Z", "%d-%b-%Y")
    for name, seen, age, days, cost in csv_rows(files[0].decode())[1:]:
        visit = next(day for day in (parsed(seen, layout) for layout in layouts) if day)
        last = iso(serial(visit) - int(days))
        born = f"{int(last[:4]) - int(age.removesuffix('周岁'))}{last[4:]}"
        values.append((name, born, visit, amount(round(float(cost) * 10**6))))
    return values


def parsed(text: str, layout: str) -> str:
    """The day that a text is in a layout; nothing if it is not in it."""
    try:
        return datetime.datetime.strptime(text, layout).date().isoformat()  # noqa: DTZ007 - a day only
    except ValueError:
        return ""


@technique("F1+F2", "persons", *WHO)
def masked_with_its_middles(rows: list[Row], rng: random.Random) -> Files:
    """A report with a table masked as it should be, and an annex of "batch numbers": the masked parts."""
    shown, annex = [["编号", "姓名", "证件", "手机"]], [["编号", "批次号", "经办"]]
    keys = rng.sample(range(100, 999), len(rows))
    for key, (name, number, phone) in zip(keys, grid(rows, *WHO), strict=True):
        stars = "*" * (len(name) - 1)
        line = [str(key), name[0] + stars, f"{number[:6]}********{number[14:]}"]
        shown.append([*line, f"{phone[:3]}****{phone[7:]}"])
        annex.append([str(key), f"{number[6:14]}-{phone[3:7]}", name[1:]])
    annex[1:] = rng.sample(annex[1:], len(rows))
    body = f"{pipe_table(shown)}\n附表：抽样批次\n\n{pipe_table(annex)}"
    return [("md", report("who", rng, "回访样本（已脱敏）", body).encode())]


def masked_with_its_middles_back(files: list[bytes]) -> Values:
    """Put what the annex holds in the place of the stars."""
    first, _, second = section(files[0].decode(), "回访样本（已脱敏）").partition("附表：抽样批次\n")
    annex = {row[0]: row[1:] for row in pipe_rows(second)}
    values: Values = []
    for key, name, number, phone in pipe_rows(first):
        batch, rest = annex[key]
        born, middle = batch.split("-")
        values.append((name[0] + rest, number[:6] + born + number[14:], phone[:3] + middle + phone[7:]))
    return values


@technique("F1+F3", "persons", *CARE)
def full_width_base64(rows: list[Row], rng: random.Random) -> Files:
    """An analysis in paragraphs, each with a "check line": a record in Base64, in full-width characters."""
    parts: list[str] = []
    mark = rng.choice(("|", "^", ";"))
    for row in grid(rows, *CARE):
        if rng.random() < 0.5:
            parts.extend(paragraphs("care", rng, 2))
        code = base64.b64encode(mark.join(row).encode()).decode()
        parts.append(f"（校验：{wide(code)}）")
    return [("txt", "\n\n".join(parts).encode())]


def full_width_base64_back(files: list[bytes]) -> Values:
    """Make the check lines narrow and decode them."""
    codes = re.findall("校验：([^）]+)）", files[0].decode())
    return [tuple(re.split(r"[|^;]", base64.b64decode(narrow(code)).decode())) for code in codes]


@technique("F1+F2", "persons", *WHO)
def area_birth_and_sex_apart(rows: list[Row], rng: random.Random) -> Files:
    """Resident numbers as three coarse columns (area, birthday, order) in words, phones by first digits."""
    table = [["户号", "归属码", "年月日", "顺序", "校", "网号", "局号", "尾号", "称谓"]]
    for row in rows:
        number, phone = row[ID], row[TEL]
        day = f"{digits_in(number[6:10], HAN)}年{int(number[10:12])}月{int(number[12:14])}日"
        line = [f"H{rng.randint(1000, 9999)}", number[:6], day, digits_in(number[14:17], CAPITAL), number[17]]
        polite = row[NAME][0] + ("先生" if row[SEX] == "男" else "女士")
        line += [f"{phone[:3]}网", phone[3:7], wide(phone[7:]), f"{polite}（{row[NAME][1:]}）"]
        table.append(line)
    flat = "\n".join("\t".join(line) for line in zip(*table, strict=True))
    return [("tsv", flat.encode("utf-16"))]


def area_birth_and_sex_apart_back(files: list[bytes]) -> Values:
    """Turn the table and put the parts together."""
    columns = [line.split("\t") for line in files[0].decode("utf-16").splitlines()]
    values: Values = []
    for _, area, day, order, check, net, exchange, tail, polite in list(zip(*columns, strict=True))[1:]:
        year, month, date = re.findall(r"\d+", digits_from(day, HAN))
        number = f"{area}{year}{int(month):02d}{int(date):02d}{digits_from(order, CAPITAL)}{check}"
        name = polite[0] + polite[4:].rstrip("）")
        values.append((name, number, net[:3] + exchange + narrow(tail)))
    return values
